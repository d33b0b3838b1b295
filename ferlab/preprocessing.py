"""What happens to pixels and labels before a network sees them, as notebook 02 does by hand."""

import keras
import numpy as np
from keras import ops

from .emotions import FERPLUS


def one_hot(labels, classes):
    """float32 (n, classes), one 1 per row, from integer labels (n,)."""
    labels = np.asarray(labels)
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}, expected 0 to {classes - 1}")
    return np.eye(classes, dtype=np.float32)[labels]


def class_weights(labels, classes):
    """{class: n / (classes * n_class)}: rare classes count for more (King and Zeng 2001).

    The same numbers as scikit-learn's compute_class_weight("balanced"), where every class has a face. Those without
    one are left out, since nothing of theirs is there to be weighted.
    """
    counts = np.bincount(labels, minlength=classes)
    return {k: len(labels) / (classes * int(n)) for k, n in enumerate(counts) if n}


def soft_targets(faces, share=0.5):
    """Targets (n, k) that mix the label with what the FER+ annotators voted.

    `share` of each target is the distribution of the votes for these classes, the rest the one-hot
    label. A face without a vote for any of the classes keeps its label alone.
    Barsoum et al. 2016 (arXiv 1608.01041) train on vote distributions in this way.
    """
    targets = one_hot(faces.labels, len(faces.classes))
    votes = faces.votes_for(faces.classes).astype(np.float32)
    total = votes.sum(1, keepdims=True)
    mixed = (1 - share) * targets + share * votes / np.maximum(total, 1)
    return np.where(total > 0, mixed, targets)


def vote_targets(faces):
    """Targets (n, 8) float32: the share of the FER+ votes that each of emotions.FERPLUS got.

    Votes for "unknown" and "not a face" are left out. A face with no others gets zeros, to teach nothing.
    """
    votes = faces.votes_for(FERPLUS).astype(np.float32)
    return votes / np.maximum(votes.sum(1, keepdims=True), 1)


@keras.saving.register_keras_serializable("ferlab")
class RandomAffine(keras.layers.Layer):
    """Rotates, shifts, shears, zooms and mirrors a batch of images (n, h, w, c), all in one resampling.

    rotation  up to so many degrees either way
    shift     up to this share of the height and width
    shear     up to this slope
    zoom      sampling steps change by up to this share: faces look 1 / (1 + zoom) to 1 / (1 - zoom) times as large
    flip      mirror half of the images left to right
    side      then cut out the middle, so many pixels high and wide: with `shift` a random crop. None for all of it

    Active in training only. One transform for all of it blurs once instead of five times, and costs a
    fifth. Pixels from outside repeat the border.
    """

    def __init__(
        self, rotation=15.0, shift=0.1, shear=0.1, zoom=0.1, flip=True, side=None, seed=None, **kwargs
    ):
        super().__init__(dtype="float32", **{k: v for k, v in kwargs.items() if k != "dtype"})
        self.rotation, self.shift, self.shear, self.zoom, self.flip = rotation, shift, shear, zoom, flip
        self.side, self.seed = side, seed
        self.generator = keras.random.SeedGenerator(seed)

    def get_config(self):
        own = {k: getattr(self, k) for k in ("rotation", "shift", "shear", "zoom", "flip", "side", "seed")}
        return {**super().get_config(), **own}

    def compute_output_shape(self, input_shape):
        n, height, width, channels = input_shape
        return (n, None, None, channels) if self.side else (n, height, width, channels)

    def _uniform(self, n, limit):
        return keras.random.uniform((n,), -limit, limit, seed=self.generator)

    def call(self, images, training=False):
        if not training:
            return images
        n, height, width = ops.shape(images)[0], images.shape[1], images.shape[2]
        angle = self._uniform(n, self.rotation * np.pi / 180)
        zoom = 1 + self._uniform(n, self.zoom)
        shear = self._uniform(n, self.shear)
        mirror = 1.0 - 2.0 * ops.cast(self._uniform(n, 1.0) < 0, "float32") if self.flip else ops.ones((n,))
        # Output (x, y) is read from input (a x + b y + c, d x + e y + f), about the image's centre.
        cos, sin = ops.cos(angle) * zoom, ops.sin(angle) * zoom
        a, b = mirror * cos, mirror * (shear * cos - sin)
        d, e = sin, shear * sin + cos
        middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
        c = middle_x - a * middle_x - b * middle_y + self._uniform(n, self.shift * width)
        f = middle_y - d * middle_x - e * middle_y + self._uniform(n, self.shift * height)
        zero = ops.zeros_like(a)
        transform = ops.stack([a, b, c, d, e, f, zero, zero], axis=1)
        moved = ops.image.affine_transform(images, transform, fill_mode="nearest")
        if not self.side:
            return moved
        top, left = (height - self.side) // 2, (width - self.side) // 2
        return moved[:, top : top + self.side, left : left + self.side]
