"""Images a second of `python -m ferlab train` beside the pipeline of the thesis that it rebuilds.

python tests/benchmarks/training_speed.py

Zima 2024, as its text says it: an ImageDataGenerator that turns, shifts, shears, zooms and mirrors three-channel faces
one after the other, and feeds a float32 network through fit. The same SqueezeNet, batch and epoch for both; each is
timed twice, in turn, and of each training the first epoch is left out, in which it is built. What was measured goes to
results/training-speed.json.
"""

import datetime
import json
import statistics
import time
from pathlib import Path

import ferlab  # isort: skip  # noqa: F401  first, so that TensorFlow starts quietly

import keras
import numpy as np
from tensorflow.keras.preprocessing.image import ImageDataGenerator

from ferlab.models import zoo
from ferlab.preprocessing import one_hot
from ferlab.recipes import RECIPES
from ferlab.training import best_precision, fit

RESULT = Path(__file__).parents[2] / "results" / "training-speed.json"
RECIPE = RECIPES["squeezenet-zima"]
N, EPOCHS = 3072, 3

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


def published():
    """Seconds of each epoch, trained as the thesis does."""
    whole, clock = zoo.build("squeezenet-zima"), Clock()
    model = keras.Model(whole.get_layer("rgb").output, whole.output)  # three channels, divided by 255 before
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    augmented = ImageDataGenerator(
        rotation_range=20, width_shift_range=0.1, height_shift_range=0.1, shear_range=6, zoom_range=0.1,
        horizontal_flip=True,
    )  # fmt: skip
    rgb = np.repeat(images[..., None] / np.float32(255), 3, axis=-1)
    batches = augmented.flow(rgb, targets, RECIPE.batch_size, seed=0)
    model.fit(batches, epochs=EPOCHS, verbose=0, callbacks=[clock])
    return clock.seconds


def ours():
    """Seconds of each epoch, trained as `python -m ferlab train` does."""
    history = fit(
        zoo.build("squeezenet-zima"),
        (images, targets),
        (images[:8], targets[:8]),
        epochs=EPOCHS,
        batch_size=RECIPE.batch_size,
        weight_decay=RECIPE.weight_decay,
        augment=RECIPE.augmentation(0),
        verbose=False,
    )
    return history["seconds"]


seconds = {"thesis": [], "ferlab": []}
for _ in range(2):
    seconds["thesis"] += published()[1:]
    seconds["ferlab"] += ours()[1:]
speed = {name: round(N / statistics.median(values)) for name, values in seconds.items()}
figures = {
    "command": "python tests/benchmarks/training_speed.py",
    "date": str(datetime.date.today()),
    "network": "squeezenet-zima",
    "batch": RECIPE.batch_size,
    "ferlab's numbers": best_precision(),
    "images a second": speed,
    "ratio": round(speed["ferlab"] / speed["thesis"], 2),
}
RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
print(json.dumps(figures, indent=1))
