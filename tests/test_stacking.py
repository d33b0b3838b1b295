"""The ensemble that is trained on two networks' answers: it must find out which of them to believe."""

import json

import keras
import numpy as np
import pytest
from keras import layers
from test_cli import write_csv

from ferlab.__main__ import main
from ferlab.evaluation import evaluate
from ferlab.faces import Faces
from ferlab.models import references, zoo
from ferlab.rebuild import as_predictor
from ferlab.stacking import MEMBERS, _joining_layer

BRIGHTNESS = np.arange(7) * 30 + 20.0  # of the faces of each class


def reads_brightness(shift):
    """A network that takes a face for the class whose brightness it has, `shift` classes further on."""
    image = keras.Input((48, 48, 1))
    mean = layers.GlobalAveragePooling2D()(image)
    model = keras.Model(image, layers.Softmax()(layers.Dense(7, name="near")(mean)), name=f"shift{shift}")
    # -(x - b)^2 / 100 less its part that all classes share
    slopes, offsets = BRIGHTNESS / 50, -(BRIGHTNESS**2) / 100
    model.get_layer("near").set_weights([np.roll(slopes, shift)[None], np.roll(offsets, shift)])
    return model


def plain_faces(n, seed):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 7
    tones = BRIGHTNESS[labels] + rng.normal(0, 8, n)
    images = np.broadcast_to(tones[:, None, None], (n, 48, 48)).round().clip(0, 255).astype(np.uint8)
    classes = tuple(map(str, range(7)))
    return Faces(images, labels, classes, "plain", np.zeros(n, np.uint8), np.arange(n))


def test_a_member_that_always_names_the_next_class_is_as_good_as_one_that_is_right():
    members = [reads_brightness(0), reads_brightness(1)]
    alone = [evaluate(as_predictor(member), plain_faces(210, 1)).accuracy for member in members]
    assert alone[0] > 0.9 > 0.1 > alone[1]
    for chosen in ([0, 1], [1, 1]):  # two copies of the wrong one still know the class
        several = [reads_brightness(shift) for shift in chosen]
        for number, member in enumerate(several):
            member.name = f"member{number}"
        model = references.stacked(several)
        model.get_layer("classes").set_weights(_joining_layer(several, plain_faces(420, 0)))
        assert evaluate(as_predictor(model), plain_faces(210, 1)).accuracy > 0.9


def test_train_joins_the_networks_that_lie_beside(tmp_path, monkeypatch):
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path / "cache"))
    write_csv(tmp_path / "fer2013.csv", 70)
    for number, name in enumerate(MEMBERS):
        card = {"command": f"train {name}", "epochs": number + 1, "seconds": 5}
        zoo.save_model(reads_brightness(number), tmp_path / "runs" / name, range(7), card)
    out = tmp_path / "runs" / "rahman-ensemble"
    main(["train", "rahman-ensemble", "--source", str(tmp_path / "fer2013.csv"), "--out", str(out)])
    card = json.loads(out.with_suffix(".json").read_text())
    assert card["epochs"] == 3
    assert [card["members"][name]["epochs"] for name in MEMBERS] == [1, 2]
    assert card["parameters"] == 2 * 14 + (14 * 7 + 7)
    assert card["accuracy"] > 0.9  # so what was saved has learnt
    assert zoo.load_model(f"{out}.keras").output_shape == (None, 7)


def test_a_missing_member_is_named_with_the_command_that_trains_it(tmp_path):
    with pytest.raises(SystemExit, match="python -m ferlab train rahman-resnet18"):
        main(["train", "rahman-ensemble", "--drawn", "14", "--out", str(tmp_path / "net")])
