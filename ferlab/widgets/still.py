"""Pictures of widgets, for notebooks that are saved, exported or printed: no kernel moves those."""

import io

import numpy as np


def png(figure):
    """A matplotlib Figure as bytes of a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()


def face_and_bars(image, title, probe):
    """A face as the network gets it, and the bars of FaceProbe beside it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    left.imshow(image, cmap="gray", vmin=0, vmax=255)
    left.set_title(title, fontsize=10)
    left.axis("off")
    places = np.arange(len(probe.grid["classes"]))
    right.barh(places, probe.probabilities, color=probe.grid["colours"], height=0.7)
    right.plot(probe.original, places, "|", color="black", markersize=16)
    right.set_yticks(places, probe.grid["classes"])
    for place, now in zip(places, probe.probabilities, strict=True):
        right.text(1.02, place, f"{now:.0%}", va="center", fontsize=9)
    right.set(xlim=(0, 1), xlabel="probability (black mark: the face as it came)")
    right.invert_yaxis()
    right.spines[["top", "right"]].set_visible(False)
    return png(figure)


def face_sheet(images, titles, heading):
    """Faces (n, 48, 48) under a heading, ten to a row and no more than thirty, a title over each."""
    images, titles = images[:30], titles[:30]
    return _sheet(list(images), titles, heading, columns=10)


def map_sheet(face, maps, heading):
    """A face and up to 29 feature maps of it as grey values, uint8 (c, h, w), under a heading."""
    return _sheet([face, *maps[:29]], None, heading, columns=10)


def _sheet(images, titles, heading, columns):
    from matplotlib.figure import Figure

    rows = max(1, -(-len(images) // columns))
    figure = Figure(figsize=(columns * 0.95, rows * (1.15 if titles else 0.95) + 0.4), layout="constrained")
    for i, axis in enumerate(figure.subplots(rows, columns, squeeze=False).ravel()):
        axis.axis("off")
        if i < len(images):
            axis.imshow(images[i], cmap="gray", vmin=0, vmax=255)
            axis.set_title(titles[i] if titles else "", fontsize=8)
    figure.suptitle(heading, fontsize=10)
    return png(figure)
