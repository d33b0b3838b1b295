"""The same code trains on another Keras backend, and the same weights give the same answers there."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from test_cli import write_csv

import ferlab  # before TensorFlow, so that it starts quietly
from ferlab import hardware
from ferlab.models import zoo
from ferlab.models.squeezenet import squeezenet

ON_JAX = """
import sys
import keras
import numpy as np
sys.path.insert(0, {tests!r})
from test_training import SETTINGS, shades, small_network
from ferlab.models.squeezenet import squeezenet
from ferlab.preprocessing import RandomAffine
from ferlab.training import fit

assert keras.backend.backend() == "jax"
weights, images, answers = sys.argv[1:]
model = squeezenet(modules=2)
model.load_weights(weights)
np.save(answers, model.predict_on_batch(np.load(images)))
model = small_network()
history = fit(model, shades(48), shades(32, 1), augment=RandomAffine(flip=False, seed=0), **SETTINGS)
print(history["loss"][0], history["loss"][-1], max(history["val_accuracy"]))
"""


def test_jax_answers_as_tensorflow_does_and_trains(tmp_path):
    model = squeezenet(modules=2)
    images = np.random.default_rng(0).uniform(0, 255, (5, 48, 48, 1)).astype("float32")
    paths = [str(tmp_path / name) for name in ("net.weights.h5", "images.npy", "answers.npy")]
    model.save_weights(paths[0])
    np.save(paths[1], images)
    script = ON_JAX.format(tests=os.path.dirname(__file__))
    done = subprocess.run(
        [sys.executable, "-c", script, *paths],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(np.load(paths[2]), model.predict_on_batch(images), atol=1e-4)
    first, last, best = map(float, done.stdout.split())
    assert last < 0.8 * first
    assert best > 0.8


def test_the_command_trains_on_jax_and_what_it_writes_serves_here(tmp_path):
    write_csv(tmp_path / "fer2013.csv", 14)
    (tmp_path / "net.tflite").write_bytes(b"of an older network")
    done = subprocess.run(
        [sys.executable, "-m", "ferlab", "train", "delorenzo-cnn", "--source", "fer2013.csv", "--epochs", "1",
         "--out", "net", "--results", "results"],
        env={**os.environ, "KERAS_BACKEND": "jax", "FERLAB_CACHE": str(tmp_path / "cache")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "results" / "net.json").read_text())
    assert card["backend"].startswith("jax")
    assert card["device"] == f"{os.cpu_count()} CPU cores"
    assert list(card["bytes"]) == [".keras"]
    assert not (tmp_path / "net.tflite").exists()  # its answers would be another network's
    judged = ferlab.load_faces(tmp_path / "fer2013.csv", split="PublicTest")
    model = zoo.load_model(tmp_path / "net.keras")
    report = ferlab.evaluate(lambda faces: model.predict_on_batch(faces[..., None]), judged)
    assert report.accuracy == pytest.approx(card["accuracy"], abs=0.08)  # rounding may tip one of fourteen


@pytest.mark.parametrize(
    ("gpu", "flags", "numbers"),
    [
        (None, {"avx512_bf16"}, "mixed_bfloat16"),
        (None, {"avx2"}, "float32"),
        ((7, 5), {"avx512_bf16"}, "float32"),  # the GPU computes, not the processor beside it
        ((0, 0), {"amx_bf16"}, "float32"),
        ((8, 0), {"avx2"}, "mixed_bfloat16"),
    ],
)
def test_the_numbers_are_those_that_the_hardware_multiplies(gpu, flags, numbers, monkeypatch):
    monkeypatch.setattr(hardware, "gpu_generation", lambda: gpu)
    monkeypatch.setattr(hardware, "processor_flags", lambda: flags)
    assert hardware.best_precision() == numbers
