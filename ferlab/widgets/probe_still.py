"""The picture of FaceProbe that stays in a notebook: a face as the network got it, and the bars beside it.

Pillow draws it in a few milliseconds. It is drawn anew whenever the hand rests, and while matplotlib takes its
hundred the next stroke would wait.
"""

import io
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from . import changes

FACE = (12, 36)  # where the picture shows the face, six pixels for one of its 48
_SHOWN, _HIDDEN = 215, 120  # grey levels, where the face itself is not kept


def still(probe):
    """The state of a FaceProbe as (bytes of a PNG, alt text).

    Of a photo that came from the page only the places of its holes are drawn: a notebook that is saved, handed in
    or published must not carry somebody's face along.
    """
    words = _words(probe)
    if not probe.uploaded:
        return _png(probe, probe.seen, words), _alt(probe, words)
    places = np.where(probe.holes, _HIDDEN, _SHOWN).astype(np.uint8)
    words += " (dark here). Your photo is not kept"
    return _png(probe, places, words), _alt(probe, words)


def _words(probe):
    """What was done to the face."""
    state = probe.answer
    parts = [f"{len(probe.hidden)} of {probe.face['count']} superpixels hidden"]
    painted = int(changes.mask(state["painted"]).sum())
    parts += [f"{painted} pixels painted"] * bool(painted) + ["neutral twin"] * state["twin"]
    moved = [name for name in changes.SLIDERS if state[name] != changes.UNTOUCHED[name]]
    parts += [f"{changes.SLIDERS[name][3].lower()} {state[name]:g}" for name in moved]
    return ", ".join(parts)


def _alt(probe, words):
    classes, now, first = probe.grid["classes"], probe.probabilities, probe.original
    best = int(now.argmax())
    return (
        f"FaceProbe: {probe.face['caption']}, with {words}. "
        f"The network says {classes[best]}, {now[best]:.0%}; "
        f"with nothing hidden it says {classes[int(first.argmax())]}, {first.max():.0%}."
    )


def _png(probe, image, title):
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
