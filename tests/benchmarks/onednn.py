"""Images a second in training with the convolutions of oneDNN, which ferlab switches on, and with TensorFlow's others.

python tests/benchmarks/onednn.py

By itself TensorFlow takes oneDNN's only where the processor has instructions made for networks (AVX512-VNNI and
newer), and there both lines come out alike: the first one has to be switched off by hand. It is chosen when TensorFlow
starts, so each way is timed in processes of its own, in turn, twice. The fastest epoch counts, since other work on the
machine only ever makes one slower. It goes to results/onednn.json.
"""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

RESULT = Path(__file__).parents[2] / "results" / "onednn.json"
NAMES, N = ("squeezenet-zima", "squeezenet"), 1024


def fastest_epoch(name):
    """Seconds that the fastest of the epochs takes that come after the first."""
    import training_speed

    training_speed.images, training_speed.targets = training_speed.images[:N], training_speed.targets[:N]
    return min(training_speed.ours(name)[1:])


def images_a_second(name):
    """{"off": ..., "on": ...}"""
    found = {"off": 0, "on": 0}
    for _ in range(2):
        for way, switch in (("off", "0"), ("on", "1")):
            run = subprocess.run(
                [sys.executable, __file__, name],
                env=os.environ | {"TF_ENABLE_ONEDNN_OPTS": switch},
                capture_output=True,
                text=True,
                check=True,
            )
            found[way] = max(found[way], round(N / float(run.stdout.split()[-1])))
    return found


def main():
    from ferlab.hardware import best_precision, processor_flags

    known = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")
    figures = {
        "command": "python tests/benchmarks/onednn.py",
        "date": str(datetime.date.today()),
        "device": f"{os.cpu_count()} CPU cores with {', '.join(f for f in known if f in processor_flags())}",
        "ferlab's numbers": best_precision(),
        "images a second": {name: images_a_second(name) for name in NAMES},
    }
    RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    print(fastest_epoch(sys.argv[1])) if sys.argv[1:] else main()
