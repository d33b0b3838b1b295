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
