"""Figures of notebook 08: the face regions that superpixels lie in, beside what ignorance would give.

Counts are {method: {emotion: {what: counts}}}, the innermost as `explanation.regions.count_hits` returns them and
results/regions-*.json keeps them.
"""

import matplotlib.pyplot as plt
import numpy as np

from ..emotions import EMFACS, FACS_1978, REGIONS
from ..evaluation import wilson_interval
from ..explanation.regions import moved_by
from . import Picture
from .explanations import outline, show_face
from .faithfulness import LINES

BOOKS = {"EMFACS": EMFACS, "FACS 1978": FACS_1978}


def overlays(images, maps):
    """Faces with the outlines of their region maps, to be checked by eye: a row a kind of map.

    images  (n, h, w), 0..255
    maps    {what the map is: (n, h, w), or (h, w) for all of them}
    """
    figure, axes = plt.subplots(
        len(maps), len(images), figsize=(1.5 * len(images), 1.6 * len(maps) + 0.1), squeeze=False
    )
    for row, (name, regions) in zip(axes, maps.items(), strict=True):
        row[0].set_ylabel(name, fontsize=9)
        for axis, image, of in zip(row, images, np.broadcast_to(regions, np.shape(images)), strict=True):
            show_face(axis, image, "")
            outline(axis, of, "#D55E00")
    figure.tight_layout(pad=0.4)
    names = " and ".join(maps)
    return Picture(figure, f"{len(images)} faces with the outlines of their regions, by: {names}.")


def _beside_chance(axis, found, names):
    """Rows of shares of faces: a mark and 95 % interval a method, over what chance and the centre give.

    found: {method: {"faces": n, "lime", "random", "centre": (rows,)}}. Returns the shares by the same names, the
    mean over methods.
    """
    rows = np.arange(len(names))
    kinds = ("lime", "random", "centre")
    share = {kind: np.mean([np.divide(f[kind], f["faces"]) for f in found.values()], 0) for kind in kinds}
    for i, ((method, f), (colour, _, mark)) in enumerate(
        zip(found.items(), LINES[: len(found)], strict=True)
    ):
        hits, lot, centre = (np.divide(f[kind], f["faces"]) for kind in kinds)
        named = (None, None) if i else ("drawn by lot", "nearest the centre")
        low, high = wilson_interval(f["lime"], f["faces"])
        style = {"color": colour, "marker": mark, "linestyle": "", "markersize": 4, "elinewidth": 1}
        at = rows + 0.27 * (i - (len(found) - 1) / 2)
        # Three of few large superpixels meet a region sooner than three of many: to each method its own chance.
        axis.barh(at, lot, height=0.24, color="#DDDDDD", label=named[0])
        axis.plot(centre, at, "x", color="#555555", markersize=4, label=named[1])
        axis.errorbar(hits, at, xerr=[hits - low, high - hits], label=method, **style)
    axis.set_yticks(rows, names, fontsize=9)
    axis.set(xlim=(-0.02, 1.02), ylim=(len(rows) - 0.5, -0.5))
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axis.tick_params(axis="x", labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    return share


def _legend(figure, axis):
    figure.legend(
        *axis.get_legend_handles_labels(),
        title="share of the faces, with its 95 % interval",
        loc="outside lower center",
        ncols=5,
        frameon=False,
        fontsize=9,
        title_fontsize=9,
    )


def region_panels(counts):
    """A panel an emotion: in what share of its faces each region was among the top three superpixels.

    Regions that the emotion's action units move are marked E (EMFACS) and F (FACS 1978) at their names.
    """
    methods, emotions = list(counts), list(next(iter(counts.values())))
    columns = min(4, len(emotions))
    down = -(-len(emotions) // columns)
    size = 3.1 * columns, 2.9 * down + 0.3
    figure, axes = plt.subplots(down, columns, figsize=size, layout="constrained", squeeze=False)
    alt = []
    for axis, emotion in zip(axes.flat, emotions, strict=False):
        found = {method: counts[method][emotion]["top three"] for method in methods}
        share = _beside_chance(axis, found, _with_signs(emotion))
        faces = found[methods[0]]["faces"]
        axis.set_title(f"{emotion}, {faces} faces", fontsize=10)
        gain = share["lime"] - share["random"]
        best = [
            f"{REGIONS[r]} {share['lime'][r]:.0%} (by lot {share['random'][r]:.0%})"
            for r in np.argsort(-gain)[:2]
        ]
        alt.append(f"{emotion}: {', '.join(best)}")
    for axis in axes.flat[len(emotions) :]:
        axis.axis("off")
    _legend(figure, axes[0, 0])
    return Picture(
        figure,
        f"Share of faces in which each region is among the top three superpixels, for {', '.join(methods)}. The "
        f"two regions that stand out most against drawing by lot, mean over methods: {'; '.join(alt)}.",
    )


def _with_signs(emotion):
    """Names of the regions, each with the initials of the codebooks whose action units move it."""
    signs = {"E": EMFACS, "F": FACS_1978}
    moved = {sign: moved_by(book, emotion) for sign, book in signs.items() if emotion in book}
    return ["".join(s for s in moved if moved[s][r]).rjust(2) + f"  {name}" for r, name in enumerate(REGIONS)]


def codebook_rows(counts):
    """A panel a codebook: how often the top superpixel lies in a region that the emotion's action units move."""
    figure, axes = plt.subplots(1, len(BOOKS), figsize=(9.5, 3.6), layout="constrained")
    alt = []
    for axis, book in zip(axes, BOOKS, strict=True):
        emotions = [name for name, found in next(iter(counts.values())).items() if book in found]
        found = {
            method: {
                key: np.array([np.sum(of[name][book][key]) for name in emotions])
                for key in of[emotions[0]][book]
            }
            for method, of in counts.items()
        }
        share = _beside_chance(axis, found, emotions)
        axis.set_title(f"top superpixel where {book} says", fontsize=10)
        listed = zip(emotions, share["lime"], share["random"], strict=True)
        alt.append(
            f"{book}: " + ", ".join(f"{name} {lime:.0%} (by lot {lot:.0%})" for name, lime, lot in listed)
        )
    _legend(figure, axes[0])
    return Picture(
        figure,
        "Share of faces whose top superpixel lies where the emotion's action units move, mean over methods. "
        + "; ".join(alt)
        + ".",
    )
