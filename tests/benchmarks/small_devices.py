"""What four LiteRT files of three networks cost and lose on FER-2013, beside notebook 10, which does so on drawn faces.

python tests/benchmarks/small_devices.py path/to/fer2013

ferlab's own SqueezeNet and the thesis's: size, milliseconds for one face (on one core), faces a second (on all, up to
four), memory of a fresh process, accuracy on PublicTest, and how many labels differ from float32's. The thesis's VGG16
is untrained, since weights of any value cost the same; so it has no accuracy. What was measured goes to
results/small-devices.json.
"""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import ferlab
from ferlab.models import zoo

RESULT = Path(__file__).parents[2] / "results" / "small-devices.json"
PROBE = """
import sys, psutil, numpy as np, ferlab
from ferlab.inference import load_predictor
import ai_edge_litert.interpreter
before = psutil.Process().memory_info().rss
predict = load_predictor(sys.argv[1])
predict(np.full((1, 48, 48), 128.0))
print((psutil.Process().memory_info().rss - before) / 1e6)
"""
if len(sys.argv) != 2:
    sys.exit("expected the path of FER-2013: python tests/benchmarks/small_devices.py path/to/fer2013")
source = sys.argv[1]
faces = ferlab.load_faces(source, split="PublicTest")
examples = ferlab.load_faces(source, split="Training").images[:200]


def milliseconds(run, times):
    """Median and quartiles of so many runs, after one that doesn't count."""
    run()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        taken.append(1000 * (time.perf_counter() - begun))
    low, middle, high = np.quantile(taken, (0.25, 0.5, 0.75))
    return float(middle), [round(float(low), 2), round(float(high), 2)]


def costs(file):
    """Size, speed and memory of a LiteRT file, dict."""
    predict = ferlab.load_predictor(file)
    one, quartiles = milliseconds(lambda: predict(faces.images[:1]), 50)
    many, _ = milliseconds(lambda: predict(faces.images[:256]), 5)
    grown = [
        float(subprocess.run([sys.executable, "-c", PROBE, file], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]  # fmt: skip
    return {
        "megabytes": round(file.stat().st_size / 1e6, 2),
        "milliseconds": round(one, 2),
        "milliseconds_quartiles": quartiles,
        "faces_a_second": round(256 / many * 1000),
        "memory_megabytes": round(float(np.median(grown)), 1),
    }


def losses(report, whole):
    """How a file's answers compare with those of float32 on the same faces, dict."""
    return {
        "accuracy": round(report.accuracy, 6),
        "interval": [round(x, 6) for x in report.interval],
        "labels_differ": int((report.predicted != whole.predicted).sum()),
        "become_right": int((report.right & ~whole.right).sum()),
        "become_wrong": int((whole.right & ~report.right).sum()),
    }


networks = {}
with tempfile.TemporaryDirectory() as folder:
    for name in ("squeezenet", "squeezenet-zima", "zima-vgg16"):
        trained = name != "zima-vgg16"
        model = ferlab.load_model(name, faces) if trained else zoo.build(name)
        rows, whole = {}, None
        for kind in zoo.LITERT_KINDS:
            file = Path(folder) / f"{name}-{kind.replace(' ', '-')}.tflite"
            file.write_bytes(zoo.litert(model, kind, examples))
            rows[kind] = costs(file)
            if trained:
                report = ferlab.evaluate(ferlab.load_predictor(file), faces)
                whole = whole or report
                rows[kind] |= losses(report, whole)
            print(name, kind, rows[kind], flush=True)
        networks[name] = {"parameters": model.count_params(), "files": rows}

figures = {
    "command": "python tests/benchmarks/small_devices.py path/to/fer2013",
    "evaluated_on": f"{len(faces)} {faces.name}, split PublicTest",
    "backend": "LiteRT",
    "device": f"{os.cpu_count()} CPU cores",
    "date": str(datetime.date.today()),
    "networks": networks,
}
RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
