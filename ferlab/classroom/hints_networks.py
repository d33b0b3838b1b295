"""Hints on networks and explanations: assignments a3, a4, a6 and a7. Each tries one small case; see ferlab.checks."""

import sys

import numpy as np

from .asking import array, ask, number


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


def variants(function):
    image, filling = np.full((3, 3), 9, np.uint8), np.full((3, 3), 2, np.uint8)
    segments = np.repeat([[0], [1], [2]], 3, axis=1)
    found = function(image, filling, segments, np.array([[1, 1, 1], [0, 1, 1], [1, 1, 0]]))
    array(found, (3, 3, 3), "the batch")
    ask((image == 9).all(), "the image that came in is changed afterwards. Work on a copy.")
    ask(not (found[0] == 2).all(), "with all shown nothing is left of it. What does a 1 stand for?")
    ask(
        (found[0] == 9).all(),
        "with all shown it should be the untouched image. Does an earlier variant leave traces?",
    )
    ask((found[1][0] != 9).all(), "superpixel 0 was hidden and is there. Do you count from 0?")
    ask((found[2][2] != 9).all(), "the last superpixel was hidden and is there. Do you count from 0?")
    ask((found == 9).sum() == 21, "too much is hidden: each row of `shown` is a variant of its own.")
    ask((found[1][0] == 2).all(), "what is hidden should show the filling. What does it show in yours?")
    ask(found.dtype == np.uint8, f"the variants are {found.dtype}; the image's own type was asked for.")


def nearness(function):
    with np.errstate(all="ignore"):
        found = function(np.array([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0]]))
    array(found, (5,), "the nearness")
    ask(
        not np.isclose(found[0], 1) or np.isclose(found[1], 1),
        "the first row counts as nearest, and two of its four are hidden: shown[0] need not be the face itself.",
    )
    ask(np.isclose(found[1], 1), "the face itself should be nearest, with 1. Distance, or nearness?")
    ask(found[0] > found[2], "fewer superpixels shown should be farther away.")
    ask(
        not np.isclose(found[2], np.exp(-4)),
        "one step of the formula is missing: look at what stands around the exponential.",
    )
    ask(
        np.isclose(found[2], np.exp(-2)),
        "one of four shown: the cosine is 0.5, and so is the distance. What comes out of the formula for it?",
    )
    ask(np.isfinite(found[3]), "with all hidden it isn't finite. What does the task say about that case?")
    ask(
        np.isclose(found[3], np.exp(-8), rtol=1e-3, atol=0),
        f"with all hidden {found[3]:.3g} comes out. Which d does the task name, and what does the formula make of it?",
    )


def fit(function):
    shown = np.random.default_rng(3).integers(0, 2, (200, 3))
    found = function(shown, shown @ [0.5, 0, -0.2] + 0.3, np.ones(200))
    ask(type(found) in (tuple, list) and len(found) == 2, "a pair (weights, intercept) was asked for.")
    weights, intercept = found
    array(weights, (3,), "the weights")
    ask(
        abs(weights[0] - 0.5) < 0.03,
        f"the first superpixel adds 0.5 in this case; yours says {weights[0]:.2f}. Are the means taken off first?",
    )
    ask(
        abs(weights[0] - 0.5) > 1e-6,
        "exactly 0.5: too good. The penalty pulls weights a little towards 0, and yours doesn't.",
    )
    ask(
        abs(float(intercept) - 0.3) < 0.03,
        f"with all hidden the answer is 0.3; your intercept is {float(intercept):.2f}.",
    )
    answers, near = shown @ [0.5, 0, -0.2] + 0.3, np.ones(200)
    answers[100:], near[100:] = 5 * shown[100:, 2], 1e-9
    weights, intercept = function(shown, answers, near)
    ask(
        abs(weights[0] - 0.5) < 0.05 and abs(float(intercept) - 0.3) < 0.05,
        "samples that are as good as infinitely far away move the result. Into which sums and means goes `near`?",
    )
    half = function(np.array([[1], [1], [0], [0]]), np.array([1.0, 1, 0, 0]), np.full(4, 0.5))[0][0]
    ask(
        np.isclose(half, 1 / 3),
        f"four samples of one superpixel, each of nearness 0.5, give it {half:.3f} in yours. Work it out on paper: "
        "does `near` count once, is the penalty what the task says, and is the intercept free of it?",
    )


