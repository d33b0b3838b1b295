"""Hints on networks: assignments a3 and a4. Each tries one small case; see ferlab.checks."""

import sys

import numpy as np

from .asking import ask, number


def fire_parameters(function):
    found = function(100, 10, 20)
    number(found, "the number")
    ask(found != 3000, "you have counted the weights. What else does each filter have?")
    ask(
        not isinstance(found, float | np.floating),
        "a count is a whole number, and yours has a fraction part.",
    )
    ask(
        found < 10_000,
        "that is far too many. Which channels do the expand convolutions read, the module's or the squeezed ones?",
    )
    ask(found > 2000, "that is too few. How many weights has a 3x3 window for each channel?")
    ask(
        found == 3050,
        "close. Count the three convolutions one by one: window times channels, plus a bias, times filters.",
    )


def fire_module(function):
    import keras

    x = keras.Input((6, 6, 20))
    try:
        out = function(x, 4, 10)
    except ValueError as error:  # Keras's, of halves that don't fit
        ask(
            not all(side in str(error) for side in ("6, 6", "4, 4")),
            "a window of 3x3 leaves 4x4 of 6x6 pixels, so that the halves don't fit: what pads the border?",
        )
        raise
    ask(
        isinstance(out, keras.KerasTensor),
        f"you return {type(out).__name__}; the last layer's output was asked for.",
    )
    ask(
        len(out.shape) == 4 and out.shape[1:3] == (6, 6),
        f"6x6 pixels go in and {tuple(out.shape[1:3])} come out: what pads the border?",
    )
    ask(
        out.shape[3] != 10,
        "10 channels come out, 20 were asked for: are the halves added, or is each only half of `expand` wide?",
    )
    ask(
        out.shape[3] == 20,
        f"{out.shape[3]} channels come out, 20 were asked for: which argument sets each half?",
    )
    model = keras.Model(x, out)
    kernels = [tuple(w.shape) for w in model.weights if len(w.shape) == 4]
    ask(len(kernels) == 3, f"there are {len(kernels)} convolutions; a fire module has three.")
    squeezed = [k for k in kernels if k[2] == 20]
    ask(len(squeezed) == 1, f"{len(squeezed)} convolutions read the module's input. Only the squeeze should.")
    ask(
        squeezed[0][3] == 4,
        f"your squeeze output has {squeezed[0][3]} channels, this fire module needs 4: which argument sets it?",
    )
    ask(squeezed[0][0] == 1, "your squeeze looks at neighbours. Its window is 1x1.")
    ask(sorted(k[0] for k in kernels) == [1, 1, 3], "the windows should be 1x1 twice and 3x3 once.")
    ask(
        sorted(w.shape[0] for w in model.weights if len(w.shape) == 1) == [4, 10, 10],
        "beside the three windows' weights there should be a bias for each filter, and nothing else.",
    )

    def computed(squeezed, expanded):
        """What comes out where every number of the squeeze is the one, and every expand weight the other."""
        for w in model.weights:
            value = squeezed if w.shape == (4,) else expanded if len(w.shape) == 4 and w.shape[2] == 4 else 0
            w.assign(np.full(w.shape, value, "float32"))
        return np.asarray(model(np.ones((1, 6, 6, 20), "float32")))

    ask(computed(1, -1).min() == 0, "negative numbers come out. What follows each expand convolution?")
    ask(computed(1, 1).max() > 0, "nothing comes out, whatever goes in. What do the activations do?")
    ask(
        computed(-1, -1).max() == 0,
        "where the squeeze is below 0, the expand convolutions hear of it. What follows the squeeze?",
    )


def receptive_field(function):
    found = function([(3, 1), (3, 1)])
    number(found, "the field")
    ask(found != 6, "you add k for each window. Two 3x3 windows overlap.")
    ask(found == 5, f"two 3x3 windows in a row see {found} pixels in yours. Draw them on squared paper.")
    found = function([(3, 2), (3, 1), (3, 1)])
    ask(
        found != 7,
        "7 is what comes out without the stride, or with it in the wrong layer: it spreads what comes AFTER it.",
    )
    ask(
        found == 11,
        f"(3, 2), (3, 1), (3, 1) give {found} in yours. How far apart are two neighbours after the first layer?",
    )


