"""Hints on data and scores: assignments a1, a2 and a5. Each tries one small case; see ferlab.checks."""

import warnings

import numpy as np

from .asking import array, ask, number


def _faces(n):
    return np.random.default_rng(5).integers(0, 256, (n, 48, 48)).astype(np.uint8)


def faulty_rows(function):
    images = _faces(6)
    images[[1, 4]] = [[[0]], [[90]]]
    images[5] = 100 + images[5] // 20
    kept = images.copy()
    found = function(images)
    ask((images == kept).all(), "the images that came in are changed afterwards. Work on a copy.")
    ask(type(found) is not tuple, "you return a tuple, as np.where does: which part of it holds the rows?")
    ask(
        type(found) is np.ndarray,
        f"you return {type(found).__name__}; an array of row numbers was asked for.",
    )
    ask(
        found.dtype != bool,
        "you return True and False for each image; asked for are the numbers of the rows.",
    )
    ask(
        found.ndim != 2 or found.shape[1] != 1,
        "you return a column, as np.argwhere does; a flat array was asked for.",
    )
    ask(
        found.ndim == 1 and found.size < 100,
        "you return a number for each pixel: over which axes is the spread taken?",
    )
    ask({1, 4} <= set(found.tolist()), "an image of one tone is missed. It may be black, white or any grey.")
    ask(5 in found, "an image that is nearly of one tone is missed. Standard deviation, or its square?")
    ask(len(found) == 3, "a good image is called faulty. Is the spread taken of each image alone?")
    found = function(images[[0, 2, 3]])
    ask(
        np.size(found) == 0, "where nothing is faulty something comes back. What is left of the other images?"
    )
    kind = getattr(found, "dtype", np.dtype(object))
    ask(
        kind.kind in "iu",
        f"where nothing is faulty your array is {kind}: np.array([]) doesn't know that it is to hold integers. "
        "Give it a dtype.",
    )


def duplicate_groups(function):
    images = _faces(10)
    images[0, 0, 0] = 200
    images[6] = images[3] = images[0]
    images[8] = images[1] = images[1] // 8  # a group that begins later, and is darker
    images[7] = np.roll(images[2], 1, axis=0)
    images[5] = images[4]
    images[5, 9, 9] ^= 1
    found = function(images)
    ask(type(found) is list, f"you return {type(found).__name__}; a list of groups was asked for.")
    rows = [int(row) for group in found for row in group]
    ask(all(len(group) > 1 for group in found), "there is a group of one. An image alone is nobody's copy.")
    ask(
        len(rows) == len(set(rows)), "a row stands in two groups. Three equal images make one group of three."
    )
    ask({0, 1, 3, 6, 8} <= set(rows), "a copy is missed. Copies need not stand next to one another.")
    ask(7 not in rows, "two different images are grouped. They hold the same pixels, in other places.")
    ask(not {4, 5} & set(rows), "two images are grouped that differ in one pixel. How equal is equal?")
    groups = [[int(row) for row in group] for group in found]
    ask(sorted(map(sorted, groups)) == [[0, 3, 6], [1, 8]], "images that differ stand in one group.")
    ask(
        all(group == sorted(group) for group in groups) and groups == sorted(groups),
        "the right groups, in another order than the task asks for. What ascends within a group, and what from group "
        "to group?",
    )


def agreement(function):
    found = function(np.array([[2, 0], [1, 1], [30, 30], [1, 0]], np.uint8))
    array(found, (4,), "the agreement")
    ask(found[0] == 1, "two people say the same, so the chance is 1. What does yours give?")
    ask(found[1] == 0, "two people, two answers: the chance is 0. Do you draw the same person twice?")
    ask(0.4 < found[2] < 0.5, "with 30 votes each it goes wrong. How large can a uint8 be?")
    ask(np.isnan(found[3]), "one annotator has nobody to agree with: NaN was asked for.")


def prepare(function):
    images = _faces(2) // 2
    kept = images.copy()
    found = function(images)
    ask((images == kept).all(), "the images that came in are changed afterwards. Work on a copy.")
    array(found, (2, 48, 48, 3), "the batch")
    ask(found.dtype == np.float32, f"the batch is {found.dtype}. What halves its memory?")
    ask(found.max() <= 1, f"the largest value is {found.max():.3g}. By what do you divide?")
    ask(found.max() > 0.1, f"the largest value is {found.max():.3g}, as good as black. Do you divide twice?")
    ask(found.max() < 0.9, "these are dark faces, and yours are bright. By what do you divide?")
    ask(
        np.allclose(found[..., 1].max() / images.max(), 1 / 255, rtol=1e-3),
        "nearly. How large is the largest value that a pixel can have, and what should become of it?",
    )
    ask(
        (found[..., 0] == found[..., 2]).all(),
        "the three channels differ. Repeating is another thing than reshaping.",
    )


