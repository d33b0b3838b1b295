"""fit learns, repeats, survives being killed, and says what is wrong with what it is given."""

import io
import os
import resource
import signal
import subprocess
import sys
import textwrap
import tracemalloc

import numpy as np
import pytest

import ferlab  # noqa: F401 first, so that TensorFlow starts quietly

import keras  # isort: skip
from keras import ops  # isort: skip

from ferlab.callbacks import Progress
from ferlab.faces import Faces
from ferlab.losses import CategoricalFocalLoss
from ferlab.models.squeezenet import squeezenet
from ferlab.preprocessing import RandomAffine, class_weights, one_hot
from ferlab.training import _OPTIMIZERS, Batches, _arrays, _schedule, fit


def shades(n, seed=0):
    """Grey noise around a shade of its own: label 0 where that is dark, label 1 where it is bright."""
    rng = np.random.default_rng(seed)
    shade, noise = rng.uniform(40, 216, (n, 1, 1)), rng.uniform(-40, 40, (n, 48, 48))
    return (shade + noise).astype(np.uint8), one_hot((shade[:, 0, 0] > 128).astype(int), 2)


def small_network(seed=0, **switches):
    """The first fire module alone: learns shades() in seconds, and has every kind of state."""
    keras.utils.set_random_seed(seed)
    model = squeezenet(2, **{"modules": 1, "dropout": 0.1, **switches})
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.5  # its usual averages over 100 batches lag behind trainings of 15
    return model


SETTINGS = {"epochs": 5, "batch_size": 16, "learning_rate": 3e-3, "precision": "float32", "verbose": False}
STILL = {**SETTINGS, "epochs": 1, "learning_rate": 1e-12, "weight_decay": 0.0}  # in which nothing is learnt


def run(folder=None, model=None, **changes):
    model = model or small_network()
    augment = RandomAffine(flip=False, seed=0)
    settings = {"augment": augment, "folder": folder, **SETTINGS, **changes}
    return model, fit(model, shades(48), shades(32, 1), **settings)


@pytest.fixture(scope="module")
def whole():
    """An uninterrupted training: its weights and history."""
    return run()


def test_learns_what_is_easy_and_repeats_with_its_seed(whole):
    history = fit(small_network(), shades(64), shades(32, 1), **{**SETTINGS, "epochs": 8})
    assert max(history["val_accuracy"]) > 0.95
    assert history["loss"][-1] < history["loss"][0] / 2
    _, again = run()
    assert sorted(again) == ["accuracy", "loss", "seconds", "val_accuracy", "val_loss"]
    for name in ("accuracy", "loss", "val_accuracy", "val_loss"):
        assert whole[1][name] == pytest.approx(again[name], rel=1e-4), name
    _, other = run(seed=1)
    assert other["loss"] != pytest.approx(again["loss"], rel=1e-4)


def test_leaves_the_weights_that_were_best(whole):
    model, history = whole
    images, targets = shades(32, 1)
    right = model.predict(images[..., None].astype("float32"), verbose=0).argmax(1) == targets.argmax(1)
    assert right.mean() == pytest.approx(max(history["val_accuracy"]))


# A training that is killed outright: in its third epoch, or between its two files.
KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
import test_training
from ferlab import callbacks, training
folder, where = sys.argv[1:]
if where == "in an epoch":
    get, asked = training.Batches.__getitem__, []
    def get_or_die(self, i):
        asked.append(i)
        if len(asked) > 8:  # an epoch has three
            os.kill(os.getpid(), signal.SIGKILL)
        return get(self, i)
    training.Batches.__getitem__ = get_or_die
if where == "between the files":
    write, written = callbacks._replace, []
    def write_or_die(path, ending, how):
        written.append(path.name)
        if written[-2:] == ["best.weights.h5", "state.npz"] and len(written) > 3:
            os.kill(os.getpid(), signal.SIGKILL)
        write(path, ending, how)
    callbacks._replace = write_or_die
