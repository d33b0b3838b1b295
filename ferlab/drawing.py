"""How one face is drawn: from numbers for identity, pose and light, and from action units.

A head is a height field that a lamp shades; on it lie eyes, brows, lips, teeth, furrows and hair as soft
shapes that the action units move. All of it is drawn at twice the size and averaged down, which smooths
the edges. Coordinates: x to the right and y downwards, from -1 to 1 over the picture before the pose.
Lengths are in these units; tones run from 0 (black) to 1 (white).
"""

import copy

import numpy as np

from . import painting
from .emotions import ACTION_UNITS, REGIONS
from .painting import soft, spot

SIZE, FINER = 48, 2
GROUP = 3  # faces painted together: so few that they stay in the processor's cache
UNITS = tuple(ACTION_UNITS)

# What makes a person and a photo, and how it is drawn at random: (lowest, highest) or ("normal", mean, spread).
TRAITS = {
    "head_width": (0.66, 0.84), "head_height": (0.95, 1.14), "jaw": (0.7, 1.1), "skin": (0.4, 0.95),
    "hair_tone": (0.0, 0.7), "hairline": (-0.9, -0.5), "hair_long": (-0.9, 0.8), "bald": (-0.9, 0.08),
    "eye_x": (0.29, 0.37), "eye_y": (-0.24, -0.12), "eye_width": (0.12, 0.17), "eye_height": (0.045, 0.075),
    "iris": (0.02, 0.35), "brow_y": (0.14, 0.22), "brow_thick": (0.016, 0.05), "brow_dark": (0.45, 0.95),
    "brow_arch": (0.0, 0.06), "nose_length": (0.2, 0.3), "nose_width": (0.09, 0.15),
    "mouth_y": (0.42, 0.53), "mouth_width": (0.22, 0.32), "lip": (0.028, 0.065), "lip_tone": (0.55, 0.92),
    "beard": (-2.4, 0.8), "moustache": (-2.6, 0.9), "glasses": (-0.9, 0.1), "age": (-0.4, 1.0),
    "yaw": ("normal", 0, 0.25), "pitch": ("normal", 0, 0.14), "roll": ("normal", 0, 0.11),
    "scale": (0.95, 1.3), "shift_x": ("normal", 0, 0.06), "shift_y": ("normal", 0, 0.07),
    "light_x": ("normal", 0, 0.6), "light_y": ("normal", -0.35, 0.35), "ambient": (0.25, 0.8),
    "background": (0.0, 1.0), "background_x": ("normal", 0, 0.3), "background_y": ("normal", 0, 0.3),
    "contrast": (0.6, 1.3), "brightness": ("normal", 0, 0.09), "blur": (0.0, 1.0), "noise": (-0.01, 0.04),
    "hand": (-9.0, 1.0), "hand_x": ("normal", 0, 0.5), "hand_y": (0.1, 0.9),
    "lock": (-9.0, 1.0), "lock_x": ("normal", 0, 0.4),
}  # fmt: skip


def random_traits(rng, n):
    """{trait: float32 (n, 1, 1)} for n people and their photos."""
    traits = {}
    for name, spec in TRAITS.items():
        values = rng.normal(*spec[1:], n) if spec[0] == "normal" else rng.uniform(*spec, n)
        traits[name] = values.astype(np.float32)[:, None, None]
    return traits


class Sketch:
    """n faces being drawn: their coordinates, their traits `t`, their units `a` and the paint so far."""

    def __init__(self, traits, grain):
        self.t = t = traits
        self.grain = grain
        line = (np.arange(SIZE * FINER, dtype=np.float32) + 0.5) / (SIZE * FINER / 2) - 1
        self.v, self.u = line[None, :, None], line[None, None, :]
        cos, sin = np.cos(t["roll"]), np.sin(t["roll"])
        from_x, from_y = self.u - t["shift_x"], self.v - t["shift_y"]
        self.head_x = (cos * from_x + sin * from_y) / t["scale"]
        self.head_y = (cos * from_y - sin * from_x) / t["scale"]
        # Features sit in front of the head's centre, so a turn of the head moves them further.
        self.x = self.head_x - 0.30 * t["yaw"]
        self.y = self.head_y - 0.22 * t["pitch"]
        # Distance from the middle of the face; the half that is turned away is narrower.
        self.across = np.abs(self.x) / np.clip(1 - 0.35 * t["yaw"] * np.sign(self.x), 0.6, 1.4)
        self.nose_y = t["eye_y"] + t["nose_length"] + 0.12

    def with_units(self, units, side):
        """The same people, unpainted, with an expression."""
        other = copy.copy(self)
        other.a = {unit: units[:, i, None, None] for i, unit in enumerate(UNITS)}
        # A one-sided expression moves the corner of the mouth on its side only.
        side = side[:, None, None]
        other.sided = np.where((side == 0) | (np.sign(self.x) == side), 1, 0).astype(np.float32)
        other.paint_tone = np.broadcast_to(self.t["skin"], self.x.shape).astype(np.float32)
        return other

    def part(self, top, bottom):
        """The picture's rows in which some face has its own y between `top` and `bottom`, to be painted on.

        Most features are small: drawing an eye on the forehead and the chin too would double the time.
        """
        rows = np.flatnonzero(((self.y > top) & (self.y < bottom)).any(axis=(0, 2)))
        part = copy.copy(self)
        if len(rows):
            for name in ("x", "y", "across", "sided", "grain", "paint_tone"):
                setattr(part, name, getattr(self, name)[:, rows[0] : rows[-1] + 1])
        return part

    def paint(self, mask, tone, strength=1.0):
        mask = np.clip(mask * strength, 0, 1)
        self.paint_tone += mask * (tone - self.paint_tone)


