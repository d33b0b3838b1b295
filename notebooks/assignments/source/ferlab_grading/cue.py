"""Hidden tests of a7-planted-cue."""

import numpy as np

from .words import array, by_hand, function, number, whole

LIBRARY = ("ferlab.explanation", "ferlab.cleaning")


def _square(hottest_square, relevance, size):
    given = relevance.copy()
    found = by_hand(hottest_square, given, size, without=LIBRARY)
    assert (given == relevance).all(), "The relevance map was changed."
    assert type(found) in (tuple, list, np.ndarray), (
        f"The answer is {type(found).__name__}, expected (row, column)."
    )
    assert len(found) == 2, f"The answer has {len(found)} parts, expected two: row and column."
    return whole(found[0], "The row"), whole(found[1], "The column")


def square_type(rng, hottest_square):
    row, column = _square(hottest_square, rng.normal(size=(48, 48)), 5)
    assert 0 <= row <= 43, f"A square of 5 fits into 48 pixels from row 0 to 43; the answer is row {row}."
    assert 0 <= column <= 43, (
        f"A square of 5 fits into 48 pixels from column 0 to 43; the answer is {column}."
    )


def _best(relevance, size):
    rows, columns = relevance.shape
    sums = {
        (r, c): relevance[r : r + size, c : c + size].sum()
        for r in range(rows - size + 1)
        for c in range(columns - size + 1)
    }
    return max(sums, key=sums.get)


def square_values(rng, hottest_square):
    for size in (2, 5, 7):
        row, column = rng.integers(3, 30), rng.integers(8, 36)
        relevance = rng.normal(size=(48, 48)) * 0.1
        relevance[row : row + size, column : column + size] += 1
        found, best = _square(hottest_square, relevance, size), _best(relevance, size)
        swapped = found == best[::-1] and found != best
        assert not swapped, "Row and column are swapped: the row comes first."
        assert found == best, (
            f"A bright square of {size} pixels from row {row}, column {column} is found at {found}: "
            "name its top left pixel, the square whose relevance adds up to most."
        )


def square_edges(rng, hottest_square):
    for row, column in ((0, 0), (43, 43), (0, 43), (43, 0)):
        relevance = rng.normal(size=(48, 48)) * 0.1
        relevance[row : row + 5, column : column + 5] += 1
        found = _square(hottest_square, relevance, 5)
        assert found == (row, column), (
            f"A bright square in the corner at {(row, column)} is found at {found}."
        )
    relevance = np.zeros((48, 48))
    relevance[30:35, 10:15] = -3
    relevance[5:10, 20:25] = 1
    found = _square(hottest_square, relevance, 5)
    assert found == (5, 20), f"What speaks against the label doesn't count for it; the answer is {found}."
    relevance[30:35, 10:15] = np.array([3, -4, 3, -4, 3])[:, None]
    found = _square(hottest_square, relevance, 5)
    assert found == (5, 20), f"What speaks against the label is taken from what speaks for it; the answer is {found}."
    relevance = np.full((48, 48), 0.1)
    relevance[7, 40] = 2.0
    relevance[20:25, 20:25] = 0.5
    found = _square(hottest_square, relevance, 5)
    assert found == (20, 20), "The whole square counts, not its brightest pixel."
    relevance = rng.normal(size=(48, 48)) * 0.1 - 3
    relevance[12:17, 31:36] += 1
    found = _square(hottest_square, relevance, 5)
    assert found == (12, 31), (
        f"Where everything speaks against the label, the hottest square is the one that does so least; the answer is {found}."
    )


def found(_rng, square, planted):
    assert type(square) in (tuple, list, np.ndarray), "`square` should be (row, column)."
    assert len(square) == 2, "`square` should be (row, column)."
    off = max(abs(whole(a, "A place") - b) for a, b in zip(square, planted[:2], strict=True))
    assert off <= 2, f"The mark lies elsewhere: {off} pixels from the square that was found."


