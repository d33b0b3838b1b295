"""Predictor: the network that was trained, without TensorFlow."""

import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ferlab
from ferlab.emotions import FERPLUS
from ferlab.inference import WEIGHTS, as_batch, check_greys
from ferlab.quiet import no_stderr

IMAGES = ferlab.draw_faces(150, seed=5).images


@pytest.fixture(scope="module")
def predictor():
    return ferlab.load_predictor("squeezenet-drawn")


@pytest.mark.parametrize("name", ["squeezenet", "squeezenet-drawn"])
def test_says_what_the_keras_model_says(name):
    images = ferlab.load_faces("drawn", split="PublicTest").images  # 900: shares of 150 jump by whole points
    keras_model = ferlab.load_model(name)
    parts = [images[i : i + 150, ..., None].astype("float32") for i in range(0, len(images), 150)]
    expected = np.concatenate([np.asarray(keras_model.predict_on_batch(part)) for part in parts])
    found = ferlab.load_predictor(name)(images)
    assert found.dtype == np.float32
    # With 8-bit weights probabilities are off by 0.003 on average on the kind of faces that a network knows, by
    # 0.006 on the other kind, and by up to 0.12 where labels are close (16-bit weights: 0.002 at most, twice
    # the file, a third of the speed).
    apart = np.abs(found - expected)
    assert apart.mean() < 8e-3
    assert apart.max() < 0.15
    second, first = np.sort(expected, axis=1)[:, -2:].T
    same = found.argmax(1) == expected.argmax(1)
    assert same[first - second > 0.1].all()  # only what was nearly a draw may tip over
    if name == "squeezenet-drawn":  # on the faces it was made for, that is rare
        assert same.mean() > 0.98


def test_rows_are_probabilities_in_the_order_of_the_classes(predictor):
    found = predictor(IMAGES)
    assert predictor.classes == ferlab.draw_faces(1).classes
    assert found.shape == (150, 7)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)


@given(start=st.integers(0, 100), n=st.integers(0, 50), as_float=st.booleans(), channel=st.booleans())
@settings(max_examples=15, deadline=None)
def test_an_answer_depends_on_its_image_alone(predictor, start, n, as_float, channel):
    images = IMAGES[start : start + n].astype(np.float32 if as_float else np.uint8)
    found = predictor(images[..., None] if channel else images)
    np.testing.assert_allclose(found, predictor(IMAGES)[start : start + n], atol=1e-5)


def test_the_caller_s_images_stay_as_they_are(predictor):
    images = IMAGES[:40].astype(np.float32)
    before = images.copy()
    predictor(images)
    np.testing.assert_array_equal(images, before)


def test_threads_get_their_own_answers(predictor):
    expected, found = predictor(IMAGES), {}

    def ask(i):
        found[i] = predictor(IMAGES[i : i + 40])

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(8))
    for i, answer in found.items():
        np.testing.assert_allclose(answer, expected[i : i + 40], atol=1e-5)


def test_a_copy_in_another_process_says_the_same(predictor):
    sent = pickle.dumps(predictor)
    code = "import sys, pickle, numpy as np; p = pickle.load(sys.stdin.buffer); assert p.name == 'squeezenet-drawn'; "
    code += "np.save(sys.stdout.buffer, p(np.arange(20 * 48 * 48).reshape(20, 48, 48) % 250))"
    done = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, check=True)
    expected = predictor(np.arange(20 * 48 * 48).reshape(20, 48, 48) % 250)
    np.testing.assert_allclose(np.load(io.BytesIO(done.stdout)), expected, atol=1e-6)
    assert pickle.loads(sent).classes == predictor.classes
    assert pickle.loads(sent) is pickle.loads(sent)  # set up once, however many tasks carry it


