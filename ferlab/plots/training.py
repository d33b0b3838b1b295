"""Figures of networks and of their training."""

import matplotlib.pyplot as plt
import numpy as np

from . import Picture

# Told apart by shade, and by line style or hatching as well.
_SHADES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_LINES = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)))
_HATCHES = ("", "///", "...", "xx")


def curves(histories):
    """Loss and accuracy over the epochs; the epoch with the best validation accuracy carries a ring.

    histories  what `fit` returned, or {name: what it returned} to compare up to four
    """
    if "val_accuracy" in histories:
        histories = {"": histories}
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for place, (name, history) in enumerate(histories.items()):
        colour, marks = _SHADES[place], "o" if len(history["loss"]) < 12 else ""
        best = int(np.argmax(history["val_accuracy"]))
        for axis, value in zip(axes, ("loss", "accuracy"), strict=True):
            epochs = range(1, len(history[value]) + 1)
            axis.plot(epochs, history[value], ":", color=colour, label=f"{name} training".strip())
            label = f"{name} validation".strip()
            axis.plot(
                epochs,
                history[f"val_{value}"],
                linestyle=_LINES[place],
                color=colour,
                marker=marks,
                markersize=3,
                label=label,
            )
            axis.plot(best + 1, history[f"val_{value}"][best], "o", color=colour, mfc="none", markersize=11)
            axis.set(xlabel="epoch", title=value)
            axis.grid(alpha=0.3)
            axis.xaxis.get_major_locator().set_params(integer=True)
    for axis in axes:  # a flat line shall look flat: no axis spans less than a fifth
        low, high = axis.get_ylim()
        spare = max(0, 0.2 - (high - low)) / 2
        axis.set_ylim(low - spare, high + spare)
    axes[1].yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=4 if len(histories) > 1 else 2, frameon=False
    )
    return Picture(
        figure, "Loss and accuracy by epoch. " + " ".join(map(_told, histories, histories.values()))
    )


def _told(name, history):
    best = int(np.argmax(history["val_accuracy"]))
    last = {key: values[-1] for key, values in history.items()}
    return (
        f"{name + ': ' if name else ''}{len(history['loss'])} epochs; best validation accuracy "
        f"{history['val_accuracy'][best]:.1%} in epoch {best + 1}; in the last epoch training loss "
        f"{last['loss']:.2f}, validation loss {last['val_loss']:.2f}."
    )


def parameter_bars(counts, title="parameters"):
    """Horizontal bars of numbers of parameters; counts: {name: number, or {part: number} to stack}."""
    rows = {name: n if isinstance(n, dict) else {"": n} for name, n in counts.items()}
    parts = list(dict.fromkeys(part for row in rows.values() for part in row))
    figure, axes = plt.subplots(figsize=(7.5, 0.9 + 0.3 * len(rows)), layout="constrained")
    labelled = set()
    for y, row in enumerate(rows.values()):
        left = 0
        for part, n in row.items():
            i = parts.index(part)
            look = {"color": _SHADES[i % 4], "hatch": _HATCHES[(i + i // 4) % 4], "edgecolor": "white"}
            axes.barh(y, n, left=left, height=0.7, label=None if part in labelled else part, **look)
            left += n
            labelled.add(part)
        axes.text(left, y, f" {left:,}", va="center", fontsize=9)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.margins(x=0.2)
    axes.spines[["top", "right"]].set_visible(False)  # a long number may stand there
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_title(title, fontsize=10)
    if len(parts) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    listed = ", ".join(f"{name}: {sum(row.values()):,}" for name, row in rows.items())
    return Picture(figure, f"Bars, {title}: {listed}.")
