"""Pictures of widgets, for notebooks that are saved, exported or printed: no kernel moves those."""

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

FACE = (12, 36)  # where FaceProbe's picture shows the face, six pixels for one of its 48


def png(figure):
    """A matplotlib Figure as bytes of a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()


def face_and_bars(image, title, probe):
    """A face as the network gets it, and the bars of FaceProbe beside it, as bytes of a PNG.

    Pillow draws it in a few milliseconds. It is drawn anew whenever the hand rests, and while matplotlib takes
    its hundred the next stroke would wait.
    """
    picture = Image.new("RGB", (760, 336), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((12, 8), title, "black", font=_font(14))
    picture.paste(Image.fromarray(image).resize((288, 288), Image.Resampling.NEAREST), FACE)
    step = 266 / len(probe.grid["classes"])
    bars = zip(probe.grid["classes"], probe.grid["colours"], probe.probabilities, probe.original, strict=True)
    for i, (name, colour, now, first) in enumerate(bars):
        top, middle, bottom = (36 + step * (i + part) for part in (0.15, 0.5, 0.85))
        draw.text((404, middle), name, "black", font=_font(14), anchor="rm")
        draw.rectangle((412, top, 692, bottom), "#eeeeee")
        draw.rectangle((412, top, 412 + 280 * now, bottom), colour)
        draw.rectangle((411 + 280 * first, top - 3, 413 + 280 * first, bottom + 3), "black")
        draw.text((748, middle), f"{now:.0%}", "black", font=_font(14), anchor="rm")
    draw.text(
        (412, 318), "probability (black mark: the face as it came)", "#333333", font=_font(12), anchor="lm"
    )
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@cache
def _font(size):
    return ImageFont.load_default(size)


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