def draw(traits, units, side, grain):
    """Draw n faces, and each once more without an expression.

    traits  as of random_traits
    units   float32 (n, 18), strength 0..1 of each action unit, in the order of emotions.ACTION_UNITS
    side    (n,) 0 for both halves, -1 or 1 for a mouth that moves on one side only
    grain   float32 (n, 96, 96), standard normal: skin, hair and camera noise

    Returns images, regions and neutral twins, all uint8 (n, 48, 48).
    """
    groups = [slice(start, start + GROUP) for start in range(0, len(units), GROUP)]
    drawn = [
        _draw_group({name: values[g] for name, values in traits.items()}, units[g], side[g], grain[g])
        for g in groups
    ]
    images, regions, twins = zip(*drawn, strict=True)
    return np.concatenate(images), np.concatenate(regions), np.concatenate(twins)


def _draw_group(traits, units, side, grain):
    person = Sketch(traits, grain)
    hair = painting.hair(person)
    strands = np.sin(30 * person.head_x + 8 * person.head_y + 6 * np.sin(4 * person.head_x))
    strands = (traits["hair_tone"] * 0.8 + 0.04) * (1 + 0.14 * strands + 0.1 * grain)
    image, regions = _paint(person.with_units(units, side), hair, strands)
    twin, _ = _paint(person.with_units(np.zeros_like(units), np.zeros_like(side)), hair, strands)
    return image, regions, twin


def _paint(s, hair, strands):
    """One picture of each person, and its regions."""
    head, light = _head(s), _light(s)
    painting.furrows(s)
    painting.eyes(s.part(-0.6, 0.25))
    painting.brows(s.part(-0.85, 0.2))
    painting.nose(s.part(-0.25, 0.65))
    lower = s.part(-0.1, 1.6)
    painting.beard(lower, painting.mouth(lower))
    painting.glasses(s.part(-0.55, 0.3))
    picture = _background(s, light)
    picture += head * (np.clip(s.paint_tone * light, 0, 1.3) - picture)
    hair_tone = strands * (0.4 + 0.6 * light)
    picture += hair * (hair_tone - picture)
    _in_the_way(s, picture, hair_tone)
    return _photograph(s, picture), _regions(s, head, hair)


def _head(s):
    t = s.t
    below = np.clip(s.head_y, 0, 1.2)
    half = t["head_width"] * (
        1 - 0.3 * below**2 * (1.35 - 0.5 * t["jaw"]) - 0.08 * np.minimum(s.head_y, 0) ** 2
    )
    jaw_drop = 0.10 * s.a[26] + 0.03 * s.a[25]
    s.rise = s.head_y / np.where(s.head_y > 0, t["head_height"] + jaw_drop, t["head_height"] * 1.08)
    s.jaw_drop = jaw_drop
    return soft(np.sqrt((s.head_x / half) ** 2 + s.rise**2) - 1, 0.015)


