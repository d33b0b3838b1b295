"""Superpixels: a face cut into patches, and the face with patches hidden. Notebook 07."""

from numbers import Integral, Real

import numpy as np

from ..inference import check_greys

# What suits 48x48 faces. lime's own defaults, made for photographs, find 1 to 4 patches in them.
SETTINGS = {
    "slic": {"n_segments": 50, "compactness": 10.0},
    "felzenszwalb": {"scale": 20.0, "sigma": 0.5, "min_size": 20},
    "quickshift": {"kernel_size": 3.0, "max_dist": 6.0, "ratio": 0.5},
}
# The least and the most that each may be; where the usual value is a whole number, another must be one too.
_MANY = 1_000_000
RANGES = {
    "n_segments": (1, _MANY),
    "compactness": (0.001, _MANY),
    "scale": (0, _MANY),
    "sigma": (0, 100),
    "min_size": (0, _MANY),
    "kernel_size": (1, _MANY),
    "max_dist": (0, _MANY),
    "ratio": (0, 1),
}
METHODS = tuple(SETTINGS)
HIDE = ("mean", "grey", "blur", "black")

_GREY = 128
_BLUR = 5.0  # pixels; about half an eye's distance from the brow, so that no feature is left
_MORE = {
    "slic": "raise n_segments",
    "felzenszwalb": "lower scale or min_size",
    "quickshift": "lower max_dist or kernel_size, or raise ratio",
}


def as_face(image):
    """Check one grey image and return it as uint8 (height, width).

    image: (height, width) of at least 8x8, 0 black to 255 white, integers or floats (they are rounded).
    ValueError says what is wrong with others.
    """
    image = np.asarray(image)
    if image.ndim != 2:
        hint = "; give one channel, as image[..., 0]" if image.ndim == 3 else ""
        raise ValueError(f"the image is {image.shape}, expected one grey image (48, 48){hint}")
    if min(image.shape) < 8:
        raise ValueError(f"the image is {image.shape}, expected at least (8, 8)")
    check_greys(image, "the image is")
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def chosen_settings(method, settings):
    """All settings of a method: the given ones, and for the rest what suits 48x48 faces.

    ValueError for an unknown method or setting, and for a value outside its range.
    """
    if method not in SETTINGS:
        raise ValueError(f"method {method!r} is unknown; there are {', '.join(METHODS)}")
    unknown = sorted(set(settings) - set(SETTINGS[method]))
    if unknown:
        raise ValueError(
            f"{method} has no setting {', '.join(unknown)}; it has {', '.join(SETTINGS[method])}"
        )
    for name, value in settings.items():
        _check_range(name, value, whole=isinstance(SETTINGS[method][name], int))
    return {**SETTINGS[method], **settings}


def _check_range(name, value, whole):
    least, most = RANGES[name]
    kind, words = (Integral, "a whole number") if whole else (Real, "a number")
    if not isinstance(value, kind) or not least <= value <= most:
        raise ValueError(f"{name} is {value!r}, expected {words} from {least} to {most}")


def superpixels(image, method="slic", **settings):
    """The superpixel of each pixel, int (height, width), numbered 0..s-1 without a gap.

    image     grey (height, width), 0..255
    method    "slic" (Achanta et al. 2012) with n_segments, compactness: about so many patches of like
              size, squarer ones where compactness is higher
              "felzenszwalb" (Felzenszwalb and Huttenlocher 2004) with scale, sigma, min_size: a larger
              scale makes larger patches; sigma blurs first; no patch is under min_size pixels
              "quickshift" (Vedaldi and Soatto 2008) with kernel_size, max_dist, ratio: the first two
              make patches larger; a higher ratio heeds grey levels more than places

    scikit-image's slic numbers from 1 and lime counts from 0: the last patch would never be hidden, and
    a network that looks only there would get an explanation of zeros. Hence the new numbers.
    ValueError for settings that are unknown or out of range, and where they find fewer than two superpixels.
    """
    from skimage import segmentation
    from skimage.color import gray2rgb

    image = as_face(image)
    settings = chosen_settings(method, settings)
    found = getattr(segmentation, method)(gray2rgb(image), **settings)
    segments = np.unique(found, return_inverse=True)[1].reshape(image.shape)
    if segments.max() == 0:
        given = ", ".join(f"{name}={value}" for name, value in settings.items())
        plain = f"all its pixels are {image.min()}" if image.min() == image.max() else _MORE[method]
        raise ValueError(f"{method}({given}) makes one superpixel of it all, expected two or more: {plain}")
    return segments


def hidden_image(image, segments, hide="mean"):
    """The image with every superpixel hidden, uint8 (height, width).

    hide: what fills a superpixel: "mean", its own mean grey, rounded down (lime's default); "grey", 128;
    "blur", the image blurred with sigma 5; "black", 0.
    """
    if hide == "mean":
        means = np.bincount(segments.ravel(), image.ravel()) / np.bincount(segments.ravel())
        return means[segments].astype(np.uint8)
    if hide == "blur":
        from scipy.ndimage import gaussian_filter

        return gaussian_filter(image, _BLUR, mode="nearest")
    if hide not in HIDE:
        raise ValueError(f"hide {hide!r} is unknown; there are {', '.join(HIDE)}")
    return np.full_like(image, _GREY if hide == "grey" else 0)


def with_hidden(image, filling, segments, shown):
    """Images with some superpixels hidden, uint8 (n, height, width).

    filling  what hidden pixels become, (height, width), as hidden_image makes it
    shown    bool (n, s), which superpixels stay
    """
    return np.where(np.asarray(shown, bool)[:, segments], image, filling)
