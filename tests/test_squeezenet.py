"""SqueezeNet: counted by hand, bypassed with zeros, saved, and loaded without foreign code."""

import json
import zipfile

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

import ferlab

import keras  # isort: skip, after ferlab, so that TensorFlow starts quietly

from ferlab.emotions import FER2013
from ferlab.models import zoo
from ferlab.models.squeezenet import FIRE_WIDTHS, POOL_AFTER, fire_module, squeezenet


def convolution(kernel, channels, filters):
    return kernel * kernel * channels * filters + filters


def counted_by_hand(modules, batch_norm, classes):
    total, channels = convolution(3, 3, 64), 64
    for squeeze, expand in FIRE_WIDTHS[:modules]:
        total += convolution(1, channels, squeeze)
        total += 3 * squeeze if batch_norm else 0  # 4 numbers a channel, in place of the bias
        total += convolution(1, squeeze, expand) + convolution(3, squeeze, expand)
        channels = 2 * expand
    return total + convolution(1, channels, classes)


SWITCHES = [
    {"modules": 8, "bypass": False, "dropout": 0.0, "batch_norm": False},
    {"modules": 8, "bypass": True, "dropout": 0.0, "batch_norm": False},
    {"modules": 8, "bypass": True, "dropout": 0.2, "batch_norm": False},
    {"modules": 8, "bypass": True, "dropout": 0.2, "batch_norm": True},
    {"modules": 11},
    {"modules": 1},
    {"modules": POOL_AFTER + 1},
]


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
@pytest.mark.parametrize("classes", [7, 8])
def test_has_as_many_parameters_as_counted_by_hand(switches, classes):
    expected = counted_by_hand(switches["modules"], switches.get("batch_norm", True), classes)
    assert squeezenet(classes, **switches).count_params() == expected


def test_the_full_one_has_the_size_of_the_thesis():
    parameters = squeezenet().count_params()
    assert 1.30e6 < parameters < 1.38e6
    assert parameters == pytest.approx(1_377_655, rel=0.05)


def test_the_switches_put_in_what_they_name():
    def kinds(**switches):
        return [type(layer).__name__ for layer in squeezenet(**switches).layers]

    plain = kinds(**SWITCHES[0])
    assert not {"Add", "Dropout", "BatchNormalization"} & set(plain)
    full = kinds()
    # Every second module of the first eight keeps its number of channels, and so do the last three.
    assert full.count("Add") == 4 + 3
    assert full.count("Dropout") == full.count("BatchNormalization") == 11


@pytest.mark.parametrize("modules", [0, 12, -1])
def test_says_how_many_modules_there_are(modules):
    with pytest.raises(ValueError, match="1 to 11 fire modules"):
        squeezenet(modules=modules)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return squeezenet(modules=2)


IMAGES = np.random.default_rng(0).uniform(0, 255, (3, 48, 48, 1)).astype("float32")


def test_takes_grey_levels_and_gives_probabilities(network):
    p = network.predict_on_batch(IMAGES)
    assert p.shape == (3, 7)
    assert p.dtype == np.float32
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-5)
    np.testing.assert_allclose(network.predict_on_batch(IMAGES.astype("uint8")), p, atol=0.02)
    # The scaling to 0..1 is the network's own: the first convolution sees the pixels divided by 255.
    seen = keras.Model(network.input, network.get_layer("conv1").input).predict_on_batch(IMAGES)
    np.testing.assert_allclose(seen, np.repeat(IMAGES, 3, 3) / 255, rtol=1e-5)


def test_feature_maps_shrink_to_12_and_to_6():
    model = squeezenet()
    sizes = [model.get_layer(f"fire{n}_concat").output.shape[1:3] for n in range(2, 13)]
    assert sizes == [(12, 12)] * POOL_AFTER + [(6, 6)] * (11 - POOL_AFTER)


def fire(channels, **switches):
    x = keras.Input((5, 5, channels))
    return keras.Model(x, fire_module(x, 4, 8, **switches))


def test_bypass_adds_the_input_and_nothing_else():
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 16)).astype("float32")
    zeros = fire(16, bypass=True)
    zeros.set_weights([np.zeros_like(w) for w in zeros.get_weights()])
    np.testing.assert_array_equal(zeros.predict_on_batch(x), x)
    with_bypass, without = fire(16, bypass=True), fire(16)
    without.set_weights(with_bypass.get_weights())
    np.testing.assert_allclose(
        with_bypass.predict_on_batch(x), without.predict_on_batch(x) + x, rtol=1e-5, atol=1e-6
    )
    # Where the channels don't agree, there is nothing to add.
    assert not any(isinstance(layer, keras.layers.Add) for layer in fire(12, bypass=True).layers)


