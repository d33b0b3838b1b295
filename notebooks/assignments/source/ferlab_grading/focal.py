"""Hidden tests of a4-focal-loss-and-transfer."""

import numpy as np

from .words import array, by_hand, function

LIBRARY = ("ferlab.losses", "keras.src.losses")


def _losses(focal_loss, y, p, alpha, gamma):
    from keras import ops

    found = by_hand(focal_loss, y, p, alpha, gamma, without=LIBRARY)
    assert isinstance(found, type(ops.convert_to_tensor(0.0))), (
        f"The answer is {type(found).__name__}, expected a Keras tensor: with keras.ops the loss can be trained through."
    )
    return array(ops.convert_to_numpy(found), (len(y),), "The answer, one loss per face,")


def _batch(rng, n=12, k=6):
    p = rng.dirichlet(np.ones(k), n).astype("float32")
    y = np.eye(k, dtype="float32")[rng.integers(0, k, n)]
    return y, p, rng.uniform(0.1, 3, k).astype("float32")


def _expected(y, p, alpha, gamma):
    p = np.clip(p.astype(float), 1e-7, 1 - 1e-7)
    return (alpha * (1 - p) ** gamma * -y * np.log(p)).sum(1)


def _close(found, expected, why):
    assert np.isfinite(found).all(), f"{why} The answer holds NaN or infinity."
    gap = np.abs(found - expected).max()
    assert gap < 1e-3, f"{why} Off by up to {gap:.3g}."


def loss_type(rng, focal_loss):
    y, p, alpha = _batch(rng, 5)
    found = _losses(focal_loss, y, p, alpha, 2.0)
    assert (found >= 0).all(), "A loss came out below 0: a logarithm of a probability is negative."
    _trained_through(focal_loss, y, alpha)


def _trained_through(focal_loss, y, alpha):
    """A loss in NumPy, made a tensor at the end, has the right values and no gradient."""
    import keras

    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(6, activation="softmax")])
    before = model.get_weights()
    model.compile("sgd", lambda y, p: focal_loss(y, p, alpha, 2.0))
    try:
        model.train_on_batch(1 - y, y)
        moved = not np.array_equal(before[0], model.get_weights()[0])
    except Exception:
        moved = False
    assert moved, "A network can't be trained through this loss: every step has to be made by keras.ops, none by NumPy."


def loss_entropy(rng, focal_loss):
    y, p, _ = _batch(rng)
    ones = np.ones(6, "float32")
    _close(
        _losses(focal_loss, y, p, ones, 0.0),
        _expected(y, p, ones, 0),
        "With gamma 0 and every alpha 1 this is cross-entropy, by the natural logarithm, of the probabilities as they are.",
    )


def loss_values(rng, focal_loss):
    for gamma in (0.5, 1.0, 2.2, 4.0):
        y, p, alpha = _batch(rng)
        ones = np.ones(6, "float32")
        _close(
            _losses(focal_loss, y, p, ones, gamma),
            _expected(y, p, ones, gamma),
            "Gamma should fade out the faces that are already right: what is near 0 when p is near 1?",
        )
        _close(
            _losses(focal_loss, y, p, alpha, gamma),
            _expected(y, p, alpha, gamma),
            "Each face counts by the alpha of its own true label.",
        )


def loss_certain(rng, focal_loss):
    y = np.eye(3, dtype="float32")
    alpha = rng.uniform(1, 2, 3).astype("float32")
    _close(_losses(focal_loss, y, y.copy(), alpha, 2.0), np.zeros(3), "Certain and right costs nothing.")
    wrong = np.roll(y, 1, axis=1)
    _close(
        _losses(focal_loss, y, wrong, alpha, 2.0),
        _expected(y, wrong, alpha, 2),
        "Certain and wrong: where p is 0 the logarithm needs the clipping at 1e-7.",
    )


def _base(rng, size=12):
    import keras
    from keras import layers

    x = keras.Input((size, size, 1))
    out = layers.Conv2D(5, 3, strides=3, activation="relu", name="seen")(x)
    base = keras.Model(x, layers.Flatten()(out))
    base.set_weights([rng.normal(size=w.shape) * 0.5 for w in base.get_weights()])
    return base


def _transferred(transfer_model, base, classes):
    import keras

    before = base.get_weights()
    model = by_hand(transfer_model, base, classes, without=("ferlab.models",))
    assert isinstance(model, keras.Model), f"The answer is {type(model).__name__}, expected a Keras model."
    same = all(np.array_equal(a, b) for a, b in zip(before, base.get_weights(), strict=True))
    assert same, "The base's weights have changed; what it has learnt was to be kept."
    return model


def model_shape(rng, transfer_model):
    for classes in (3, 8):
        base = _base(rng)
        model = _transferred(transfer_model, base, classes)
        found = np.asarray(model(rng.normal(size=(4, 12, 12, 1)).astype("float32")))
        assert found.shape == (4, classes), (
            f"The answer has the shape {found.shape}, expected (4, {classes})."
        )
        assert np.allclose(found.sum(1), 1, atol=1e-4), "The probabilities of a face should add up to 1."


def model_frozen(rng, transfer_model):
    base = _base(rng)
    model = _transferred(transfer_model, base, 5)
    features = base.output_shape[-1]
    left = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert left > 0, "Nothing can be trained: the head must stay free when the base is frozen."
    whole = model.count_params()
    assert left < whole, "Everything can be trained: the base is not frozen."
    right = (features + 1) * 5
    assert left == right, f"{left} parameters can be trained, expected the {right} of one dense head."
    assert whole - left == base.count_params(), (
        "The model should hold the base, the head, and no other weights."
    )


def model_values(rng, transfer_model):
    base = _base(rng)
    model = _transferred(transfer_model, base, 4)
    head = [rng.normal(size=w.shape).astype("float32") for w in model.trainable_weights]
    for variable, value in zip(model.trainable_weights, head, strict=True):
        variable.assign(value)
    assert len(head) == 2, (
        f"One dense layer has two arrays to train, weights and biases; yours has {len(head)}."
    )
    x = rng.normal(size=(6, 12, 12, 1)).astype("float32")
    kernel, bias = sorted(head, key=np.ndim, reverse=True)
    z = np.asarray(base(x)) @ kernel + bias
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    found = np.asarray(model(x))
    assert np.abs(found - p).max() < 1e-3, (
        f"With known weights the largest probability is {found.max():.2f}, expected {p.max():.2f}: "
        "one dense layer on the base's features, one softmax, and nothing else."
    )
    dropped = np.asarray(model(x, training=False))
    assert np.abs(dropped - p).max() < 1e-3, "In use the model must not drop anything."


def trains(rng, focal_loss, transfer_model):
    """Both together: faces that are dark, grey or bright, and a head that has to learn which is which."""
    import keras

    function(focal_loss)
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    model = _transferred(transfer_model, _base(rng), 3)
    kinds = np.arange(90) % 3
    faces = kinds[:, None, None, None] - 1 + 0.2 * rng.normal(size=(90, 12, 12, 1))
    ones = np.ones(3, "float32")
    model.compile(keras.optimizers.Adam(0.01), lambda y, p: focal_loss(y, p, ones, 2.0))
    targets = np.eye(3, dtype="float32")[kinds]
    losses = model.fit(faces, targets, epochs=15, batch_size=30, verbose=0).history["loss"]
    assert np.isfinite(losses).all(), "Trained with your loss, the loss stops being a number."
    assert losses[-1] < losses[0] / 2, (
        f"Trained with your loss, your model goes from a loss of {losses[0]:.3g} to {losses[-1]:.3g}: it hardly learns."
    )
