"""The fused kernels compute what Keras's own steps compute."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import ferlab  # noqa: F401

import keras  # isort: skip

from ferlab.fused import fused_adamw, fused_norms
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
    with fused_norms(model):
        found = step(model, images)
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-3, atol=1e-3 * np.abs(one).max())


@pytest.mark.parametrize("norm", [{"scale": False}, {"center": False}, {"trainable": False}])
def test_norms_of_another_kind_are_left_to_keras(norm):
    images = np.random.default_rng(1).normal(1, 3, (4, 6, 6, 3)).astype("float32")
    expected = step(small_net(**norm), images)
    model = small_net(**norm)
    with fused_norms(model):
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

    with fused_norms(model):
        assert kernels() == 1  # the maps', not the vector's
    assert kernels() == 0


def test_kerass_steps_are_back_after_an_error():
    model = small_net()
    with pytest.raises(KeyboardInterrupt), fused_norms(model):
        raise KeyboardInterrupt
    assert "call" not in vars(model.get_layer("maps"))


def test_faces_are_judged_by_kerass_own_steps():
    model = small_net()
    images = np.random.default_rng(2).normal(size=(4, 6, 6, 3)).astype("float32")
    expected = model(images).numpy()
    with fused_norms(model):
        np.testing.assert_array_equal(model(images), expected)


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
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(image, keras.layers.Dense(2, "softmax")(x))
    faces = np.zeros((4, 48, 48), "uint8"), np.eye(2, dtype="float32")[[0, 1, 0, 1]]
    fit(model, faces, faces, epochs=1, batch_size=4, verbose=False)
    assert "call" not in vars(model.get_layer("maps"))
