"""The rebuilt systems have the parameters and the layers that their texts name."""

import keras
import numpy as np
import pytest

import ferlab
from ferlab.models import references, zoo

FACES = ferlab.draw_faces(6, seed=2).images[..., None].astype("float32")


def count(weights):
    return sum(int(np.prod(w.shape)) for w in weights)


def kinds(model, kind):
    return [layer for layer in model.layers if type(layer).__name__ == kind]


def order(model, block):
    """What a block's layers are, in order; where a convolution has its ReLU within, that is said too."""
    names = {"relu": " ReLU", "linear": ""}
    of_block = [layer for layer in model.layers if layer.name.startswith(f"{block}_")]
    return [
        type(layer).__name__ + (names[layer.activation.__name__] if hasattr(layer, "activation") else "")
        for layer in of_block
    ]


def test_tekulas_cnn_to_the_parameter():
    model = references.tekula_cnn()
    assert count(model.trainable_weights) == 1_326_567
    assert count(model.non_trainable_weights) == 2_176
    assert [layer.filters for layer in kinds(model, "Conv2D")] == [32, 32, 64, 64, 128, 128, 256, 256]
    assert [layer.units for layer in kinds(model, "Dense")] == [64, 64, 7]
    twice = ["Conv2D ReLU", "BatchNormalization"] * 2
    assert order(model, "block2") == [*twice, "MaxPooling2D", "Dropout"]


def test_delorenzos_cnn_to_the_parameter():
    model = references.delorenzo_cnn()
    assert count(model.weights) == 2_716_647
    assert count(model.non_trainable_weights) == 1_920
    assert [layer.units for layer in kinds(model, "Dense")] == [512, 128, 7]
    twice = ["Conv2D ReLU", "BatchNormalization"] * 2
    assert order(model, "block2") == [*twice, "MaxPooling2D", "Dropout"]
    assert {layer.padding for layer in kinds(model, "MaxPooling2D")} == {"same"}
    assert [layer.rate for layer in kinds(model, "Dropout")] == [0.25, 0.25, 0.25, 0.5]
    assert [layer.padding for layer in kinds(model, "Conv2D")] == ["same", "valid", *["same"] * 4]


def test_zimas_vgg16_within_five_percent():
    model = references.zima_vgg16()
    assert count(model.weights) == 28_368_467 == pytest.approx(28_913_223, rel=0.05)
    assert len(kinds(model, "Conv2D")) == 13
    assert order(model, "block3") == ["BatchNormalization", *["Conv2D ReLU"] * 3, "MaxPooling2D", "Dropout"]
    assert order(model, "block5") == ["BatchNormalization", *["Conv2D ReLU"] * 3, "Dropout"]
    assert len(kinds(model, "BatchNormalization")) == 5
    assert len(kinds(model, "Dropout")) == 7


def test_zimas_squeezenet_within_five_percent():
    assert count(zoo.build("squeezenet-zima").weights) == 1_319_175 == pytest.approx(1_377_655, rel=0.05)


def test_the_laboratorys_vgg16_a_quarter_as_wide():
    model = zoo.build("vgg16", 8)
    assert count(model.weights) == 959_032
    assert count(model.get_layer("base").weights) == 923_952
    assert [layer.filters for layer in kinds(model.get_layer("base"), "Conv2D")] == [
        filters // 4 for convolutions, filters in references.BLOCKS for _ in range(convolutions)
    ]


def test_resnet18_is_the_published_one():
    model = references.rahman_resnet18()
    trainable = 11_689_512 - (512 * 1000 + 1000) + (512 * 7 + 7)  # published for ImageNet's 1000 classes
    assert count(model.trainable_weights) == trainable
    first = kinds(model, "Conv2D")[0]
    assert (first.kernel_size, first.strides) == ((7, 7), (2, 2))
    assert len(kinds(model, "Conv2D")) == 1 + 16 + 3


def test_vgg19_is_the_published_one_and_normalised():
    model = references.rahman_vgg19()
    published = 143_667_240 - (4096 * 1000 + 1000) + (4096 * 7 + 7)
    smaller = (25_088 - 512) * 4096  # 40x40 pixels end as 1x1, 224x224 as 7x7
    normalising = 2 * sum(layer.filters for layer in kinds(model, "Conv2D"))
    assert count(model.trainable_weights) == published - smaller + normalising
    assert len(kinds(model, "Conv2D")) == len(kinds(model, "BatchNormalization")) == 16
    assert {layer.activation for layer in kinds(model, "Conv2D")} == {keras.activations.linear}
    of_convolutions = [type(x).__name__ for x in model.layers if x.name.startswith("block3_conv")]
    assert of_convolutions == ["Conv2D", "BatchNormalization", "ReLU"] * 4


NAMES = ["zima-vgg16", "rahman-resnet18", "rahman-vgg19", "tekula-cnn", "delorenzo-cnn"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("classes", [7, 8])
def test_answers_with_probabilities_by_name(name, classes):
    if name in ("zima-vgg16", "rahman-vgg19") and classes == 8:
        pytest.skip("as large again, and built by the same lines")
    model = zoo.build(name, classes)
    answer = model.predict_on_batch(FACES)
    assert answer.shape == (6, classes)
    assert answer.sum(1) == pytest.approx(np.ones(6), abs=1e-5)
    np.testing.assert_array_equal(answer, model.predict_on_batch(FACES))  # nothing random is left


@pytest.mark.parametrize("build", [references.rahman_resnet18, references.rahman_vgg19])
def test_reads_the_middle_40x40_pixels(build):
    border = FACES.copy()
    border[:, :4], border[:, -4:], border[:, :, :4], border[:, :, -4:] = 0, 255, 0, 255
    model = build()
    np.testing.assert_array_equal(model.predict_on_batch(FACES), model.predict_on_batch(border))
    border[:, 4] = 255
    assert (model.predict_on_batch(FACES) != model.predict_on_batch(border)).any()
