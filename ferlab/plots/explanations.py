"""Figures of explanations: superpixels, what speaks for and against, and the marks they get."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection

from . import Picture
from .faithfulness import LINES

# Red and blue that stay apart for colour-blind readers; what is against is hatched as well.
FOR, AGAINST = "#B2182B", "#2166AC"
_GREY = 128


def show_face(axis, image, title):
    """A grey image without axes."""
    axis.imshow(image, cmap="gray", vmin=0, vmax=255)
    axis.set_title(title, fontsize=9)
    axis.set(xticks=[], yticks=[])


def outline(axis, segments, colour, width=0.7):
    """Lines between pixels of different superpixels or regions."""
    rows, columns = np.nonzero(segments[:, 1:] != segments[:, :-1])
    lines = [((x + 0.5, y - 0.5), (x + 0.5, y + 0.5)) for y, x in zip(rows, columns, strict=True)]
    rows, columns = np.nonzero(segments[1:] != segments[:-1])
    lines += [((x - 0.5, y + 0.5), (x + 0.5, y + 0.5)) for y, x in zip(rows, columns, strict=True)]
    axis.add_collection(LineCollection(lines, colors=colour, linewidths=width))


def superpixel_kinds(image, kinds):
    """The same face cut in several ways, and how large the patches are.

    image  (h, w), 0..255
    kinds  {name: segments (h, w), numbered 0..s-1}
    """
    figure, axes = plt.subplots(2, len(kinds), figsize=(3 * len(kinds), 4.6), height_ratios=(2.4, 1))
    axes = axes.reshape(2, len(kinds))
    alt = []
    for (name, segments), above, below in zip(kinds.items(), axes[0], axes[1], strict=True):
        sizes = np.sort(np.bincount(segments.ravel()))[::-1]
        show_face(above, image, f"{name}: {len(sizes)} superpixels")
        outline(above, segments, "#D55E00")
        below.bar(range(len(sizes)), sizes, width=1, color="#0072B2", edgecolor="white", linewidth=0.4)
        below.set_xlabel("superpixels, largest first", fontsize=8)
        below.tick_params(labelsize=7)
        below.xaxis.get_major_locator().set_params(integer=True)
        below.spines[["top", "right"]].set_visible(False)
        alt.append(f"{name} makes {len(sizes)} of {sizes[-1]} to {sizes[0]} pixels")
    axes[1, 0].set_ylabel("pixels", fontsize=8)
    figure.tight_layout()
    return Picture(figure, f"One face cut into superpixels: {'; '.join(alt)}.")


def explanation_rows(explanations, label=None):
    """One row an explanation, as the laboratory report of notebook 11 shows them (VGG16 with LIME on FER+).

    The face with its label, the top superpixel alone, the top three, all that speak for the label; last
    what speaks for it in red and what speaks against in hatched blue, the stronger the more so.

    label: index or name; None for the network's first answer.
    """
    n = len(explanations)
    figure, axes = plt.subplots(n, 5, figsize=(10.5, 2.3 * n), squeeze=False)
    alt = []
    for row, explanation in zip(axes, explanations, strict=True):
        chosen = explanation.label(label)
        weights = explanation.weights[chosen]
        order = explanation.ranking(chosen)
        positive = int((weights > 0).sum())
        probability = f"{explanation.probabilities[chosen]:.0%}"
        show_face(row[0], explanation.image, f"{explanation.name(chosen)} {probability}")
        row[0].set_ylabel(f"{explanation.method}\n{len(weights)} superpixels", fontsize=9)
        few = (("top superpixel", min(1, positive)), ("top three", min(3, positive)))
        for axis, (title, count) in zip(
            row[1:], (*few, (f"all {positive} positive", positive)), strict=False
        ):
            _only(axis, explanation, order[:count], title)
        for_and_against(row[4], explanation, chosen)
        alt.append(
            f"{explanation.method}: of {len(weights)} superpixels {positive} speak for "
            f"{explanation.name(chosen)} ({probability})"
            + (f", the strongest {_place(explanation, order[0])}" if positive else "")
        )
    figure.tight_layout(pad=0.6)
    parts = "the face, its top superpixel, its top three, all positive ones, for (red) and against (blue)"
    return Picture(figure, f"LIME explanations of a face, in rows of {parts}. {'; '.join(alt)}.")


def _only(axis, explanation, superpixels, title):
    """Those superpixels, with the rest of the face in plain grey."""
    shown = np.isin(explanation.segments, superpixels)
    show_face(axis, np.where(shown, explanation.image, _GREY), title)
    outline(axis, shown, FOR, 1)


def _place(explanation, superpixel):
    """Where a superpixel lies, in words."""
    height, width = explanation.segments.shape
    y, x = (coordinates.mean() for coordinates in np.nonzero(explanation.segments == superpixel))
    down = ("top", "middle", "bottom")[min(int(3 * y / height), 2)]
    across = ("left", "centre", "right")[min(int(3 * x / width), 2)]
    return f"at the {down} {across}"


def for_and_against(axis, explanation, label, largest=None):
    """Draw the face with the superpixels for the label in red and those against it in hatched blue.

    largest: the weight with the strongest colour; None for the largest of this explanation.
    """
    weights = explanation.weights[explanation.label(label)]
    largest = largest or np.abs(weights).max() or 1.0
    strength = (weights / largest).clip(-1, 1)[explanation.segments]
    show_face(axis, explanation.image, "for red, against blue")
    colours = np.zeros((*strength.shape, 4))
    for colour, side in ((FOR, strength > 0), (AGAINST, strength < 0)):
        colours[side, :3] = plt.matplotlib.colors.to_rgb(colour)
    colours[..., 3] = 0.75 * np.abs(strength)
    axis.imshow(colours)
    outline(axis, explanation.segments, "#FFFFFF66", 0.4)
    against = (strength < -0.25).repeat(6, 0).repeat(6, 1)  # fainter ones would be hatched more than coloured
    if against.any():
        height, width = strength.shape
        y, x = ((np.arange(6 * side) + 0.5) / 6 - 0.5 for side in (height, width))
        with plt.rc_context({"hatch.linewidth": 0.6, "hatch.color": "white"}):
            axis.contourf(x, y, against, levels=(0.5, 1.5), colors="none", hatches=("/////",))


def side_by_side(explanations, label=None):
    """Explanations beside one another, in one scale of colours; explanations: {title: Explanation}."""
    n = len(explanations)
    figure, axes = plt.subplots(1, n, figsize=(2.1 * n, 2.5), squeeze=False)
    chosen = {title: e.weights[e.label(label)] for title, e in explanations.items()}
    largest = max(np.abs(weights).max() for weights in chosen.values())
    alt = []
    for axis, (title, explanation) in zip(axes[0], explanations.items(), strict=True):
        for_and_against(axis, explanation, label, largest)
        axis.set_title(title, fontsize=9)
        strongest = explanation.ranking(label)[0]
        there = chosen[title][strongest] > 0
        alt.append(
            f"{title}: {f'strongest for it {_place(explanation, strongest)}' if there else 'none for it'}"
        )
    figure.tight_layout(pad=0.5)
    return Picture(figure, f"Superpixels for (red) and against (hatched blue). {'; '.join(alt)}.")


def one_change(pairs):
    """What changes when one choice does: the two maps of each choice one below the other, five choices side by side.

    pairs  {choice: ((title, Explanation, label), (title, Explanation, label))}; labels as indices or names

    Below each pair stands how alike its two maps are: the correlation of their pixels' relevance.
    """
    columns = min(5, len(pairs))
    rows = 2 * -(-len(pairs) // columns)
    size = (1.7 * columns, 2.15 * rows)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    # Of each choice the upper and the lower place, along the first two rows, then along the next two.
    places = axes.reshape(-1, 2, columns).swapaxes(1, 2).reshape(-1, 2)
    alt = []
    for (above, below), (choice, pair) in zip(places, pairs.items(), strict=False):
        for axis, (title, explanation, label) in zip((above, below), pair, strict=True):
            for_and_against(axis, explanation, label)
            axis.set_title(f"{choice} {title}", fontsize=9)
        alike = _alike(*((explanation, label) for _, explanation, label in pair))
        below.set_xlabel(f"alike {alike:.2f}", fontsize=9)
        alt.append(f"{choice} ({pair[0][0]} and {pair[1][0]}) {alike:.2f}")
    for axis in places[len(pairs) :].flat:
        axis.axis("off")
    return Picture(
        figure,
        "Pairs of explanations of one face that differ in one choice, red for and hatched blue against. "
        f"How alike the two maps are, 1 at most: {'; '.join(alt)}.",
    )


def _alike(one, other):
    """The correlation of two maps' relevance over the pixels, -1 to 1; each is (Explanation, label)."""
    maps = [explanation.relevance(label).ravel() for explanation, label in (one, other)]
    return float(np.corrcoef(maps)[0, 1])


