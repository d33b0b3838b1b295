"""The face on FaceProbe's screen: its superpixels, what can fill them, and what a state leaves of it."""

import numpy as np

from ..explanation.superpixels import HIDE, hidden_image, superpixels
from . import changes

FILLS = (*HIDE, "noise")
_RNG = np.random.default_rng(0)
GRAIN = (_RNG.standard_normal((48, 48)) * 32).clip(-127, 127).astype(np.int8)  # 32 times the noise's pattern
SNOW = _RNG.integers(0, 256, (48, 48), dtype=np.uint8)  # what "noise" fills holes with


class ProbedFace:
    """A face to probe.

    image     uint8 (48, 48), the face as it came
    twin      uint8 (48, 48), the same face drawn neutral, or None
    segments  int (48, 48), the superpixel of each pixel, from 0
    filled    {fill: uint8 (48, 48)}, the face with all superpixels hidden, for each of FILLS

    A state is a dict with the keys of `changes.UNTOUCHED`.
    """

    def __init__(self, image, twin=None):
        self.image, self.twin, self.segments = image, twin, superpixels(image)
        self.filled = self._filled(image)
        self._twin_filled = {} if twin is None else self._filled(twin)

    def _filled(self, image):
        return {**{name: hidden_image(image, self.segments, name) for name in HIDE}, "noise": SNOW}

    def for_page(self):
        """What the page needs to draw it, dict."""
        return {
            "image": self.image.tobytes(),
            "segments": self.segments.astype(np.uint16).tobytes(),
            "count": int(self.segments.max()) + 1,
            "filled": _as_bytes(self.filled),
            "twin": b"" if self.twin is None else self.twin.tobytes(),
            "twin_filled": _as_bytes(self._twin_filled),
        }

    def check(self, state):
        """ValueError for a state that this face can't be in."""
        last = int(self.segments.max())
        if not all(0 <= s <= last for s in state["hidden"]):
            raise ValueError(f"superpixels {state['hidden']} were asked for, there are 0 to {last}")
        if state["fill"] not in FILLS:
            raise ValueError(f"fill {state['fill']!r} is unknown; there are {', '.join(FILLS)}")
        if state["twin"] and self.twin is None:
            raise ValueError("this face has no neutral twin; only drawn faces have one")
        changes.mask(state["painted"])
        for name, (least, most, *_) in changes.SLIDERS.items():
            if not least <= state[name] <= most:
                raise ValueError(f"{name} is {state[name]}, expected {least} to {most}")

    def holes(self, state):
        """bool (48, 48): the pixels that are filled, hidden or painted."""
        return np.isin(self.segments, state["hidden"]) | changes.mask(state["painted"])

    def seen(self, state):
        """uint8 (48, 48): the face as the network gets it."""
        base, filled = (self.twin, self._twin_filled) if state["twin"] else (self.image, self.filled)
        return changes.taken(np.where(self.holes(state), filled[state["fill"]], base), state, GRAIN / 32)


def _as_bytes(filled):
    return {name: image.tobytes() for name, image in filled.items()}
