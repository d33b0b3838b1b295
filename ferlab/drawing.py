"""How one face is drawn: from numbers for identity, pose and light, and from action units.

A head is a height field that a lamp shades; on it lie eyes, brows, lips, teeth, furrows and hair as soft
shapes that the action units move. All of it is drawn at twice the size and averaged down, which smooths
the edges. Coordinates: x to the right and y downwards, from -1 to 1 over the picture before the pose.
Lengths are in these units; tones run from 0 (black) to 1 (white).
"""

import copy

import numpy as np

from .emotions import ACTION_UNITS, REGIONS

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


def soft(distance, width):
    """1 where the signed distance is negative, 0 where positive, a ramp of 4 widths between."""
    return np.clip(0.5 - distance / (4 * width), 0, 1)


def spot(x, y, width, height):
    """A round soft spot, 1 in its middle."""
    return np.exp(-0.5 * ((x / width) ** 2 + (y / height) ** 2))


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
    hair = _hair(person)
    strands = np.sin(30 * person.head_x + 8 * person.head_y + 6 * np.sin(4 * person.head_x))
    strands = (traits["hair_tone"] * 0.8 + 0.04) * (1 + 0.14 * strands + 0.1 * grain)
    image, regions = _paint(person.with_units(units, side), hair, strands)
    twin, _ = _paint(person.with_units(np.zeros_like(units), np.zeros_like(side)), hair, strands)
    return image, regions, twin


def _paint(s, hair, strands):
    """One picture of each person, and its regions."""
    head, light = _head(s), _light(s)
    _furrows(s)
    _eyes(s.part(-0.6, 0.25))
    _brows(s.part(-0.85, 0.2))
    _nose(s.part(-0.25, 0.65))
    lower = s.part(-0.1, 1.6)
    _beard(lower, _mouth(lower))
    _glasses(s.part(-0.55, 0.3))
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


def _furrows(s):
    t, a, x, y, across = s.t, s.a, s.x, s.y, s.across
    age, skin = np.clip(t["age"], 0, 1) ** 2, t["skin"]
    # Nose to mouth: smiling, sneering and a raised lip deepen it.
    line = np.exp(-(((across - 0.30 - 0.18 * np.clip(y - 0.15, 0, 1)) / 0.022) ** 2))
    deep = 0.5 * age + (0.8 * a[12] + 0.6 * a[14]) * s.sided + 0.5 * a[10] + 0.4 * a[9]
    s.paint(line * spot(0, y - 0.3, 1, 0.14), skin * 0.62, np.clip(deep, 0, 1))
    # Across the forehead, by raised brows; upright between them, by lowered ones.
    for k in range(3):
        wave = y - (t["eye_y"] - t["brow_y"] - 0.16 - 0.09 * k) + 0.05 * x * x
        deep = np.clip(0.6 * age + 0.55 * a[1] + 0.4 * a[2], 0, 0.9)
        s.paint(np.exp(-((wave / 0.014) ** 2)) * spot(x, 0, 0.3, 1), skin * 0.7, deep)
    frown = np.exp(-(((across - 0.055) / 0.018) ** 2)) * spot(0, y - t["eye_y"] + 0.12, 1, 0.07)
    s.paint(frown, skin * 0.55, np.clip(0.1 * age + 0.9 * a[4] + 0.3 * a[9], 0, 1))
    # Under the eyes, at their outer corners, and on the bridge of the nose.
    bag = y - t["eye_y"] - 0.1 + 0.25 * (across - t["eye_x"]) ** 2
    bag = np.exp(-((bag / 0.018) ** 2)) * spot(across - t["eye_x"], 0, 0.11, 1)
    s.paint(bag, skin * 0.68, np.clip(0.45 * age + 0.5 * a[6] + 0.35 * a[7], 0, 0.9))
    feet = np.exp(-(((np.abs(across - 0.5) - 0.03) / 0.012) ** 2)) * spot(0, y - t["eye_y"], 1, 0.05)
    s.paint(feet, skin * 0.7, np.clip(0.5 * a[6] + 0.3 * age, 0, 0.8))
    wrinkle = np.exp(-(((np.abs(y - t["eye_y"] - 0.125) - 0.025) / 0.013) ** 2)) * spot(x, 0, 0.07, 1)
    s.paint(wrinkle, skin * 0.6, 0.8 * a[9])
    s.paint(spot(x, y - 0.84, 0.12, 0.06), skin * (0.8 + 0.12 * s.grain), 0.8 * a[17])


