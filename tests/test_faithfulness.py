"""Marks of explanations, on models and maps whose mark is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import ferlab
from ferlab.explanation import faithfulness as marks

SEGMENTS = np.repeat(np.repeat([[0, 1], [2, 3]], 4, 0), 4, 1)  # four squares of 4x4 pixels
WHITE, BLACK = np.full((8, 8), 255, np.uint8), np.zeros((8, 8), np.uint8)


def brightness_of(superpixel):
    """A model of two labels that reads one square: the first's probability is its brightness."""

    def predict(images):
        p = images[:, superpixel == SEGMENTS].mean(1) / 255
        return np.stack([p, 1 - p], axis=1)

    return predict


def test_deletion_by_hand():
    share, found = marks.deletion(brightness_of(2), WHITE, BLACK, SEGMENTS, [2, 0, 1, 3], 0)
    assert share.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert found.tolist() == [1, 0, 0, 0, 0]
    assert marks.area(share, found) == 0.125
    _, last = marks.deletion(brightness_of(2), WHITE, BLACK, SEGMENTS, [0, 1, 3, 2], 0)
    assert last.tolist() == [1, 1, 1, 1, 0]
    assert marks.area(share, last) == 0.875


def test_insertion_by_hand():
    share, found = marks.insertion(brightness_of(2), WHITE, BLACK, SEGMENTS, [2, 0, 1, 3], 0)
    assert found.tolist() == [0, 1, 1, 1, 1]
    assert marks.area(share, found) == 0.875
    _, other = marks.insertion(brightness_of(2), WHITE, BLACK, SEGMENTS, [2, 0, 1, 3], 1)
    assert other.tolist() == [1, 0, 0, 0, 0]


def test_steps_go_by_pixels():
    segments = np.zeros((8, 8), int)
    segments[0] = 1
    share, _ = marks.deletion(lambda x: np.ones((len(x), 1)), WHITE, BLACK, segments, [1, 0], 0)
    assert share.tolist() == [0, 0.125, 1]


def test_the_true_order_gets_the_best_of_all_marks():
    """A model that weighs the squares 4 : 3 : 2 : 1. No order is deleted sooner than its own."""
    from itertools import permutations

    truth = np.array([2, 4, 1, 3]) / 10

    def predict(images):
        squares = np.stack([images[:, s == SEGMENTS].mean(1) / 255 for s in range(4)], axis=1)
        return np.stack([squares @ truth, 1 - squares @ truth], axis=1)

    def both(order):
        given = (predict, WHITE, BLACK, SEGMENTS, order, 0)
        return marks.area(*marks.deletion(*given)), marks.area(*marks.insertion(*given))

    found = {order: both(order) for order in permutations(range(4))}
    assert min(found, key=lambda order: found[order][0]) == (1, 3, 0, 2)
    assert max(found, key=lambda order: found[order][1]) == (1, 3, 0, 2)


def test_lime_is_faithful_to_a_model_that_reads_one_superpixel():
    from ferlab.explanation.superpixels import hidden_image, superpixels

    face = ferlab.draw_faces(1, 5).images[0]
    segments = superpixels(face)

    def predict(images):
        same = (images == face)[:, segments == 11].mean(1)
        return np.stack([same, 1 - same], axis=1)

    found = ferlab.explain(predict, face)
    filling = hidden_image(face, segments)
    _, curve = marks.deletion(predict, face, filling, segments, found.ranking(0), 0)
    rest = (filling == face)[segments == 11].mean()  # pixels that the mean happens to hit
    assert curve == pytest.approx([1] + [rest] * (len(curve) - 1))


@pytest.mark.parametrize("order", [[0, 1, 2], [0, 1, 2, 2], [1, 2, 3, 4], [0, 1, 2, 3, 4]])
def test_an_order_that_is_none(order):
    with pytest.raises(ValueError, match="each of 0 to 3 once"):
        marks.deletion(brightness_of(0), WHITE, BLACK, SEGMENTS, order, 0)


MASK = SEGMENTS == 1


def test_mass_and_rank_of_a_map_on_the_spot_and_beside_it():
    assert marks.relevance_mass(MASK * 3.0, MASK) == 1
    assert marks.relevance_rank(MASK * 3.0, MASK) == 1
    assert marks.relevance_mass((SEGMENTS == 2) * 3.0, MASK) == 0
    assert marks.relevance_rank((SEGMENTS == 2) * 3.0, MASK) == 0
    assert marks.relevance_mass(MASK * 1.0 - (SEGMENTS == 2), MASK) == 1  # what is against does not count
    assert marks.relevance_mass((SEGMENTS == 2) + MASK * 3.0, MASK) == 0.75


def test_a_map_that_is_the_same_everywhere_gets_the_masks_share():
    assert marks.relevance_mass(np.ones((8, 8)), MASK) == 0.25
    assert marks.relevance_rank(np.ones((8, 8)), MASK) == 0.25