def _trains(loss):
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="softmax")])
    before, ones = model.get_weights(), np.ones(2, "float32")
    model.compile("sgd", lambda y, p: loss(y, p, ones, 0.0))
    try:
        model.train_on_batch(np.eye(2, dtype="float32"), np.eye(2, dtype="float32"))
    except Exception:
        return False
    return not np.array_equal(before[0], model.get_weights()[0])


def _modules(function, *arguments):
    """Names of the modules whose functions run when it is called."""
    seen, before = set(), sys.getprofile()

    def watch(frame, event, _):
        if event == "call":
            seen.add(frame.f_globals.get("__name__") or "")

    sys.setprofile(watch)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return seen


def focal_loss(function):
    from keras import ops

    y, p = np.eye(2, dtype="float32"), np.array([[0.8, 0.2], [0.5, 0.5]], "float32")
    ones = np.ones(2, "float32")
    found = function(y, p, ones, 0.0)
    ask(
        ops.is_tensor(found),
        f"you return {type(found).__name__}. Write it with keras.ops, so that Keras can train through it.",
    )
    ask(
        tuple(found.shape) == (2,),
        f"the shape is {tuple(found.shape)}, asked for was (2,): one loss per face. Over which axis do you sum?",
    )
    used = _modules(function, y, p, ones, 0.0)
    ask(
        not any(name.startswith(("keras.src.losses", "ferlab.losses")) for name in used),
        "functions of keras.losses and ferlab.losses don't count here. Write the sum yourself, with keras.ops.",
    )
    ask(_trains(function), "no network can be trained through it: is a step of it made by NumPy?")
    found = ops.convert_to_numpy(found)
    ask((found >= 0).all(), "a loss is below 0. What sign has the logarithm of a probability?")
    ask(
        not np.allclose(found, [0.2231 / 2, 0.6931 / 2], atol=1e-3),
        "with gamma 0 and alpha 1 half of cross-entropy comes out. Is it the sum over the labels, or their mean?",
    )
    ask(
        np.allclose(found, [0.2231, 0.6931], atol=1e-3),
        "with gamma 0 and alpha 1 it should be cross-entropy. Natural logarithm? Of the probabilities as they come?",
    )
    faded = ops.convert_to_numpy(function(y, p, ones, 1.0)) / found
    ask(
        faded[0] < faded[1],
        "gamma should fade the first face most, which is already right. Is it p or 1 - p?",
    )
    ask(
        np.allclose(faded, [0.2, 0.5], atol=1e-3),
        "gamma is there and does too much or too little: power or product?",
    )
    weighed = ops.convert_to_numpy(function(y, p, np.array([2, 1], "float32"), 0.0)) / found
    ask(
        np.allclose(weighed, [2, 1], atol=1e-3),
        "alpha of the first label is 2, of the second 1, and the faces don't follow it.",
    )
    certain = ops.convert_to_numpy(function(y, y[::-1].copy(), ones, 2.0))
    ask(np.isfinite(certain).all(), "where p is 0 it isn't finite. What does the task say about clipping?")


def transfer_model(function):
    import keras
    from keras import layers

    x = keras.Input((6, 6, 1))
    base = keras.Model(x, layers.Flatten()(layers.Conv2D(3, 6)(x)))
    model = function(base, 5)
    ask(isinstance(model, keras.Model), f"you return {type(model).__name__}; a Keras model was asked for.")
    ask(
        model.output_shape == (None, 5),
        f"the model's output has the shape {model.output_shape}; 5 classes were asked for.",
    )
    left = len(model.trainable_weights)
    ask(left != 0, "nothing can be trained. Freeze the base, and only the base.")
    own = {id(variable) for variable in base.weights}
    ask(
        not any(id(variable) in own for variable in model.trainable_weights),
        "the base can still be trained. What sets a layer to be left alone?",
    )
    ask(left == 2, f"{left} arrays can be trained; one dense layer has two, weights and biases.")
    for variable in model.trainable_weights:
        variable.assign(np.full(variable.shape, 50.0) * (np.arange(5) == 2))
    p = np.asarray(model(np.zeros((1, 6, 6, 1), "float32")))
    ask(abs(p.sum() - 1) < 1e-3, f"the answers add up to {p.sum():.2f}. What makes probabilities of scores?")
    ask(p.max() > 0.9, "however large a score, no probability comes near 1. How many softmaxes are there?")


TASKS = (fire_parameters, fire_module, receptive_field, focal_loss, transfer_model)
