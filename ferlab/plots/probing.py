"""Figures of notebooks 00 and 09: a network's answer to a face, and what changes that answer."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from ..emotions import COLOURS
from . import Picture

# Beside the colour, so that lines can be told apart without it; five, so that fear's pink and neutral's grey differ.
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def photo_to_face(photo, boxes, face):
    """A photo (h, w, 3) with the boxes of find_faces, and the 48x48 face cut out of the first."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(7.4, 3.8), layout="constrained", width_ratios=(1.2, 1)
    )
    left.imshow(photo, cmap="gray")
    left.set_title(f"the photo, {photo.shape[1]}x{photo.shape[0]} pixels")
    for number, (top, row, height, width) in enumerate(boxes, 1):
        left.add_patch(Rectangle((row, top), width, height, fill=False, edgecolor="#56B4E9", linewidth=2.5))
        left.text(row + 4, top - 6, f"face {number}", color="black", fontsize=9, backgroundcolor="#56B4E9")
    right.imshow(face, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    right.set_title("what a network gets, 48x48")
    for axis in (left, right):
        axis.axis("off")
        axis.set_anchor("N")  # both titles at one height, whatever the photo's shape
    found = "one face" if len(boxes) == 1 else f"{len(boxes)} faces"
    return Picture(
        figure, f"A photo in which a detector has boxed {found}, and the first as 48 by 48 grey pixels."
    )


def answers(images, probabilities, classes, titles=None):
    """Faces (n, 48, 48), and under each the probabilities (n, k) that a network gives them, as bars."""
    n = len(images)
    if n == 1:  # side by side; several faces stand above their bars
        figure, axes = plt.subplots(1, 2, figsize=(6.2, 2.6), layout="constrained", width_ratios=(1, 1.5))
    else:
        heights = (1.2, 1)
        figure, axes = plt.subplots(2, n, figsize=(2.3 * n, 4), layout="constrained", height_ratios=heights)
    axes = axes.reshape(2, n)
    places = np.arange(len(classes))
    said = []
    for i in range(n):
        top, bars = axes[:, i]
        best = int(np.argmax(probabilities[i]))
        top.imshow(images[i], cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        top.set_title(titles[i] if titles else "", fontsize=10)
        top.axis("off")
        bars.barh(places, probabilities[i], color=[COLOURS.get(name, "#7F7F7F") for name in classes])
        bars.set(xlim=(0, 1), xticks=(0, 0.5, 1), xlabel="probability")
        bars.set_title(f"{classes[best]}, {probabilities[i][best]:.0%}", fontsize=10, fontweight="bold")
        bars.set_yticks(places, classes if i == 0 else [""] * len(classes), fontsize=9)
        bars.invert_yaxis()
        bars.spines[["top", "right"]].set_visible(False)
        said.append((f"{titles[i]}: " if titles else "") + f"{classes[best]} {probabilities[i][best]:.0%}")
    return Picture(
        figure, f"Faces and the probability of each label below. The likeliest: {'; '.join(said)}."
    )


def occlusion(face, drop, label):
    """A face, and how much the probability of `label` fell (float (48, 48)) with each place covered."""
    largest = max(np.abs(drop).max(), 1e-6)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.3), layout="constrained")
    left.imshow(face, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    left.set_title("the face")
    right.imshow(face, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    shades = right.imshow(100 * drop, cmap="RdBu_r", vmin=-100 * largest, vmax=100 * largest, alpha=0.6)
    right.set_title(f"points of “{label}” lost when covered")
    figure.colorbar(shades, ax=right, shrink=0.85)
    for axis in (left, right):
        axis.axis("off")
    row, column = np.unravel_index(np.argmax(drop), drop.shape)
    return Picture(
        figure,
        f"A face and a map over it: red where covering it takes from {label}, blue where it adds. Covering "
        f"the place around row {row}, column {column} costs most, {100 * drop.max():.0f} points.",
    )


def curves(changes, classes):
    """The probability of each label as a face is changed more and more, one panel for each kind of change.

    changes: {name: (amounts (m,), probabilities (m, k), amount that changes nothing)}
    """
    figure, axes = plt.subplots(
        1, len(changes), figsize=(3 * len(changes), 3.4), sharey=True, squeeze=False, layout="constrained"
    )
    said = []
    for axis, (name, (amounts, probabilities, nothing)) in zip(axes[0], changes.items(), strict=True):
        for k, label in enumerate(classes):
            axis.plot(
                amounts,
                probabilities[:, k],
                linestyle=_LINES[k % 5],
                color=COLOURS.get(label, "#7F7F7F"),
                lw=2,
                label=label,
            )
        axis.axvline(nothing, color="black", lw=0.8)
        axis.set(xlabel=name, ylim=(0, 1))
        axis.spines[["top", "right"]].set_visible(False)
        winners = [classes[k] for k in dict.fromkeys(np.argmax(probabilities, axis=1).tolist())]
        said.append(f"{name}: {' then '.join(winners)}")
    axes[0, 0].set_ylabel("probability")
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(classes), frameon=False
    )
    return Picture(
        figure,
        "Lines of the probability of each label against how much a face is changed; a thin line marks the "
        f"unchanged face. Labels that come first, along each panel: {'; '.join(said)}.",
    )
