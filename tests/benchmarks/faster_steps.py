"""Images a second in training, with all of ferlab/faster.py's steps and without each in turn (the optimizer's: always).

python tests/benchmarks/faster_steps.py

For the thesis's SqueezeNet and ferlab's own, by their recipes, on faces drawn at random. The ways are timed in turn,
twice, the first epoch of each left out; the fastest counts, since other work on the machine only ever makes one slower.
It goes to results/faster-steps.json.
"""

import datetime
import json
from pathlib import Path

from training_speed import N, ours  # first, so that TensorFlow starts quietly  # isort: skip

from ferlab import faster
from ferlab.hardware import best_precision

RESULT = Path(__file__).parents[2] / "results" / "faster-steps.json"
STEPS = faster._FASTER


def seconds(name, steps):
    """Of each epoch but the first, with these steps alone."""
    faster._FASTER = steps
    return ours(name)[1:]


def measured(name):
    """Images a second of each way, dict."""
    ways = {"all": STEPS, "none": ()}
    ways |= {f"without {step[2].__name__}": tuple(s for s in STEPS if s is not step) for step in STEPS}
    times = {way: [] for way in ways}
    for _ in range(2):
        for way, steps in ways.items():
            times[way] += seconds(name, steps)
    return {way: round(N / min(values)) for way, values in times.items()}


figures = {
    "command": "python tests/benchmarks/faster_steps.py",
    "date": str(datetime.date.today()),
    "ferlab's numbers": best_precision(),
    "images a second": {name: measured(name) for name in ("squeezenet-zima", "squeezenet")},
}
RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
print(json.dumps(figures, indent=1))
