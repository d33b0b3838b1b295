"""The published systems beside ours, from the results that are shipped."""

import json
import re

import pytest

from ferlab import comparison
from ferlab.models import zoo
from ferlab.plots import scores


def test_what_the_authors_report():
    reported = {s.name: (s.reported, s.recall, s.size, s.views) for s in comparison.PUBLISHED if s.reported}
    assert reported == {
        "squeezenet-zima": (0.6637, None, 1_377_655, "one"),
        "zima-vgg16": (0.6509, None, 28_913_223, "one"),
        "rahman-resnet18": (0.6461, 0.620, None, "crops"),
        "rahman-vgg19": (0.6890, 0.667, None, "crops"),
        "rahman-ensemble": (0.6954, 0.670, None, "crops"),
        "tekula-cnn": (0.6435, None, 1_326_567 + 2_176, "copies"),
        "delorenzo-cnn": (0.6411, 0.616, 2_716_647, "one"),
        "vgg16": (0.80, 0.5425, None, "one"),
        "vgg16-focal": (0.70, 0.70, None, "one"),
    }


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        # Recall of angry, disgust, fear, happy, sad, surprise, neutral, as its authors print it.
        ("rahman-resnet18", (51, 55, 46, 85, 55, 80, 62)),
        ("rahman-vgg19", (55, 62, 53, 85, 64, 82, 66)),
        ("rahman-ensemble", (60, 59, 54, 86, 61, 83, 66)),
        ("delorenzo-cnn", (49, 55, 47, 85, 55, 82, 58)),
    ],
)
def test_mean_recall_is_the_mean_of_the_reported_recalls(name, classes):
    system = next(s for s in comparison.PUBLISHED if s.name == name)
    assert system.recall == pytest.approx(sum(classes) / 700, abs=5e-4)


def test_a_system_stands_beside_its_figure_over_as_many_views():
    for system in comparison.systems():
        ending = "" if system.views == "one" else f"_{system.views}"
        share, (low, high) = system.here
        assert share == system.measured[f"accuracy{ending}"]
        assert low < share < high
    picture = scores.systems(comparison.systems())
    tekula = next(system for system in comparison.systems() if system.name == "tekula-cnn")
    assert f"Tekula et al.: CNN, ten copies: reported 64.35%, here {tekula.here[0]:.1%}" in picture.alt


def test_every_mark_leads_to_a_note_and_every_note_is_led_to():
    shown = comparison.table(comparison.systems())
    marks = set(re.findall(r"\((\d)\) ", shown))
    notes = re.findall(r"^\((\d)\) (.+)", shown, re.MULTILINE)
    assert marks == {number for number, _ in notes}
    assert {text for _, text in notes} == {s.note for s in comparison.PUBLISHED if s.note}
    assert "here, on: 3589 FER-2013, split PublicTest; 3199 FER+, split PublicTest" in shown


def test_columns_stand_below_their_headings():
    lines = comparison.table(comparison.systems()).splitlines()
    rows = lines[1 : 1 + len(comparison.PUBLISHED)]
    for heading in ("reported", "one view", "ten crops", "ten copies"):
        place = lines[0].index(heading)
        assert all(row[place - 1] == " " and row[place] != " " for row in rows), heading


def test_a_row_says_what_its_authors_report_besides_accuracy():
    shown = comparison.table(comparison.systems()).splitlines()
    _, row = [line for line in shown if line.startswith("De Lorenzo 2019: CNN ")]
    assert re.search(r" 61\.6% .*\) +2,716,647 +2,716,647 ", row)  # as reported, and as built here


def test_another_seed_is_held_against_the_interval_of_the_first(tmp_path):
    card = json.loads((comparison.RESULTS / "delorenzo-cnn.json").read_text())
    again = {**card, "seed": 1, "accuracy": card["interval"][1] + 0.01, "mean_recall": card["mean_recall"]}
    for folder, content in ((tmp_path, card), (tmp_path / "seed-1", again)):
        folder.mkdir(exist_ok=True)
        (folder / "delorenzo-cnn.json").write_text(json.dumps(content))
    lines = comparison.table(comparison.systems(tmp_path)).splitlines()
    (line,) = [line for line in lines if line.startswith("seed 1")]
    high, recall = card["interval"][1] + 0.01, card["mean_recall"]
    assert line == (
        f"seed 1, delorenzo-cnn: accuracy {high:.1%}, beyond the interval above; "
        f"mean recall {recall:.1%}, within the interval above"
    )


def test_another_seed_may_lie_below_the_interval_too(tmp_path):
    card = json.loads((comparison.RESULTS / "delorenzo-cnn.json").read_text())
    low = {"accuracy": card["interval"][0] - 0.01, "mean_recall": card["mean_recall_interval"][0] - 0.01}
    for folder, content in ((tmp_path, card), (tmp_path / "seed-1", {**card, "seed": 1, **low})):
        folder.mkdir(exist_ok=True)
        (folder / "delorenzo-cnn.json").write_text(json.dumps(content))
    shown = comparison.table(comparison.systems(tmp_path))
    assert (shown.count("beyond the interval"), shown.count("within the interval")) == (2, 0)


def test_small_devices_are_measured_for_both_squeezenets_and_the_vgg16(tmp_path):
    measured = comparison.small_devices()
    assert list(measured["networks"]) == ["squeezenet", "squeezenet-zima", "zima-vgg16"]
    (vgg16,) = [system.measured for system in comparison.systems() if system.name == "zima-vgg16"]
    for name, network in measured["networks"].items():
        card = vgg16 if name == "zima-vgg16" else zoo.load_card(name)  # the shipped ones were measured
        assert list(network["files"]) == list(zoo.LITERT_KINDS)
        assert network["parameters"] == card["parameters"]
        bits = [network["files"][kind]["megabytes"] for kind in ("float32", "float16", "8-bit weights")]
        assert bits == sorted(bits, reverse=True)
        if name != "zima-vgg16":
            whole = network["files"]["float32"]
            assert whole["accuracy"] == pytest.approx(card["accuracy"], abs=5e-4)
            for row in network["files"].values():
                gained = row["become_right"] - row["become_wrong"]
                assert row["accuracy"] - whole["accuracy"] == pytest.approx(gained / 3589, abs=1e-5)
    with pytest.raises(FileNotFoundError, match=r"small_devices\.py path/to/fer2013` writes it"):
        comparison.small_devices(tmp_path)
