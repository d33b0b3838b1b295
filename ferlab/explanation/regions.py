"""Superpixels in the words of a face: brows, eyes, mouth. Notebook 08.

A region map is uint8 (h, w), an index into emotions.REGIONS for each pixel, as drawn faces carry it. Reference
system L's authors counted by eye, on six faces a class, which regions LIME lit up; this counts by pixels, beside
what explanations that know nothing would score.
"""

import numpy as np
from scipy.stats import hypergeom

from ..emotions import ACTION_UNITS, REGIONS
from .faithfulness import centre_prior


def canonical_regions():
    """One region map for all of FER-2013, uint8 (48, 48): its faces were registered, so eyes are mostly where eyes are.

    Drawn on the mean face of the Training split. Looked over by hand on 42 PublicTest faces, six a class: both
    pupils lie in "eyes" on 30, the middle of the mouth in "mouth" on 36 of the 40 that show it, the tip of the nose
    in "nose" on 35. It fails where heads are turned, tilted or close up. Moving it to each face by matching the mean
    face in scale, tilt and place got 36 pupils, but only 33 mouths: not worth its code. Whether a pixel beside the
    face is hair or background it can only guess, by height.
    """
    y, x = np.indices((48, 48))
    across = np.abs(x - 23.5)
    face = ((across / 19.5) ** 2 + ((y - 22) / 27) ** 2 < 1) | (across < 13) & (y >= 40)
    parts = {  # later ones lie on top
        "hair": y < 24,
        "cheeks": face,
        "forehead": face & (y < 10),
        "brows": face & (y >= 10) & (y < 15) & (across < 17),
        "eyes": (y >= 15) & (y < 21) & (across < 16.5),
        "nose": (y >= 15) & (y < 32) & (across < 3.5 + 0.15 * np.clip(y - 20, 0, 12)),
        "chin": face & (y >= 44),
        "mouth": (y >= 33) & (y < 44) & (across < 11),
    }
    regions = np.zeros((48, 48), np.uint8)
    for name, mask in parts.items():
        regions[mask] = REGIONS.index(name)
    return regions


def typical_regions(maps):
    """The region that most of these maps (n, h, w) have at each pixel, uint8 (h, w).

    On drawn faces, whose own maps are known, it shows what one map for all costs.
    """
    votes = np.stack([(np.asarray(maps) == r).sum(0) for r in range(len(REGIONS))])
    return votes.argmax(0).astype(np.uint8)


def home_regions(segments, regions):
    """The region that most of each superpixel covers, int (s,), indices into REGIONS."""
    pixels = np.zeros((segments.max() + 1, len(REGIONS)), int)
    np.add.at(pixels, (segments.ravel(), regions.ravel()), 1)
    return pixels.argmax(1)


def moved_by(codebook, name):
    """The regions that a label's action units move by a codebook (emotions.EMFACS or FACS_1978), bool (9,)."""
    moved = {region for unit in codebook[name] for region in ACTION_UNITS[unit][1]}
    return np.array([region in moved for region in REGIONS])


def count_hits(explanations, maps, targets, labels, top=3):
    """In how many faces a target is among the top superpixels, and what ignorance would score.

    explanations  of n faces
    maps          region maps (n, h, w), or one (h, w) for all of them
    targets       bool (t, 9), the regions that make up each of t targets; np.eye(9, dtype=bool) is each region alone
    labels        (n,) indices, the label whose superpixels count
    top           how many of the positive superpixels; None for all of them, as the laboratory report counted

    A target is hit where one of these superpixels has its home in it. Returns {"faces": n, "lime": (t,) faces hit,
    "random": (t,) expected with as many superpixels drawn by lot, "centre": (t,) hit by as many nearest the centre}.
    """
    if top is not None and top < 1:
        raise ValueError(f"top={top}: expected 1 or more, or None for all that are positive")
    maps = np.broadcast_to(maps, (len(explanations), *np.shape(maps)[-2:]))
    found = {name: np.zeros(len(targets)) for name in ("lime", "random", "centre")}
    for explanation, regions, label in zip(explanations, maps, labels, strict=True):
        within = np.asarray(targets)[:, home_regions(explanation.segments, regions)]  # (t, s)
        weights = explanation.weights[label]
        many = int(min((weights > 0).sum(), len(weights) if top is None else top))
        nearest = np.argsort(-centre_prior(explanation.segments), kind="stable")
        found["lime"] += within[:, explanation.ranking(label)[:many]].any(1)
        found["centre"] += within[:, nearest[:many]].any(1)
        found["random"] += chance_of_one(within.sum(1), len(weights), many)
    return {"faces": len(explanations), **found}


def chance_of_one(wanted, of, drawn):
    """The probability that among `drawn` of `of` superpixels is one or more of the `wanted`, by counting.

    1 - C(of - wanted, drawn) / C(of, drawn), float like `wanted`, which may be an array.
    """
    return 1 - hypergeom.pmf(0, of, wanted, drawn)
