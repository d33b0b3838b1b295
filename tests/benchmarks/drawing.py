"""Faces drawn in a second, each with its twin and region map: python tests/benchmarks/drawing.py"""

import time

from ferlab.drawn import draw_faces

draw_faces(100)
begun = time.perf_counter()
draw_faces(1000, seed=1)
print(f"{1000 / (time.perf_counter() - begun):.0f} faces a second")
