"""Hidden tests of a2-preprocess-and-weigh."""

import numpy as np

from .words import array, by_hand, close, number

LIBRARY = ("ferlab.preprocessing", "sklearn.utils", "sklearn.preprocessing")


def _images(rng, n=6):
    return rng.integers(0, 256, (n, 48, 48)).astype(np.uint8)


def _prepared(prepare, images):
    given = images.copy()
    found = by_hand(prepare, given, without=LIBRARY)
    assert (given == images).all(), "The images that were handed in have been changed; work on a copy."
    return array(found, (*images.shape, 3), "The prepared batch")


def prepare_type(rng, prepare):
    found = _prepared(prepare, _images(rng))
    assert found.dtype == np.float32, (
        f"The batch is {found.dtype}, expected float32: twice the memory, no gain."
    )


def prepare_values(rng, prepare):
    images = _images(rng)
    images[0] = 255
    found = _prepared(prepare, images)
    assert found.max() <= 1, (
        f"The largest value is {found.max():g}, expected at most 1: what are pixels divided by?"
    )
    assert found.max() > 0.1, (
        f"The largest value is {found.max():g} for a white pixel: scaled twice, perhaps?"
    )
    expected = images[..., None].astype(float) / 255
    close(found, np.broadcast_to(expected, found.shape), "0 should stay 0, 255 become 1, evenly in between.")


def prepare_alone(rng, prepare):
    images = _images(rng, 5) // 3
    close(
        _prepared(prepare, images),
        np.repeat(images[..., None], 3, -1) / 255.0,
        "A dark face should stay dark: the scale must not depend on the images, and the channels must be equal.",
    )


def _weights(class_weights, labels, classes):
    found = by_hand(class_weights, labels.copy(), classes, without=LIBRARY)
    assert type(found) is dict, f"The answer is {type(found).__name__}, expected a dict from class to weight."
    for key, value in found.items():
        assert isinstance(key, int | np.integer), f"The key {key!r} is no class number."
        number(value, f"The weight of class {key}")
    return {int(key): float(value) for key, value in found.items()}


def _labels(rng, classes, n):
    labels = np.concatenate([np.arange(classes), rng.choice(classes, n, p=rng.dirichlet(np.ones(classes)))])
    return rng.permutation(labels)


def weights_type(rng, class_weights):
    classes = int(rng.integers(3, 9))
    found = _weights(class_weights, np.arange(classes), classes)
    assert sorted(found) == list(range(classes)), (
        f"The keys are {sorted(found)}, expected 0 to {classes - 1}."
    )
    assert np.allclose(list(found.values()), 1), (
        "Where every class has equally many faces, each weight should be 1."
    )


def weights_values(rng, class_weights):
    for _ in range(5):
        classes = int(rng.integers(3, 9))
        labels = _labels(rng, classes, int(rng.integers(50, 200)))
        found = _weights(class_weights, labels, classes)
        expected = len(labels) / (classes * np.bincount(labels))
        assert set(found) == set(range(classes)), f"The keys are {sorted(found)}, expected each class once."
        found = np.array([found[k] for k in range(classes)])
        rare, common = expected.argmax(), expected.argmin()
        assert found[rare] > found[common], "A rare class should weigh more than a frequent one, not less."
        total = found[labels].sum()
        assert np.isclose(total, len(labels)), (
            f"Over {len(labels)} faces the weights add up to {total:.4g}; they should to the number of faces."
        )
        close(found, expected, "The weights of two classes should differ by as much as their counts do.")


def weights_absent(rng, class_weights):
    labels = _labels(rng, 6, 80)
    labels = labels[labels != 2]
    found = _weights(class_weights, labels, 6)
    assert 2 not in found, "A class without a face should be left out of the dict."
    expected = {k: len(labels) / (6 * (labels == k).sum()) for k in (0, 1, 3, 4, 5)}
    assert found.keys() == expected.keys(), f"The keys are {sorted(found)}, expected {sorted(expected)}."
    close(
        [found[k] for k in expected],
        list(expected.values()),
        "k is the number of classes that was handed in, faces or not.",
    )


def _loss(weighted_loss, p, labels, weights):
    given = p.copy()
    found = by_hand(weighted_loss, given, labels.copy(), dict(weights), without=("keras.src", "sklearn"))
    assert (given == p).all(), "The probabilities were changed."
    return number(found, "The loss")


def _batch(rng, n=30, k=5):
    return rng.dirichlet(np.ones(k), n), rng.integers(0, k, n), dict(enumerate(rng.uniform(0.2, 4, k)))


def loss_type(rng, weighted_loss):
    found = _loss(weighted_loss, np.eye(4), np.arange(4), dict.fromkeys(range(4), 1.0))
    assert abs(found) < 1e-6, f"Each face certain and right should cost 0, and costs {found:.3g}."


def loss_values(rng, weighted_loss):
    p, labels, weights = _batch(rng)
    every = -np.log(p[np.arange(len(p)), labels])
    plain = _loss(weighted_loss, p, labels, dict.fromkeys(weights, 1.0))
    close(
        plain,
        every.mean(),
        "With all weights 1 this is cross-entropy: minus the natural logarithm of the true label's probability, on average.",
    )
    expected = (np.array([weights[k] for k in labels]) * every).mean()
    close(
        _loss(weighted_loss, p, labels, weights),
        expected,
        "Each face counts by the weight of its true label; the mean is over faces.",
    )

def loss_edges(rng, weighted_loss):
    p, labels, weights = _batch(rng, 7)
    p[0] = np.eye(5)[(labels[0] + 1) % 5]
    true = np.maximum(p[np.arange(7), labels], 1e-7)
    close(
        _loss(weighted_loss, p, labels, weights),
        np.mean([weights[k] * -np.log(q) for k, q in zip(labels.tolist(), true, strict=True)]),
        "A face that is certain and wrong costs what a probability of 1e-7 costs, times its weight: clip at 1e-7.",
    )
    p, labels, weights = _batch(rng, 10)
    weights = {k: 2 * w for k, w in weights.items()}
    half = {k: w / 2 for k, w in weights.items()}
    close(
        _loss(weighted_loss, p, labels, weights),
        2 * _loss(weighted_loss, p, labels, half),
        "Doubling all weights should double the loss.",
    )
    close(
        _loss(weighted_loss, p, labels, dict(reversed(weights.items()))),
        _loss(weighted_loss, p, labels, weights),
        "A weight belongs to its key, in whichever order the dict has them.",
    )