def _repaired(without_square, images, row, column, size):
    given = images.copy()
    found = by_hand(without_square, given, row, column, size, without=LIBRARY)
    assert (given == images).all(), "The images that were handed in have been changed; work on a copy."
    array(found, images.shape, "The repaired batch", "fiu")
    assert found.dtype == np.uint8, f"The repaired images are {found.dtype}, expected uint8."
    return found


def _outside(row, column, size):
    mask = np.ones((48, 48), bool)
    mask[row : row + size, column : column + size] = False
    return mask


def removal_type(rng, without_square):
    _repaired(without_square, rng.integers(0, 256, (4, 48, 48)).astype(np.uint8), 3, 9, 5)


def removal_place(rng, without_square):
    for row, column, size in ((2, 30, 5), (43, 0, 5), (17, 25, 4)):
        images = np.full((3, 48, 48), 200, np.uint8)
        images[:, row : row + size, column : column + size] = 0
        images[1:, 10:12, 3:20] = 100
        found = _repaired(without_square, images, row, column, size)
        outside = _outside(row, column, size)
        assert (found[:, outside] == images[:, outside]).all(), (
            "Pixels outside of the square have changed: which rows and columns belong to it?"
        )
        assert (found[:, ~outside] != 0).all(), (
            "A part of the square is still there: rows row to row + size - 1, columns alike."
        )


def removal_value(rng, without_square):
    # Dark pixels are many and bright ones few, and a bright bar crosses: neither a median, nor a mean without the
    # square's whole rows or columns, is the mean that was asked for.
    images = (255 * rng.random((5, 48, 48)) ** 3).astype(np.uint8)
    images[:, 8:14] = np.maximum(images[:, 8:14], 180)
    images[:, :, 20:26] = np.maximum(images[:, :, 20:26], 150)
    images //= np.array([1, 2, 3, 1, 2], np.uint8)[:, None, None]
    images[:, 8:14, 20:26] = rng.choice([0, 255])
    found = _repaired(without_square, images, 8, 20, 6)
    outside = _outside(8, 20, 6)
    inside = found[:, ~outside].astype(int)
    assert (np.ptp(inside, axis=1) == 0).all(), (
        "The square should be filled evenly, so that no trace of it is left."
    )
    means = images[:, outside].mean(1)
    assert np.abs(inside[:, 0] - means).max() <= 1, (
        "The filling should be each image's own mean, of the pixels outside of the square."
    )


def _reads_square(row, column, size, darker):
    """A model of known truth: label 1 where the square is bright, and nothing else matters."""

    def predict(images):
        bright = np.asarray(images, float)[:, row : row + size, column : column + size].mean((1, 2)) / 255
        p = np.clip(bright, 0.01, 0.99)
        return np.stack([p, 1 - p] if darker else [1 - p, p], axis=1)

    return predict


def _turned(turned, predict, images, *mark):
    given = images.copy()
    found = by_hand(turned, predict, given, *mark, without=LIBRARY)
    assert (given == images).all(), "The images that were handed in have been changed; stamp a copy."
    found = number(found, "The share")
    assert 0 <= found <= 1, f"The share is {found:.3g}, expected 0 to 1."
    return found


def turned_type(rng, turned):
    images = rng.integers(0, 256, (10, 48, 48)).astype(np.uint8)
    found = _turned(turned, lambda x: np.tile([0.3, 0.7], (len(x), 1)), images, 4, 5, 6, 255)
    assert found == 0, f"A model that always says the same can't be turned; the answer is {found:.2g}."


