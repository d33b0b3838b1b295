"""Images a second in training with the convolutions of oneDNN, which ferlab switches on, and with TensorFlow's others.

python tests/benchmarks/onednn.py

By itself TensorFlow takes oneDNN's only where the processor has instructions made for networks (AVX512-VNNI and
newer); elsewhere "off" is how ferlab would train without its switch. It is read when TensorFlow starts, so each way is
timed in processes of its own, in turn, twice. The fastest epoch counts, since other work on the machine only ever makes
one slower. It goes to results/onednn.json.
"""

import datetime
import json
from pathlib import Path

from training_speed import AS_STARTED, N, device, seconds  # isort: skip

from ferlab.hardware import best_precision

RESULT = Path(__file__).parents[2] / "results" / "onednn.json"
NAMES = ("squeezenet-zima", "squeezenet")


def images_a_second(name):
    """{"off": ..., "on": ...}"""
    found = {"off": 0, "on": 0}
    for _ in range(2):
        for way, switch in (("off", "0"), ("on", "1")):
            AS_STARTED["TF_ENABLE_ONEDNN_OPTS"] = switch
            found[way] = max(found[way], round(N / min(seconds("ferlab", name))))
    return found


figures = {
    "command": "python tests/benchmarks/onednn.py",
    "date": str(datetime.date.today()),
    "device": device(),
    "ferlab's numbers": best_precision(),
    "images a second": {name: images_a_second(name) for name in NAMES},
}
RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
print(json.dumps(figures, indent=1))
