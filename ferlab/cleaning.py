"""Images that should not be there: blank ones, ones that show no face, and ones that stand twice."""

import numpy as np

from .emotions import VOTES

# A face has shadows: images whose grey levels spread less than this are one tone.
BLANK_SPREAD, FLAT_SPREAD = 1.0, 8.0
SAME_PHOTO = 0.9  # correlation of two images


def find_faulty(faces):
    """{reason: rows int}, rows of `faces` that are "blank" (one tone), "flat" (nearly so), "not a face".

    "not a face" is where most FER+ annotators said so; without votes there is no such entry.
    """
    spread = faces.images.std((1, 2))
    found = {
        "blank": np.flatnonzero(spread < BLANK_SPREAD),
        "flat": np.flatnonzero((spread >= BLANK_SPREAD) & (spread < FLAT_SPREAD)),
    }
    if faces.votes is not None:
        no_face = 2 * faces.votes[:, VOTES.index("NF")].astype(int) > faces.votes.sum(1)
        found["not a face"] = np.flatnonzero(no_face & (spread >= FLAT_SPREAD))
    return found


def find_duplicates(faces):
    """Groups of pixel-identical images: a list of int arrays of rows, each of two or more, in order."""
    rows = {}
    for row, image in enumerate(faces.images):
        rows.setdefault(image.tobytes(), []).append(row)
    return [np.array(group) for group in rows.values() if len(group) > 1]


def near_copies(images, of):
    """bool (n,): which of `images` show the same photo as one of `of`, cropped or lit a little otherwise.

    images, of  uint8 (n, 48, 48) and (m, 48, 48)

    Both are shrunk to 24x24 and correlated, mirrored too. Above 0.9 nearly every such pair of FER-2013 shows one photo.
    """
    thumbs = _standardised(images)
    found = np.zeros(len(thumbs), bool)
    for others in (_standardised(of), _standardised(np.asarray(of)[:, :, ::-1])):
        for start in range(0, len(thumbs), 2000):
            alike = thumbs[start : start + 2000] @ others.T
            found[start : start + 2000] |= (alike > SAME_PHOTO).any(1)
    return found


def _standardised(images):
    thumbs = np.asarray(images).reshape(-1, 24, 2, 24, 2).mean((2, 4), dtype=np.float32).reshape(-1, 576)
    thumbs = thumbs - thumbs.mean(1, keepdims=True)
    return thumbs / np.maximum(np.linalg.norm(thumbs, axis=1, keepdims=True), 1e-3)


def clean(faces):
    """The faces without faulty images and without copies.

    Of a group of copies one stays: that of the last split, so that no test image is trained on; where
    the labels of a group differ none of it stays in Training, since nobody knows which is right.
    """
    keep = np.ones(len(faces), bool)
    for group in find_duplicates(faces):
        last = group[faces.splits[group] == faces.splits[group].max()]
        keep[group] = False
        agreed = len(set(faces.labels[group].tolist())) == 1
        keep[last[0]] = agreed or faces.splits[last[0]] > 0
    for rows in find_faulty(faces).values():
        keep[rows] = False
    return faces[keep]


def summary(faces):
    """What find_faulty and find_duplicates find, in words, one line each."""
    lines = [f"{len(rows):>6} {reason}" for reason, rows in find_faulty(faces).items()]
    groups = find_duplicates(faces)
    across = sum(len(set(faces.splits[group].tolist())) > 1 for group in groups)
    differ = sum(len(set(faces.labels[group].tolist())) > 1 for group in groups)
    lines.append(
        f"{sum(map(len, groups)):>6} in {len(groups)} groups of duplicates; {across} groups lie across splits, "
        f"in {differ} the labels differ"
    )
    return "\n".join(lines)
