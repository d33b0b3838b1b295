"""The faster steps compute what Keras's own steps compute."""

import os
import platform
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import ferlab  # noqa: F401

import keras  # isort: skip

from ferlab import faster
from ferlab.faster import faster_steps, fused_adamw
from ferlab.training import fit


def small_net(**norm):
    """Convolution, normalised maps, normalised vector; the same numbers each time."""
    image = keras.Input((6, 6, 3))
    x = keras.layers.Conv2D(4, 3, use_bias=False)(image)
    x = keras.layers.BatchNormalization(name="maps", **norm)(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Concatenate()([x, keras.layers.BatchNormalization(name="vector")(x)])
    model = keras.Model(image, keras.layers.Dense(2)(x))
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(-0.5 if w.ndim > 1 else 0.5, 1, w.shape) for w in model.get_weights()])
    return model


def step(model, images):
    """Outputs, gradients of every weight, and all weights after the moving averages moved."""
    with tf.GradientTape() as tape:
        outputs = model(images, training=True)
        loss = tf.reduce_sum(outputs**3)
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    return [outputs, *gradients, *model.get_weights()]


@settings(deadline=None, max_examples=8)
@given(faces=st.integers(2, 9), seed=st.integers(0, 100), momentum=st.sampled_from([0.0, 0.9, 0.99]))
def test_norms_learn_as_kerass_do(faces, seed, momentum):
    images = np.random.default_rng(seed).normal(0.1, 0.2, (faces, 6, 6, 3)).astype("float32")
    expected = step(small_net(momentum=momentum), images)
    model = small_net(momentum=momentum)
    with faster_steps(model):
        found = step(model, images)
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-3, atol=1e-3 * np.abs(one).max())


@pytest.mark.parametrize("norm", [{"scale": False}, {"center": False}, {"trainable": False}, {"axis": 1}])
def test_norms_of_another_kind_are_left_to_keras(norm):
    images = np.random.default_rng(1).normal(1, 3, (4, 6, 6, 3)).astype("float32")
    expected = step(small_net(**norm), images)
    model = small_net(**norm)
    with faster_steps(model):
        found = step(model, images)
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(other, one)


def test_a_kernel_is_what_runs_while_training_and_only_then():
    model = small_net()

    def kernels():
        graph = (
            tf.function(lambda x: model(x, training=True)).get_concrete_function(tf.zeros((2, 6, 6, 3))).graph
        )
        return sum(node.type == "FusedBatchNormV3" for node in graph.get_operations())

    with faster_steps(model):
        assert kernels() == 1  # the maps', not the vector's
    assert kernels() == 0


def test_kerass_steps_are_back_after_an_error():
    model = small_net()
    with pytest.raises(KeyboardInterrupt), faster_steps(model):
        raise KeyboardInterrupt
    assert "call" not in vars(model.get_layer("maps"))


def test_faces_are_judged_by_kerass_own_steps():
    model = small_net()
    images = np.random.default_rng(2).normal(size=(4, 6, 6, 3)).astype("float32")
    expected = model(images).numpy()
    with faster_steps(model):
        np.testing.assert_array_equal(model(images), expected)


@settings(deadline=None, max_examples=10)
@given(size=st.tuples(*[st.integers(1, 7)] * 5), seed=st.integers(0, 100))
def test_the_gradients_of_a_small_convolution_are_tensorflows(size, seed):
    n, height, width, channels, filters = size
    rng = np.random.default_rng(seed)
    maps = tf.constant(rng.normal(size=(n, height, width, channels)), "float32")
    kernel = tf.constant(rng.normal(size=(3, 3, channels, filters)), "float32")
    found = []
    for convolve in (lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"), faster._small_convolution()):
        with tf.GradientTape() as tape:
            tape.watch((maps, kernel))
            outputs = convolve(maps, kernel)
            loss = tf.reduce_sum(outputs**3)
        found.append([outputs, *tape.gradient(loss, (maps, kernel))])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-3, atol=1e-4 * np.abs(one).max())


