"""Faces drawn in a second, each with its twin and region map: python tests/benchmarks/drawing.py"""

import time

from ferlab.drawn import draw_faces

for what in ("with starting the processes", "then"):
    begun = time.perf_counter()
    draw_faces(2000, seed=1)
    print(f"{2000 / (time.perf_counter() - begun):.0f} faces a second, {what}")