def _eyes(s):
    t, a = s.t, s.a
    x, y = s.across - t["eye_x"], s.y - t["eye_y"]
    wide_open = 1 + 0.75 * a[5] - 0.45 * a[7] - 0.35 * a[6] - 0.25 * a[9] - 0.12 * a[4]
    opening = np.maximum(t["eye_height"] * wide_open, 0.01)
    almond = np.sqrt(np.clip(1 - (x / t["eye_width"]) ** 2, 0, 1))
    upper, lower = opening * almond, (0.62 - 0.2 * a[6]) * opening * almond
    within = np.abs(x) < t["eye_width"]
    ball = soft(np.maximum(-y - upper, y - lower), 0.008) * within
    s.paint(spot(x, y + 0.005, t["eye_width"] * 1.1, 0.075), t["skin"] * 0.72, 0.55)
    s.paint(ball, np.clip(t["skin"] * 0.35 + 0.62, 0, 1))
    from_pupil = np.sqrt((s.x - np.sign(s.x) * t["eye_x"] - 0.04 * t["yaw"]) ** 2 + y**2)
    s.paint(soft(from_pupil - 0.062, 0.006) * ball, t["iris"])
    s.paint(soft(from_pupil - 0.03, 0.005) * ball, 0.02)
    s.paint(soft(np.sqrt((x - 0.015) ** 2 + (y + 0.02) ** 2) - 0.012, 0.004) * ball, 1.0, 0.8)
    s.paint(np.exp(-(((y + upper) / 0.016) ** 2)) * (np.abs(x) < t["eye_width"] * 1.05), 0.08, 0.7)
    crease = np.exp(-(((y + upper + 0.045 - 0.02 * a[5]) / 0.014) ** 2))
    s.paint(crease * spot(x, 0, t["eye_width"] * 0.7, 1), t["skin"] * 0.6, 0.5)


def _brows(s):
    t, a = s.t, s.a
    along = (s.across - t["eye_x"]) / t["eye_width"]  # -1 at the inner end, 1 at the outer
    inner = soft(along + 0.1, 0.3)
    outer = 1 - soft(along - 0.1, 0.3)
    raised = 0.085 * (inner * a[1] + outer * a[2]) + 0.03 * a[5]
    lowered = (0.075 * inner + 0.03) * a[4] + 0.02 * a[9]
    middle = t["eye_y"] - t["brow_y"] - raised + lowered + t["brow_arch"] * along**2
    thick = t["brow_thick"] * (1.15 - 0.35 * along)
    brow = soft(np.abs(s.y - middle) - thick, 0.01)
    brow *= soft(np.abs(s.across - t["eye_x"] + 0.02 * a[4]) - t["eye_width"] * 1.25, 0.016)
    s.paint(brow, t["hair_tone"] * 0.55 + 0.02, t["brow_dark"])


def _nose(s):
    t, a = s.t, s.a
    width = t["nose_width"] * (1 + 0.12 * a[9] + 0.12 * a[12] + 0.08 * a[10])
    y = s.y - s.nose_y + 0.035 * a[9] + 0.02 * a[10]
    s.paint(spot(s.across - width * 0.5, y - 0.055, 0.028, 0.02), 0.08, 0.8)
    s.paint(spot(s.across - width * 0.95, y, 0.02, 0.05), t["skin"] * 0.6, 0.55 + 0.3 * a[9])
    s.paint(spot(s.x, y - 0.07, width, 0.02), t["skin"] * 0.6, 0.5)