@pytest.mark.parametrize(
    ("side", "layer", "dtype", "faster_one"),
    [
        (6, {}, "bfloat16", True),
        (6, {}, "float32", False),
        (7, {}, "bfloat16", False),
        (None, {}, "bfloat16", False),
        (6, {"strides": 2}, "bfloat16", False),
        (6, {"padding": "valid"}, "bfloat16", False),
        (6, {"kernel_size": 5}, "bfloat16", False),
        (6, {"groups": 2}, "bfloat16", False),
        (6, {"dilation_rate": 2}, "bfloat16", False),
    ],
)
def test_only_small_maps_take_the_other_gradient(side, layer, dtype, faster_one, monkeypatch):
    monkeypatch.setattr(faster, "_multiplies_by_vectors", lambda: True)
    image = keras.Input((side, side, 4))
    layer = {"filters": 4, "kernel_size": 3, "padding": "same"} | layer
    model = keras.Model(
        image, keras.layers.Conv2D(**layer, dtype=f"mixed_{dtype}".replace("mixed_f", "f"))(image)
    )
    used, real = [], faster._small_convolution
    monkeypatch.setattr(faster, "_small_convolution", lambda: used.append(True) or real())
    with faster_steps(model):
        called = tf.function(lambda x: model(x, training=True))
        called.get_concrete_function(tf.TensorSpec((2, side, side, 4)))
    assert bool(used) == faster_one


def test_a_small_convolution_learns_as_kerass_does_up_to_rounding(monkeypatch):
    rng = np.random.default_rng(5)
    images, first = rng.uniform(0, 1, (8, 5, 5, 4)), rng.normal(size=(3, 3, 4, 6))
    steps = []
    # Beside Keras's step in float32: in bfloat16 it is itself several per cent off where no hardware has such numbers.
    for pays, numbers in ((False, "float32"), (True, "mixed_bfloat16")):
        monkeypatch.setattr(faster, "_multiplies_by_vectors", lambda pays=pays: pays)
        image = keras.Input((5, 5, 4))
        layer = keras.layers.Conv2D(6, 3, padding="same", activation="relu", dtype=numbers)
        model = keras.Model(image, layer(image))
        model.set_weights([first, np.full(6, 0.1)])
        with faster_steps(model):
            steps.append(step(model, images.astype("float32")))
    for one, other in zip(*steps, strict=True):
        one, other = np.asarray(one, "float32"), np.asarray(other, "float32")
        np.testing.assert_allclose(other, one, atol=0.02 * np.abs(one).max())


HIDDEN = {
    "single values": (keras.layers.Dropout, (40, 6, 6, 48)),
    "whole maps": (keras.layers.SpatialDropout2D, (400, 3, 3, 48)),
    "vectors": (keras.layers.Dropout, (400, 48)),
}


@pytest.mark.parametrize("which", HIDDEN)
@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_values_are_hidden_and_the_others_made_up_for(which, rate):
    kind, shape = HIDDEN[which]
    image = keras.Input(shape[1:])
    model = keras.Model(image, kind(rate, seed=1)(image))
    images = tf.constant(np.random.default_rng(0).uniform(1, 2, shape), "float32")
    with faster_steps(model), tf.GradientTape() as tape:
        tape.watch(images)
        outputs = model(images, training=True)
    gradient = tape.gradient(outputs, images).numpy()
    factors = outputs.numpy() / images.numpy()
    np.testing.assert_allclose(gradient, factors, rtol=1e-5)
    if which == "whole maps":
        assert np.ptp(factors, axis=(1, 2)).max() < 1e-5  # the same all over a map
        factors = factors[:, 0, 0]
    hidden = factors == 0
    rounded = round(256 * rate) / 256
    np.testing.assert_allclose(factors[~hidden], 1 / (1 - rounded), rtol=1e-5)
    error = np.sqrt(rate * (1 - rate) / hidden.size)
    assert hidden.mean() == pytest.approx(rounded, abs=4 * error)
    # Each for itself: of two neighbours, of channels, faces or rows, as many are hidden together as by chance.
    for axis in range(hidden.ndim):
        first, second = np.moveaxis(hidden, axis, 0)[:-1], np.moveaxis(hidden, axis, 0)[1:]
        assert (first & second).mean() == pytest.approx(rounded**2, abs=0.02)
    with faster_steps(model):
        np.testing.assert_array_equal(model(images), images)


