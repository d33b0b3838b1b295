"""Images that should not be there: blank ones, ones that show no face, and ones that stand twice."""

import numpy as np
from PIL import Image

from .emotions import VOTES

# A face has shadows: images whose grey levels spread less than this are one tone.
BLANK_SPREAD, FLAT_SPREAD = 1.0, 8.0
# Two images, shrunk to 24x24, that correlate so much may show one photo; so many of the most alike are laid over one
# another. The middle of one has these pixels, and is sought in the other at these sizes: 0.8 to 1.25 of its own.
WORTH_A_LOOK, LAID_OVER = 0.6, 10
MIDDLE, SIDES = 17, (19, 21, 22, 24, 26, 28, 30)
SAME_PHOTO = 0.93  # correlation where they fit best


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
    """bool (n,): which of `images` show the same photo as one of `of`, cropped, lit or turned round otherwise.

    images, of  uint8 (n, 48, 48) and (m, 48, 48)

    Each face of the smaller set is laid over the ten of the other that are most like it, and over the ten that are most
    like its mirror image: its middle is moved across them, at seven sizes, to where it correlates best (template
    matching; Lewis 1995, Fast normalized cross-correlation). From 0.93 on nearly every such pair of FER-2013's shows
    one photo, as a look at some hundred said; from 0.9 to 0.93 perhaps one in three.
    """
    images, of = np.asarray(images), np.asarray(of)
    found = np.zeros(len(images), bool)
    if not len(of):
        return found
    few, many = (of, images) if len(of) < len(images) else (images, of)
    thumbs = _standardised(many)
    for start in range(0, len(few), 100):
        for faces in (few[start : start + 100], few[start : start + 100, :, ::-1]):
            alike = _standardised(faces) @ thumbs.T
            columns = np.argpartition(-alike, min(LAID_OVER, len(many)) - 1, axis=1)[:, :LAID_OVER]
            rows, nth = np.nonzero(np.take_along_axis(alike, columns, axis=1) > WORTH_A_LOOK)
            columns = columns[rows, nth]
            same = _overlap(many[columns], faces[rows]) > SAME_PHOTO
            found[columns[same] if many is images else start + rows[same]] = True
    return found


def _overlap(images, others):
    """How well the middle of each of `others` correlates with its image where it fits best, float (n,)."""
    best = np.zeros(len(images), np.float32)
    middle = slice((24 - MIDDLE) // 2, (24 + MIDDLE) // 2)
    sought = _resized(others, 24)[:, middle, middle]
    sought = sought - sought.mean((1, 2), keepdims=True)
    sought /= np.maximum(np.linalg.norm(sought, axis=(1, 2), keepdims=True), 1e-3)
    for side in SIDES:
        larger = _resized(images, side)
        larger -= larger.mean((1, 2), keepdims=True)
        windows = np.lib.stride_tricks.sliding_window_view(larger, (MIDDLE, MIDDLE), axis=(1, 2))
        product = np.einsum("nijkl,nkl->nij", windows, sought, optimize=True)
        # Sums over each window: a band of ones adds up neighbouring rows, then columns.
        band = sum(np.eye(side - MIDDLE + 1, side, k, dtype=np.float32) for k in range(MIDDLE))
        spread = band @ larger**2 @ band.T - (band @ larger @ band.T) ** 2 / MIDDLE**2
        best = np.maximum(best, (product / np.sqrt(np.maximum(spread, 1.0))).max((1, 2)))
    return best


def _resized(images, side):
    """uint8 (n, 48, 48) as float32 (n, side, side), all at once: Pillow's resizing of one line is a matrix."""
    identity = Image.fromarray(np.eye(48, dtype=np.float32))
    matrix = np.asarray(identity.resize((48, side), Image.Resampling.BILINEAR))
    return matrix @ images.astype(np.float32) @ matrix.T


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
