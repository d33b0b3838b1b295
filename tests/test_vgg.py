"""VGG16's transfer: its parts, its scaling, and what happens without the internet."""

import ferlab  # noqa: F401, I001  before keras, so that TensorFlow's notes stay out of the terminal
import keras
import numpy as np
import pytest

from ferlab.models import vgg

FACES = np.random.default_rng(0).integers(0, 256, (4, 48, 48, 1)).astype("float32")


@pytest.fixture(scope="module")
def narrow():
    return vgg.vgg16_transfer(8, weights="narrow")


def test_the_narrow_base_has_vgg16s_thirteen_convolutions(narrow):
    layers = [x for x in narrow.get_layer("base").layers if isinstance(x, keras.layers.Conv2D)]
    assert [x.filters * vgg.NARROW for x in layers] == [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    assert narrow.output_shape == (None, 8)
    np.testing.assert_allclose(np.asarray(narrow(FACES)).sum(1), 1, rtol=1e-5)


def test_scaling_is_keras_own(narrow):
    rgb = np.repeat(FACES, 3, axis=-1)
    theirs = keras.applications.vgg16.preprocess_input(rgb.copy())
    ours = keras.Model(narrow.input, narrow.get_layer("scale").output)(FACES)
    np.testing.assert_allclose(np.asarray(ours), theirs, atol=1e-3)


def test_a_frozen_base_stays_while_the_head_learns_and_then_all_of_it_moves():
    model = vgg.vgg16_transfer(2, weights="narrow")
    base = model.get_layer("base")
    base.trainable = False
    before = [w.copy() for w in base.get_weights()]
    head = model.get_layer("classes").get_weights()[0].copy()
    model.compile("sgd", "categorical_crossentropy")
    model.train_on_batch(FACES, np.eye(2)[[0, 1, 0, 1]])
    for old, new in zip(before, base.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert (model.get_layer("classes").get_weights()[0] != head).any()

    base.trainable = True
    model.compile("sgd", "categorical_crossentropy")
    model.train_on_batch(FACES, np.eye(2)[[0, 1, 0, 1]])
    # The means and variances of batch normalisation too.
    assert all((now != then).any() for now, then in zip(base.get_weights(), before, strict=True))


def test_without_the_internet_it_says_so_and_goes_on(monkeypatch, capsys):
    def refuse(*_, **__):
        raise Exception("URL fetch failure on https://example.invalid: no route")

    monkeypatch.setattr(keras.utils, "get_file", refuse)
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", refuse)
    model = vgg.vgg16_transfer(8)
    assert "can't be had" in capsys.readouterr().out
    assert model.get_layer("base").count_params() < 1_000_000


def test_a_file_that_is_not_there_or_no_weights(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.h5"):
        vgg.vgg16_transfer(8, weights=tmp_path / "gone.h5")
    (tmp_path / "text.weights.h5").write_text("no weights")
    with pytest.raises(ValueError, match="doesn't hold the weights"):
        vgg.vgg16_transfer(8, weights=tmp_path / "text.weights.h5")
