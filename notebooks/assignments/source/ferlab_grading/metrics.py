"""Hidden tests of a5-honest-metrics."""

import warnings

import numpy as np

from .words import array, by_hand, close, number

LIBRARY = ("sklearn", "ferlab.evaluation", "ferlab.intervals", "pandas", "keras", "tensorflow", "scipy", "statsmodels")


def _answers(rng, classes, n):
    return rng.integers(0, classes, n), rng.integers(0, classes, n)


def _expected(labels, predicted, classes):
    table = np.zeros((classes, classes), int)
    np.add.at(table, (labels, predicted), 1)
    return table


def _confusion(confusion, labels, predicted, classes):
    found = by_hand(confusion, labels.copy(), predicted.copy(), classes, without=LIBRARY)
    assert type(found) is np.ndarray, f"The answer is {type(found).__name__}, expected a NumPy array."
    return array(found, (classes, classes), "The confusion matrix", "iu")


def confusion_type(rng, confusion):
    classes = int(rng.integers(3, 9))
    labels = rng.integers(0, classes, 40)
    found = _confusion(confusion, labels, labels, classes)
    assert found.sum() == 40, f"40 faces went in and {found.sum()} were counted."
    assert (found == np.diag(np.bincount(labels, minlength=classes))).all(), (
        "Where all answers are right, all faces stand on the diagonal."
    )


def confusion_values(rng, confusion):
    for classes in (2, 5, 7):
        labels, predicted = _answers(rng, classes, 100)
        found, expected = (
            _confusion(confusion, labels, predicted, classes),
            _expected(labels, predicted, classes),
        )
        turned = (found == expected.T).all() and not (expected == expected.T).all()
        assert not turned, "Rows and columns are swapped: a row is a true label, a column an answer."
        assert (found == expected).all(), (
            "Some faces stand in the wrong place: how many have this label and got that answer?"
        )


def confusion_absent(rng, confusion):
    labels, predicted = rng.choice([0, 2, 3], 50), rng.choice([2, 4], 50)
    found = _confusion(confusion, labels, predicted, 6)
    assert (found == _expected(labels, predicted, 6)).all(), (
        "Labels that no face has, and answers that were never given, keep their row and column of zeros."
    )


def _recalls(recalls, table):
    given = table.copy()
    found = by_hand(recalls, given, without=LIBRARY)
    assert (given == table).all(), "The confusion matrix was changed."
    return array(found, (len(table),), "The recalls")


def recalls_type(rng, recalls):
    found = _recalls(recalls, np.diag(rng.integers(1, 50, 5)))
    assert (found == 1).all(), "Where every face is found, each recall is 1."


def recalls_values(rng, recalls):
    for k in (2, 4, 7):
        table = rng.integers(0, 40, (k, k)) + np.eye(k, dtype=int)
        found, expected = _recalls(recalls, table), np.diag(table) / table.sum(1)
        precision = np.diag(table) / table.sum(0)
        turned = np.allclose(found, precision) and not np.allclose(precision, expected)
        assert not turned, (
            "That is precision: recall asks how many of the faces WITH this label were found."
        )
        close(found, expected, "Of the faces with a label, the share that got it.")


def recalls_absent(rng, recalls):
    table = rng.integers(1, 40, (5, 5))
    table[3] = 0
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        found = _recalls(recalls, table)
    assert np.isnan(found[3]), f"A label without a face has no recall, so NaN; the answer is {found[3]}."
    close(
        np.delete(found, 3),
        np.delete(np.diag(table), 3) / np.delete(table.sum(1), 3),
        "The other labels keep theirs.",
    )
    assert not heard, f"The recalls are right, but a warning comes with them: {heard[0].message}."


def _wilson(hits, n, z=1.959964):
    share = hits / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return middle - half, middle + half


def _interval(interval, hits, n):
    found = by_hand(interval, hits, n, without=LIBRARY)
    assert type(found) in (tuple, list), f"The answer is {type(found).__name__}, expected a pair (low, high)."
    assert len(found) == 2, f"The answer has {len(found)} parts, expected two: low and high."
    return number(found[0], "The lower end"), number(found[1], "The upper end")


def interval_type(rng, interval):
    low, high = _interval(interval, 30, 50)
    assert low < high, f"The lower end {low:.3g} should be below the upper end {high:.3g}."
    assert 0 <= low < 0.6 < high <= 1, (
        f"30 of 50 right gives {low:.3g} to {high:.3g}: shares between 0 and 1, the share itself between them."
    )


def interval_values(rng, interval):
    for n in rng.integers(20, 4000, 8).tolist():
        hits = int(rng.integers(1, n))
        low, high = _interval(interval, hits, n)
        expected = _wilson(hits, n)
        share = hits / n
        wald = 1.959964 * np.sqrt(share * (1 - share) / n)
        textbook = abs(low - (share - wald)) < 1e-6 and abs(high - (share + wald)) < 1e-6
        assert not textbook, "That is the textbook's interval; Wilson's is not symmetric about the share."
        close((low, high), expected, f"{hits} of {n}: every term of the formula, and z = 1.96?", 1e-4)


def interval_edges(rng, interval):
    n = int(rng.integers(5, 40))
    for hits in (0, n):
        low, high = _interval(interval, hits, n)
        assert -1e-9 <= low <= high <= 1 + 1e-9, (
            f"{hits} of {n} gives {low:.3g} to {high:.3g}, outside of 0 to 1."
        )
        assert high - low > 0.05, f"{hits} of {n} gives an interval of no width: so few faces prove nothing."
        close((low, high), _wilson(hits, n), f"{hits} of {n}: every term of the formula?", 1e-4)
