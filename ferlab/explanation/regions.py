"""Superpixels in the words of a face: brows, eyes, mouth. Notebook 08.

A region map is uint8 (h, w), an index into emotions.REGIONS for each pixel, as drawn faces carry it.
"""

import numpy as np

from ..emotions import REGIONS


def typical_regions(maps):
    """The region that most of these maps (n, h, w) have at each pixel, uint8 (h, w).

    A stand-in for faces that come without a map: FER-2013's are cut out alike, so brows are where brows
    mostly are. It is rough where a head is turned.
    """
    votes = np.stack([(np.asarray(maps) == r).sum(0) for r in range(len(REGIONS))])
    return votes.argmax(0).astype(np.uint8)


def top_regions(explanation, regions, label=None, top=3):
    """The regions that the top superpixels mostly lie in, as a set of names.

    Reference system L's authors counted by eye which parts of the face LIME lit up; this counts by pixels,
    each superpixel for the region that most of it covers. Only superpixels that speak for the label count.
    """
    weights = explanation.weights[explanation.label(label)]
    best = [s for s in explanation.ranking(label)[:top] if weights[s] > 0]
    return {REGIONS[np.bincount(regions[explanation.segments == s]).argmax()] for s in best}
