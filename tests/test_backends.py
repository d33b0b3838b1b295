"""The same code trains on another Keras backend, and the same weights give the same answers there."""

import os
import subprocess
import sys

import numpy as np

import ferlab  # noqa: F401 before TensorFlow, so that it starts quietly
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
