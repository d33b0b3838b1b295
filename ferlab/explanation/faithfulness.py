"""Marks for explanations: is what they say true of the network, and can it be repeated? Notebook 08.

Pure functions over arrays. `segments` is int (h, w), a superpixel 0..s-1 for each pixel; `relevance` is
float (h, w), the higher the more a pixel speaks for the label; `mask` is bool (h, w).
"""

from itertools import combinations

import numpy as np

from .asking import ask


def deletion(predict, image, filling, segments, order, label):
    """Name: deletion curve. Family: faithfulness. The lower the area under it, the better.

    Hide the superpixels in this order, most relevant first, and watch the label's probability fall: it
    falls soonest where what was named first did matter. Petsiuk et al. 2018 (RISE, arXiv 1806.07421),
    by superpixels instead of pixels.

    predict  images (n, h, w) -> probabilities (n, k)
    image, filling  uint8 (h, w): the face, and what hidden pixels become
    order    superpixels, each once, the most relevant first
    Returns (share, probability), each float (s + 1,): the share of pixels hidden so far, 0 to 1, and the
    label's probability. ValueError for another order, and for answers that are no probabilities.
    """
    share, shown = _steps(segments, order)
    return share, ask(predict, image, filling, segments, ~shown)[:, label].astype(float)


def insertion(predict, image, filling, segments, order, label):
    """Name: insertion curve. Family: faithfulness. The higher the area under it, the better.

    Begin with everything hidden and bring the superpixels back in this order, most relevant first.
    Petsiuk et al. 2018 (RISE) begin with the blurred image; here it is whatever `filling` is. Arguments and result as
    for `deletion`; share is that of pixels shown.
    """
    share, shown = _steps(segments, order)
    return share, ask(predict, image, filling, segments, shown)[:, label].astype(float)


def area(share, probability):
    """The area under a curve over shares from 0 to 1, by trapezoids: its mean height, within 0..1."""
    return float(np.trapezoid(probability, share))


def _steps(segments, order):
    """Share of pixels (s + 1,), and bool (s + 1, s): which superpixels are done after 0, 1 ... s steps."""
    sizes = np.bincount(segments.ravel())
    order = np.asarray(order)
    if sorted(order.tolist()) != list(range(len(sizes))):
        raise ValueError(f"order has {len(order)} entries, expected each of 0 to {len(sizes) - 1} once")
    done = np.zeros((len(order) + 1, len(order)), bool)
    for step, superpixel in enumerate(order):
        done[step + 1 :, superpixel] = True
    return done @ sizes / segments.size, done


def relevance_mass(relevance, mask):
    """Name: relevance mass accuracy. Family: localisation. Higher is better; 0..1.

    The share of all positive relevance that lies in the mask. A map that is the same everywhere gets the
    mask's share of the image. NaN where nothing is positive. Arras et al. 2022 (CLEVR-XAI,
    doi 10.1016/j.inffus.2021.11.008).
    """
    positive = np.maximum(relevance, 0)
    total = positive.sum()
    # Two ways of adding up the same numbers may differ in the last place.
    return min(float(positive[mask].sum() / total), 1.0) if total > 0 else float("nan")


def relevance_rank(relevance, mask):
    """Name: relevance rank accuracy. Family: localisation. Higher is better; 0..1.

    Of the m most relevant pixels, m being the size of the mask, the share that lies in it. Pixels of one
    superpixel are tied; where a tie straddles the m-th place, its pixels count as drawn by lot, on average.
    NaN for an empty mask. Arras et al. 2022.
    """
    m = int(mask.sum())
    if not m:
        return float("nan")
    last = np.sort(relevance, axis=None)[-m]
    above, tied = relevance > last, relevance == last
    hits = (above & mask).sum() + (m - above.sum()) * (tied & mask).sum() / tied.sum()
    return float(hits / m)


def stability(weights, top=5):
    """Name: stability of the top superpixels. Family: robustness. Higher is better; 0..1.

    weights: float (r, s), one label's weights from r seeds over the same superpixels. The top ones of
    every two seeds, as sets, are compared by intersection over union (Jaccard); the mean is returned.
    Visani et al. 2022 (doi 10.1080/01605682.2020.1865846) ask LIME the same in their variables' index.
    """
    weights = np.asarray(weights)
    if weights.ndim != 2 or len(weights) < 2:
        raise ValueError(f"weights are {weights.shape}, expected (seeds, superpixels) with two seeds or more")
    tops = [set(row) for row in np.argsort(-weights, axis=1, kind="stable")[:, :top].tolist()]
    return float(np.mean([len(a & b) / len(a | b) for a, b in combinations(tops, 2)]))


def first_stable(samples, overlaps, wanted=0.9):
    """How many samples it takes until the top superpixels stop changing with the seed, or None if these were too few.

    samples (m,) rising; overlaps (m,), the stability at each. The fewest from which on it stays at `wanted` or more:
    a lucky overlap with a worse one after it does not count.
    """
    below = np.flatnonzero(np.asarray(overlaps) < wanted)
    first = below[-1] + 1 if len(below) else 0
    return int(samples[first]) if first < len(samples) else None


def sensitivity(relevance, others):
    """Name: maximal sensitivity. Family: robustness. Lower is better; 0 is no change, 1 as large as itself.

    relevance: (h, w), of a face. others: (r, h, w), of the same face with a little noise that no eye
    sees. The largest distance among them, relative to the map's own length.
    Yeh et al. 2019 (arXiv 1901.09392).
    """
    length = np.linalg.norm(relevance)
    if length == 0:
        raise ValueError("the relevance is zero everywhere, so a change has no size relative to it")
    return float(np.linalg.norm(np.asarray(others) - relevance, axis=(1, 2)).max() / length)


def centre_prior(segments):
    """The weights of an explanation that knows nothing but that faces are in the middle, float (s,), 0..1.

    One less the mean distance of a superpixel's pixels from the image's centre, in units of a corner's distance.
    """
    y, x = np.indices(segments.shape)
    middle = (np.array(segments.shape) - 1) / 2
    far = np.hypot(y - middle[0], x - middle[1])
    return 1 - np.bincount(segments.ravel(), far.ravel()) / np.bincount(segments.ravel()) / np.hypot(*middle)


def expression_mask(image, twin):
    """The pixels that carry a drawn face's expression, bool (h, w).

    image, twin: uint8 (h, w), the face and the same one drawn neutral. A pixel counts where they differ by
    more than 10 of 255 grey levels; fainter changes are shading that hardly anyone sees.
    """
    return np.abs(image.astype(int) - twin.astype(int)) > 10


def mean_interval(marks):
    """(mean, low, high) of marks (n,) with the 95 % interval of the mean, by Student's t."""
    from scipy.stats import t

    marks = np.asarray(marks, float)
    if len(marks) < 2:
        raise ValueError(f"{len(marks)} marks were given; an interval needs two or more")
    half = t.ppf(0.975, len(marks) - 1) * marks.std(ddof=1) / np.sqrt(len(marks))
    return float(marks.mean()), float(marks.mean() - half), float(marks.mean() + half)