def all_labels(explanation):
    """One face and one panel a label: what speaks for and against each, in one scale of colours."""
    k = len(explanation.weights)
    columns = -(-k // 2)
    figure, axes = plt.subplots(2, columns, figsize=(2.1 * columns, 4.9))
    largest = np.abs(explanation.weights).max()
    alt = []
    for axis in axes.flat[k:]:
        axis.axis("off")
    for label, axis in zip(range(k), axes.flat, strict=False):
        for_and_against(axis, explanation, label, largest)
        title = f"{explanation.name(label)} {explanation.probabilities[label]:.0%}"
        axis.set_title(title, fontsize=9)
        order, weights = explanation.ranking(label), explanation.weights[label]
        told = [(f"for it {_place(explanation, order[0])}", weights.max() > 0)]
        told += [(f"against it {_place(explanation, order[-1])}", weights.min() < 0)]
        words = ", ".join(words for words, there in told if there)
        alt.append(f"{title}, {f'strongest {words}' if words else 'which nothing moves'}")
    figure.tight_layout(pad=0.5)
    return Picture(figure, f"What speaks for (red) and against (hatched blue) each label: {'; '.join(alt)}.")


def twin_check(image, twin, mask, explanation, label=None):
    """A drawn face, its neutral twin, the pixels in which they differ, and what LIME says."""
    figure, axes = plt.subplots(1, 4, figsize=(9, 2.5))
    show_face(axes[0], image, f"drawn {explanation.name(label)}")
    show_face(axes[1], twin, "the same, drawn neutral")
    show_face(axes[2], np.where(mask, 255, 0), f"where they differ: {mask.mean():.0%}")
    for_and_against(axes[3], explanation, explanation.label(label))
    figure.tight_layout(pad=0.5)
    strongest = explanation.ranking(label)[0]
    there = explanation.weights[explanation.label(label)][strongest] > 0
    alt = f"""A drawn face, its neutral twin, the {mask.mean():.0%} of pixels in which they differ, and LIME's
        superpixels, {f"the strongest {_place(explanation, strongest)}" if there else "none for it"}."""
    return Picture(figure, alt)


def curves(deletions, insertions, label):
    """Deletion and insertion curves side by side, with the area under each.

    deletions, insertions: {name: (share, probability)} as faithfulness.deletion and insertion return them.
    label: the label's name, for the axis.
    """
    from ..explanation.faithfulness import area

    figure, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True, layout="constrained")
    parts = ("deletion: lower is better", deletions), ("insertion: higher is better", insertions)
    alt = []
    for axis, (title, found), done in zip(axes, parts, ("hidden", "shown"), strict=True):
        for (name, (share, probability)), (colour, line, mark) in zip(
            found.items(), LINES[: len(found)], strict=True
        ):
            shape = {"color": colour, "linestyle": line, "marker": mark, "markevery": 0.12, "markersize": 4}
            axis.plot(share, probability, label=f"{name}, area {area(share, probability):.2f}", **shape)
        axis.set_title(title, fontsize=10)
        axis.set(xlabel=f"share of the face {done}", xlim=(0, 1), ylim=(0, 1.02))
        axis.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
        axis.spines[["top", "right"]].set_visible(False)
        areas = ", ".join(f"{name} {area(*curve):.2f}" for name, curve in found.items())
        alt.append(f"{title.split(':')[0]}, area under the curve: {areas}")
    axes[0].set_ylabel(f"probability of {label}")
    return Picture(figure, f"Curves of the probability of {label}. {'; '.join(alt)}.")
