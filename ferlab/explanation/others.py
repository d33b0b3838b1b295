"""Three other explanations of the same answer, each short, to hold LIME's against. Notebook 07."""

import numpy as np

from .asking import ask
from .superpixels import as_face


def occlusion(predict, image, filling, segments):
    """What hiding each superpixel alone takes from each label's probability, float (k, s).

    Zeiler and Fergus 2014 (arXiv 1311.2901), with superpixels in place of a sliding square: s + 1 questions.

    predict  images (n, h, w) -> probabilities (n, k)
    image, filling, segments: (h, w), the face, what hidden pixels become, and superpixels 0..s-1
    """
    s = segments.max() + 1
    shown = np.vstack([np.ones(s, bool), ~np.eye(s, dtype=bool)])
    answers = ask(predict, as_face(image), filling, segments, shown).astype(float)
    return (answers[0] - answers[1:]).T


def shapley(predict, image, filling, segments, n_orders=20, seed=0):
    """What each superpixel adds to each label's probability when it is shown, float (k, s), fairly shared.

    The superpixels are brought back one after the other in a random order, and what the probability gains
    at each step is put down to the one that came; the mean over many orders is the Shapley value (Castro
    et al. 2009, doi 10.1016/j.cor.2008.04.004). Every second order is the one before it backwards, so
    that who came early comes late (Mitchell et al. 2022, arXiv 2104.12199). It takes about n_orders * s
    questions. However few the orders, a label's values add up to the answer to the whole face less the
    answer with all hidden.

    n_orders: even. The other arguments are those of `occlusion`.
    """
    if n_orders < 2 or n_orders % 2:
        raise ValueError(f"n_orders is {n_orders!r}, expected an even number: half are the others backwards")
    s = segments.max() + 1
    place = np.random.default_rng(seed).permuted(np.tile(np.arange(s), (n_orders // 2, 1)), axis=1)
    place = np.concatenate([place, s - 1 - place])  # (orders, s): at which step each superpixel comes
    shown = place[:, None] < np.arange(s + 1)[:, None]  # (orders, steps, s)
    answers = ask(predict, as_face(image), filling, segments, shown.reshape(-1, s)).astype(float)
    gains = np.diff(answers.reshape(n_orders, s + 1, -1), axis=1)
    return np.take_along_axis(gains, place[..., None], axis=1).mean(0).T


def grad_cam(model, image, label):
    """How much each pixel's surroundings, as a late layer sees them, speak for a label, float (h, w), never negative.

    Selvaraju et al. 2017 (arXiv 1610.02391): the layer's maps, each times the mean gradient of the label's
    score (before the softmax, where that is a layer) in it, added up, below zero cut off, and enlarged. The layer is
    the last that makes maps with a layer of weights behind it: where a map belongs to each label there is nothing left
    to weigh.

    model  functional keras.Model, images (n, h, w, 1) -> probabilities (n, k), on any backend; nothing bypasses the
           layer, or ValueError where no layer of it makes maps that can be reached
    image  (h, w), 0..255
    label  index

    Keras has no gradient that works on every backend, and none is needed: the mean gradient in a map is how
    fast the score rises when the whole map does. So each map is shifted up and down by a little.
    """
    import keras

    last = max(i for i, found in enumerate(model.layers) if found.weights)
    late = [found for found in model.layers[:last] if len(found.output.shape) == 4]
    if not late or isinstance(late[-1], keras.Model):
        raise ValueError(
            f"{model.name} makes no maps before its last layer, or makes them in a network within it, where they can't "
            "be shifted"
        )
    top = model.layers[-1]
    score = top.input if isinstance(top, keras.layers.Softmax) else top.output
    maps = keras.Model(model.input, late[-1].output)(as_face(image)[None, ..., None].astype("float32"))
    maps = keras.ops.convert_to_numpy(maps).astype("float32")  # (1, rows, columns, channels)
    head = keras.Model(late[-1].output, score)
    step = 0.05 * maps.std() or 1.0
    shift = step * np.eye(maps.shape[-1], dtype="float32")[:, None, None]  # one map at a time
    high, low = (keras.ops.convert_to_numpy(head(maps + sign * shift))[:, label] for sign in (1, -1))
    slope = (high - low).astype(float) / (2 * step * maps[0, ..., 0].size)
    seen = np.maximum(maps[0] @ slope, 0).astype("float32")
    larger = keras.ops.image.resize(seen[..., None], np.shape(image), interpolation="bilinear")
    return keras.ops.convert_to_numpy(larger)[..., 0].astype(float)
