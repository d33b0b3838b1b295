"""The figures of explanations show what the explanation says, and their words say where."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

from ferlab.explanation.lime import Explanation
from ferlab.plots import explanations as plots

SQUARES = np.repeat(np.repeat(np.arange(16).reshape(4, 4), 12, 0), 12, 1)  # 16 superpixels of 12x12
GREY = 100  # of the whole face, unlike what covers the rest of one


def explanation(weights):
    """An Explanation whose superpixels speak for label 0 by {superpixel: weight}, and for label 1 the less."""
    row = np.zeros(16)
    row[list(weights)] = list(weights.values())
    zeros, face = np.zeros(2), np.full((48, 48), GREY, np.uint8)
    about = {"classes": None, "method": "slic", "settings": {}, "hide": "mean", "n_samples": 2, "seed": 0}
    return Explanation(face, SQUARES, np.array([row, -row]), zeros, zeros, np.array([0.9, 0.1]), **about)


# Four speak for label 0, the strongest at the top right; two against it, the strongest at the top left.
GIVEN = explanation({3: 0.5, 12: 0.4, 5: 0.3, 6: 0.2, 0: -0.6, 15: -0.1})
NONE = explanation({0: -0.6, 15: -0.1})


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def hatched(axis):
    """Left, right, top and bottom of what is hatched on an axis, in pixels of the face."""
    [contours] = [found for found in axis.collections if isinstance(found, QuadContourSet)]
    box = contours.get_paths()[0].get_extents()
    return [box.x0, box.x1, box.y0, box.y1]


def test_a_row_shows_the_strongest_three_and_all_that_speak_for_it():
    picture = plots.explanation_rows([GIVEN])
    shown = [set(SQUARES[axis.images[0].get_array() == GREY].tolist()) for axis in picture.figure.axes[1:4]]
    assert shown == [{3}, {3, 12, 5}, {3, 12, 5, 6}]
    assert [axis.get_title() for axis in picture.figure.axes[:4]] == [
        "label 0 90%",
        "top superpixel",
        "top three",
        "all 4 positive",
    ]
    assert "slic: of 16 superpixels 4 speak for label 0 (90%), the strongest at the top right." in picture.alt


def test_what_is_against_is_hatched():
    axis = plots.explanation_rows([GIVEN]).figure.axes[4]
    assert hatched(axis) == pytest.approx(
        [-0.5, 11.5, -0.5, 11.5], abs=0.2
    )  # superpixel 15 is too faint to be
    red, blue = (axis.images[1].get_array()[s == SQUARES][0] for s in (3, 0))
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert blue[3] == pytest.approx(0.75)
    assert red[3] == pytest.approx(0.75 * 0.5 / 0.6)


def test_each_label_s_strongest_superpixels_are_named():
    alt = plots.all_labels(GIVEN).alt
    assert "label 0 90%, strongest for it at the top right, against it at the top left" in alt
    assert "label 1 10%, strongest for it at the top left, against it at the top right" in alt
    assert "label 0 90%, which nothing moves; label 1 10%, which" in plots.all_labels(explanation({})).alt


@pytest.mark.parametrize(
    ("superpixel", "place"),
    [(3, "top right"), (12, "bottom left"), (0, "top left"), (9, "middle centre")],
)
def test_a_superpixel_s_place_in_words(superpixel, place):
    alt = plots.side_by_side({"one": explanation({superpixel: 1.0})}, 0).alt
    assert f"one: strongest for it at the {place}." in alt


def test_where_nothing_speaks_for_a_label_no_place_is_named():
    rows = plots.explanation_rows([NONE])
    assert "of 16 superpixels 0 speak for label 0 (90%)." in rows.alt
    beside = plots.side_by_side({"one": NONE, "two": GIVEN})
    assert "one: none for it; two: strongest for it at the top right." in beside.alt
    face, mask = np.zeros((48, 48), np.uint8), np.zeros((48, 48), bool)
    mask[:12] = True
    alts = [plots.twin_check(face, face, mask, found).alt for found in (NONE, GIVEN)]
    assert [alt.split("the 25% of pixels in which they differ, and ")[1] for alt in alts] == [
        "LIME's superpixels, none for it.",
        "LIME's superpixels, the strongest at the top right.",
    ]


def test_patches_are_sorted_by_size():
    picture = plots.superpixel_kinds(
        np.zeros((4, 4)), {"two": np.array([[0] * 4, [1] * 4, [1] * 4, [1] * 4])}
    )
    assert "two makes 2 of 4 to 12 pixels" in picture.alt
    assert [bar.get_height() for bar in picture.figure.axes[1].patches] == [12, 4]


def test_deletion_stands_left_and_insertion_right():
    share = np.array([0, 0.5, 1])
    gone, back = np.array([1, 0, 0]), np.array([0, 1, 1])
    picture = plots.curves({"LIME": (share, gone)}, {"LIME": (share, back)}, "happy")
    left, right = picture.figure.axes
    assert [axis.lines[0].get_ydata().tolist() for axis in (left, right)] == [gone.tolist(), back.tolist()]
    assert left.get_title() == "deletion: lower is better"
    assert (left.get_xlabel(), right.get_xlabel()) == ("share of the face hidden", "share of the face shown")
    assert picture.alt.endswith(
        "deletion, area under the curve: LIME 0.25; insertion, area under the curve: LIME 0.75."
    )
