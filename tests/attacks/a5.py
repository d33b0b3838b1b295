"""Submissions for a5-honest-metrics."""

import warnings

import numpy as np
from sklearn.metrics import confusion_matrix

from ferlab.evaluation import wilson_interval

from .grader import right, wrong

# confusion


@right("confusion")
def by_loop(labels, predicted, classes):
    table = np.zeros((classes, classes), dtype=int)
    for true, said in zip(labels, predicted, strict=True):
        table[true, said] += 1
    return table


@right("confusion")
def by_bincount(labels, predicted, classes):
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


@right("confusion")
def by_one_hot(labels, predicted, classes):
    one = np.eye(classes, dtype=np.int64)
    return one[labels].T @ one[predicted]


@wrong("confusion", "swapped")
def transposed(labels, predicted, classes):
    table = np.zeros((classes, classes), int)
    np.add.at(table, (predicted, labels), 1)
    return table


@wrong("confusion", "40 faces went in")
def buffered(labels, predicted, classes):
    table = np.zeros((classes, classes), int)
    table[labels, predicted] += 1
    return table


@wrong("confusion", "shape")
def as_large_as_needed(labels, predicted, classes):
    size = len(set(labels.tolist()) | set(predicted.tolist()))
    rank = {label: i for i, label in enumerate(sorted(set(labels.tolist()) | set(predicted.tolist())))}
    table = np.zeros((size, size), int)
    for true, said in zip(labels, predicted, strict=True):
        table[rank[true], rank[said]] += 1
    return table


@wrong("confusion", "whole numbers")
def shares(labels, predicted, classes):
    table = np.zeros((classes, classes))
    np.add.at(table, (labels, predicted), 1)
    return table / len(labels)


@wrong("confusion", "whole numbers")
def floats(labels, predicted, classes):
    table = np.zeros((classes, classes))
    np.add.at(table, (labels, predicted), 1)
    return table


@wrong("confusion", "shape")
def one_too_large(labels, predicted, classes):
    table = np.zeros((classes + 1, classes + 1), int)
    np.add.at(table, (labels, predicted), 1)
    return table


@wrong("confusion", "diagonal")
def from_one(labels, predicted, classes):
    table = np.zeros((classes, classes), int)
    np.add.at(table, ((labels + 1) % classes, predicted), 1)
    return table


@wrong("confusion", "wrong place")
def diagonal_only(labels, predicted, classes):
    return np.diag(np.bincount(labels, minlength=classes))


@wrong("confusion", "expected a NumPy array")
def nested_lists(labels, predicted, classes):
    table = [[0] * classes for _ in range(classes)]
    for true, said in zip(labels, predicted, strict=True):
        table[true][said] += 1
    return table


@wrong("confusion", "written by hand")
def of_scikit_learn(labels, predicted, classes):
    return confusion_matrix(labels, predicted, labels=range(classes))


# recalls


@right("recalls")
def label_by_label(table):
    found = np.full(len(table), np.nan)
    for k in range(len(table)):
        if table[k].sum():
            found[k] = table[k, k] / table[k].sum()
    return found


@right("recalls")
def by_divide_where(table):
    totals = table.sum(1).astype(float)
    return np.divide(np.diagonal(table), totals, out=np.full(len(table), np.nan), where=totals > 0)


@right("recalls")
def by_silence(table):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.diag(table) / table.sum(1)


@right("recalls")
def by_comprehension(table):
    return np.array(
        [row[k] / row.sum() if row.any() else np.nan for k, row in enumerate(table.tolist() and table)]
    )


@wrong("recalls", "precision")
def precision(table):
    return np.diag(table) / np.maximum(table.sum(0), 1)


@wrong("recalls", "each recall is 1")
def of_all(table):
    return np.diag(table) / table.sum()


@wrong("recalls", "shape")
def mean(table):
    return np.array(np.mean(np.diag(table) / table.sum(1)))


@wrong("recalls", "NaN")
def zero_for_absent(table):
    return np.diag(table) / np.maximum(table.sum(1), 1)


@wrong("recalls", "a warning comes with them")
def with_a_warning(table):
    return np.diag(table) / table.sum(1)


@wrong("recalls", "share that got it")
def next_label(table):
    return (
        np.roll(np.diag(table), 1) / np.maximum(table.sum(1), 1)
        if (table - np.diag(np.diag(table))).any()
        else np.ones(len(table))
    )


@wrong("recalls", "share that got it")
def missed(table):
    missing = table.sum(1) - np.diag(table)
    return np.where(missing == 0, 1.0, missing / np.maximum(table.sum(1), 1))


@wrong("recalls", "expected floats")
def whole_division(table):
    return np.diag(table) // np.maximum(table.sum(1), 1)


@wrong("recalls", "share that got it")
def f1(table):
    return 2 * np.diag(table) / np.maximum(table.sum(0) + table.sum(1), 1)


@wrong("recalls", "share that got it")
def hard_coded(table):
    return np.ones(len(table))


# interval


@right("interval")
def term_by_term(hits, n):
    p, z = hits / n, 1.959964
    bottom = 1 + z * z / n
    root = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return [(p + z * z / (2 * n) - root) / bottom, (p + z * z / (2 * n) + root) / bottom]


@right("interval")
def by_counts(hits, n):
    z2 = 1.959964**2
    middle = (hits + z2 / 2) / (n + z2)
    half = 1.959964 / (n + z2) * np.sqrt(hits * (n - hits) / n + z2 / 4)
    return middle - half, middle + half


@right("interval")
def by_roots(hits, n):
    z2, p = 1.959964**2, hits / n
    low, high = sorted(np.roots([1 + z2 / n, -(2 * p + z2 / n), p * p]).real)
    return float(low), float(high)


@wrong("interval", "textbook")
def textbook(hits, n):
    p = hits / n
    half = 1.959964 * np.sqrt(p * (1 - p) / n)
    return p - half, p + half


@wrong("interval", "every term")
def ninety_per_cent(hits, n):
    p, z = hits / n, 1.644854
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (p + z**2 / (2 * n) - half) / (1 + z**2 / n), (p + z**2 / (2 * n) + half) / (1 + z**2 / n)


@wrong("interval", "between 0 and 1")
def in_per_cent(hits, n):
    low, high = by_counts(hits, n)
    return 100 * low, 100 * high


@wrong("interval", "every term")
def denominator_once(hits, n):
    p, z = hits / n, 1.959964
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return middle - half, middle + half


@wrong("interval", "below the upper")
def high_first(hits, n):
    return by_counts(hits, n)[::-1]


@wrong("interval", "expected a pair")
def an_array(hits, n):
    return np.array(by_counts(hits, n))


@wrong("interval", "expected a pair")
def half_width(hits, n):
    low, high = by_counts(hits, n)
    return (high - low) / 2


@wrong("interval", "every term")
def four_n(hits, n):
    p, z = hits / n, 1.959964
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n))
    return (p + z**2 / (2 * n) - half) / (1 + z**2 / n), (p + z**2 / (2 * n) + half) / (1 + z**2 / n)


@wrong("interval", "between 0 and 1")
def whole_division_of_hits(hits, n):
    return by_counts(hits // n * n, n)


@wrong("interval", "every term")
def hard_coded_interval(hits, n):
    return 0.46, 0.72


@wrong("interval", "written by hand")
def of_the_library(hits, n):
    low, high = wilson_interval(hits, n)
    return float(low), float(high)


@wrong("interval", "textbook")
def textbook_kept_inside(hits, n):
    low, high = textbook(hits, n)
    return max(low, 0.0), min(high, 1.0)
