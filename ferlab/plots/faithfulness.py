"""Figures of notebook 08: the marks that explanations get."""

import matplotlib.pyplot as plt
import numpy as np

from ..evaluation import wilson_interval
from ..explanation.faithfulness import mean_interval
from . import Picture

# Colours that stay apart for colour-blind readers; line and mark differ as well.
LINES = (
    ("#D55E00", "-", "o"),
    ("#0072B2", "--", "s"),
    ("#000000", ":", "^"),
    ("#009E73", "-.", "D"),
    ("#CC79A7", "-", "v"),
)


def _interval(values):
    """(mean, low, high): of marks by Student's t, of True and False by Wilson."""
    if np.asarray(values).dtype == bool:
        return np.mean(values), *wilson_interval(np.sum(values), len(values))
    return mean_interval(values)


def marks(panels):
    """One panel a mark, one line a kind of explanation: its mean with the 95 % interval, and each face as a stroke.

    panels  {what is marked, and whether higher or lower is better: {kind: (faces,) marks}}; NaN where there is none.
            Fewer than two marks have no interval
    """
    kinds, columns = list(next(iter(panels.values()))), min(len(panels), 4)
    down = -(-len(panels) // columns)
    size = min(3.4 * columns + 1.6, 12), (1.1 + 0.42 * len(kinds)) * down
    figure, axes = plt.subplots(down, columns, figsize=size, layout="constrained", sharey=True, squeeze=False)
    for axis in axes.flat[len(panels) :]:
        axis.axis("off")
    alt = []
    for axis, (title, rows) in zip(axes.flat, panels.items(), strict=False):
        listed = []
        for row, (name, values) in enumerate(rows.items()):
            values = np.asarray(values)  # True and False as they are: theirs is another interval
            values = values[~np.isnan(values)]
            if not len(values):
                listed.append(f"{name} without a mark")
                continue
            mean, low, high = _interval(values) if len(values) > 1 else (values.mean(), np.nan, np.nan)
            beside = np.full(len(values), row) + 0.28
            axis.plot(values.astype(float), beside, "|", color="#7F7F7F", markersize=5, alpha=0.6)
            axis.errorbar(mean, row, xerr=[[mean - low], [high - mean]], fmt="o", color="#0072B2", capsize=4)
            axis.annotate(
                f"{mean:.2f}", (mean, row), (0, 5), textcoords="offset points", ha="center", fontsize=8
            )
            interval = f"{low:.2f} to {high:.2f}" if len(values) > 1 else "one mark"
            listed.append(f"{name} {mean:.2f} ({interval})")
        axis.set_xlabel(title, fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
        alt.append(f"{title}: {', '.join(listed)}")
    axes[0, 0].set_yticks(range(len(kinds)), kinds)
    axes[0, 0].set_ylim(len(kinds) - 0.4, -0.6)
    return Picture(figure, f"Means with 95 % intervals. {'; '.join(alt)}.")


def trends(x, panels, xlabel, ylabel, log=False):
    """Marks as something grows: a line a kind of explanation, with 95 % intervals, a little apart to be told apart.

    x       (m,) numbers or names
    panels  {title: {kind: (m, faces) marks}}
    """
    size = 4.6 * len(panels) + 0.9, 3.6
    figure, axes = plt.subplots(
        1, len(panels), figsize=size, layout="constrained", sharey=True, squeeze=False
    )
    at, alt = (x if log else range(len(x))), []
    for axis, (title, lines) in zip(axes[0], panels.items(), strict=True):
        for i, ((name, values), (colour, line, mark)) in enumerate(
            zip(lines.items(), LINES[: len(lines)], strict=True)
        ):
            mean, low, high = np.array([_interval(v) for v in values]).T
            low, high = np.clip((low, high), -1, 1)  # no mark in a trend leaves this range
            aside = i - (len(lines) - 1) / 2
            where = np.multiply(at, 1.05**aside) if log else np.add(at, 0.07 * aside)
            style = {"color": colour, "linestyle": line, "marker": mark, "markersize": 5, "elinewidth": 1}
            axis.errorbar(where, mean, yerr=[mean - low, high - mean], capsize=2, label=name, **style)
            alt.append(f"{title}: {name} goes from {mean[0]:.2f} to {mean[-1]:.2f}")
        if log:
            axis.set_xscale("log")
        axis.set_xticks(at, [f"{n:,}" if log else n for n in x], fontsize=8)
        axis.minorticks_off()
        axis.set_title(title, fontsize=10)
        axis.set_xlabel(xlabel)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylabel(ylabel)
    legend = axes[0, 0].get_legend_handles_labels()
    figure.legend(*legend, loc="outside lower center", ncols=5, frameon=False, fontsize=9)
    return Picture(figure, f"{ylabel} by {xlabel}, from {x[0]} to {x[-1]}. {'; '.join(alt)}.")


def table(values, rows, columns, row_title, column_title, title):
    """Numbers (r, c) in a grid, the lower the darker; the lowest of each column is framed."""
    values = np.asarray(values, float)
    figure, axis = plt.subplots(
        figsize=(1.6 + 1.1 * len(columns), 1.2 + 0.6 * len(rows)), layout="constrained"
    )
    axis.imshow(values, cmap="gray", aspect="auto", vmin=values.min() - np.ptp(values), vmax=values.max())
    for i, j in np.ndindex(*values.shape):
        least = i == values[:, j].argmin()
        frame = {"boxstyle": "round", "facecolor": "white", "edgecolor": "#D55E00" if least else "none"}
        axis.text(j, i, f"{values[i, j]:.2f}", ha="center", va="center", bbox=frame)
    axis.set_xticks(range(len(columns)), columns)
    axis.set_yticks(range(len(rows)), rows)
    axis.set(xlabel=column_title, ylabel=row_title)
    axis.set_title(title, fontsize=10)
    listed = [
        f"{row_title} {row}: {', '.join(f'{c} {v:.2f}' for c, v in zip(columns, line, strict=True))}"
        for row, line in zip(rows, values, strict=True)
    ]
    return Picture(figure, f"{title}. Columns are {column_title}. {'; '.join(listed)}.")
