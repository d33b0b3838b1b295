"""explain against lime called by hand, and against models whose explanation is known."""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lime.lime_image import LimeImageExplainer
from scipy.ndimage import gaussian_filter
from skimage.data import astronaut
from skimage.segmentation import slic

import ferlab
from ferlab.explanation import METHODS, Explanation
from ferlab.explanation.superpixels import HIDE, chosen_settings, hidden_image, superpixels, with_hidden
from ferlab.plots.explanations import explanation_rows, one_change

FACE = ferlab.draw_faces(1, 5).images[0]
PROJECTION = np.random.default_rng(0).normal(0, 0.02, (48 * 48, 3))


def network(images):
    """A softmax over three linear scores: smooth, and no superpixel without a say."""
    scores = np.reshape(images, (len(images), -1)) / 255.0 @ PROJECTION * 20
    e = np.exp(scores - scores.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def reads_only(where):
    """A model of two labels: the first's probability is how much of these pixels is as in FACE."""

    def predict(images):
        same = (np.asarray(images) == FACE)[:, where].mean(1)
        return np.stack([same, 1 - same], axis=1)

    return predict


def by_hand(image, segments, seed, predict=network, **more):
    with redirect_stderr(io.StringIO()):  # lime's progress bar
        return LimeImageExplainer(random_state=seed).explain_instance(
            image,
            lambda rgb: predict(rgb[..., 0]),
            top_labels=10,
            segmentation_fn=lambda rgb: segments,
            **more,
        )


def assert_as_lime(found, expected, within=1e-6):
    k, s = found.weights.shape
    assert sorted(expected.local_exp) == list(range(k))
    for label, pairs in expected.local_exp.items():
        assert len(pairs) == s
        for superpixel, weight in pairs:
            assert found.weights[label, superpixel] == pytest.approx(weight, abs=within)
        assert found.intercept[label] == pytest.approx(expected.intercept[label], abs=within)
    last = expected.top_labels[0]  # the label lime fits last is the only one whose R² it keeps
    assert found.r2[last] == pytest.approx(expected.score, abs=within)


@settings(max_examples=25, deadline=None)
@given(
    method=st.sampled_from(METHODS),
    seed=st.integers(0, 2**32 - 1),
    picture=st.integers(0, 2**16),
    smooth=st.floats(0, 4),
)
def test_same_weights_as_lime_itself_for_any_image_and_seed(method, seed, picture, smooth):
    noise = np.random.default_rng(picture).integers(0, 256, (48, 48)).astype(np.uint8)
    image = gaussian_filter(noise, smooth)
    try:
        found = ferlab.explain(network, image, method, seed=seed)
    except ValueError as error:
        assume("makes one superpixel" not in str(error))
        raise
    assert_as_lime(found, by_hand(image, found.segments, seed))


@pytest.mark.parametrize("method", METHODS)
def test_same_weights_as_lime_itself_for_a_face_and_a_network(method):
    predict = ferlab.load_predictor("squeezenet-drawn")
    found = ferlab.explain(predict, FACE, method, seed=42)
    assert_as_lime(found, by_hand(FACE, found.segments, 42, predict), within=1e-5)


@pytest.mark.parametrize("n", [2, 3, 30])  # fewer samples than superpixels, too
def test_same_weights_as_lime_itself_for_few_samples(n):
    found = ferlab.explain(network, FACE, n_samples=n)
    assert_as_lime(found, by_hand(FACE, found.segments, 0, num_samples=n))


def test_no_variant_is_asked_about_twice():
    asked = []

    def predict(images):
        asked.extend(images)
        return network(images)

    found = ferlab.explain(predict, FACE, hide="grey", n_segments=4)
    s = found.weights.shape[1]
    assert s < 7
    assert len(asked) == len(np.unique(asked, axis=0)) == 2**s
    assert_as_lime(found, by_hand(FACE, found.segments, 0, hide_color=128))


@pytest.mark.parametrize(("hide", "colour"), [("mean", None), ("grey", 128), ("black", 0)])
def test_hiding_as_lime_does_it(hide, colour):
    found = ferlab.explain(network, FACE, n_samples=200, seed=3, hide=hide)
    assert_as_lime(found, by_hand(FACE, found.segments, 3, num_samples=200, hide_color=colour))


def test_red_is_for_and_the_strongest_is_shown_alone():
    found = ferlab.explain(network, FACE, n_samples=200)
    axes, order = explanation_rows([found]).figure.axes, found.ranking()
    colours = axes[4].images[1].get_array()
    red, blue = (colours[found.segments == s][0] for s in (order[0], order[-1]))
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    alone = np.asarray(axes[1].images[0].get_array())
    inside = found.segments == order[0]
    np.testing.assert_array_equal(alone[inside], FACE[inside])
    assert len(np.unique(alone[~inside])) == 1


def test_blur_hides_what_is_as_small_as_an_eye():
    spot = np.full((48, 48), 255, np.uint8)
    spot[20:24, 20:24] = 0
    assert hidden_image(spot, np.zeros((48, 48), int), "blur").min() > 200


def test_blur_is_told_from_the_other_fillings():
    found = [ferlab.explain(network, FACE, n_samples=200, hide=hide).weights for hide in HIDE]
    for i, one in enumerate(found):
        for other in found[i + 1 :]:
            assert np.abs(one - other).max() > 1e-3


def test_what_each_filling_puts_there():
    segments = (np.arange(64).reshape(8, 8) >= 32).astype(int)
    image = np.where(segments, 201, 100).astype(np.uint8)
    image[0, 0] = 132  # the mean of the upper half becomes 101
    assert hidden_image(image, segments, "mean")[0, 5] == 101
    assert hidden_image(image, segments, "mean")[7, 5] == 201
    assert (hidden_image(image, segments, "grey") == 128).all()
    assert (hidden_image(image, segments, "black") == 0).all()
    blurred = hidden_image(image, segments, "blur")
    assert 100 < blurred[3, 4] < blurred[4, 4] < 201
    half = with_hidden(image, np.zeros_like(image), segments, [[0, 1], [1, 0]])
    assert (half[0][:4] == 0).all()
    assert (half[0][4:] == 201).all()
    assert (half[1][4:] == 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_superpixels_are_numbered_without_a_gap(method):
    segments = superpixels(FACE, method)
    assert segments.shape == (48, 48)
    assert np.unique(segments).tolist() == list(range(segments.max() + 1))


def test_the_usual_settings():
    assert [chosen_settings(method, {}) for method in METHODS] == [
        {"n_segments": 50, "compactness": 10.0},
        {"scale": 20.0, "sigma": 0.5, "min_size": 20},
        {"kernel_size": 3.0, "max_dist": 6.0, "ratio": 0.5},
    ]


def test_slic_alone_would_number_from_one():
    assert slic(np.stack([FACE] * 3, -1)).min() == 1  # if this changes, the notebook's trap is history


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 2**16),
    st.sampled_from(["slic", "felzenszwalb", "quickshift"]),
    st.integers(10, 60),
    st.integers(10, 60),
)
def test_superpixels_of_any_noise_cover_it(seed, method, height, width):
    noise = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    try:
        segments = superpixels(noise, method)
    except ValueError as error:
        assert "makes one superpixel" in str(error)  # noqa: PT017
        return
    assert segments.shape == noise.shape
    assert np.bincount(segments.ravel()).min() > 0


