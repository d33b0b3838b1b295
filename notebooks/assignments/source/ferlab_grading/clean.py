"""Hidden tests of a1-clean-the-dataset."""

import numpy as np

from .words import array, by_hand, close

LIBRARY = ("ferlab.cleaning",)


def _noise(rng, n):
    return rng.integers(0, 256, (n, 48, 48)).astype(np.uint8)


def _rows(faulty_rows, images):
    given = images.copy()
    found = by_hand(faulty_rows, given, without=LIBRARY)
    assert (given == images).all(), "The images were changed; a search should leave them as they are."
    assert type(found) is np.ndarray, f"The answer is {type(found).__name__}, expected a NumPy array of rows."
    assert found.ndim == 1, f"The answer has {found.ndim} dimensions, expected 1: a list of row numbers."
    whole = not found.size or found.dtype.kind in "iu"  # whether an empty one is of integers, rows_type asks
    assert whole, f"The answer holds {found.dtype}, expected row numbers (integers)."
    return found


def rows_type(rng, faulty_rows):
    images = _noise(rng, 12)
    found = _rows(faulty_rows, images)
    assert not found.size, "Among good images nothing should be found, and no error raised."
    assert found.dtype.kind in "iu", (
        f"Where nothing is faulty the array is {found.dtype}, expected row numbers (integers): np.array([]) doesn't know "
        "what it is to hold."
    )


def rows_blank(rng, faulty_rows):
    images = _noise(rng, 40)
    blank = np.sort(rng.choice(40, 5, replace=False))
    images[blank] = rng.integers(0, 256, 5)[:, None, None]
    found = _rows(faulty_rows, images).tolist()
    assert set(blank) <= set(found), "Images of a single tone are missed: of black, of white, or of any grey."
    assert set(found) <= set(blank), "Good images are called faulty: is the spread taken of each image alone?"
    assert found == blank.tolist(), "Each row should be named once, in ascending order."


def rows_nearly(rng, faulty_rows):
    for spread, faulty in ((7.5, True), (8.0, False), (8.5, False), (3, True)):
        pixels = _noise(rng, 3)
        pixels[1] = _with_spread(rng, spread)
        found = _rows(faulty_rows, pixels).tolist()
        assert (found == [1]) is faulty, (
            f"An image whose grey levels have a standard deviation of {pixels[1].std():.2f} should "
            f"{'' if faulty else 'not '}be found; the limit is below 8."
        )
    few = np.full((1, 48, 48), rng.integers(80, 120), np.uint8)
    few[0, 20:23, 20:23] = 255  # a standard deviation of more than 8, a mean deviation of little more than 1
    assert not _rows(faulty_rows, few).size, (
        f"An image with one small bright place has a standard deviation of {few.std():.1f}, and should not be found: "
        "that is the root of the mean of squares."
    )


def _with_spread(rng, spread):
    """uint8 (48, 48) with about this standard deviation; exactly it where spread is a whole number."""
    low, high = np.floor(spread), np.ceil(spread)
    half = np.full(1152, low)
    half[: round(1152 * (spread - low))] = high
    return rng.permutation(np.concatenate([128 - half, 128 + half])).reshape(48, 48).astype(np.uint8)


def _groups(duplicate_groups, images):
    found = by_hand(duplicate_groups, images.copy(), without=LIBRARY)
    assert type(found) is list, f"The answer is {type(found).__name__}, expected a list of groups."
    for group in found:
        assert type(group) in (list, tuple, np.ndarray), (
            f"A group is {type(group).__name__}, expected a list of rows."
        )
    found = [[int(row) for row in group] for group in found]
    assert all(len(group) > 1 for group in found), "An image on its own is no group: two rows or more."
    return found


def groups_type(rng, duplicate_groups):
    assert _groups(duplicate_groups, _noise(rng, 8)) == [], (
        "Where no image stands twice, the list should be empty."
    )


def groups_found(rng, duplicate_groups):
    images = _noise(rng, 60)
    planted, place = [], rng.permutation(60)
    for size in (2, 2, 3, 5):
        group, place = np.sort(place[:size]), place[size:]
        images[group] = images[group[0]]
        planted.append(group.tolist())
    found = _groups(duplicate_groups, images)
    flat = [row for group in found for row in group]
    assert len(flat) == len(set(flat)), (
        "A row stands in two groups: three equal images are one group of three."
    )
    missed = sum(map(len, planted)) - len(flat)
    assert missed <= 0, f"{missed} rows are missed: copies may lie far apart, and there may be more than two."
    assert sorted(map(sorted, found)) == sorted(planted), (
        "Rows are grouped that are not equal in every pixel."
    )
    ordered = all(group == sorted(group) for group in found) and found == sorted(found)
    assert ordered, "Rows within a group, and groups by their first row, should ascend."


def groups_exact(rng, duplicate_groups):
    images = _noise(rng, 10)
    images[3] = images[7][:, ::-1]
    images[4] = rng.permutation(images[8].ravel()).reshape(48, 48)
    images[5] = images[9]
    images[5, 30, 11] ^= 1
    found = _groups(duplicate_groups, images)
    assert [3, 7] not in found, "A mirror image is not equal in every pixel."
    assert [4, 8] not in found, "Two images with the same sum, mean or histogram can still be different."
    assert [5, 9] not in found, "Two images that differ in one pixel by one level are not equal."
    assert found == [], "Images are grouped that are not equal in every pixel."


def _agreement(agreement, votes):
    given = votes.copy()
    found = by_hand(agreement, given, without=LIBRARY)
    assert (given == votes).all(), "The votes were changed."
    return array(found, (len(votes),), "The agreement")


def _expected(votes):
    v = votes.astype(float)
    total = v.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 1, (v * (v - 1)).sum(1) / (total * (total - 1)), np.nan)


def agreement_type(rng, agreement):
    votes = np.array([[10, 0, 0], [5, 5, 0], [4, 3, 3]], np.uint8)
    found = _agreement(agreement, votes)
    assert found[0] == 1, "Where all ten say the same, two of them agree for certain: 1."


def agreement_values(rng, agreement):
    votes = rng.multinomial(10, rng.dirichlet(np.ones(10)), 30).astype(np.uint8)
    close(
        _agreement(agreement, votes),
        _expected(votes),
        "The chance that two different annotators of one face agree: nobody is drawn twice, and each face counts alone.",
    )


def agreement_edges(rng, agreement):
    votes = rng.integers(0, 60, (9, 10)).astype(np.uint8)
    close(
        _agreement(agreement, votes),
        _expected(votes),
        "Many votes, as uint8: what is 20 * 20 in a type that ends at 255? And the sum of a row need not be 10.",
    )
    votes = np.zeros((3, 10), np.uint8)
    votes[1, 2], votes[2, 4] = 1, 2
    found = _agreement(agreement, votes)
    assert np.isnan(found[:2]).all(), (
        "Fewer than two votes: nobody to agree with, so NaN, not 0 and no error."
    )
    assert found[2] == 1, "Two votes for the same label agree: 1."
