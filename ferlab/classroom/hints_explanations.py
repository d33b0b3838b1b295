"""Hints on explanations: assignments a6 and a7. Each tries one small case; see ferlab.checks."""

import numpy as np

from .asking import array, ask, number


def variants(function):
    image, filling = np.full((3, 3), 9, np.uint8), np.full((3, 3), 2, np.uint8)
    segments = np.repeat([[0], [1], [2]], 3, axis=1)
    found = function(image, filling, segments, np.array([[1, 1, 1], [0, 1, 1], [1, 1, 0]]))
    array(found, (3, 3, 3), "the batch")
    ask((image == 9).all(), "the image that came in is changed afterwards. Work on a copy.")
    ask(not (found[0] == 2).all(), "with all shown nothing is left of it. What does a 1 stand for?")
    ask(
        (found[0] == 9).all(),
        "with all shown it should be the untouched image. Does an earlier variant leave traces?",
    )
    ask((found[1][0] != 9).all(), "superpixel 0 was hidden and is there. Do you count from 0?")
    ask((found[2][2] != 9).all(), "the last superpixel was hidden and is there. Do you count from 0?")
    ask((found == 9).sum() == 21, "too much is hidden: each row of `shown` is a variant of its own.")
    ask((found[1][0] == 2).all(), "what is hidden should show the filling. What does it show in yours?")
    ask(found.dtype == np.uint8, f"the variants are {found.dtype}; the image's own type was asked for.")


def nearness(function):
    with np.errstate(all="ignore"):
        found = function(np.array([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0]]))
    array(found, (5,), "the nearness")
    ask(
        not np.isclose(found[0], 1) or np.isclose(found[1], 1),
        "the first row counts as nearest, and two of its four are hidden: shown[0] need not be the face itself.",
    )
    ask(np.isclose(found[1], 1), "the face itself should be nearest, with 1. Distance, or nearness?")
    ask(found[0] > found[2], "fewer superpixels shown should be farther away.")
    ask(
        not np.isclose(found[2], np.exp(-4)),
        "one step of the formula is missing: look at what stands around the exponential.",
    )
    ask(
        np.isclose(found[2], np.exp(-2)),
        "one of four shown: the cosine is 0.5, and so is the distance. What comes out of the formula for it?",
    )
    ask(np.isfinite(found[3]), "with all hidden it isn't finite. What does the task say about that case?")
    ask(
        np.isclose(found[3], np.exp(-8), rtol=1e-3, atol=0),
        f"with all hidden {found[3]:.3g} comes out. Which d does the task name, and what does the formula make of it?",
    )


def fit(function):
    shown = np.random.default_rng(3).integers(0, 2, (200, 3))
    found = function(shown, shown @ [0.5, 0, -0.2] + 0.3, np.ones(200))
    ask(type(found) in (tuple, list) and len(found) == 2, "a pair (weights, intercept) was asked for.")
    weights, intercept = found
    array(weights, (3,), "the weights")
    ask(
        abs(weights[0] - 0.5) < 0.03,
        f"the first superpixel adds 0.5 in this case; yours says {weights[0]:.2f}. Are the means taken off first?",
    )
    ask(
        abs(weights[0] - 0.5) > 1e-6,
        "exactly 0.5: too good. The penalty pulls weights a little towards 0, and yours doesn't.",
    )
    ask(
        abs(float(intercept) - 0.3) < 0.03,
        f"with all hidden the answer is 0.3; your intercept is {float(intercept):.2f}.",
    )
    answers, near = shown @ [0.5, 0, -0.2] + 0.3, np.ones(200)
    answers[100:], near[100:] = 5 * shown[100:, 2], 1e-9
    weights, intercept = function(shown, answers, near)
    ask(
        abs(weights[0] - 0.5) < 0.05 and abs(float(intercept) - 0.3) < 0.05,
        "samples that are as good as infinitely far away move the result. Into which sums and means goes `near`?",
    )
    half = function(np.array([[1], [1], [0], [0]]), np.array([1.0, 1, 0, 0]), np.full(4, 0.5))[0][0]
    ask(
        np.isclose(half, 1 / 3),
        f"four samples of one superpixel, each of nearness 0.5, give it {half:.3f} in yours. Work it out on paper: "
        "does `near` count once, is the penalty what the task says, and is the intercept free of it?",
    )


def hottest_square(function):
    relevance = np.zeros((12, 9))
    relevance[10:12, 7:9], relevance[2, 2], relevance[5:7, 1:3] = 1, 2, -4
    found = function(relevance, 2)
    ask(np.shape(found) == (2,), "a pair (row, column) was asked for, one place in the map.")
    ask(all(isinstance(x, int | np.integer) for x in found), "row and column should be whole numbers.")
    place = tuple(int(x) for x in found)
    ask(place != (2, 2), "you found the brightest pixel. Which square adds up to most?")
    ask(place != (5, 1), "you found what speaks most against. What does a minus do in a sum?")
    ask(place != (7, 10), "row and column are swapped.")
    ask(
        place == (10, 7),
        f"the hottest square touches the lower right corner; you found {place}. How many places are there to try?",
    )
    relevance = np.full((12, 9), -1.0)
    relevance[4:6, 3:5] = -0.5
    found = function(relevance, 2)
    ask(
        np.shape(found) == (2,) and tuple(found) == (4, 3),
        "where all speaks against the label, one square does so least. With which sum does your search begin?",
    )


def without_square(function):
    images = np.full((2, 48, 48), [[[200]], [[100]]], np.uint8)
    images[:, 4:9, 20:25] = 0
    kept = images.copy()
    found = function(images, 4, 20, 5)
    ask((images == kept).all(), "the images that came in are changed afterwards. Work on a copy.")
    array(found, (2, 48, 48), "the batch")
    ask(
        (found[:, 0] == kept[:, 0]).all() and (found[:, :, 0] == kept[:, :, 0]).all(),
        "pixels far from the square have changed.",
    )
    ask((found[:, 4:9, 20:25] > 0).all(), "a part of the square is still there. Which rows, which columns?")
    ask(
        found[0, 5, 21] != found[1, 5, 21],
        "both faces get the same grey, though one is darker: each its own mean.",
    )
    ask(
        abs(int(found[0, 5, 21]) - 200) <= 1,
        f"the first face is 200 all over, and is filled with {found[0, 5, 21]}. Does the square count in your mean?",
    )
    ask(found.dtype == np.uint8, f"the images are {found.dtype} now; uint8 was asked for.")


def turned(function):
    def one_pixel(images):
        bright = 0.1 + 0.8 * np.asarray(images, float)[:, 2, 10] / 255
        return np.stack([1 - bright, bright], axis=1)

    images = np.zeros((4, 48, 48), np.uint8)
    images[0] = 255
    kept = images.copy()
    found = function(one_pixel, images, 0, 8, 5, 255)
    ask((images == kept).all(), "the images that came in are changed afterwards. Stamp a copy.")
    number(found, "the share")
    ask(found != 3, "you count; the share was asked for.")
    ask(
        found == 0.75,
        f"of four faces three change their label here; yours says {found:.3g}. "
        "Do row and column reach the right place?",
    )
    ask(
        function(one_pixel, images, 20, 20, 5, 255) == 0,
        "stamped elsewhere it turns nothing here. Do row and column reach the right place?",
    )
    grey = function(one_pixel, images[1:], 0, 8, 5, 60)
    ask(
        grey == 0,
        "a dark grey moves the probabilities here and turns no label. What do you compare, and stamp with?",
    )


TASKS = (variants, nearness, fit, hottest_square, without_square, turned)