def test_a_model_that_reads_one_superpixel_is_seen_through():
    segments = superpixels(FACE)
    for wanted in (0, 7, segments.max()):
        found = ferlab.explain(reads_only(segments == wanted), FACE)
        assert found.ranking(0)[0] == wanted
        others = np.delete(found.weights[0], wanted)
        assert found.weights[0, wanted] > 10 * np.abs(others).max()
        assert found.ranking(1)[-1] == wanted  # what speaks for the one speaks against the other
        assert found.r2[0] > 0.95


@pytest.mark.parametrize("seed", [0, 2, 5])
def test_an_answer_that_never_moves_is_described_in_full(seed):
    found = ferlab.explain(
        lambda images: np.tile([0.7, 0.1, 0.2], (len(images), 1)), FACE, n_samples=200, seed=seed
    )
    np.testing.assert_array_equal(found.r2, 1)
    np.testing.assert_allclose(found.weights, 0, atol=1e-12)


def test_the_last_superpixel_can_be_hidden():
    """With slic's own numbers from 1, lime never hides it, and the weights are all zero."""
    segments = superpixels(FACE)
    found = ferlab.explain(reads_only(segments == segments.max()), FACE)
    assert found.weights[0, -1] > 0.5


def test_a_planted_linear_model_is_recovered():
    segments = superpixels(FACE, "felzenszwalb")
    truth = np.random.default_rng(1).dirichlet(np.ones(segments.max() + 1))
    filling = hidden_image(FACE, segments)
    visible = [(segments == s) & (filling != FACE) for s in range(len(truth))]

    def predict(images):
        shown = np.stack([(images == FACE)[:, where].all(1) for where in visible], axis=1)
        return np.stack([shown @ truth, 1 - shown @ truth], axis=1)

    found = ferlab.explain(predict, FACE, "felzenszwalb", n_samples=3000)
    assert np.abs(found.weights[0] - truth).max() < 0.03  # what ridge's penalty takes
    assert np.corrcoef(found.weights[0], truth)[0, 1] > 0.999


