"""Occlusion, Shapley values and Grad-CAM against cases whose answer is known."""

import os
import subprocess
import sys
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ferlab
from ferlab.explanation.others import grad_cam, occlusion, shapley
from ferlab.explanation.superpixels import superpixels

FACE = ferlab.draw_faces(1, 5).images[0]
SEGMENTS = superpixels(FACE, n_segments=9)
S = SEGMENTS.max() + 1
FILLING = np.where(FACE > 100, 0, 255).astype(np.uint8)  # every pixel changes


def game(value):
    """A network of two labels: the first's probability is value(shown), shown being bool (n, s)."""

    def predict(images):
        shown = np.stack([(images == FACE)[:, j == SEGMENTS].all(1) for j in range(S)], axis=1)
        return np.stack([value(shown), 1 - value(shown)], axis=1)

    return predict


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**16), st.integers(1, 4))
def test_a_sum_of_parts_is_taken_apart_exactly(seed, pairs):
    parts = np.random.default_rng(seed).dirichlet(np.ones(S))
    predict = game(lambda shown: shown @ parts)
    for found in (
        occlusion(predict, FACE, FILLING, SEGMENTS),
        shapley(predict, FACE, FILLING, SEGMENTS, n_orders=2 * pairs, seed=seed),
    ):
        assert found == pytest.approx(np.stack([parts, -parts]), abs=1e-9)


def test_of_two_that_say_the_same_occlusion_sees_neither_and_shapley_both():
    predict = game(lambda shown: (shown[:, 0] | shown[:, 1]).astype(float))
    assert occlusion(predict, FACE, FILLING, SEGMENTS)[0] == pytest.approx(np.zeros(S))
    expected = np.array([0.5, 0.5, *np.zeros(S - 2)])  # backwards the other one comes first: exact
    assert shapley(predict, FACE, FILLING, SEGMENTS, n_orders=2)[0] == pytest.approx(expected)


def test_shapley_values_by_the_book():
    """A glove game: superpixel 0 with 1 or 2 wins. By all six orders the shares are 4/6, 1/6, 1/6."""

    def value(shown):
        return (shown[:, 0] & (shown[:, 1] | shown[:, 2])).astype(float)

    exact = np.zeros(S)
    for order in permutations(range(3)):
        shown = np.zeros((1, S), bool)
        for j in order:
            before = value(shown)[0]
            shown[0, j] = True
            exact[j] += (value(shown)[0] - before) / 6
    assert exact[:3] == pytest.approx([4 / 6, 1 / 6, 1 / 6])
    few, many = (shapley(game(value), FACE, FILLING, SEGMENTS, n)[0] for n in (4, 400))
    assert np.abs(many - exact).max() < 0.06  # two standard errors of the mean of 400
    assert few.sum() == pytest.approx(1)  # what the whole gains, however few the orders
    assert np.array_equal(few, shapley(game(value), FACE, FILLING, SEGMENTS, 4)[0])
    assert not np.array_equal(few, shapley(game(value), FACE, FILLING, SEGMENTS, 4, seed=3)[0])


def test_twenty_orders_are_usual():
    usual, twenty = (
        shapley(game(lambda shown: shown.any(1)), FACE, FILLING, SEGMENTS, **n)
        for n in ({}, {"n_orders": 20})
    )
    assert np.array_equal(usual, twenty)


@pytest.mark.parametrize("n", [0, 3])
def test_orders_come_in_pairs(n):
    with pytest.raises(ValueError, match=rf"n_orders is {n}, expected an even number"):
        shapley(game(lambda shown: shown[:, 0]), FACE, FILLING, SEGMENTS, n)


ON_JAX = """
import sys, keras, numpy as np, ferlab
from ferlab.explanation.others import grad_cam
assert keras.backend.backend() == "jax"
model = ferlab.load_model("squeezenet-drawn")
np.save(sys.argv[1], grad_cam(model, ferlab.draw_faces(1, 5).images[0], 3))
"""


# The last maps that do not belong to a label each.
@pytest.mark.parametrize(
    ("name", "late"), [("squeezenet-drawn", "fire12_bypass"), ("squeezenet", "last_dropout")]
)
def test_grad_cam_is_that_of_real_gradients(name, late):
    import tensorflow as tf

    model = ferlab.load_model(name)
    both = tf.keras.Model(model.inputs, [model.get_layer(late).output, model.layers[-1].input])
    with tf.GradientTape() as tape:
        maps, scores = both(FACE[None, ..., None].astype("float32"))
        score = scores[:, 3]
    slope = tape.gradient(score, maps).numpy().mean((0, 1, 2))
    expected = np.maximum(maps.numpy()[0] @ slope, 0)
    larger = tf.image.resize(expected[..., None], (48, 48)).numpy()[..., 0]
    found = grad_cam(model, FACE, 3)
    assert found.shape == (48, 48)
    assert expected.max() > 0
    assert np.abs(found - larger).max() < 0.02 * larger.max()


def test_grad_cam_is_the_same_on_jax(tmp_path):
    found = grad_cam(ferlab.load_model("squeezenet-drawn"), FACE, 3)
    on_jax = tmp_path / "on_jax.npy"
    env = {**os.environ, "KERAS_BACKEND": "jax"}
    subprocess.run([sys.executable, "-c", ON_JAX, str(on_jax)], env=env, check=True)
    assert np.abs(np.load(on_jax) - found).max() < 0.01 * found.max()


@pytest.mark.filterwarnings("error")
def test_grad_cam_of_a_network_that_looks_for_bright_pixels():
    import keras

    image = np.zeros((16, 16))
    image[:8, :8] = 200
    inputs = keras.Input((16, 16, 1))
    maps = keras.layers.Conv2D(2, 1, use_bias=False, name="maps")(inputs)
    score = keras.layers.Dense(2, name="score")(keras.layers.GlobalAveragePooling2D()(maps))
    model = keras.Model(inputs, keras.layers.Softmax()(score))
    model.get_layer("maps").set_weights([np.array([0.01, -0.01]).reshape(1, 1, 1, 2)])
    model.get_layer("score").set_weights([np.array([[3.0, 0], [0, 5]]), np.zeros(2)])
    # score 0 is 3 times the mean of 0.01 * image, so each pixel gives 3 * 0.01 * image / 256
    assert grad_cam(model, image, 0) == pytest.approx(3 * 0.01 * image / 256, abs=1e-5)
    assert (grad_cam(model, image, 1) == 0).all()  # brightness speaks against it, and that is cut off
    flat = keras.Sequential([inputs, keras.layers.Flatten(), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="makes no maps before its last layer"):
        grad_cam(flat, image, 0)
