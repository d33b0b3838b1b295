"""Figures of faces and of their labels."""

import numpy as np
from matplotlib import pyplot as plt

from ..emotions import COLOURS
from . import Picture


def sheet(images, titles=None, columns=10, *, size=0.9, about="faces"):
    """Faces side by side, row by row.

    images   (n, 48, 48) or (n, 48, 48, 1), 0..255
    titles   n texts to put above the faces, or None
    columns  faces in a row
    size     inches a face is wide
    about    what the faces are, for the alt text

    Returns a Picture whose alt text gives the number of faces and their titles.
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4) or not len(images):
        raise ValueError(f"images are {images.shape}, expected (n, 48, 48) with at least one face")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"{len(titles)} titles for {len(images)} images; give one each, or None")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    lines = max((str(t).count("\n") + 1 for t in titles), default=0) if titles is not None else 0
    height = rows * (size * 1.06 + 0.16 * lines)
    figure, axes = plt.subplots(rows, columns, figsize=(columns * size * 1.06, height), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for i, (axis, image) in enumerate(zip(axes.flat, images, strict=False)):
        axis.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axis.axis("on")  # a thin frame, else a white picture on a white page is none
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set(color="#BBBBBB", linewidth=0.5)
        if titles is not None:
            axis.set_title(titles[i], fontsize=8, pad=2)
    gap = 0.06 + 0.2 * lines / size
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1 - 0.16 * lines / height, wspace=0.06, hspace=gap)
    alt = f"{len(images)} {about} in {rows} row{'s' if rows > 1 else ''} of up to {columns}."
    if titles is not None:
        alt += " In order: " + "; ".join(str(t).replace("\n", " ") for t in titles) + "."
    return Picture(figure, alt)


def class_bars(counts):
    """Faces per class as bars, the number at each. counts: {label: number} or {split: {label: number}}."""
    groups = counts if isinstance(next(iter(counts.values())), dict) else {"faces": counts}
    figure, axes = plt.subplots(1, len(groups), figsize=(4.2 * len(groups), 2.8), squeeze=False, sharey=True)
    for axis, (name, numbers) in zip(axes[0], groups.items(), strict=True):
        colours = [COLOURS[label] for label in numbers]
        bars = axis.barh(list(numbers), list(numbers.values()), color=colours)
        axis.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
        axis.set_xlim(0, max(numbers.values()) * 1.2)
        axis.set_title(f"{name}: {sum(numbers.values()):,}", fontsize=10)
        axis.set_xlabel("faces")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0, 0].invert_yaxis()
    figure.tight_layout()
    told = "; ".join(f"{name}: " + ", ".join(f"{k} {n}" for k, n in g.items()) for name, g in groups.items())
    return Picture(figure, f"Bars of the number of faces per label. {told}.")


def agreement_bars(shares, title):
    """Bars from 0 to 1 per label. shares: {label: share}, NaN where there is no face."""
    figure, axis = plt.subplots(figsize=(6, 2.8))
    bars = axis.barh(list(shares), list(shares.values()), color=[COLOURS[label] for label in shares])
    axis.bar_label(bars, fmt="{:.0%}", padding=3, fontsize=8)
    axis.set_xlim(0, 1.1)
    axis.set_xlabel("share")
    axis.set_title(title, fontsize=10)
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    told = ", ".join(f"{label} {share:.0%}" for label, share in shares.items())
    return Picture(figure, f"{title}: {told}.")