def hottest_square(function):
    relevance = np.zeros((12, 9))
    relevance[10:12, 7:9], relevance[2, 2], relevance[5:7, 1:3] = 1, 2, -4
    found = function(relevance, 2)
    ask(np.shape(found) == (2,), "a pair (row, column) was asked for, one place in the map.")
    ask(all(isinstance(x, int | np.integer) for x in found), "row and column should be whole numbers.")
    place = tuple(int(x) for x in found)
    ask(place != (2, 2), "you found the brightest pixel. Which square adds up to most?")
    ask(place != (5, 1), "you found what speaks most against. What does a minus do in a sum?")
    ask(place != (7, 10), "row and column are swapped.")
    ask(
        place == (10, 7),
        f"the hottest square touches the lower right corner; you found {place}. How many places are there to try?",
    )
    relevance = np.full((12, 9), -1.0)
    relevance[4:6, 3:5] = -0.5
    found = function(relevance, 2)
    ask(
        np.shape(found) == (2,) and tuple(found) == (4, 3),
        "where all speaks against the label, one square does so least. With which sum does your search begin?",
    )


def without_square(function):
    images = np.full((2, 48, 48), [[[200]], [[100]]], np.uint8)
    images[:, 4:9, 20:25] = 0
    kept = images.copy()
    found = function(images, 4, 20, 5)
    ask((images == kept).all(), "the images that came in are changed afterwards. Work on a copy.")
    array(found, (2, 48, 48), "the batch")
    ask(
        (found[:, 0] == kept[:, 0]).all() and (found[:, :, 0] == kept[:, :, 0]).all(),
        "pixels far from the square have changed.",
    )
    ask((found[:, 4:9, 20:25] > 0).all(), "a part of the square is still there. Which rows, which columns?")
    ask(
        found[0, 5, 21] != found[1, 5, 21],
        "both faces get the same grey, though one is darker: each its own mean.",
    )
    ask(
        abs(int(found[0, 5, 21]) - 200) <= 1,
        f"the first face is 200 all over, and is filled with {found[0, 5, 21]}. Does the square count in your mean?",
    )
    ask(found.dtype == np.uint8, f"the images are {found.dtype} now; uint8 was asked for.")


def turned(function):
    def one_pixel(images):
        bright = 0.1 + 0.8 * np.asarray(images, float)[:, 2, 10] / 255
        return np.stack([1 - bright, bright], axis=1)

    images = np.zeros((4, 48, 48), np.uint8)
    images[0] = 255
    kept = images.copy()
    found = function(one_pixel, images, 0, 8, 5, 255)
    ask((images == kept).all(), "the images that came in are changed afterwards. Stamp a copy.")
    number(found, "the share")
    ask(found != 3, "you count; the share was asked for.")
    ask(
        found == 0.75,
        f"of four faces three change their label here; yours says {found:.3g}. "
        "Do row and column reach the right place?",
    )
    ask(
        function(one_pixel, images, 20, 20, 5, 255) == 0,
        "stamped elsewhere it turns nothing here. Do row and column reach the right place?",
    )
    grey = function(one_pixel, images[1:], 0, 8, 5, 60)
    ask(
        grey == 0,
        "a dark grey moves the probabilities here and turns no label. What do you compare, and stamp with?",
    )


TASKS = (
    fire_parameters,
    fire_module,
    receptive_field,
    focal_loss,
    transfer_model,
    variants,
    nearness,
    fit,
    hottest_square,
    without_square,
    turned,
)