def test_ties_count_as_drawn_by_lot():
    relevance = np.zeros((8, 8))
    relevance[0] = 1  # 8 pixels tied at the top, 4 of them in the mask of 8
    mask = np.zeros((8, 8), bool)
    mask[:2, 4:] = True
    assert marks.relevance_rank(relevance, mask) == 0.5
    mask[2, 4:6] = True  # 10 wanted: 8 are taken, 2 are drawn from 56 that hold 6 of the mask
    assert marks.relevance_rank(relevance, mask) == pytest.approx((4 + 2 * 6 / 56) / 10)


def test_nothing_to_mark():
    assert np.isnan(marks.relevance_mass(-np.ones((8, 8)), MASK))
    assert np.isnan(marks.relevance_rank(np.ones((8, 8)), np.zeros((8, 8), bool)))


def test_stability_by_hand():
    assert marks.stability([[5, 4, 1, 0], [4, 5, 0, 1]], top=2) == 1
    assert marks.stability([[5, 4, 1, 0], [0, 1, 4, 5]], top=2) == 0
    assert marks.stability([[5, 4, 1, 0], [5, 1, 4, 0]], top=2) == pytest.approx(1 / 3)
    three = [[5, 4, 1, 0], [5, 4, 1, 0], [0, 1, 4, 5]]
    assert marks.stability(three, top=2) == pytest.approx((1 + 0 + 0) / 3)
    # Of the usual five, four are shared.
    assert marks.stability([[6, 5, 4, 3, 2, 1], [6, 5, 4, 1, 2, 3]]) == pytest.approx(4 / 6)
    with pytest.raises(ValueError, match="two seeds or more"):
        marks.stability([[1, 2, 3]])


def test_first_stable_by_hand():
    samples = [50, 100, 200, 400]
    assert marks.first_stable(samples, [0.2, 0.5, 0.9, 0.95]) == 200
    assert marks.first_stable(samples, [0.2, 0.95, 0.8, 0.95]) == 400  # a lucky one does not count
    assert marks.first_stable(samples, [0.9, 0.9, 0.9, 0.9]) == 50
    assert marks.first_stable(samples, [1, 1, 1, 0.5]) is None
    assert marks.first_stable(samples, [0.2, 0.5, 0.9, 0.95], wanted=0.4) == 100


def test_centre_prior_by_hand():
    segments = np.arange(9).reshape(3, 3)  # each pixel is a superpixel
    found = marks.centre_prior(segments)
    assert found[4] == 1
    assert found[[0, 2, 6, 8]] == pytest.approx(0)
    assert found[[1, 3, 5, 7]] == pytest.approx(1 - 1 / np.sqrt(2))
    assert marks.centre_prior(SEGMENTS) == pytest.approx([marks.centre_prior(SEGMENTS)[0]] * 4)
    # The mean over pixels: the four in the middle are half a diagonal step off, of one and a half.
    ring = np.zeros((4, 4), int)
    ring[1:3, 1:3] = 1
    assert marks.centre_prior(ring)[1] == pytest.approx(2 / 3)


STAMP = np.zeros((48, 48), bool)
STAMP[38:46, 36:46] = True


def sees_stamp(images):
    """A model that has learnt a white watermark and nothing else."""
    white = images[:, STAMP].mean(1) / 255
    return np.stack([white, 1 - white], axis=1)


def top_is_stamped(method, hide, n_samples=100):
    """In which share of ten stamped faces LIME's top superpixel touches the watermark."""
    hits = []
    for seed, image in enumerate(ferlab.draw_faces(10, 6).images):
        face = np.where(STAMP, 255, image)
        found = ferlab.explain(sees_stamp, face, method, n_samples=n_samples, seed=seed, hide=hide)
        hits.append(STAMP[found.segments == found.ranking(0)[0]].any())
    return np.mean(hits)


@pytest.mark.parametrize("method", ferlab.explanation.METHODS)
def test_lime_finds_a_planted_watermark(method):
    assert top_is_stamped(method, "grey") == 1
    assert top_is_stamped(method, "grey", n_samples=4) < 1  # planted truth has to be able to fail the method


def test_a_patch_of_one_tone_hidden_by_its_mean_is_not_hidden():
    """Why hide matters: felzenszwalb cuts the watermark out exactly, and lime's default fills it with its own white."""
    assert top_is_stamped("felzenszwalb", "mean", n_samples=400) < 0.6


def test_sensitivity_by_hand():
    relevance = MASK * 2.0
    assert marks.sensitivity(relevance, [relevance, relevance]) == 0
    assert marks.sensitivity(relevance, [relevance, 1.5 * relevance, 0 * relevance]) == 1
    with pytest.raises(ValueError, match="zero everywhere"):
        marks.sensitivity(0 * relevance, [relevance])