def class_weights(function):
    found = function(np.array([0, 0, 0, 2]), 3)
    ask(type(found) is dict, f"you return {type(found).__name__}; a dict from class to weight was asked for.")
    ask(min(found, default=0) == 0, "the classes begin with 1 in yours. What is the first label's number?")
    ask(1 not in found, "no face has class 1. It was to be left out.")
    ask(set(found) == {0, 2}, f"the classes are {sorted(found)}; faces have 0 and 2.")
    ask(found[2] > found[0], "the frequent class weighs more in yours. Which should be heard better?")
    ask(
        np.isclose(found[2], 3 * found[0]),
        "one class has three times the faces of the other. How do the weights compare?",
    )
    ask(
        found[2] > 1,
        "weights of this size make the loss tiny, and with it most steps. What did the formula divide, n or 1?",
    )
    ask(np.isclose(found[2], 4 / 3), "k counts the classes: those that occur, or those that there are?")


def weighted_loss(function):
    p = np.array([[0.5, 0.5], [0.75, 0.25]])
    plain = function(p, np.array([0, 1]), {0: 1.0, 1: 1.0})
    number(plain, "the loss")
    ask(plain > 0, "the loss is below 0. What sign has the logarithm of a probability?")
    ask(
        not np.isclose(plain, 2 * 1.0397, atol=1e-3),
        "that is the sum over the faces; the mean was asked for.",
    )
    ask(
        np.isclose(plain, 1.0397, atol=1e-3),
        "with all weights 1 this should be cross-entropy. Whose probability do you take, and as it is?",
    )
    heavy = function(p, np.array([0, 1]), {0: 1.0, 1: 3.0})
    ask(heavy > plain, "a larger weight should make the loss larger. Do you look the weight up by the label?")
    ask(heavy > 2, "do you divide by the weights again? The mean is over faces.")
    wrong = function(np.eye(2), np.array([1, 0]), {0: 1.0, 1: 1.0})
    ask(np.isfinite(wrong), "a probability of 0 gives infinity. See the clipping in the task.")
    ask(
        np.isclose(wrong, 16.118, atol=1e-2),
        f"certain and wrong costs {wrong:.3g} in yours. What does the task clip at, and what is minus its logarithm?",
    )


def confusion(function):
    found = function(np.array([0, 0, 0, 2]), np.array([0, 1, 1, 2]), 4)
    array(found, (4, 4), "the matrix")
    ask(found.dtype.kind in "iu", f"it holds {found.dtype}; counts are whole numbers.")
    ask(
        found.sum() != 3,
        "a face got lost: the same pair occurs twice and counts twice. Does `+=` with index arrays do that?",
    )
    ask(found.sum() == 4, f"four faces went in, {found.sum()} are counted.")
    ask(
        found[1, 0] == 0,
        "two faces stand mirrored about the diagonal. What are rows, true labels or answers?",
    )
    ask(found[0, 1] == 2, "two faces of label 0 got the answer 1. Where do they stand in yours?")


def recalls(function):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        found = function(np.array([[3, 1, 0], [3, 1, 0], [0, 0, 0]]))
    array(found, (3,), "the recalls")
    ask(
        not np.isclose(found[0], 0.5),
        "of the faces that were GIVEN the first label, half have it: precision. Recall asks about those that HAVE it.",
    )
    ask(found[0] == 0.75, f"of the first label's four faces three were found; yours says {found[0]:.3g}.")
    ask(np.isnan(found[2]), "the third label has no face. NaN was asked for.")
    ask(not heard, "right, but NumPy warns of a division by 0. Which rows can you divide without asking?")


def interval(function):
    found = function(8, 10)
    ask(type(found) is not np.ndarray, "you return ndarray, an array: make it a tuple.")
    ask(type(found) in (tuple, list) and len(found) == 2, "a pair (low, high) was asked for.")
    low, high = found
    number(low, "the lower end")
    number(high, "the upper end")
    ask(
        high <= 1,
        f"the upper end is {high:.3g}. A share lies between 0 and 1: of the textbook's interval, or in per cent?",
    )
    ask(low < 0.8 < high, "the share itself, 0.8, should lie within.")
    ask(abs((low + high) / 2 - 0.8) > 0.01, "yours is symmetric about 0.8. Wilson's leans towards a half.")
    ask(
        0.35 < high - low < 0.55,
        f"yours is {high - low:.2f} wide. Is every term divided by the denominator, and z what the task says?",
    )
    ask(np.isclose(low, 0.4902, atol=2e-3), "nearly. Compare your formula with the task's, term by term.")


TASKS = (
    faulty_rows,
    duplicate_groups,
    agreement,
    prepare,
    class_weights,
    weighted_loss,
    confusion,
    recalls,
    interval,
)