def test_needs_no_tensorflow():
    code = (
        "import sys, numpy as np, ferlab; ferlab.load_predictor()(np.full((40, 48, 48), 99)); "
        "print(sorted({'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert "XNNPACK" not in done.stderr


@pytest.mark.parametrize(
    ("images", "complaint"),
    [
        (IMAGES[0], r"\(48, 48\).*image\[None\]"),
        (IMAGES[:, :40], r"\(150, 40, 48\), expected \(n, 48, 48\)"),
        (np.zeros((2, 48, 48, 3)), r"\(2, 48, 48, 3\)"),
        (IMAGES * 1.5, "run from .* expected 0"),
        (IMAGES - 200.0, "run from -"),
        (IMAGES / 255.0, "multiply by 255"),
        (np.where(IMAGES[0, 0, 0] == IMAGES, np.nan, IMAGES), "not finite"),
        (np.full((1, 48, 48), np.inf), "2304 pixels are not finite"),
        (IMAGES.astype(str), "<U3"),
        ([[1, 2], [3, 4]], r"\(2, 2\)"),
    ],
)
def test_bad_images_are_refused_in_words(predictor, images, complaint):
    with pytest.raises(ValueError, match=complaint):
        predictor(images)


def test_greys_may_overshoot_by_less_than_half_a_level():
    check_greys(np.array([-0.4, 255.4]), "images are")
    for beyond in (-0.6, 255.6):
        with pytest.raises(ValueError, match="pixels run from"):
            check_greys(np.array([100, beyond]), "images are")


def test_a_nearly_black_face_is_one(predictor):
    dark = (IMAGES[:2] > 128).astype(np.uint8)
    assert (predictor(dark.astype(np.float32)) == predictor(dark)).all()


def test_black_is_an_image_and_none_is_a_batch(predictor):
    assert predictor(np.zeros((1, 48, 48))).shape == (1, 7)
    assert predictor(np.zeros((0, 48, 48))).shape == (0, 7)
    assert as_batch(np.full((1, 48, 48), 255.2)).dtype == np.float32  # a blur may overshoot


def test_weights_follow_the_kind_of_faces():
    drawn = ferlab.draw_faces(1)
    assert ferlab.load_predictor(faces=drawn).name == "squeezenet-drawn"
    assert ferlab.load_predictor("squeezenet-drawn", faces=drawn).name == "squeezenet-drawn"
    assert ferlab.load_predictor(faces=replace(drawn, name="FER-2013")).name == "squeezenet"
    voted = replace(drawn, name="FER+", classes=FERPLUS)
    assert ferlab.load_predictor(faces=voted).classes == FERPLUS
    assert ferlab.load_model(faces=voted).output_shape == (None, 8)
    assert ferlab.load_predictor("squeezenet-zima", faces=voted).name == "squeezenet-zima"  # has no such head


def test_an_unknown_name_lists_those_there():
    with pytest.raises(ValueError, match=r"'alexnet'.*squeezenet, squeezenet-drawn"):
        ferlab.load_predictor("alexnet")


def test_a_file_of_one_s_own(tmp_path):
    mine = tmp_path / "mine.tflite"
    shutil.copy(WEIGHTS / "squeezenet.tflite", mine)
    assert ferlab.load_predictor(mine).classes[:2] == ("angry", "disgust")  # by the number of outputs
    mine.with_suffix(".json").write_text(json.dumps({"classes": list("abcdefg")}))
    assert ferlab.load_predictor(str(mine)).classes == tuple("abcdefg")
    mine.with_suffix(".json").write_text(json.dumps({"classes": ["yes", "no"]}))
    with pytest.raises(ValueError, match="7 outputs, but 2 classes: yes, no"):
        ferlab.load_predictor(mine)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (b"\x80\x04\x95import os", "Nothing in it was run"),  # a pickle begins so
        ((WEIGHTS / "squeezenet.keras").read_bytes(), "expected a LiteRT model"),
        ((WEIGHTS / "squeezenet.tflite").read_bytes()[:5000], "damaged"),
        ((WEIGHTS / "squeezenet.tflite").read_bytes()[:-100], "damaged"),
    ],
    ids=["empty", "pickle", "keras", "cut short", "cut at the end"],
)
def test_a_file_that_is_no_model_is_refused(tmp_path, content, complaint):
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=complaint):
        ferlab.load_predictor(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.tflite"):
        ferlab.load_predictor(tmp_path / "gone.tflite")


def test_a_model_of_other_images_is_refused(tmp_path):
    """A network for colour images of another size: its shape is told, not fed."""
    import keras

    model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(2)])
    path = tmp_path / "other.tflite"
    model.export(path, format="litert", verbose=False)
    with pytest.raises(ValueError, match=r"32, 32, 3.*expected one input float32 \(-1, 48, 48, 1\)"):
        ferlab.load_predictor(path)


def test_two_threads_that_are_quiet_at_once_leave_stderr_as_it_was():
    before, inside, leave = os.fstat(2), threading.Event(), threading.Event()

    def quiet():
        with no_stderr():
            inside.set()
            leave.wait(timeout=0.3)

    first = threading.Thread(target=quiet)
    first.start()
    inside.wait()
    with no_stderr():  # which must wait until the first is through
        leave.set()
        first.join()
    after = os.fstat(2)
    assert (before.st_dev, before.st_ino) == (after.st_dev, after.st_ino)


def test_a_card_without_classes_is_named(tmp_path):
    shutil.copy(WEIGHTS / "squeezenet.tflite", tmp_path / "mine.tflite")
    for content in ('{"loss": [1]}', "[]", "{"):
        (tmp_path / "mine.json").write_text(content)
        with pytest.raises(ValueError, match=r"mine\.json should name the classes of mine\.tflite"):
            ferlab.load_predictor(tmp_path / "mine.tflite")