def test_expression_mask():
    faces = ferlab.draw_faces(50, 3)
    happy = faces.labels == faces.classes.index("happy")
    mouth = faces.regions == 7
    seen = 0
    for image, twin, where in zip(faces.images[happy], faces.twins[happy], mouth[happy], strict=True):
        mask = marks.expression_mask(image, twin)
        assert mask.dtype == bool
        assert not marks.expression_mask(twin, twin).any()
        if mask.sum() > 60:  # a smile that is to be seen lies around the mouth
            seen += 1
            assert (mask & where).sum() > 2 * mask.sum() * where.mean()
    assert seen >= 4
    assert marks.expression_mask(np.full((8, 8), 5, np.uint8), np.full((8, 8), 250, np.uint8)).all()
    plain = np.full((8, 8), 100, np.uint8)
    assert not marks.expression_mask(plain, plain + np.uint8(10)).any()
    assert marks.expression_mask(plain, plain + np.uint8(11)).all()


def test_mean_interval_by_hand():
    mean, low, high = marks.mean_interval([1.0, 2.0, 3.0])
    assert mean == 2
    assert high - mean == pytest.approx(4.302653 / np.sqrt(3))  # t of two degrees, by table
    assert mean - low == pytest.approx(high - mean)
    with pytest.raises(ValueError, match="two or more"):
        marks.mean_interval([1.0])


def test_figures_say_their_numbers_in_words():
    from ferlab.plots import faithfulness as plots

    given_ = {"area": {"LIME": [0.1, 0.2, 0.3], "random": [0.5, np.nan, 0.7]}}
    picture = plots.marks(given_)
    assert (
        "area: LIME 0.20 (-0.05 to 0.45), random 0.60 (-0.67 to 1.87)" in picture.alt
    )  # t of 2 and of 1 degree
    # Wilson's interval for two hits of three, by hand, and no interval where there are fewer than two marks.
    few = {"right": [True, True, False], "one": [0.3, np.nan], "a hit": [True], "none": [np.nan, np.nan]}
    picture = plots.marks({"found": few})
    assert (
        "found: right 0.67 (0.21 to 0.94), one 0.30 (one mark), a hit 1.00 (one mark), none without a mark"
        in picture.alt
    )
    strokes = picture.figure.axes[0].collections[0].get_segments()
    assert strokes[0][:, 0] == pytest.approx([0.208, 0.939], abs=1e-3)
    found = plots.trends(
        (4, 8), {"grey": {"slic": [[True, False], [True, True]]}}, "samples", "found", log=True
    )
    assert "grey: slic goes from 0.50 to 1.00" in found.alt
    band = found.figure.axes[0].collections[0].get_paths()[1].vertices[:, 1]
    assert 0.2 < band.min() < 0.5  # two hits of two prove little: Wilson's interval, not one of no width
    assert (
        "explained by grey: mean 0.30, grey 0.10"
        in plots.table(
            [[0.2, 0.3], [0.3, 0.1]],
            ("mean", "grey"),
            ("mean", "grey"),
            "explained by",
            "deleted by",
            "areas",
        ).alt
    )


def test_the_least_of_each_column_is_framed():
    from ferlab.plots.faithfulness import table

    [axes] = table([[0.2, 0.3], [0.1, 0.25]], "ab", "cd", "row", "column", "areas").figure.axes
    framed = [text.get_text() for text in axes.texts if text.get_bbox_patch().get_edgecolor()[3]]
    assert framed == ["0.10", "0.25"]


MAPS = arrays(float, (8, 8), elements=st.floats(-10, 10))
MASKS = arrays(bool, (8, 8))


@settings(max_examples=60, deadline=None)
@given(MAPS, MASKS)
def test_localisation_is_bounded_and_splits_up(relevance, mask):
    mass, rank = marks.relevance_mass(relevance, mask), marks.relevance_rank(relevance, mask)
    assert np.isnan(mass) or 0 <= mass <= 1
    assert np.isnan(rank) or 0 <= rank <= 1
    if not np.isnan(mass):
        assert mass + marks.relevance_mass(relevance, ~mask) == pytest.approx(1)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(4)), arrays(np.uint8, (8, 8)), arrays(np.uint8, (8, 8)))
def test_curves_are_bounded_and_mirror_each_other(order, image, filling):
    given_ = (image, filling, SEGMENTS)
    share, down = marks.deletion(brightness_of(1), *given_, order, 0)
    _, up = marks.insertion(brightness_of(1), *given_, order[::-1], 0)
    assert 0 <= marks.area(share, down) <= 1
    assert down == pytest.approx(up[::-1])  # deleting in one order is inserting in the other, backwards


@settings(max_examples=40, deadline=None)
@given(arrays(float, (3, 9), elements=st.floats(-1, 1)), st.integers(1, 9))
def test_stability_is_bounded(weights, top):
    assert 0 <= marks.stability(weights, top) <= 1
    assert marks.stability(weights, 9) == 1
