"""Pictures of widgets, for notebooks that are saved, exported or printed: no kernel moves those."""

import io


def png(figure):
    """A matplotlib Figure as bytes of a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()


def face_sheet(images, titles, heading):
    """Faces (n, 48, 48) under a heading, ten to a row and no more than thirty, a title over each."""
    images, titles = images[:30], titles[:30]
    return _sheet(list(images), titles, heading)


def map_sheet(face, maps, heading):
    """A face and up to 29 feature maps of it as grey values, uint8 (c, h, w), under a heading."""
    return _sheet([face, *maps[:29]], None, heading)


def _sheet(images, titles, heading):
    from matplotlib.figure import Figure

    rows = max(1, -(-len(images) // 10))
    figure = Figure(figsize=(9.5, rows * (1.15 if titles else 0.95) + 0.4), layout="constrained")
    for i, axis in enumerate(figure.subplots(rows, 10, squeeze=False).ravel()):
        axis.axis("off")
        if i < len(images):
            axis.imshow(images[i], cmap="gray", vmin=0, vmax=255)
            axis.set_title(titles[i] if titles else "", fontsize=8)
    figure.suptitle(heading, fontsize=10)
    return png(figure)