def _light(s):
    """Brightness of every point: a lamp on the head's height field (Lambert's law) plus light all around."""
    t, a, x, y, across = s.t, s.a, s.x, s.y, s.across
    dome = 1.02 - 0.85 * (s.head_x / t["head_width"]) ** 2 - 0.75 * s.rise**2
    height = 0.8 * np.sqrt(np.clip(dome, 0.02, None))
    height += 0.22 * spot(x, y - s.nose_y + 0.02, t["nose_width"] * 0.75, 0.09)
    bridge = (t["eye_y"] + s.nose_y) / 2
    height += 0.15 * spot(x, y - bridge, t["nose_width"] * 0.38, t["nose_length"] * 0.75)
    cheek = 0.05 + 0.06 * a[6] + 0.05 * a[12]
    height += cheek * spot(across - 0.40, y - 0.22 + 0.05 * a[12], 0.16, 0.13)
    height += 0.05 * spot(across - t["eye_x"] * 0.9, y - t["eye_y"] + t["brow_y"], 0.2, 0.05)
    height -= 0.07 * spot(across - t["eye_x"], y - t["eye_y"], 0.13, 0.07)
    height += 0.05 * spot(x, y - t["mouth_y"], t["mouth_width"] * 0.8, 0.1)
    height += (0.05 + 0.05 * a[17]) * spot(x, y - 0.86, 0.16, 0.08)
    step = 2 / (SIZE * FINER)
    down, right = np.gradient(height, step, axis=(1, 2))
    lamp = np.sqrt(1 + t["light_x"] ** 2 + t["light_y"] ** 2)
    facing = (1 - right * t["light_x"] - down * t["light_y"]) / (lamp * np.sqrt(1 + right**2 + down**2))
    return t["ambient"] + (1.12 - t["ambient"]) * np.clip(facing, 0, 1.4)


def _background(s, light):
    t = s.t
    wall = t["background"] + t["background_y"] * s.v + t["background_x"] * s.u
    picture = np.clip(wall, 0, 1) + np.zeros_like(s.x)
    neck = soft(np.abs(s.head_x) - 0.48, 0.03) * soft(0.7 - s.head_y, 0.04)
    picture += neck * (t["skin"] * 0.6 * np.clip(light, 0, 1) - picture)
    return picture


def _in_the_way(s, picture, hair_tone):
    """A hand at the face, or a lock of hair across it, on one face in ten each."""
    t = s.t
    x = s.head_x - t["hand_x"] - 0.35 * np.sign(t["hand_x"])
    hand = soft(np.sqrt((x / 0.3) ** 2 + ((s.head_y - t["hand_y"] - 0.2) / 0.35) ** 2) - 1, 0.04)
    hand = hand * (t["hand"] > 0)
    picture += hand * (t["skin"] * (0.75 + 0.15 * np.sin(22 * s.head_x)) - picture)
    lock = soft(np.abs(s.head_x - t["lock_x"] - 0.3 * s.head_y) - 0.07, 0.025) * soft(s.head_y - 0.3, 0.08)
    picture += lock * (t["lock"] > 0) * (hair_tone - picture)


def _photograph(s, picture):
    t = s.t
    picture = (picture - 0.5) * t["contrast"] + 0.5 + t["brightness"]
    picture += np.clip(t["noise"], 0, None) * FINER * s.grain
    n = len(picture)
    small = picture.reshape(n, SIZE, FINER, SIZE, FINER).mean((2, 4))
    around = np.pad(small, ((0, 0), (1, 1), (1, 1)), mode="edge")
    cross = around[:, :-2, 1:-1] + around[:, 2:, 1:-1] + around[:, 1:-1, :-2] + around[:, 1:-1, 2:]
    small += 0.3 * t["blur"] * (cross / 4 - small)
    return np.clip(np.round(small * 255), 0, 255).astype(np.uint8)


def _regions(s, head, hair):
    """Which part of the face each pixel shows: uint8 (n, 48, 48).

    Parts lie where they are without an expression; the border of mouth and chin alone follows the jaw.
    """
    t, mid = s.t, np.s_[:, ::FINER, ::FINER]
    face, hair = head[mid] > 0.5, hair[mid] > 0.5
    x, y = s.across[mid], s.y[mid]
    eye_y, brow_y = t["eye_y"], t["eye_y"] - t["brow_y"]
    jaw = t["mouth_y"] + 0.2 + s.jaw_drop
    parts = {
        "cheeks": face,
        "forehead": face & (y < brow_y - 0.08),
        "chin": face & (y > jaw),
        "brows": face & (y > brow_y - 0.15) & (y < eye_y - 0.09) & (x < 0.6),
        "eyes": face & (np.abs(y - eye_y) < 0.11) & (np.abs(x - t["eye_x"]) < 0.24),
        "nose": face & (x < t["nose_width"] * 1.4) & (y > eye_y - 0.02) & (y < s.nose_y + 0.1),
        "mouth": face & (x < t["mouth_width"] * 1.4) & (y > t["mouth_y"] - 0.14) & (y < jaw),
        "hair": hair,
    }
    regions = np.zeros(face.shape, np.uint8)  # background
    for name, mask in parts.items():
        regions[mask] = REGIONS.index(name)
    return regions