def _mouth(s):
    """Paints lips, hole and teeth. Returns the mask of all of them."""
    t, a, lip = s.t, s.a, s.t["lip"]
    stretch = 0.28 * a[12] * s.sided + 0.26 * a[20] + 0.06 * a[15]
    width = t["mouth_width"] * (1 + stretch - 0.12 * a[23] - 0.05 * a[26] - 0.1 * a[17])
    middle = t["mouth_y"] + 0.35 * s.jaw_drop - 0.03 * a[17] - 0.01 * a[10] + 0.02 * a[12]
    q = np.clip(s.across / width, 0, 1.3)
    bend = 0.10 * a[15] - (0.13 * a[12] + 0.02 * a[14]) * s.sided
    y = s.y - middle - bend * q**2
    arch = np.sqrt(np.clip(1 - q**2, 0, 1))
    gap = 0.10 * a[25] + 0.20 * a[26] + 0.05 * a[12] * a[25] + 0.03 * a[10] + 0.04 * a[16]
    gap = np.clip(gap + 0.05 * a[20] * a[25] + 0.035 * (a[12] > 0.55) * a[12] - 0.1 * a[24], 0, None)
    up, down = gap * (0.38 + 0.3 * a[10]) * arch, gap * (0.62 + 0.3 * a[16]) * arch
    pressed = np.clip(1 - 0.55 * a[23] - 0.6 * a[24] - 0.15 * a[12], 0.25, 1)
    bow = np.clip(arch * 1.15 - 0.18 * spot(s.x, 0, 0.03, 1), 0, 1)
    upper = (lip * pressed * (1 - 0.15 * a[12]) + 0.01 * a[10]) * bow
    lower = lip * 1.25 * pressed * arch + 0.02 * a[16] * arch + 0.012 * a[17]
    within = soft(s.across - width, 0.01)
    lips = soft(np.maximum(-y - up - upper, y - down - lower), 0.01) * within
    s.paint(lips, t["skin"] * t["lip_tone"])
    is_open = np.clip(gap / 0.025, 0, 1)
    hole = soft(np.maximum(-y - up, y - down), 0.007) * within * is_open
    s.paint(hole, 0.06)
    teeth = soft(np.abs(y + up * 0.2) - gap * 0.42 - 0.01, 0.01) * soft(s.across - width * 0.86, 0.025)
    shown = 0.75 * a[12] + 0.6 * a[20] + 0.5 * a[10] + 0.3 * a[16] + 0.25 * a[25] - 0.35 * a[26]
    s.paint(hole * teeth, 0.97, np.clip(shown, 0, 1))
    s.paint(np.exp(-((y / 0.014) ** 2)) * within, 0.12, 0.8 * (1 - is_open))
    corner = spot(s.across - width, s.y - middle - bend, 0.022, 0.022)
    s.paint(corner, t["skin"] * 0.45, 0.6 + 0.3 * a[14] * s.sided + 0.2 * a[12])
    s.paint(spot(s.x, s.y - middle - gap * 0.6 - lip * 2.1, width * 0.6, 0.022), t["skin"] * 0.66, 0.6)
    return lips


def _beard(s, lips):
    t = s.t
    tone = t["hair_tone"] * 0.6 + 0.05
    chin = soft(0.33 - s.y + 0.35 * (0.5 - s.across), 0.05) * (1 - lips)
    s.paint(chin, tone * (1 + 0.25 * s.grain), np.clip(t["beard"], 0, 1) * 0.8)
    above = soft(np.abs(s.y - t["mouth_y"] + 0.10) - 0.04, 0.02) * soft(s.across - t["mouth_width"], 0.03)
    s.paint(above * (1 - lips), tone, np.clip(t["moustache"], 0, 1) * 0.8)


def _glasses(s):
    t = s.t
    x, y = s.across - t["eye_x"], s.y - t["eye_y"] - 0.01
    rim = soft(np.abs(np.sqrt((x / 1.15) ** 2 + y**2) - 0.19) - 0.014, 0.006)
    bridge = soft(np.abs(y + 0.04) - 0.012, 0.006) * soft(x + 0.2, 0.01)
    s.paint(np.maximum(rim, bridge), 0.1 + 0.3 * t["iris"], t["glasses"] > 0)


def _hair(s):
    t, x, y = s.t, np.abs(s.head_x), s.head_y
    wave = 0.05 * np.sin(7 * s.head_x + 20 * t["lip"] * 10) + 0.03 * np.sin(17 * s.head_x)
    top = soft(y - t["hairline"] - 0.45 * np.clip(x - 0.25, 0, 1) ** 1.5 - wave, 0.035)
    longer = np.clip(t["hair_long"], 0, 1)
    sides = soft(t["head_width"] * 0.97 - x, 0.025) * soft(y - 0.15 - 1.4 * longer, 0.07) * (x > 0.45)
    outline = np.sqrt((x / (t["head_width"] + 0.17)) ** 2 + ((y + 0.05) / (t["head_height"] + 0.22)) ** 2)
    hair = np.maximum(top, sides) * soft(outline - 1, 0.025)
    strands = soft(t["head_width"] * 0.92 - x, 0.03) * soft(x - t["head_width"] - 0.25, 0.04)
    hair = np.maximum(hair, strands * (t["hair_long"] > 0.2) * soft(-0.3 - y, 0.05))
    return hair * (t["bald"] < 0)


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
