"""The figures about scores say what the report says."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from ferlab import draw_faces
from ferlab.evaluation import Report
from ferlab.plots import scores, training

# Of four faces labelled a three are found, one is taken for b; the one labelled b is taken for a.
REPORT = Report(("a", "b"), np.array([0, 0, 0, 0, 1]), np.eye(2, dtype="float32")[[0, 0, 0, 1, 0]])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_confusion_matrix_holds_shares_of_the_true_label():
    picture = scores.confusion(REPORT)
    [axes, _] = picture.figure.axes
    assert [t.get_text() for t in axes.texts] == ["75%", "3", "25%", "1", "100%", "1", "0%", "0"]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true label", "predicted label")
    assert "100% of b taken for a" in picture.alt


def test_mistakes_name_the_label_first_and_the_answer_after():
    faces = draw_faces(5)
    picture = scores.mistakes(REPORT, faces)
    assert [axes.get_title() for axes in picture.figure.axes if axes.get_title()] == [
        "a\n→ b 100%",
        "b\n→ a 100%",
    ]


def test_bars_are_as_high_as_recalls_also_of_many_reports():
    picture = scores.recalls({f"network {i}": REPORT for i in range(6)})
    bars = picture.figure.axes[0].patches
    assert [bar.get_height() for bar in bars] == pytest.approx([0.75, 0] * 6)
    assert len({(bar.get_facecolor(), bar.get_hatch()) for bar in bars}) == 6  # no two alike


def test_stacked_bars_of_many_parts_are_told_apart():
    picture = training.parameter_bars({"network": {f"part {i}": 10 for i in range(6)}})
    bars = picture.figure.axes[0].patches
    assert [bar.get_width() for bar in bars] == [10] * 6
    assert len({(bar.get_facecolor(), bar.get_hatch()) for bar in bars}) == 6


def test_a_difference_is_what_was_won_less_what_was_lost():
    def row(name, won, lost):
        return {"training": name, "become_right": won, "become_wrong": lost}

    found = {
        "n": 200,
        "trainings": [row("the whole recipe", 0, 0), row("from another seed", 5, 5), row("x", 3, 13)],
    }
    picture = scores.parts(found)
    assert "from another seed +0.0 points (-2.6 to +2.6)" in picture.alt
    # Wilson's interval of 3 in 16 is 6.6 to 43.0 %.
    low, high = (100 * 16 * (2 * share - 1) / 200 for share in (0.0659, 0.4301))
    assert f"x -5.0 points ({low:.1f} to {high:.1f})" in picture.alt
    [axes] = picture.figure.axes
    assert [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"] == pytest.approx([-0.05])