def test_same_seed_same_weights_and_another_seed_others():
    first, again, other = (ferlab.explain(network, FACE, n_samples=100, seed=seed) for seed in (4, 4, 5))
    assert np.array_equal(first.weights, again.weights)
    assert not np.array_equal(first.weights, other.weights)


def test_weights_of_all_labels_cancel():
    """Probabilities add up to 1, so what one label gains by a superpixel the others lose."""
    assert np.abs(ferlab.explain(network, FACE, n_samples=100).weights.sum(0)).max() < 1e-9


def test_an_explanation_is_frozen_and_complete():
    found = ferlab.explain(network, FACE, "quickshift", 60, 9, "grey", max_dist=8)
    assert isinstance(found, Explanation)
    k, s = found.weights.shape
    assert (k, s) == (3, found.segments.max() + 1)
    assert found.intercept.shape == found.r2.shape == found.probabilities.shape == (3,)
    assert found.probabilities == pytest.approx(network(FACE[None])[0])
    assert found.settings == {"kernel_size": 3.0, "max_dist": 8, "ratio": 0.5}
    assert (found.method, found.hide, found.n_samples, found.seed) == ("quickshift", "grey", 60, 9)
    assert found.classes is None
    with pytest.raises(FrozenInstanceError):
        found.seed = 1
    for array in (found.image, found.segments, found.weights, found.intercept, found.r2, found.probabilities):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_relevance_shares_out_the_weights():
    found = ferlab.explain(network, FACE, n_samples=60)
    assert np.bincount(found.segments.ravel(), found.relevance(2).ravel()) == pytest.approx(found.weights[2])


def test_names_of_labels():
    class Named:
        classes = ("a", "b", "c")

        def __call__(self, images):
            return network(images)

    found = ferlab.explain(Named(), FACE, n_samples=60)
    assert found.classes == ("a", "b", "c")
    assert found.label("b") == 1
    assert found.name() == found.classes[network(FACE[None])[0].argmax()]
    with pytest.raises(ValueError, match="label 'd' is unknown; there are a, b, c"):
        found.label("d")
    for beyond in (3, -1):
        with pytest.raises(ValueError, match=f"label {beyond} is out of range"):
            found.label(beyond)
    with pytest.raises(ValueError, match="no names"):
        ferlab.explain(network, FACE, n_samples=60).label("a")


def test_says_nothing():
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        ferlab.explain(network, FACE, n_samples=60)
    assert out.getvalue() == ""


def test_other_sizes_and_number_types():
    photo = astronaut()[20:84, 190:250].mean(2)  # float, 64x60

    def brightness(images):
        mean = images.mean((1, 2)) / 255
        return np.stack([mean, 1 - mean], axis=1)

    found = ferlab.explain(brightness, photo, n_samples=60)
    assert found.image.dtype == np.uint8
    assert found.segments.shape == (64, 60)
    assert np.array_equal(
        ferlab.explain(network, FACE.astype(float), n_samples=60).segments, superpixels(FACE)
    )


@pytest.mark.parametrize(
    ("image", "says"),
    [
        (np.zeros((48, 48, 3), np.uint8), r"\(48, 48, 3\).*one channel"),
        (FACE[None, :, :, None], r"\(1, 48, 48, 1\)"),
        (FACE[:7], "at least"),
        (FACE / 255, "multiply by 255"),
        (FACE * 300.0, "expected 0"),
        (FACE - 300.0, "expected 0"),
        (np.where(FACE > 100, np.nan, FACE), "not finite"),
        (FACE > 100, "bool"),
        (FACE.astype(str), "expected numbers"),
    ],
)
def test_bad_images(image, says):
    with pytest.raises(ValueError, match=says):
        ferlab.explain(network, image)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"method": "watershed"}, "there are slic, felzenszwalb, quickshift"),
        ({"hide": "white"}, "there are mean, grey, blur, black"),
        ({"scale": 30}, "slic has no setting scale; it has n_segments, compactness"),
        ({"method": "felzenszwalb", "n_segments": 9, "ratio": 1}, "no setting n_segments, ratio"),
        ({"n_samples": 1}, "2 or more"),
        ({"n_samples": 99.5}, "whole number"),
        ({"n_segments": 1}, r"slic\(n_segments=1, .*raise n_segments"),
        ({"method": "felzenszwalb", "min_size": 9999}, "lower scale or min_size"),
        ({"method": "quickshift", "max_dist": 200, "kernel_size": 20}, "lower max_dist or kernel_size"),
        ({"n_segments": 0}, "n_segments is 0, expected a whole number from 1 to 1000000"),
        ({"n_segments": -4}, "n_segments is -4, expected a whole number from 1 to 1000000"),
        ({"n_segments": 9.5}, r"n_segments is 9\.5, expected a whole number"),
        ({"n_segments": "many"}, "n_segments is 'many', expected a whole number"),
        ({"compactness": 0}, r"compactness is 0, expected a number from 0\.001 to 1000000"),
        ({"compactness": np.nan}, r"compactness is nan, expected a number from 0\.001 to 1000000"),
        (
            {"method": "felzenszwalb", "min_size": 2.5},
            r"min_size is 2\.5, expected a whole number from 0 to 1000000",
        ),
        (
            {"method": "felzenszwalb", "min_size": -5},
            "min_size is -5, expected a whole number from 0 to 1000000",
        ),
        ({"method": "felzenszwalb", "scale": -1}, "scale is -1, expected a number from 0 to 1000000"),
        ({"method": "felzenszwalb", "sigma": -0.1}, r"sigma is -0\.1, expected a number from 0 to 100"),
        (
            {"method": "quickshift", "kernel_size": 0.5},
            r"kernel_size is 0\.5, expected a number from 1 to 1000000",
        ),
        ({"method": "quickshift", "max_dist": -1}, "max_dist is -1, expected a number from 0 to 1000000"),
        ({"method": "quickshift", "ratio": 1.5}, r"ratio is 1\.5, expected a number from 0 to 1"),
    ],
)
def test_bad_settings(wrong, says):
    with pytest.raises(ValueError, match=says):
        ferlab.explain(network, FACE, **wrong)