def test_fire_module_is_what_its_formula_says():
    x = np.random.default_rng(0).normal(size=(1, 5, 5, 3)).astype("float32")
    model = fire(3)
    (w1, b1), (we1, be1), (we3, be3) = (
        model.get_layer(f"fire_{name}").get_weights() for name in ("squeeze", "expand1x1", "expand3x3")
    )
    squeezed = np.maximum(x[0] @ w1[0, 0] + b1, 0)
    left = np.maximum(squeezed @ we1[0, 0] + be1, 0)
    padded = np.pad(squeezed, ((1, 1), (1, 1), (0, 0)))
    right = sum(padded[i : i + 5, j : j + 5] @ we3[i, j] for i in range(3) for j in range(3))
    expected = np.concatenate([left, np.maximum(right + be3, 0)], axis=-1)
    np.testing.assert_allclose(model.predict_on_batch(x)[0], expected, rtol=1e-4, atol=1e-5)


def test_dropout_hides_values_in_training_alone():
    x = np.ones((50, 5, 5, 3), "float32")
    model = fire(3, dropout=0.5)
    model.set_weights([np.abs(w) + 0.1 for w in model.get_weights()])  # no value is zero by itself
    assert (np.array(model(x)) > 0).all()
    shown = np.array(model(x, training=True)) > 0
    assert 0.45 < shown.mean() < 0.55
    maps = shown.mean((1, 2))
    assert 0 < np.median(maps) < 1  # each value for itself, not a map at a time


def test_zoo_builds_by_name_and_lists_the_names():
    eight = zoo.build("squeezenet-zima", 8)
    assert eight.output_shape == (None, 8)
    assert eight.count_params() == counted_by_hand(11, True, 8)
    with pytest.raises(ValueError, match=r"no network 'resnet'.*squeezenet, squeezenet-zima.*vgg16"):
        zoo.build("resnet", 7)


