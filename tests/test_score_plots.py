"""The figures about scores say what the report says."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from ferlab import comparison, draw_faces
from ferlab.emotions import FER2013
from ferlab.evaluation import Report
from ferlab.plots import probing, scores, training

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


def contrast(one, other):
    """WCAG 2.2's contrast ratio of two colours, 1 to 21."""
    levels = np.array([to_rgb(colour) for colour in (one, other)])
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    dark, light = np.sort(linear @ (0.2126, 0.7152, 0.0722))
    return (light + 0.05) / (dark + 0.05)


def test_contrast():
    assert contrast("white", "black") == pytest.approx(21)
    assert contrast("#767676", "white") == pytest.approx(4.54, abs=0.01)


def test_every_share_in_the_confusion_matrix_can_be_read():
    # Of 99 faces labelled a, 60 to 80 are found.
    for found in range(60, 81):
        said = np.eye(2, dtype="float32")[[0] * found + [1] * (99 - found) + [1]]
        picture = scores.confusion(Report(("a", "b"), np.array([0] * 99 + [1]), said))
        text = picture.figure.axes[0].texts[0]
        assert contrast(text.get_color(), plt.cm.Blues(found / 99)) >= 4.5, found


@pytest.mark.parametrize("shade", [*scores._SHADES, *training._SHADES])
def test_what_is_compared_stands_out_from_the_page(shade):
    assert contrast(shade, "white") >= 3


def test_pink_and_grey_lines_differ_by_more_than_their_colour():
    # Fear's and neutral's are nearly one colour to readers who see no green.
    changes = {"light": (np.arange(2), np.full((2, 7), 1 / 7), 0)}
    lines = probing.curves(changes, FER2013).figure.axes[0].get_lines()
    looks = {line.get_label(): line._unscaled_dash_pattern for line in lines}
    assert looks["fear"] != looks["neutral"]


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
    limits = axes.lines[2]
    assert limits.get_xdata() == pytest.approx([low / 100, high / 100], abs=1e-4)
    assert list(limits.get_ydata()) == [1, 1]


def test_accuracy_and_mean_recall_have_an_interval_each():
    picture = scores.compare({"x": REPORT})
    accuracys, accuracy, recalls, recall, *_ = picture.figure.axes[0].lines
    assert accuracys.get_xdata() == pytest.approx([0.2307, 0.8824], abs=1e-4)  # Wilson's of 3 in 5
    assert accuracy.get_xdata() == pytest.approx([0.6])
    # The recalls are 3 in 4 and 0 in 1, whose limits are 0.3006, 0.9544 and 0, 0.7935.
    low, high = 0.375 - 0.4494 / 2, 0.375 + np.hypot(0.2044, 0.7935) / 2
    assert recalls.get_xdata() == pytest.approx([low, high], abs=1e-4)
    assert recall.get_xdata() == pytest.approx([0.375])
    assert (
        "x: accuracy 60.0%, interval 23.1% to 88.2%, mean recall 37.5%, interval 15.0% to 78.5%."
        in picture.alt
    )


def test_a_recalls_interval_stands_at_its_bar():
    [axes] = scores.recalls({"x": REPORT}).figure.axes
    found, lost = (segment[:, 1] for segment in axes.collections[0].get_segments())
    assert found == pytest.approx([0.3006, 0.9544], abs=1e-4)
    assert lost == pytest.approx([0, 0.7935], abs=1e-4)


def test_bars_of_accuracy_stand_at_their_confidence():
    answers = np.array([(0.95, 0.05), (0.92, 0.08), (0.97, 0.03), (0.6, 0.4)], "float32")
    picture = scores.reliability({"x": Report(("a", "b"), np.array([0, 0, 1, 0]), answers)})
    [axes] = picture.figure.axes
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == pytest.approx([0, 0, 0, 0, 0, 1, 0, 0, 0, 2 / 3])
    dots = next(line for line in axes.lines if line.get_marker() == "o")
    assert dots.get_xdata() == pytest.approx([0.6, 2.84 / 3])
    assert dots.get_ydata() == pytest.approx([1, 2 / 3])
    assert [text.get_text() for text in axes.texts] == ["1", "3"]
    # (|0.6 - 1| + 3 * |2.84 / 3 - 2 / 3|) / 4
    assert "x: mean confidence 86%, accuracy 75%, calibration error 0.310." in picture.alt


def test_the_larger_gamma_the_less_an_easy_face_costs():
    picture = scores.focal_curves()
    at_90 = [np.interp(0.9, *line.get_data()) for line in picture.figure.axes[0].lines]
    by_hand = [0.105361 * 0.1**gamma for gamma in (0, 1, 2.2, 5)]
    assert at_90 == pytest.approx(by_hand, rel=0.02)  # drawn from point to point
    assert "0.1054 for gamma 0, 0.0105 for gamma 1, 0.0007 for gamma 2.2" in picture.alt


def test_the_twelve_surest_mistakes_are_shown():
    sure = 0.51 + 0.03 * np.arange(13)
    report = Report(("a", "b"), np.zeros(13, int), np.stack([1 - sure, sure], 1))
    titles = [axes.get_title() for axes in scores.mistakes(report, draw_faces(13)).figure.axes]
    assert [title for title in titles if title] == [f"a\n→ b {share:.0%}" for share in sure[:0:-1]]


def test_systems_stand_at_their_accuracies():
    figures = {
        "accuracy": 0.6,
        "interval": (0.5, 0.7),
        "mean_recall": 0.3,
        "mean_recall_interval": (0.2, 0.4),
    }
    card = {**figures, "evaluated_on": "9 FER-2013", "epochs": 3, "epochs_in_recipe": 5}
    system = comparison.System("x", "X", 0.65, recall=0.1, measured=card)
    picture = scores.systems([system])
    reported, interval, here, *_ = picture.figure.axes[0].lines
    assert [list(line.get_xdata()) for line in (reported, interval, here)] == [[0.65], [0.5, 0.7], [0.6]]
    assert (reported.get_marker(), here.get_marker()) == ("D", "o")
    assert "X: reported 65%, here 60.0% after 3 of 5 epochs." in picture.alt
