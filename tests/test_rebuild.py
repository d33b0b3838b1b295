"""What `train` learns from: which faces, which targets, which weights it begins with."""

import argparse
from dataclasses import replace

import numpy as np
import pytest

import ferlab

import keras  # isort: skip
from ferlab import rebuild  # isort: skip, after ferlab, so that TensorFlow starts quietly
from ferlab.emotions import FERPLUS, VOTES
from ferlab.models import own, zoo
from ferlab.preprocessing import one_hot
from ferlab.recipes import RECIPES
from ferlab.trials import outcome


def test_no_face_of_either_test_split_and_no_blank_is_trained_on(tmp_path, monkeypatch):
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path / "cache"))
    images = np.random.default_rng(0).integers(0, 256, (9, 48, 48))
    images[5], images[7], images[2] = images[0], images[1][:, ::-1], 90
    usages = ["Training"] * 5 + ["PublicTest"] * 2 + ["PrivateTest"] * 2
    rows = [f"0,{' '.join(map(str, x.ravel()))},{u}" for x, u in zip(images, usages, strict=True)]
    (tmp_path / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *rows]) + "\n")
    args = argparse.Namespace(drawn=None, source=str(tmp_path), name="squeezenet")
    training, judged = rebuild.training_faces(args, "fer2013")
    assert training.rows.tolist() == [3, 4]
    assert judged.rows.tolist() == [5, 6]
    training, _ = rebuild.training_faces(args, "fer2013", keep_copies=True)
    assert training.rows.tolist() == [0, 1, 3, 4]


def test_targets_are_smoothed_labels():
    faces = ferlab.draw_faces(30)
    lessons, expected = rebuild.lessons(RECIPES["squeezenet"], faces, faces[:5], two_heads=False)
    assert lessons == pytest.approx(0.9 * one_hot(faces.labels, 7) + 0.1 / 7, abs=1e-6)
    assert expected == pytest.approx(one_hot(faces.labels[:5], 7))


def test_the_second_head_s_lessons_stand_beside_the_first_one_s():
    # Of ten votes three for neutral, seven for contempt, as every face has them.
    votes = np.tile(np.where(np.isin(VOTES, ["neutral", "contempt"]), [3] + [7] * 9, 0), (30, 1))
    faces = replace(ferlab.draw_faces(30), votes=votes)
    lessons, expected = rebuild.lessons(RECIPES["squeezenet"], faces, faces[:5], two_heads=True)
    told = [{"neutral": 0.3, "contempt": 0.7}.get(name, 0) for name in FERPLUS]
    assert lessons.shape == (30, 15)
    assert lessons[:, 7:] == pytest.approx(np.tile(told, (30, 1)))
    assert expected[:, 7:] == pytest.approx(np.tile(told, (5, 1)))


def tells_the_bright_side():
    """A network that names the side of a face that is brighter, and the second one where neither is."""
    image = keras.Input((48, 48, 1))
    model = keras.Sequential([image, keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")])
    left = np.repeat([[1.0] * 24 + [-1.0] * 24], 48, axis=0).ravel() / (100 * 48**2)
    model.set_weights([np.stack([left, -left], axis=1), np.array([0.0, 0.1])])
    return model


def test_a_card_has_what_the_network_scores_in_each_view():
    images = np.zeros((4, 48, 48), np.uint8)
    images[:3, :, :24] = images[3, :, 24:] = 200
    labels, split = np.array([0, 0, 0, 1]), np.ones(4, np.uint8)
    faces = ferlab.Faces(images, labels, ("left", "right"), "halves", split, np.arange(4))
    figures = rebuild._figures(tells_the_bright_side(), faces)
    assert figures["accuracy"] == 1
    # With its mirror image no side of a face is brighter, so all four are taken for "right".
    assert {figures[f"accuracy_{views}"] for views in ("flip", "crops", "copies")} == {0.25}


def test_a_row_says_what_was_learnt_and_what_came_of_it_by_hand():
    def faces(labels, answers):  # each face is as grey as the answer to it
        images, n = np.array(answers, np.uint8).repeat(48 * 48).reshape(-1, 48, 48), len(labels)
        return ferlab.Faces(images, np.array(labels), ("a", "b"), "x", np.zeros(n, np.uint8), np.arange(n))

    learnt, judged = faces([0, 0, 1], [0, 0, 0]), faces([0, 0, 0, 1], [0, 0, 1, 1])
    answers = lambda images: np.eye(2)[images[:, 0, 0].astype(int)]  # noqa: E731
    row, right = outcome({"loss": [2.0, 1.0], "seconds": [3.0, 4.4]}, answers, learnt, judged)
    assert right.tolist() == [True, True, False, True]
    assert (row["epochs"], row["seconds"]) == (2, 7)
    assert row["training_accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    assert row["accuracy"] == 0.75
    assert row["mean_recall"] == pytest.approx((2 / 3 + 1) / 2, abs=1e-6)
    assert row["interval"] == pytest.approx((0.3006, 0.9544), abs=1e-4)  # Wilson's of 3 in 4
    assert row["mean_recall_interval"] == pytest.approx(
        ferlab.evaluate(answers, judged).mean_recall_interval, abs=1e-6
    )


@pytest.mark.parametrize("name", ["vgg16-focal", "squeezenet"])
def test_a_recipe_says_whether_the_last_epoch_is_kept(name, tmp_path, monkeypatch):
    told = []

    def noted(model, training, judged, **settings):
        told.append(settings.get("keep_last", False))
        return {"loss": [1.0]}

    monkeypatch.setattr(rebuild, "fit", noted)
    faces, recipe = ferlab.draw_faces(7), replace(RECIPES[name], head_epochs=0)
    told_by_caller = {
        "out": tmp_path / "x",
        "start": None,
        "folder": None,
        "epochs": 1,
        "seed": 0,
        "command": "x",
    }
    pair = faces, one_hot(faces.labels, 7)
    rebuild._fit(recipe, tells_the_bright_side(), pair, pair, {}, argparse.Namespace(**told_by_caller))
    assert told == [name == "vgg16-focal"]


def test_going_on_begins_with_the_weights_given():
    model, trained = zoo.build("squeezenet-zima"), zoo.load_model("squeezenet-zima")
    rebuild._start(model, zoo.WEIGHTS / "squeezenet-zima", shares=None)
    for here, there in zip(model.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(here, there)


def test_going_on_with_two_heads_takes_back_what_favours_rare_labels():
    faces, shares = ferlab.draw_faces(6).images[..., None].astype("float32"), np.arange(1, 9) / 36
    model = own.two_headed()
    rebuild._start(model, zoo.WEIGHTS / "squeezenet", shares)
    found = model.predict_on_batch(faces)
    labels, votes = (
        zoo.load_model(name).predict_on_batch(faces) for name in ("squeezenet", "squeezenet-plus")
    )
    votes *= np.sqrt(shares)
    np.testing.assert_allclose(found[:, :7], labels, atol=1e-5)
    np.testing.assert_allclose(found[:, 7:], votes / votes.sum(1, keepdims=True), atol=1e-5)
