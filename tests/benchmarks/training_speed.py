# ruff: noqa: E402 (what TensorFlow is told has to stand before its import)
"""Images a second of `python -m ferlab train` beside the pipeline of the thesis that it rebuilds.

python tests/benchmarks/training_speed.py

Zima 2024, as its text says it: an ImageDataGenerator that turns, shifts, shears, zooms and mirrors faces one after
the other, and feeds a float32 network through fit. The same network and batch for both, once for the thesis's
SqueezeNet and once for ferlab's own. `train` augments by each network's recipe: the thesis's sees whole faces
either way, and what is won there is won by the pipeline, the numbers and the faster steps. ferlab's own learns from
crops of 40x40 pixels, seven tenths of the work, which the thesis's pipeline does not know; so it is timed with whole
faces too.

Each is timed twice, in turn, in a process of its own, and of each training the first epoch is left out, in which it is
built. The thesis's pipeline runs on TensorFlow as it comes, without the switch that ferlab sets (oneDNN's convolutions
on every x86 processor). What counts is the fastest epoch, as other work on the machine only ever makes one slower (so
says the documentation of timeit). It goes to results/training-speed.json, beside the figures of other processors.
"""

import datetime
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

AS_STARTED = dict(os.environ)

import ferlab  # isort: skip  # noqa: F401  first, so that TensorFlow starts quietly

if sys.argv[1:2] == ["thesis"] and "TF_ENABLE_ONEDNN_OPTS" not in AS_STARTED:
    os.environ.pop("TF_ENABLE_ONEDNN_OPTS", None)

import keras
import numpy as np
from tensorflow.keras.preprocessing.image import ImageDataGenerator

from ferlab.hardware import best_precision, processor_flags
from ferlab.models import own, zoo
from ferlab.preprocessing import one_hot
from ferlab.recipes import RECIPES
from ferlab.training import fit

RESULT = Path(__file__).parents[2] / "results" / "training-speed.json"
N, EPOCHS = 1024, 3

rng = np.random.default_rng(0)
images = rng.integers(0, 256, (N, 48, 48), np.uint8)
targets = one_hot(rng.integers(0, 7, N), 7)


class Clock(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begun = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.begun)


def published(name):
    """Seconds of each epoch, trained as the thesis does."""
    model, faces, clock = zoo.build(name), images[..., None].astype(np.float32), Clock()
    if name == "squeezenet-zima":  # three channels, divided by 255 before
        model = keras.Model(model.get_layer("rgb").output, model.output)
        faces = np.repeat(faces / 255, 3, axis=-1)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    augmented = ImageDataGenerator(
        rotation_range=20, width_shift_range=0.1, height_shift_range=0.1, shear_range=6, zoom_range=0.1,
        horizontal_flip=True,
    )  # fmt: skip
    batches = augmented.flow(faces, targets, RECIPES[name].batch_size, seed=0)
    model.fit(batches, epochs=EPOCHS, verbose=0, callbacks=[clock])
    return clock.seconds


def ours(name, recipe=None):
    """Seconds of each epoch, trained as `python -m ferlab train` does, or by another recipe."""
    recipe = recipe or RECIPES[name]
    history = fit(
        own.own_squeezenet(side=None) if name == "squeezenet" else zoo.build(name),
        (images, targets),
        (images[:8], targets[:8]),
        epochs=EPOCHS,
        batch_size=recipe.batch_size,
        weight_decay=recipe.weight_decay,
        augment=recipe.augmentation(0),
        verbose=False,
    )
    return history["seconds"]


def whole_faces(name):
    recipe = RECIPES[name]
    return ours(name, replace(recipe, augment=recipe.augment | {"side": None}))


WAYS = {"thesis": published, "ferlab": ours, "ferlab, whole faces": whole_faces}


def seconds(way, name):
    """Of each epoch but the first, in a new process."""
    command = [sys.executable, __file__, way, name]
    run = subprocess.run(command, env=AS_STARTED, capture_output=True, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])[1:]


def measured(name):
    """The speed of each way, and the ratio of ours to the thesis's, dict."""
    ways = [way for way in WAYS if way != "ferlab, whole faces" or RECIPES[name].augment.get("side")]
    found = {way: [] for way in ways}
    for _ in range(2):
        for way in ways:
            found[way] += seconds(way, name)
    speed = {way: N / min(values) for way, values in found.items()}
    return {
        "batch": RECIPES[name].batch_size,
        "images a second": {way: round(value) for way, value in speed.items()},
        "ratio": {way: round(speed[way] / speed["thesis"], 2) for way in ways[1:]},
    }


def device():
    """The processor, by what it can do for networks."""
    known = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")
    return f"{os.cpu_count()} CPU cores with {', '.join(f for f in known if f in processor_flags())}"


def main():
    figures = json.loads(RESULT.read_text(encoding="utf-8"))
    figures[device()] = {
        "command": "python tests/benchmarks/training_speed.py",
        "date": str(datetime.date.today()),
        "ferlab's numbers": best_precision(),
        "networks": {name: measured(name) for name in ("squeezenet-zima", "squeezenet")},
    }
    RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures[device()], indent=1))


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(WAYS[sys.argv[1]](sys.argv[2])))
    else:
        main()