test_training.run(folder, verbose=True)
"""


@pytest.mark.parametrize("where", ["in an epoch", "between the files"])
def test_goes_on_to_the_same_end_after_sigkill(where, whole, tmp_path):
    script = textwrap.dedent(KILLED).format(tests=os.path.dirname(__file__))
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path), where], stdout=subprocess.DEVNULL)
    assert done.returncode == -signal.SIGKILL
    with np.load(tmp_path / "state.npz") as saved:
        assert 0 < int(saved["about"].item().split('"epochs": ')[1][0]) < 5
    model, history = run(tmp_path)
    assert history["loss"] == pytest.approx(whole[1]["loss"], rel=1e-4)
    for mine, expected in zip(model.get_weights(), whole[0].get_weights(), strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-3, atol=1e-5)


def test_a_finished_training_is_not_trained_again(tmp_path):
    _, history = run(tmp_path, epochs=2)
    before = (tmp_path / "state.npz").stat().st_mtime_ns
    _, again = run(tmp_path, epochs=2)
    assert again == history
    assert (tmp_path / "state.npz").stat().st_mtime_ns == before


def test_refuses_the_folder_of_another_training(tmp_path):
    run(tmp_path, epochs=1)
    for switches in ({"batch_norm": False}, {"dropout": 0.2}):
        with pytest.raises(ValueError, match=r"other settings \(layers was \d+, is \d+\)"):
            run(tmp_path, model=small_network(**switches), epochs=1)
    with pytest.raises(ValueError, match="batch_size was 16, is 8"):
        run(tmp_path, batch_size=8, epochs=1)
    with pytest.raises(
        ValueError, match="loss was categorical_crossentropy, is categorical_focal_crossentropy"
    ):
        run(tmp_path, loss=keras.losses.CategoricalFocalCrossentropy(), epochs=1)
    with pytest.raises(ValueError, match=r"class_weight was None, is \{0: 2\.0\}"):
        run(tmp_path, class_weight={0: 2.0}, epochs=1)


def test_refuses_a_state_that_was_taught_otherwise(tmp_path):
    run(tmp_path, epochs=1, about={"targets": "label"})
    run(tmp_path, epochs=1, about={"targets": "label"})
    with pytest.raises(ValueError, match="targets was label, is votes"):
        run(tmp_path, epochs=1, about={"targets": "votes"})
    with pytest.raises(ValueError, match="targets was label, is None"):
        run(tmp_path, epochs=1)
    with pytest.raises(ValueError, match="start was None, is there"):
        run(tmp_path, epochs=1, about={"targets": "label", "start": "there"})


def test_refuses_a_state_of_a_loss_with_other_settings(tmp_path):
    run(tmp_path, epochs=1, loss=CategoricalFocalLoss([1.0, 1.0], 2.0))
    with pytest.raises(ValueError, match=r"loss was .*'gamma': 2\.0.*'gamma': 5\.0"):
        run(tmp_path, epochs=1, loss=CategoricalFocalLoss([1.0, 1.0], 5.0))


def test_accuracy_counts_the_first_classes_alone():
    images, _ = shades(32)
    model = small_network()
    answers = np.eye(2)[model.predict(images[..., None].astype("float32"), verbose=0).argmax(1)]
    first_wrong = images, np.hstack([1 - answers, answers])
    twice = keras.Model(model.input, keras.layers.Concatenate()([model.output, model.output]))
    assert fit(twice, first_wrong, first_wrong, classes=2, **STILL)["val_accuracy"] == [0.0]


def test_class_weights_go_by_the_first_classes():
    images, targets = shades(32)
    sure = np.hstack([0.6 * targets + 0.2, np.tile([1.0, 0.0], (32, 1))]).astype(
        "float32"
    )  # a second head is surer
    loss = {}
    for weight in (1.0, 3.0):
        model = small_network()
        twice = keras.Model(model.input, keras.layers.Concatenate()([model.output, model.output]))
        history = fit(
            twice, (images, sure), (images, sure), classes=2, class_weight={0: weight, 1: weight}, **STILL
        )
        loss[weight] = history["loss"][0]
    assert loss[3.0] == pytest.approx(3 * loss[1.0], rel=1e-3)


def test_step_size_rises_then_falls_to_zero():
    sizes = np.array([float(_schedule(0.5, 200, last=0.0)(step)) for step in range(201)])
    assert sizes.argmax() == 10
    assert sizes[10] == pytest.approx(0.5)
    assert sizes[105] == pytest.approx(0.25, abs=0.01)  # half way down
    assert sizes[200] == pytest.approx(0, abs=1e-6)
    kept = np.array([float(_schedule(0.5, 200, last=1.0)(step)) for step in range(201)])
    assert kept[:11] == pytest.approx(sizes[:11])
    assert kept[10:] == pytest.approx(0.5)


def test_averaging_leaves_the_mean_of_the_weights_after_each_epoch(tmp_path):
    after = []
    for epochs in (1, 2, 3):  # each goes on from the one before
        model, history = run(tmp_path, average=True, epochs=epochs)
        with np.load(tmp_path / "state.npz") as state:
            after.append([state[f"v{i}"] for i in range(len(model.trainable_weights))])
    for found, *values in zip(model.trainable_weights, *after, strict=True):
        np.testing.assert_allclose(found.numpy(), np.mean(values, axis=0), rtol=1e-5, atol=1e-6)
    at_once, same = run(average=True, epochs=3)
    assert same["loss"] == pytest.approx(history["loss"], rel=1e-4)
    for found, expected in zip(model.get_weights(), at_once.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
    again, _ = run(tmp_path, average=True, epochs=3)  # nothing is left to train
    for found, expected in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="average was True, is None"):
        run(tmp_path, epochs=3)
    with pytest.raises(ValueError, match="patience=2 can't be heeded"):
        run(average=True, patience=2)


def test_averaging_normalises_by_the_averaged_weights():
    model = small_network(dropout=0)
    norm = next(x for x in model.layers if isinstance(x, keras.layers.BatchNormalization))
    norm.momentum = 0.99
    run(model=model, average=True, augment=None)
    assert norm.momentum == 0.99
    seen = keras.Model(model.input, norm.input).predict_on_batch(shades(48)[0][..., None].astype("float32"))
    mean, variance = norm.get_weights()[-2:]
    np.testing.assert_allclose(mean, seen.mean((0, 1, 2)), rtol=1e-3, atol=1e-5)
    # The mean of three batches' variances: smaller than that of all by the variance of their means.
    np.testing.assert_allclose(variance, seen.var((0, 1, 2)), rtol=0.1)


@pytest.mark.parametrize("left", [0, 100, 5000])
def test_says_that_a_state_file_is_damaged(tmp_path, left):
    run(tmp_path, epochs=1)
    state = tmp_path / "state.npz"
    state.write_bytes(state.read_bytes()[:left])
    with pytest.raises(ValueError, match=r"state\.npz is damaged .* delete it"):
        run(tmp_path, epochs=2)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # h5py closes twice
def test_a_full_disk_costs_no_state(tmp_path):
    _, history = run(tmp_path, epochs=2)
    before = (tmp_path / "state.npz").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, hard))
    try:
        with pytest.raises(OSError, match="could not be written"):
            run(tmp_path, epochs=4)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "state.npz").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["best.weights.h5", "state.npz"]
    _, longer = run(tmp_path, epochs=4)
    assert longer["loss"][:2] == history["loss"]
    assert len(longer["loss"]) == 4


def test_the_last_weights_are_kept_where_that_is_asked_for(tmp_path):
    images, targets = shades(32, 1)
    against = images, 1 - targets  # the more it learns the worse it seems, so the best epoch isn't the last
    kept = []
    for keep_last in (False, True):  # the second finds the training finished
        model = small_network()
        history = fit(model, shades(48), against, folder=tmp_path, keep_last=keep_last, **SETTINGS)
        kept.append(model)
    assert np.argmax(history["val_accuracy"]) < SETTINGS["epochs"] - 1
    with np.load(tmp_path / "state.npz") as state:
        for number, (best, last) in enumerate(zip(*(m.trainable_variables for m in kept), strict=True)):
            np.testing.assert_array_equal(last, state[f"v{number}"])
            assert (ops.convert_to_numpy(best) != ops.convert_to_numpy(last)).any()


def test_going_on_does_not_forget_which_weights_were_best(tmp_path):
    images, targets = shades(32, 1)
    against = images, 1 - targets  # the more it learns the worse it seems
    first, later = small_network(), small_network()
    fit(first, shades(48), against, folder=tmp_path, **{**SETTINGS, "epochs": 2})
    history = fit(later, shades(48), against, folder=tmp_path, **SETTINGS)
    assert np.argmax(history["val_accuracy"]) < 2
    for mine, best in zip(later.get_weights(), first.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, best)


def test_the_optimizer_is_the_one_that_was_asked_for(tmp_path):
    sgd, adamw = _OPTIMIZERS["sgd"](0.1, 5e-4), _OPTIMIZERS["adamw"](0.1, 0.05)
    assert (sgd.momentum, sgd.nesterov, sgd.weight_decay) == (0.9, True, 5e-4)
    assert adamw.weight_decay == 0.05
    size = {}
    for name in ("sgd", "adamw"):
        model, _ = run(tmp_path / name, optimizer=name, epochs=1)
        size[name] = len(np.load(tmp_path / name / "state.npz").files)
    assert size["adamw"] - size["sgd"] == len(model.trainable_variables)  # one memory more for each


def test_a_state_of_numpys_numbers_is_found_again(tmp_path):
    numbers = {
        "batch_size": np.int64(16),
        "learning_rate": np.float32(3e-3),
        "about": {"share": np.float64(0.5)},
    }
    _, history = run(tmp_path, epochs=1, **numbers)
    assert run(tmp_path, epochs=1, **numbers)[1] == history


def test_a_weight_of_no_class_is_named():
    with pytest.raises(ValueError, match="class_weight names 'disgust'; expected numbers of classes, 0 to 1"):
        run(class_weight={"disgust": 9.0, 0: 1.0})


def test_an_unknown_optimizer_is_named():
    with pytest.raises(ValueError, match="adamw, sgd"):
        run(optimizer="adam")


def test_class_weights_weigh_the_loss_and_not_the_accuracy():
    (images, _), labels = shades(40), np.arange(40) % 10 == 0
    faces = Faces(images, labels.astype(int), ("no", "yes"), "noise", np.zeros(40, np.uint8), np.arange(40))
    model, weight = small_network(dropout=0.0, batch_norm=False), class_weights(faces.labels, 2)
    p = model.predict(images[..., None].astype("float32"), verbose=0)[np.arange(40), faces.labels]
    history = fit(model, faces, faces, class_weight=weight, **{**STILL, "batch_size": 40})
    assert history["loss"][0] == pytest.approx(np.mean(-np.log(p) * np.where(labels, 5, 1 / 1.8)), rel=1e-4)
    assert history["val_loss"][0] == pytest.approx(np.mean(-np.log(p)), rel=1e-4)
    assert history["accuracy"] == history["val_accuracy"] == pytest.approx([np.mean(p > 0.5)])


def test_the_loss_is_the_one_that_was_asked_for():
    images, targets = shades(40)
    model = small_network(dropout=0.0, batch_norm=False)
    p = (model.predict(images[..., None].astype("float32"), verbose=0) * targets).sum(1)
    pair, loss = (images, targets), CategoricalFocalLoss(gamma=2.0)
    history = fit(model, pair, pair, loss=loss, **{**STILL, "batch_size": 40})
    assert history["loss"][0] == pytest.approx(np.mean((1 - p) ** 2 * -np.log(p)), rel=1e-4)


def test_weight_decay_makes_the_weights_smaller():
    size = {}
    for decay in (0.0, 5.0):
        model, _ = run(weight_decay=decay, learning_rate=1e-2, augment=None, epochs=1)
        kernel = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)).kernel
        size[decay] = np.linalg.norm(ops.convert_to_numpy(kernel))
    assert size[5.0] < 0.95 * size[0.0]


def taken(seed, epochs):
    """The numbers of the faces in each batch, a list of four batches for each epoch."""
    images, targets = shades(50)
    images[:, 0, 0] = np.arange(50)  # each face carries its number
    get, batches = Batches.__getitem__, []

    def noted(self, i):
        batch = get(self, i)
        batches.append(batch[0][:, 0, 0, 0].astype(int).tolist())
        return batch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Batches, "__getitem__", noted)
        fit(small_network(), (images, targets), shades(32, 1), **{**SETTINGS, "epochs": epochs}, seed=seed)
    batches = batches[-4 * epochs :]  # Keras looks at some before it begins
    return [batches[4 * epoch : 4 * epoch + 4] for epoch in range(epochs)]


def test_every_epoch_takes_each_face_once_in_an_order_of_its_own():
    first, second = taken(seed=0, epochs=2)
    for epoch in (first, second):
        assert [len(batch) for batch in epoch] == [16, 16, 16, 2]
        assert sorted(np.concatenate(epoch)) == list(range(50))
    assert first != second
    assert taken(seed=1, epochs=1) != [first]


def test_stops_when_it_gets_no_better_also_when_called_again(tmp_path):
    impatient = {"learning_rate": 1e-12, "epochs": 20, "patience": 2, "augment": None}
    _, history = run(tmp_path, **impatient)
    assert len(history["loss"]) == 3
    assert run(tmp_path, **impatient)[1] == history


class Negative(keras.layers.Layer):
    """Swaps bright and dark in training, so that shades() mean the opposite then."""

    def call(self, images, training=False):
        return 255 - images if training else images


def test_augmentation_acts_in_training_alone():
    model = small_network()
    history = fit(model, shades(64), shades(32, 1), augment=Negative(), **{**SETTINGS, "epochs": 8})
    assert history["accuracy"][-1] > 0.9
    assert history["val_accuracy"][-1] < 0.1
    # What it has learnt is wrong in use, so the best weights are not the last: those are left in the model.
    images, targets = shades(32, 1)
    right = model.predict(images[..., None].astype("float32"), verbose=0).argmax(1) == targets.argmax(1)
    assert right.mean() == pytest.approx(max(history["val_accuracy"]))
    assert right.mean() > history["val_accuracy"][-1] + 0.2
    assert not any(isinstance(layer, Negative) for layer in model.layers)


def test_bfloat16_is_for_training_only():
    model, history = run(precision="mixed_bfloat16", epochs=1)
    assert np.isfinite(history["val_loss"][0])
    assert {w.dtype for w in model.weights} == {"float32"}
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}


class Spy(keras.layers.Layer):
    """Notes in which number format the layer before it, and those with this name, compute."""

    def __init__(self, model):
        super().__init__()
        self.model, self.seen = [model], {}

    def call(self, x):
        self.seen |= {layer.name: layer.compute_dtype for layer in self.model[0].layers}
        return x


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_training_computes_in_the_format_that_was_asked_for(precision):
    image = keras.Input((48, 48, 1))
    x = keras.layers.Conv2D(2, 3, strides=16, name="conv")(
        keras.layers.Rescaling(1 / 255, name="scale")(image)
    )
    answer = keras.layers.Dense(2, activation="softmax", name="answer")(keras.layers.Flatten()(x))
    model = keras.Model(image, answer)
    spy = Spy(model)
    run(model=model, augment=spy, precision=precision, epochs=1)
    assert spy.seen["conv"] == precision.removeprefix("mixed_")
    assert spy.seen["scale"] == spy.seen["answer"] == "float32"


def test_fewer_epochs_than_the_folder_has_are_refused(tmp_path):
    run(tmp_path, epochs=2)
    with pytest.raises(ValueError, match="holds a training of 2 epochs, 1 were asked for"):
        run(tmp_path, epochs=1)
    assert len(run(tmp_path, epochs=2)[1]["loss"]) == 2


IMAGES, TARGETS = shades(8)
NAN = np.where(np.arange(48) == 5, np.nan, IMAGES.astype("float32"))
BAD = {
    "no validation faces": ((IMAGES, TARGETS), (IMAGES[:0], TARGETS[:0]), "there are no validation faces"),
    "no training faces": ((IMAGES[:0], TARGETS[:0]), (IMAGES, TARGETS), "there are no training faces"),
    "pixels not a number": ((NAN, TARGETS), (IMAGES, TARGETS), "not finite"),
    "validation pixels not a number": ((IMAGES, TARGETS), (NAN, TARGETS), "not finite"),
    "too many classes": ((IMAGES, one_hot([0] * 8, 3)), (IMAGES, TARGETS), r"expected \(8, 2\)"),
    "labels for targets": ((IMAGES, TARGETS.argmax(1)), (IMAGES, TARGETS), r"targets \(8,\)"),
    "fewer targets": ((IMAGES, TARGETS), (IMAGES, TARGETS[:5]), r"targets \(5, 2\)"),
    "targets not a number": ((IMAGES, TARGETS * np.nan), (IMAGES, TARGETS), "not all finite"),
    "another size": ((IMAGES[:, :40], TARGETS), (IMAGES, TARGETS), r"\(8, 40, 48\)"),
    "scaled already": ((IMAGES / 255, TARGETS), (IMAGES, TARGETS), "multiply by 255"),
}


@pytest.mark.parametrize("case", BAD)
def test_says_what_is_wrong_with_the_faces(case):
    train, validation, message = BAD[case]
    with pytest.raises(ValueError, match=message):
        fit(small_network(), train, validation, **SETTINGS)


def test_bytes_are_not_copied_to_be_checked():
    images = np.broadcast_to(IMAGES[:1], (4000, 48, 48)).copy()
    targets = np.tile(TARGETS[:1], (4000, 1))
    model = small_network()
    tracemalloc.start()
    found, _ = _arrays((images, targets), model, "training")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.shares_memory(found, images)
    assert found.shape == (4000, 48, 48, 1)
    assert peak < images.nbytes / 4


def test_says_that_the_loss_exploded(tmp_path):
    with pytest.raises(FloatingPointError, match="smaller learning_rate"):
        run(tmp_path, learning_rate=1e30, augment=None)
    assert not (tmp_path / "state.npz").exists()


def test_progress_is_a_line_an_epoch_in_a_log(capsys):
    run(epochs=2, verbose=True)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[:2]] == ["epoch 1/2", "epoch 2/2"]
    assert len(lines) == 3
    assert "best val_accuracy" in lines[-1]


def test_progress_in_a_terminal_leaves_nothing_of_a_longer_line(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    progress = Progress(1, None)
    progress._show("a long line")
    progress._show("short")
    progress._show("done", last=True)
    assert terminal.getvalue() == "\ra long line\rshort      \rdone \n"  # and no escape sequence