@pytest.mark.parametrize(
    ("method", "setting", "values"),
    [
        ("slic", "n_segments", (10, 150, np.int64(50))),
        ("slic", "compactness", (1, 100, 1000, np.float32(10))),
        ("felzenszwalb", "scale", (5, 100)),
        ("felzenszwalb", "min_size", (0, 40)),
        ("quickshift", "kernel_size", (1, 6)),
        ("quickshift", "ratio", (0.2, 1)),
    ],
)
def test_settings_that_sliders_and_notebooks_use(method, setting, values):
    for value in values:
        assert superpixels(FACE, method, **{setting: value}).max() > 0


@pytest.mark.parametrize(
    ("predict", "says"),
    [
        (lambda images: network(images)[0], r"returned shape \(3,\) for 40 images, expected \(40, labels\)"),
        (lambda images: network(images)[:, None], r"returned shape \(40, 1, 3\)"),
        (
            lambda images: network(images[:1]),
            r"returned shape \(1, 3\) for 40 images, expected \(40, labels\)",
        ),
        (lambda images: np.full((len(images), 3), np.nan), "120 values that are not finite"),
        (lambda images: network(images) * 5, "softmax"),
        (lambda images: network(images) * [3, -1, 1], "softmax"),
    ],
    ids=["no batch", "an axis more", "too few", "nan", "sum", "negative"],
)
def test_bad_predict(predict, says):
    with pytest.raises(ValueError, match=says):
        ferlab.explain(predict, FACE, n_samples=40)


def test_predict_that_changes_its_labels_on_the_way():
    with pytest.raises(ValueError, match=r"returned shape \(44, 1\) for 44 images, expected \(44, 3\)"):
        ferlab.explain(lambda images: network(images)[:, : len(images) % 8 // 4 or 3], FACE, n_samples=300)


def test_figure_shows_every_method_and_says_so():
    rows = [ferlab.explain(network, FACE, method, 60) for method in METHODS]
    picture = explanation_rows(rows)
    assert len(picture.figure.axes) == 15
    for explanation in rows:
        assert f"{explanation.method}: of {explanation.weights.shape[1]} superpixels" in picture.alt


def test_pairs_say_how_alike_they_are():
    found = ferlab.explain(reads_only(np.arange(48)[:, None] * np.ones(48) < 20), FACE, n_samples=200)
    pairs = {"nothing": (("a", found, 0), ("b", found, 0)), "label": (("one", found, 0), ("two", found, 1))}
    picture = one_change(pairs)
    assert "nothing (a and b) 1.00; label (one and two) -1.00" in picture.alt
    assert [axis.get_xlabel() for axis in picture.figure.axes[2:]] == [
        "alike 1.00",
        "alike -1.00",
    ]


def test_more_than_five_pairs_go_on_below():
    found = ferlab.explain(reads_only(np.arange(48)[:, None] * np.ones(48) < 20), FACE, n_samples=200)
    picture = one_change({f"choice {i}": (("above", found, 0), ("below", found, 0)) for i in range(6)})
    shown = [
        [axis.get_title() for axis in picture.figure.axes[start : start + 5]] for start in range(0, 20, 5)
    ]
    assert shown == [
        [f"choice {i} above" for i in range(5)],
        [f"choice {i} below" for i in range(5)],
        ["choice 5 above", "", "", "", ""],
        ["choice 5 below", "", "", "", ""],
    ]
