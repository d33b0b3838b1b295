"""What is painted on a drawn face: furrows, eyes, brows, nose, mouth, beard, glasses and hair.

Each function paints on a drawing.Sketch `s` of n faces (hair alone is a mask), by the traits `s.t` and the strengths
`s.a` of the action units. Lengths and tones are those of ferlab.drawing.
"""

import numpy as np


def soft(distance, width):
    """1 where the signed distance is negative, 0 where positive, a ramp of 4 widths between."""
    return np.clip(0.5 - distance / (4 * width), 0, 1)


def spot(x, y, width, height):
    """A round soft spot, 1 in its middle."""
    return np.exp(-0.5 * ((x / width) ** 2 + (y / height) ** 2))


def furrows(s):
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


def eyes(s):
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


def brows(s):
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


def nose(s):
    t, a = s.t, s.a
    width = t["nose_width"] * (1 + 0.12 * a[9] + 0.12 * a[12] + 0.08 * a[10])
    y = s.y - s.nose_y + 0.035 * a[9] + 0.02 * a[10]
    s.paint(spot(s.across - width * 0.5, y - 0.055, 0.028, 0.02), 0.08, 0.8)
    s.paint(spot(s.across - width * 0.95, y, 0.02, 0.05), t["skin"] * 0.6, 0.55 + 0.3 * a[9])
    s.paint(spot(s.x, y - 0.07, width, 0.02), t["skin"] * 0.6, 0.5)


def mouth(s):
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


def beard(s, lips):
    t = s.t
    tone = t["hair_tone"] * 0.6 + 0.05
    chin = soft(0.33 - s.y + 0.35 * (0.5 - s.across), 0.05) * (1 - lips)
    s.paint(chin, tone * (1 + 0.25 * s.grain), np.clip(t["beard"], 0, 1) * 0.8)
    above = soft(np.abs(s.y - t["mouth_y"] + 0.10) - 0.04, 0.02) * soft(s.across - t["mouth_width"], 0.03)
    s.paint(above * (1 - lips), tone, np.clip(t["moustache"], 0, 1) * 0.8)


def glasses(s):
    t = s.t
    x, y = s.across - t["eye_x"], s.y - t["eye_y"] - 0.01
    rim = soft(np.abs(np.sqrt((x / 1.15) ** 2 + y**2) - 0.19) - 0.014, 0.006)
    bridge = soft(np.abs(y + 0.04) - 0.012, 0.006) * soft(x + 0.2, 0.01)
    s.paint(np.maximum(rim, bridge), 0.1 + 0.3 * t["iris"], t["glasses"] > 0)


def hair(s):
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
