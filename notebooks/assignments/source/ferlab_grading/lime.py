"""Hidden tests of a6-lime-by-hand."""

import numpy as np

from .words import array, by_hand, close, number

LIBRARY = ("ferlab.explanation", "lime", "sklearn", "statsmodels", "scipy.spatial", "scipy.optimize")


def _face(rng, s=9, side=12):
    image, filling = rng.integers(0, 256, (2, side, side)).astype(np.uint8)
    segments = rng.permutation(np.arange(side * side) % s).reshape(side, side)
    return image, filling, segments


def _variants(variants, image, filling, segments, shown):
    given = image.copy(), filling.copy(), segments.copy(), shown.copy()
    found = by_hand(variants, *given, without=LIBRARY)
    same = all((a == b).all() for a, b in zip(given, (image, filling, segments, shown), strict=True))
    assert same, "What was handed in has been changed; work on a copy."
    array(found, (len(shown), *image.shape), "The batch of variants", "fiu")
    return found


def variants_type(rng, variants):
    image, filling, segments = _face(rng)
    found = _variants(variants, image, filling, segments, rng.integers(0, 2, (5, 9)))
    assert found.dtype == np.uint8, f"The variants are {found.dtype}, expected uint8 like the image."


def variants_ends(rng, variants):
    image, filling, segments = _face(rng)
    found = _variants(variants, image, filling, segments, np.array([[1] * 9, [0] * 9]))
    turned = (found[0] == filling).all() and (found[1] == image).all()
    assert not turned, "Turned round: 1 means that a superpixel is shown, 0 that it is hidden."
    assert (found[0] == image).all(), "With everything shown a variant should be the image itself."
    assert (found[1] == filling).all(), (
        "With everything hidden it should be the filling: is the last superpixel hidden too?"
    )


def variants_values(rng, variants):
    for s, n in ((9, 20), (3, 1), (20, 9)):
        image, filling, segments = _face(rng, s)
        shown = rng.integers(0, 2, (n, s))
        found = _variants(variants, image, filling, segments, shown)
        expected = np.where(shown[:, segments] == 1, image, filling)
        assert (found == expected).all(), (
            f"{(found != expected).mean():.0%} of the pixels are wrong: superpixels are numbered from 0, and each row of "
            "`shown` makes a variant of its own, from the untouched image."
        )


def _nearness(nearness, shown):
    given = shown.copy()
    found = by_hand(nearness, given, without=LIBRARY)
    assert (given == shown).all(), "The table of zeros and ones has been changed."
    return array(found, (len(shown),), "The nearness")


def _near(shown):
    cosine = shown.sum(1) / np.sqrt(np.maximum(shown.sum(1), 1) * shown.shape[1])
    return np.sqrt(np.exp(-((1 - cosine) ** 2) / 0.25**2))


def nearness_type(rng, nearness):
    found = _nearness(nearness, np.vstack([np.ones((1, 8), int), rng.integers(0, 2, (6, 8))]))
    assert np.isclose(found[0], 1), (
        f"The face itself, with all shown, should have nearness 1; it has {found[0]:.3g}."
    )


def nearness_values(rng, nearness):
    for s in (5, 20, 60):
        shown = rng.integers(0, 2, (30, s))
        shown[:, 0] = 1
        found, expected = _nearness(nearness, shown), _near(shown)
        order = np.argsort(shown.sum(1))
        assert (np.diff(found[order]) >= -1e-9).all(), (
            "The more superpixels are shown, the nearer a variant is."
        )
        assert not np.allclose(found, expected**2), "The square root is missing: lime takes it, too."
        close(found, expected, "Cosine distance is 1 minus the cosine; then the formula, with width 0.25.")


def nearness_edges(rng, nearness):
    shown = np.array([[0] * 6, [1] * 6, [1, 0, 0, 0, 0, 0]])
    with np.errstate(all="ignore"):
        found = _nearness(nearness, shown)
    assert np.isfinite(found).all(), (
        "Where all is hidden, 0 is divided by 0: the distance is 1 by definition."
    )
    close(found, _near(shown), "All hidden: distance 1.")


def _fit(fit, shown, answers, near):
    found = by_hand(fit, shown.copy(), answers.copy(), near.copy(), without=LIBRARY)
    assert type(found) in (tuple, list), (
        f"The answer is {type(found).__name__}, expected a pair (weights, intercept)."
    )
    assert len(found) == 2, f"The answer has {len(found)} parts, expected two: weights and intercept."
    weights = array(found[0], (shown.shape[1],), "The weights")
    intercept = found[1]
    if type(intercept) is np.ndarray and intercept.shape == ():
        intercept = intercept[()]
    return weights, number(intercept, "The intercept")


def _ridge(shown, answers, near):
    middle, mean = np.average(shown, axis=0, weights=near), np.average(answers, weights=near)
    z, y = shown - middle, answers - mean
    weights = np.linalg.solve(z.T @ (near[:, None] * z) + np.eye(z.shape[1]), z.T @ (near * y))
    return weights, mean - weights @ middle


def _samples(rng, n=300, s=7, noise=0.05):
    shown = rng.integers(0, 2, (n, s))
    truth = rng.normal(size=s)
    return shown, shown @ truth + 3 + noise * rng.normal(size=n), rng.uniform(0.1, 1, n)


def fit_type(rng, fit):
    shown, _, near = _samples(rng, 50)
    weights, intercept = _fit(fit, shown, np.full(50, 0.7), near)
    assert np.abs(weights).max() < 1e-6, "An answer that never moves gives weights of 0, whatever its height."
    assert abs(intercept - 0.7) < 1e-6, (
        f"An answer that is always 0.7 has intercept 0.7, not {intercept:.3g}."
    )


def fit_values(rng, fit):
    shown, answers, near = _samples(rng)
    weights, intercept = _fit(fit, shown, answers, near)
    right, base = _ridge(shown, answers, near)
    rough = np.abs(weights - right).max()
    assert rough < 0.1, (
        f"On 300 samples of a linear model the weights are off by up to {rough:.2g}: does the intercept drop out?"
    )
    close(
        weights,
        right,
        "Nearly: the penalty is 1, on the weights alone, and each sample counts by its nearness.",
    )
    close(intercept, base, "The weights are right; the intercept is what is left with everything hidden.")


def fit_nearness(rng, fit):
    shown, answers, near = _samples(rng, 60)
    answers[30:] += 5 * shown[30:, 2]
    near[30:] = 1e-9
    weights, _ = _fit(fit, shown, answers, near)
    expected, _ = _ridge(shown, answers, near)
    close(weights, expected, "Samples of nearness 0 should not count: are the means weighted as well?", 1e-4)
    shown, answers, near = _samples(rng, 4)
    weights, _ = _fit(fit, shown, answers, near)
    close(
        weights,
        _ridge(shown, answers, near)[0],
        "With fewer samples than superpixels only the penalty keeps it solvable.",
        1e-4,
    )


def together(rng, variants, nearness, fit):
    """All three, one after the other, on a model whose answer is a superpixel's brightness."""
    image, filling, segments = _face(rng)
    image[segments == 4], filling[segments == 4] = 250, 10
    shown = np.vstack([np.ones((1, 9), int), rng.integers(0, 2, (200, 9))])
    answers = _variants(variants, image, filling, segments, shown)[:, segments == 4].mean(1) / 255
    weights, _ = _fit(fit, shown, answers, _nearness(nearness, shown))
    assert weights.argmax() == 4, f"Superpixel 4 alone moves the answer, and {weights.argmax()} has most weight."
    close(weights, _ridge(shown, answers, _near(shown))[0], "Nearly: which of the three is not exact?")