@pytest.fixture(scope="module")
def saved(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "net.v1"
    network.compile("adam", "categorical_crossentropy")
    return zoo.save_model(network, path, FER2013, {"command": "none"})


def test_saves_three_files_that_agree(network, saved):
    keras_file, litert_file, card = saved
    assert [f.name for f in saved] == ["net.v1.keras", "net.v1.tflite", "net.v1.json"]
    assert json.loads(card.read_text()) == {
        "classes": list(FER2013),
        "parameters": network.count_params(),
        "command": "none",
        "litert": "8-bit weights",
    }
    loaded, light = ferlab.load_model(keras_file), ferlab.load_predictor(litert_file)
    p = network.predict_on_batch(IMAGES)
    np.testing.assert_allclose(loaded.predict_on_batch(IMAGES), p, rtol=1e-4)
    np.testing.assert_allclose(light(IMAGES), p, atol=0.01)
    assert light.classes == FER2013
    # An optimizer's memory would triple the file.
    with zipfile.ZipFile(keras_file) as archive:
        assert b"optimizer" not in archive.read("model.weights.h5")
    assert litert_file.stat().st_size < 0.8 * keras_file.stat().st_size


def test_saves_nothing_under_wrong_names(network, tmp_path):
    with pytest.raises(ValueError, match="7 probabilities, but there are 2 classes"):
        zoo.save_model(network, tmp_path / "net", ("yes", "no"), {})
    assert not list(tmp_path.iterdir())


def test_saves_nothing_where_the_small_file_answers_otherwise(network, tmp_path, monkeypatch):
    other = squeezenet(modules=2)
    layer = other.get_layer("classes")
    layer.set_weights([layer.get_weights()[0] * 0, np.eye(7)[3] * 9])
    small = zoo.litert(other)
    monkeypatch.setattr(zoo, "litert", lambda *_: small)
    layer.set_weights([layer.get_weights()[0] * 0, np.eye(7)[4] * 9])
    with pytest.raises(ValueError, match="other labels"):
        zoo.save_model(other, tmp_path / "net", FER2013, {})
    assert not list(tmp_path.iterdir())


def test_weights_of_sixteen_bits_where_eight_give_other_labels(tmp_path):
    image = keras.Input((48, 48, 1))
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    model = keras.Model(image, keras.layers.Dense(7, activation="softmax")(x))
    kernel = np.random.default_rng(0).normal(0, 0.05, (48 * 48, 7))
    kernel[0] = 500  # the same for each class, so that it changes no answer, but all weights share its scale
    model.layers[-1].set_weights([kernel, np.zeros(7)])
    _, litert_file, card = zoo.save_model(model, tmp_path / "net", FER2013, {})
    assert json.loads(card.read_text())["litert"] == "float16"
    light = ferlab.load_predictor(litert_file)
    np.testing.assert_allclose(light(IMAGES), model.predict_on_batch(IMAGES), atol=0.01)


def rewritten(source, target, change):
    """A copy of a .keras file with its config changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                content = json.dumps(change(json.loads(content)))
            new.writestr(name, content)
    return target


def with_layer(class_name, module, registered=None):
    def change(config):
        layer = config["config"]["layers"][1]
        layer.update(class_name=class_name, module=module, registered_name=registered)
        return config

    return change


@pytest.mark.parametrize(
    "change",
    [
        with_layer("Lambda", "keras.layers"),
        with_layer("TFSMLayer", "keras.layers"),
        with_layer("system", "os"),
        with_layer("Thing", None, "theirs>Thing"),
        with_layer("Rescaling", "kerasevil.layers"),
    ],
)
def test_runs_no_code_of_a_models_author(saved, tmp_path, change):
    with pytest.raises(ValueError, match="could run code"):
        ferlab.load_model(rewritten(saved[0], tmp_path / "bad.keras", change))


def compiled_within(loss):
    """Give the inner model of a network a loss in the file's words, as Keras reads it."""

    def change(config):
        inner = next(layer for layer in config["config"]["layers"] if layer["class_name"] == "Functional")
        inner["compile_config"] = {"loss": loss}
        return config

    return change


def test_runs_no_code_from_the_set_up_of_an_inner_model(tmp_path):
    image = keras.Input((48, 48, 1))
    flat = keras.layers.Flatten()(image)
    inner = keras.Model(image, keras.layers.Dense(2, activation="softmax")(flat), name="inner")
    keras.Model(image, inner(image)).save(tmp_path / "nested.keras")
    program = {"class_name": "TFSMLayer", "module": "keras.layers", "config": {"filepath": "theirs"}}
    bad = rewritten(tmp_path / "nested.keras", tmp_path / "bad.keras", compiled_within(program))
    with pytest.raises(ValueError, match=r"'TFSMLayer'.*could run code"):
        ferlab.load_model(bad)
    good = rewritten(tmp_path / "nested.keras", tmp_path / "good.keras", compiled_within("mse"))
    assert ferlab.load_model(good).get_layer("inner").compiled
    # That of the whole is dropped unread.
    whole = rewritten(
        tmp_path / "nested.keras",
        tmp_path / "whole.keras",
        lambda c: {**c, "compile_config": {"loss": program}},
    )
    assert not ferlab.load_model(whole).compiled


def test_says_what_is_wrong_with_a_model_file(saved, tmp_path):
    (tmp_path / "empty.keras").write_bytes(b"")
    (tmp_path / "text.keras").write_text("hello")
    (tmp_path / "short.keras").write_bytes(saved[0].read_bytes()[:50_000])
    for name in ("empty", "text", "short"):
        with pytest.raises(ValueError, match="not a Keras 3 model file"):
            ferlab.load_model(tmp_path / f"{name}.keras")
    unknown = rewritten(saved[0], tmp_path / "unknown.keras", with_layer("Nonesuch", "keras.layers"))
    with pytest.raises(ValueError, match="could not be read as a Keras model"):
        ferlab.load_model(unknown)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        ferlab.load_model(tmp_path / "missing.keras")
    with pytest.raises(ValueError, match=r"no trained network 'nonesuch'.*shipped"):
        ferlab.load_model("nonesuch")


def test_smaller_kinds_of_litert_agree_and_shrink(network, tmp_path):
    p, sizes, floats = network.predict_on_batch(IMAGES), [], []
    for kind in zoo.LITERT_KINDS:
        file = tmp_path / f"{kind}.tflite"
        file.write_bytes(zoo.litert(network, kind, IMAGES[..., 0]))
        sizes.append(file.stat().st_size)
        interpreter = Interpreter(str(file))
        interpreter.allocate_tensors()
        floats.append(sum(part["dtype"] == np.float32 for part in interpreter.get_tensor_details()))
        np.testing.assert_allclose(ferlab.load_predictor(file)(IMAGES), p, atol=0.03)
    assert sizes[0] > 1.5 * sizes[1] > 2 * sizes[2]
    assert floats[3] < floats[2] / 3  # whole numbers on the way too, but for images in and probabilities out
    with pytest.raises(ValueError, match="needs examples"):
        zoo.litert(network, "8-bit")
    with pytest.raises(ValueError, match="there are float32"):
        zoo.litert(network, "4-bit")


def test_a_file_keeps_half_precision_and_loads_as_single(saved):
    model = ferlab.load_model(saved[0])
    assert {w.dtype for w in model.get_weights()} == {np.dtype("float32")}
    for weight in model.get_weights():
        np.testing.assert_array_equal(weight, weight.astype("float16").astype("float32"))
    assert saved[0].stat().st_size < 2.3 * model.count_params()


def test_the_shipped_networks_are_small_and_by_their_faces():
    assert sum(f.stat().st_size for f in zoo.WEIGHTS.iterdir()) < 20_000_000

    class Drawn:
        name = "drawn faces"

    p = ferlab.load_model("squeezenet", Drawn).predict_on_batch(IMAGES)
    np.testing.assert_allclose(ferlab.load_predictor("squeezenet-drawn")(IMAGES), p, atol=0.05)
