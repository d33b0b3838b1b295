"""Hidden tests of a3-fire-module."""

import numpy as np

from .words import array, by_hand, whole

LIBRARY = ("ferlab.models",)


def _count(c_in, squeeze, expand):
    return (c_in + 1) * squeeze + (squeeze + 1) * expand + (9 * squeeze + 1) * expand


def parameters_type(rng, fire_parameters):
    whole(by_hand(fire_parameters, 128, 16, 64, without=LIBRARY), "The number of parameters")


def parameters_values(rng, fire_parameters):
    for c_in, squeeze, expand in rng.integers(1, 300, (20, 3)).tolist():
        found = by_hand(fire_parameters, c_in, squeeze, expand, without=LIBRARY)
        found = whole(found, "The number of parameters")
        right = _count(c_in, squeeze, expand)
        said = f"For {c_in} channels in, squeeze {squeeze}, expand {expand} the answer is {found}."
        biases = squeeze + 2 * expand
        assert found != right - biases, f"{said} Each filter has a bias too."
        assert found != right - expand, f"{said} Both expand convolutions have biases."
        assert found == right, (
            f"{said} Which convolution reads how many channels, and how many pixels has its window?"
        )


def _network(fire_module, c_in, squeeze, expand, size=9):
    import keras

    x = keras.Input((size, size, c_in))
    out = by_hand(fire_module, x, squeeze, expand, without=LIBRARY)
    assert isinstance(out, keras.KerasTensor), (
        f"The module returned {type(out).__name__}, expected the output of a Keras layer."
    )
    return keras.Model(x, out)


def _some(rng):
    return int(rng.integers(5, 40)), int(rng.integers(2, 9)), int(rng.integers(10, 30))


def module_shape(rng, fire_module):
    c_in, squeeze, expand = _some(rng)
    out = _network(fire_module, c_in, squeeze, expand).output_shape
    assert len(out) == 4, f"The output's shape is {out}, expected four dimensions."
    assert out[1:3] == (9, 9), (
        f"9x9 pixels went in and {out[1]}x{out[2]} came out: what becomes of the border?"
    )
    assert out[3] == 2 * expand, (
        f"{out[3]} channels come out, expected {2 * expand}: both halves, side by side, each of {expand}."
    )


def _three_convolutions(network, c_in, squeeze, expand):
    found = sorted(tuple(w.shape) for w in network.weights if len(w.shape) == 4)
    expected = sorted([(1, 1, c_in, squeeze), (1, 1, squeeze, expand), (3, 3, squeeze, expand)])
    assert found == expected, f"The kernels are {found}, expected {expected} (height, width, in, out)."
    parameters = _count(c_in, squeeze, expand)
    assert network.count_params() == parameters, (
        f"The module has {network.count_params()} parameters, expected {parameters}: three biases, and no more layers."
    )


def module_kernels(rng, fire_module):
    for c_in, squeeze, expand in (_some(rng), _some(rng)):
        _three_convolutions(_network(fire_module, c_in, squeeze, expand), c_in, squeeze, expand)


def module_values(rng, fire_module):
    c_in, squeeze, expand = _some(rng)
    network = _network(fire_module, c_in, squeeze, expand)
    _three_convolutions(network, c_in, squeeze, expand)
    weights = [rng.normal(size=w.shape).astype("float32") for w in network.weights]
    network.set_weights(weights)
    x = rng.normal(size=(3, 9, 9, c_in)).astype("float32")
    found = array(np.asarray(network(x)), (3, 9, 9, 2 * expand), "The output")
    assert found.min() >= 0, "Negative values come out: each expand convolution ends in a ReLU."
    by_shape = {w.shape: w for w in weights if w.ndim == 4}
    biases = {tuple(v.shape): w for v, w in zip(network.weights, weights, strict=True) if w.ndim == 1}
    few = x @ by_shape[1, 1, c_in, squeeze][0, 0] + biases[(squeeze,)]
    assert _has(found, np.maximum(few, 0), by_shape, squeeze, expand, weights), (
        "With random weights the values differ from a fire module's: is there a ReLU after the squeeze, "
        "and do both expand convolutions read what it made?"
    )


def _has(found, few, by_shape, squeeze, expand, weights):
    """Whether either half of the output is relu(few * 1x1 kernel + one of the biases), and the other the 3x3's."""
    point = few @ by_shape[1, 1, squeeze, expand][0, 0]
    padded = np.pad(few, ((0, 0), (1, 1), (1, 1), (0, 0)))
    kernel = by_shape[3, 3, squeeze, expand]
    window = sum(padded[:, r : r + 9, c : c + 9] @ kernel[r, c] for r in range(3) for c in range(3))
    one, other = (w for w in weights if w.shape == (expand,))
    halves = found[..., :expand], found[..., expand:]
    orders = [(a, b, c, d) for a, b in (halves, halves[::-1]) for c, d in ((one, other), (other, one))]
    return any(
        np.allclose(a, np.maximum(point + c, 0), atol=1e-2)
        and np.allclose(b, np.maximum(window + d, 0), atol=1e-2)
        for a, b, c, d in orders
    )


def _field(windows):
    field, step = 1, 1
    for k, stride in windows:
        field, step = field + (k - 1) * step, step * stride
    return field


def field_type(rng, receptive_field):
    found = whole(by_hand(receptive_field, [], without=LIBRARY), "The receptive field")
    assert found == 1, f"Without any layer one number sees one pixel; the answer is {found}."
    found = whole(by_hand(receptive_field, [(3, 1)], without=LIBRARY), "The receptive field")
    assert found == 3, f"A single 3x3 window sees 3 pixels across; the answer is {found}."


def field_plain(rng, receptive_field):
    for n in (2, 3, 6):
        windows = [(int(k), 1) for k in rng.choice([1, 3, 5, 7], n)]
        given = list(windows)
        found = whole(by_hand(receptive_field, given, without=LIBRARY), "The receptive field")
        assert given == windows, "The list that was handed in has been changed."
        assert found == _field(windows), (
            f"{windows}: the answer is {found}. Each window adds k - 1 at stride 1."
        )


def field_strides(rng, receptive_field):
    for n in (2, 3, 5, 8):
        windows = [
            (int(k), int(s)) for k, s in zip(rng.choice([1, 2, 3, 5], n), rng.integers(1, 4, n), strict=True)
        ]
        windows[0] = (3, 2)
        given = list(windows)
        found = whole(by_hand(receptive_field, given, without=LIBRARY), "The receptive field")
        assert given == windows, "The list that was handed in has been changed."
        assert found == _field(windows), (
            f"{windows}: the answer is {found}. By how many pixels of the image do neighbours differ before this layer, and after it?"
        )
