"""What FaceProbe does to a face: holes, then light and camera. The page does the same, in probe-image.js."""

import numpy as np

from ..evaluation import View, as_seen

SIDE = 48
UNTOUCHED = {
    "hidden": [],  # superpixels that are filled
    "painted": [],  # pixels that the brush filled, as runs: see `mask`
    "fill": "mean",
    "twin": False,  # the neutral twin instead of the face
    "light": 0,
    "contrast": 100,
    "turn": 0,
    "right": 0,
    "down": 0,
    "blur": 0,
    "noise": 0,
}
# name -> least, most, step, what it is called, its unit
SLIDERS = {
    "light": (-100, 100, 5, "Light", "grey levels"),
    "contrast": (0, 200, 5, "Contrast", "%"),
    "turn": (-45, 45, 1, "Turn", "degrees"),
    "right": (-12, 12, 1, "Move right", "pixels"),
    "down": (-12, 12, 1, "Move down", "pixels"),
    "blur": (0, 4, 0.25, "Blur", "pixels"),
    "noise": (0, 60, 2, "Noise", "grey levels"),
}


def mask(painted):
    """The mask, bool (48, 48), of runs [start, stop, start, stop, ...] of pixels in reading order.

    ValueError for what are no runs of a face.
    """
    painted = np.asarray(painted, int)
    rising = (np.diff(painted, prepend=0) >= 0).all()
    if painted.ndim != 1 or painted.size % 2 or not rising or (painted > SIDE * SIDE).any():
        raise ValueError(
            f"painted is {painted.tolist()}, expected runs [start, stop, ...] in order, within 0..{SIDE**2}"
        )
    edges = np.zeros(SIDE * SIDE + 1, int)
    np.add.at(edges, painted, np.tile([1, -1], painted.size // 2))
    return edges[:-1].cumsum().reshape(SIDE, SIDE) > 0


def taken(image, change, grain):
    """The face under other light and before another camera, uint8 (48, 48).

    image   uint8 (48, 48)
    change  dict with every key of SLIDERS: turned clockwise and moved, blurred with that sigma, contrast
            about the mean, light added, noise added, in this order
    grain   float (48, 48), the noise's pattern: the same face gets the same noise twice

    What comes in from outside repeats the border. Without any change the image stays as it is.
    """
    from scipy.ndimage import gaussian_filter

    view = View(change["down"], change["right"], turn=change["turn"])
    values = as_seen(image[None].astype(float), view)[0]
    if sigma := change["blur"]:
        values = gaussian_filter(values, sigma, mode="nearest", radius=int(np.ceil(3 * sigma)))
    mean = values.mean()
    values = (values - mean) * change["contrast"] / 100 + mean + change["light"] + change["noise"] * grain
    return np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)
