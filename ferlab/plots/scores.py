"""How well a network does: confusion, recall, calibration, comparisons, mistakes."""

import matplotlib.pyplot as plt
import numpy as np

from ..evaluation import wilson_interval
from . import Picture
from .faces import sheet

# For things that are compared: told apart by shade, and by hatching or line style as well.
_SHADES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_HATCHES = ("", "///", "...", "xx")
_LINES = ("-", "--", ":", "-.")


def _percent(axis):
    axis.set_major_formatter(lambda value, _: f"{value:.0%}")


def confusion(report):
    """The confusion matrix, each row as shares of its true class, the number of faces below each share."""
    k, counts = len(report.classes), report.confusion
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(6.4, 5.4), layout="constrained")
    shown = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, j in np.ndindex(k, k):
        colour = "white" if shares[i, j] > 0.71 else "black"  # of the two the one that stands out more
        axes.text(j, i - 0.08, f"{shares[i, j]:.0%}", ha="center", va="center", color=colour, fontsize=9)
        axes.text(j, i + 0.27, f"{counts[i, j]}", ha="center", va="center", color=colour, fontsize=7)
    axes.set_xticks(range(k), report.classes, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(k), report.classes)
    axes.set(xlabel="predicted label", ylabel="true label", title=report.about)
    axes.title.set_fontsize(10)
    figure.colorbar(
        shown, ax=axes, shrink=0.8, label="share of the true label", format=lambda v, _: f"{v:.0%}"
    )
    wrong = np.where(np.eye(k, dtype=bool), -1, shares)
    i, j = np.unravel_index(wrong.argmax(), wrong.shape)
    alt = f"""Confusion matrix of {k} classes. On the diagonal, the share of each that was found:
        {_listed(report)}. The largest share off the diagonal: {shares[i, j]:.0%} of {report.classes[i]} taken
        for {report.classes[j]}."""
    return Picture(figure, alt)


def _listed(report):
    values = zip(report.classes, report.recall, strict=True)
    return ", ".join(f"{name} {'none to find' if np.isnan(r) else f'{r:.0%}'}" for name, r in values)