def test_other_values_are_hidden_each_time_and_the_same_from_the_same_seed():
    image = keras.Input((6, 6, 8))
    images = np.ones((5, 6, 6, 8), "float32")

    def twice(seed):
        model = keras.Model(image, keras.layers.Dropout(0.5, seed=seed)(image))
        with faster_steps(model):
            return [np.array(model(images, training=True)) for _ in range(2)]

    (first, second), again, other = twice(1), twice(1), twice(2)
    assert (first != second).any()
    assert (first != other[0]).any()
    np.testing.assert_array_equal(again, (first, second))


@pytest.mark.parametrize(
    ("kind", "shape", "together"),
    [
        (keras.layers.SpatialDropout1D(0.5), (9, 8), 1),
        (keras.layers.SpatialDropout2D(0.5, data_format="channels_first"), (8, 9, 12), (2, 3)),
    ],
)
def test_other_kinds_of_dropout_hide_what_kerass_do(kind, shape, together):
    image = keras.Input(shape)
    model = keras.Model(image, kind(image))
    with faster_steps(model):
        seen = np.array(model(np.ones((64, *shape), "float32"), training=True))
    assert np.ptp(seen, axis=together).max() == 0
    assert 0.4 < (seen == 0).mean() < 0.6


@pytest.mark.parametrize(
    ("layer", "channels"),
    [
        (keras.layers.Dropout(0.5), 6),  # bytes come by fours
        (keras.layers.Dropout(0.001), 8),  # none of 256
        (keras.layers.Dropout(0.5, noise_shape=(None, 1, 4, 8)), 8),
        (keras.layers.Dropout(0.0), 8),
        (keras.layers.Dropout(1.0), 8),
    ],
)
def test_what_bytes_do_not_serve_is_left_to_keras(layer, channels):
    image = keras.Input((4, 4, channels))
    model = keras.Model(image, layer(image))
    images = np.ones((64, 4, 4, channels), "float32")
    with faster_steps(model):
        seen = np.array(model(images, training=True))
    rate = layer.rate
    assert set(np.unique(seen)) <= {0, np.float32(1 / (1 - rate)) if rate < 1 else 0}
    assert (seen == 0).mean() == pytest.approx(rate, abs=0.05)
    if layer.noise_shape:
        assert np.ptp(seen, axis=1).max() == 0  # a column together, as it says


def test_the_optimizer_goes_as_kerass_does():
    rng = np.random.default_rng(3)
    first = [rng.normal(size=(5, 4)), rng.normal(size=(3,))]
    paths = []
    for optimizer in (keras.optimizers.AdamW, fused_adamw):
        weights = [keras.Variable(w, dtype="float32") for w in first]
        steps = optimizer(keras.optimizers.schedules.CosineDecay(0.05, 20), weight_decay=0.1)
        draw = np.random.default_rng(4)
        for _ in range(10):
            steps.apply([tf.constant(draw.normal(size=w.shape), "float32") for w in weights], weights)
        paths.append([*weights, *steps.variables])
    for one, other in zip(*paths, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-6)


def test_a_trained_network_has_kerass_layers_again():
    image = keras.Input((48, 48, 1))
    x = keras.layers.BatchNormalization(name="maps")(keras.layers.Conv2D(2, 9, strides=9)(image))
    x = keras.layers.SpatialDropout2D(0.5)(keras.layers.Conv2D(2, 3, padding="same")(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(image, keras.layers.Dense(2, "softmax")(x))
    faces = np.zeros((4, 48, 48), "uint8"), np.eye(2, dtype="float32")[[0, 1, 0, 1]]
    fit(model, faces, faces, epochs=1, batch_size=4, verbose=False)
    assert not any({"call", "convolution_op"} & vars(layer).keys() for layer in model.layers)


@pytest.mark.skipif(
    platform.machine() != "x86_64", reason="TensorFlow has oneDNN's convolutions on x86 alone"
)
@pytest.mark.parametrize(("said", "expected"), [(None, "True"), ("0", "False")])
def test_onednn_is_on_unless_it_is_switched_off(said, expected):
    """By itself TensorFlow switches it on for some processors only, so a new process says what ferlab does."""
    ask = "import ferlab; from tensorflow.python.util import _pywrap_util_port as p; print(p.IsMklEnabled())"
    env = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    env |= {} if said is None else {"TF_ENABLE_ONEDNN_OPTS": said}
    run = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=True)
    assert run.stdout.split()[-1] == expected