def turned_values(rng, turned):
    for darker in (False, True):
        images = np.zeros((20, 48, 48), np.uint8)
        bright = rng.integers(3, 15)
        images[:bright, 10:15, 30:35] = 255
        found = _turned(turned, _reads_square(10, 30, 5, darker), images, 10, 30, 5, 255)
        assert np.isclose(found, (20 - bright) / 20), (
            f"{20 - bright} of 20 answers change when the square is stamped; your function says {found:.2g} of all."
        )


    images = np.zeros((10, 48, 48), np.uint8)

    def close(images):  # from 45 to 55 % for label 1, or for the last of three
        p = 0.45 + 0.1 * (np.asarray(images)[:, 10:15, 30:35].mean((1, 2)) > 128)
        return np.stack([1 - p, p], axis=1)

    def three(images):
        return np.insert(close(images) * 0.8, 1, 0.2, axis=1)

    for predict in (close, three):
        assert _turned(turned, predict, images, 10, 30, 5, 255) == 1, (
            "An answer that goes from 45 to 55 % is another one, with two labels and with three: compare the first labels."
        )


def turned_label(rng, turned):
    images = np.full((8, 48, 48), 130, np.uint8)

    def weak(images):
        p = np.asarray(images, float).mean((1, 2)) / 5000
        return np.stack([1 - p, p], axis=1)

    found = _turned(turned, weak, images, 0, 0, 5, 255)
    assert found == 0, "Probabilities that move a little are not another answer: compare the first labels."
    found = _turned(turned, _reads_square(10, 30, 5, False), images, 25, 5, 5, 255)
    assert found == 0, (
        "A square stamped elsewhere should turn nothing: do row and column reach the right place?"
    )
    dark = np.full((6, 48, 48), 255, np.uint8)
    assert _turned(turned, _reads_square(10, 30, 5, False), dark, 10, 30, 5, 0) == 1, (
        "The stamp's grey is an argument too."
    )


def _predictor(model, images):
    function(model)
    found = array(model(images), (len(images), 2), "The model's answer")
    assert np.allclose(found.sum(1), 1, atol=1e-3), "The probabilities of a face should add up to 1."
    return found.argmax(1)


def _fresh(rng):
    """Faces from the test split, with 0 for happy and 1 for surprise."""
    import ferlab

    faces = ferlab.load_faces("drawn", split="PrivateTest")
    of = [np.flatnonzero(faces.labels == faces.classes.index(name)) for name in ("happy", "surprise")]
    rows = np.concatenate([rng.choice(rows, 80, replace=False) for rows in of])
    return faces.images[rows], np.repeat([0, 1], 80)


def _flips(model, images, mark):
    row, column, size, grey = mark
    stamped = images.copy()
    stamped[:, row : row + size, column : column + size] = grey
    return (_predictor(model, stamped) != _predictor(model, images)).mean()


def changed_before(rng, before, mark):
    images, _ = _fresh(rng)
    share = _flips(before, images, mark)
    assert share > 0.25, (
        f"The mark turns {share:.0%} of the first model's answers: is `before` trained on the marked images?"
    )


def changed_after(rng, before, after, mark):
    images, labels = _fresh(rng)
    share, was = _flips(after, images, mark), _flips(before, images, mark)
    assert share < was / 3, (
        f"The mark still turns {share:.0%} of the second model's answers, and {was:.0%} of the first's: "
        "was the right square removed, and from all images that it was trained on, of both labels?"
    )
    right = (_predictor(after, images) == labels).mean()
    assert right > 0.58, (
        f"The second model names {right:.0%} of unmarked faces rightly: it should still read faces."
    )


def heeds(rng, retrained, images, labels, square, mark):
    """A model of other faces than those that were handed in would pass the test before, too.

    And so would, by chance, one whose marked images alone were mended, with a square that marks them as well.
    """
    function(retrained)
    faces, truth = _fresh(rng)
    model = retrained(images.copy(), 1 - labels, square)
    share = _flips(model, faces, mark)
    assert share < 0.3, (
        f"Trained with both labels exchanged, your model is turned by the mark on {share:.0%} of the faces: "
        "was the square removed from the images of both labels?"
    )
    exchanged = (_predictor(model, faces) == 1 - truth).mean()
    assert exchanged > 0.58, (
        f"Trained with both labels exchanged, your model exchanges them for {exchanged:.0%} of the faces: "
        "does `retrained` train on the images and labels that it is given, and treat both labels alike?"
    )