def recalls(reports):
    """Bars of the recall of each class with 95 % intervals; reports: {name: Report}, side by side."""
    classes = next(iter(reports.values())).classes
    width = 0.8 / len(reports)
    figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
    for place, (name, report) in enumerate(reports.items()):
        x = np.arange(len(classes)) + (place - (len(reports) - 1) / 2) * width
        values = np.nan_to_num(report.recall)
        errors = np.abs(np.array(report.recall_interval) - values) * (report.counts > 0)
        shade = _SHADES[place % 4]
        look = {"color": shade, "hatch": _HATCHES[(place + place // 4) % 4], "edgecolor": "white"}
        label = f"{name} (mean {report.mean_recall:.0%})"
        axes.bar(
            x, values, width * 0.95, yerr=errors, capsize=2.5, error_kw={"elinewidth": 1}, label=label, **look
        )
        axes.axhline(report.mean_recall, color=shade, linestyle=_LINES[place % 4], linewidth=1)
    counts = next(iter(reports.values())).counts
    axes.set_xticks(range(len(classes)), [f"{c}\n{n} faces" for c, n in zip(classes, counts, strict=True)])
    axes.set(ylim=(0, 1.02), ylabel="recall")
    _percent(axes.yaxis)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(reports), frameon=False)
    alt = "Bars of recall by class. " + " ".join(
        f"{name}: {_listed(report)}; mean {report.mean_recall:.0%}." for name, report in reports.items()
    )
    return Picture(figure, alt)


def compare(reports):
    """Accuracy and mean recall of each report with their 95 % intervals; reports: {name: Report}."""
    figure, axes = plt.subplots(figsize=(7, 0.9 + 0.5 * len(reports)), layout="constrained")
    for row, report in enumerate(reports.values()):
        for value, limits, y, shade, look in (
            (report.accuracy, report.interval, row - 0.12, _SHADES[0], "o"),
            (report.mean_recall, report.mean_recall_interval, row + 0.12, _SHADES[1], "D"),
        ):
            axes.plot(limits, (y, y), color=shade, linewidth=3, solid_capstyle="butt", alpha=0.5)
            axes.plot(value, y, look, color=shade, mfc=shade if look == "o" else "white")
    axes.plot([], [], "o-", color=_SHADES[0], label="accuracy, 95 % interval")
    axes.plot([], [], "D-", color=_SHADES[1], mfc="white", label="mean recall, 95 % interval")
    axes.set_yticks(range(len(reports)), reports)
    axes.set_ylim(len(reports) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)
    _percent(axes.xaxis)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    alt = "Accuracy and mean recall. " + " ".join(
        f"{name}: accuracy {r.accuracy:.1%}, interval {r.interval[0]:.1%} to {r.interval[1]:.1%}, "
        f"mean recall {r.mean_recall:.1%}, interval {r.mean_recall_interval[0]:.1%} to "
        f"{r.mean_recall_interval[1]:.1%}."
        for name, r in reports.items()
    )
    return Picture(figure, alt)


def systems(rows):
    """What authors report of their systems, and what each scores here over as many views of a face.

    rows: comparison.System, one a line.
    """
    figure, axes = plt.subplots(figsize=(8.5, 1.1 + 0.44 * len(rows)), layout="constrained")
    for row, system in enumerate(rows):
        if system.reported:
            axes.plot(system.reported, row, "D", color=_SHADES[1], mfc="white")
        if system.comparable:
            share, interval = system.here
            axes.plot(interval, (row, row), color=_SHADES[0], linewidth=3, alpha=0.5)
            axes.plot(share, row, "o", color=_SHADES[0])
    axes.plot([], [], "D", color=_SHADES[1], mfc="white", label="reported by the authors")
    axes.plot([], [], "o-", color=_SHADES[0], label="here, with 95 % interval")
    names = [_with_views(system) for system in rows]
    few = [f"\n({s.epochs} epochs)" if s.comparable and "of" in s.epochs else "" for s in rows]
    axes.set_yticks(range(len(rows)), [name + part for name, part in zip(names, few, strict=True)])
    axes.set_xlabel("accuracy (reported: on the authors' split;\nhere: on PublicTest)")
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)
    _percent(axes.xaxis)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    said = [f"{name}: {_said(system)}." for name, system in zip(names, rows, strict=True)]
    return Picture(figure, "Reported accuracies beside those measured here. " + " ".join(said))


def _with_views(system):
    views = "" if system.views == "one" else f", ten {system.views}"
    return system.title + views + (", FER+" if system.faces == "FER+" else "")


def _said(system):
    reported = f"reported {100 * system.reported:.4g}%" if system.reported else "nothing reported"
    if system.comparable:
        return f"{reported}, here {system.here[0]:.1%} after {system.epochs} epochs"
    return f"{reported}, here on other faces only" if system.measured else f"{reported}, not trained here"


def parts(found):
    """How far each training of `ablate squeezenet` lies from the first, face by face, with 95 % intervals.

    found: comparison.parts(). A difference is (become right - become wrong) / n; its interval is Wilson's for the share
    that became right of all whose verdict changed (as in McNemar's test, doi 10.1007/BF02295996).
    """
    rows, n = found["trainings"][1:], found["n"]
    figure, axes = plt.subplots(figsize=(8, 1 + 0.4 * len(rows)), layout="constrained")
    said = []
    for y, row in enumerate(rows):
        won, changed = row["become_right"], row["become_right"] + row["become_wrong"]
        low, high = (changed * (2 * share - 1) / n for share in wilson_interval(won, changed))
        difference = (2 * won - changed) / n
        luck = row["training"] == "from another seed"
        shade = _SHADES[1] if luck else _SHADES[0]
        axes.plot((low, high), (y, y), color=shade, linewidth=3, alpha=0.5)
        axes.plot(difference, y, "D" if luck else "o", color=shade)
        said.append(
            f"{row['training']} {100 * difference:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
        )
    axes.axvline(0, color="black", linewidth=1)
    axes.set_yticks(range(len(rows)), [row["training"] for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("points of accuracy that it has more than the whole recipe, with 95 % interval")
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:+.0f}" if abs(value) > 1e-9 else "0")
    axes.grid(axis="x", alpha=0.3)
    return Picture(figure, "Difference in accuracy from the whole recipe: " + "; ".join(said) + ".")


def reliability(reports):
    """Confidence against accuracy, bin by bin, one panel for each report; reports: {name: Report}.

    Bars on the diagonal are calibrated; below it the network is surer than it is right.
    """
    figure, row = plt.subplots(
        1, len(reports), figsize=(3.9 * len(reports), 3.9), layout="constrained", sharey=True, squeeze=False
    )
    for axes, (name, report) in zip(row[0], reports.items(), strict=True):
        confidence, accuracy, number = report.calibration
        used = number > 0
        edges = np.arange(len(number)) / len(number)
        axes.bar(
            edges, np.nan_to_num(accuracy), 1 / len(number), align="edge", color=_SHADES[0], edgecolor="white"
        )
        axes.plot((0, 1), (0, 1), "--", color="black", linewidth=1, label="calibrated")
        axes.plot(
            confidence[used], accuracy[used], "o", color=_SHADES[1], mec="black", ms=5, label="mean of a bin"
        )
        for left, n in zip(edges[used], number[used], strict=True):
            axes.text(left + 0.5 / len(number), 0.015, f"{n}", ha="center", fontsize=7, color="white")
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", aspect="equal")
        axes.set_title(f"{name}: calibration error {report.calibration_error:.3f}", fontsize=10)
        _percent(axes.xaxis)
        _percent(axes.yaxis)
    row[0][0].set_ylabel("accuracy (white: faces in the bin)")
    row[0][0].legend(loc="upper left", frameon=False)
    alt = "Reliability diagram, accuracy against confidence. " + " ".join(
        f"{name}: mean confidence {r.confidence.mean():.0%}, accuracy {r.accuracy:.0%}, calibration error "
        f"{r.calibration_error:.3f}."
        for name, r in reports.items()
    )
    return Picture(figure, alt)


def mistakes(report, faces, which=None):
    """Faces with their true label, the label they were taken for, and how sure of it the network was.

    which: indices of faces, as report.mistakes(...) gives them; by default the twelve surest mistakes.
    faces: those that were evaluated.
    """
    if len(faces) != len(report):
        raise ValueError(f"the report is about {len(report)} faces, {len(faces)} were given")
    which = report.mistakes()[:12] if which is None else np.asarray(which)
    if not len(which):
        figure, axes = plt.subplots(figsize=(3, 0.5))
        axes.axis("off")
        axes.text(0.5, 0.5, "There is no such mistake.", ha="center", va="center")
        return Picture(figure, "There is no such mistake.")
    names, sure = report.classes, report.confidence
    titles = [f"{names[report.labels[i]]}\n→ {names[report.predicted[i]]} {sure[i]:.0%}" for i in which]
    return sheet(faces.images[which], titles, columns=6, size=1.4, about="wrongly classified faces")


def focal_curves():
    """The focal loss of one face against the probability that its true class was given, for four gammas."""
    p, gammas = np.linspace(0.01, 1, 200), (0, 1, 2.2, 5)
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for shade, line, gamma in zip(("black", *_SHADES[:3]), _LINES, gammas, strict=True):
        axes.plot(p, (1 - p) ** gamma * -np.log(p), line, color=shade, label=f"γ = {gamma:g}")
    axes.axvspan(0.6, 1, color="grey", alpha=0.15, linewidth=0)
    axes.text(0.8, 2.6, "easy faces", ha="center", color="dimgrey")
    axes.set(xlabel="probability given to the true class", ylabel="loss", ylim=(0, 4), xlim=(0, 1))
    axes.legend(frameon=False)
    listed = ", ".join(f"{0.1**g * -np.log(0.9):.4f} for gamma {g:g}" for g in gammas)
    alt = f"""Loss against the probability of the true class, one falling curve for each gamma. The larger
        gamma, the closer to zero the loss of easy faces: at probability 0.9 it is {listed}."""
    return Picture(figure, alt)
