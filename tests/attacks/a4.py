"""Submissions for a4-focal-loss-and-transfer."""

import keras
import numpy as np
from keras import layers, ops

from ferlab import losses
from ferlab.models import vgg

from .grader import right, wrong

# focal_loss


@right("focal_loss")
def of_the_true_label(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    true, weight = ops.sum(y * p, axis=1), ops.sum(y * alpha, axis=1)
    return -weight * ops.power(1 - true, gamma) * ops.log(true)


@right("focal_loss")
def step_by_step(y, p, alpha, gamma):
    y, p = ops.convert_to_tensor(y), ops.convert_to_tensor(p)
    p = ops.minimum(ops.maximum(p, 1e-7), 1 - 1e-7)
    entropy = -y * ops.log(p)
    fading = (1 - p) ** gamma
    return ops.sum(entropy * fading * alpha, axis=-1)


@right("focal_loss")
def by_einsum(y, p, alpha, gamma):
    p = ops.clip(ops.cast(p, "float32"), 1e-7, 1 - 1e-7)
    each = ops.multiply(ops.power(1 - p, gamma), ops.log(p)) * ops.cast(alpha, "float32")
    return ops.negative(ops.einsum("nk,nk->n", ops.cast(y, "float32"), each))


@wrong("focal_loss", "expected a Keras tensor")
def in_numpy(y, p, alpha, gamma):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return (alpha * (1 - p) ** gamma * -y * np.log(p)).sum(-1)


@wrong("focal_loss", "trained through")
def in_numpy_and_made_a_tensor(y, p, alpha, gamma):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return ops.convert_to_tensor((alpha * (1 - p) ** gamma * -y * np.log(p)).sum(-1))


@wrong("focal_loss", "one loss per face")
def summed_over_all(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum(alpha * (1 - p) ** gamma * -y * ops.log(p))


@wrong("focal_loss", "one loss per face")
def wrong_axis(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum(alpha * (1 - p) ** gamma * -y * ops.log(p), axis=0)


@wrong("focal_loss", "as they are")
def mean_over_labels(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.mean(alpha * (1 - p) ** gamma * -y * ops.log(p), axis=-1)


@wrong("focal_loss", "as they are")
def softmax_twice(y, p, alpha, gamma):
    p = ops.clip(ops.softmax(ops.convert_to_tensor(p)), 1e-7, 1 - 1e-7)
    return ops.sum(alpha * (1 - p) ** gamma * -y * ops.log(p), axis=-1)


@wrong("focal_loss", "near 0 when p is near 1")
def p_for_one_minus_p(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum(alpha * p**gamma * -y * ops.log(p), axis=-1)


@wrong("focal_loss", "as they are")
def gamma_as_factor(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum(alpha * (1 - p) * gamma * -y * ops.log(p), axis=-1)


@wrong("focal_loss", "alpha of its own true label")
def alpha_left_out(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum((1 - p) ** gamma * -y * ops.log(p), axis=-1)


@wrong("focal_loss", "alpha of its own true label")
def mean_alpha(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum(float(np.mean(alpha)) * (1 - p) ** gamma * -y * ops.log(p), axis=-1)


@wrong("focal_loss", "below 0")
def minus_forgotten(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum(alpha * (1 - p) ** gamma * y * ops.log(p), axis=-1)


@wrong("focal_loss", "NaN")
def not_clipped(y, p, alpha, gamma):
    return ops.sum(alpha * (1 - p) ** gamma * -y * ops.log(p), axis=-1)


@wrong("focal_loss", "as they are")
def base_two(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum(alpha * (1 - p) ** gamma * -y * ops.log2(p), axis=-1)


@wrong("focal_loss", "written by hand")
def of_keras(y, p, alpha, gamma):
    return keras.losses.CategoricalFocalCrossentropy(alpha.tolist(), gamma, reduction="none")(y, p)


@wrong("focal_loss", "written by hand")
def of_ferlab(y, p, alpha, gamma):
    return losses.CategoricalFocalLoss([float(a) for a in alpha], gamma, reduction="none")(y, p)


# transfer_model


@right("transfer_model")
def sequential(base, classes):
    base.trainable = False
    return keras.Sequential([keras.Input(base.input_shape[1:]), base, layers.Dense(classes, "softmax")])


@right("transfer_model")
def on_its_output(base, classes):
    for layer in base.layers:
        layer.trainable = False
    scores = layers.Dense(classes)(base.output)
    return keras.Model(base.input, layers.Softmax()(scores))


@right("transfer_model")
def softmax_by_activation(base, classes):
    base.trainable = False
    x = keras.Input(base.input_shape[1:])
    out = layers.Dense(classes, name="head")(base(x, training=False))
    return keras.Model(x, layers.Activation("softmax")(out))


@wrong("transfer_model", "base is not frozen")
def not_frozen(base, classes):
    x = keras.Input(base.input_shape[1:])
    return keras.Model(x, layers.Dense(classes, activation="softmax")(base(x)))


@wrong("transfer_model", "Nothing can be trained")
def all_frozen(base, classes):
    x = keras.Input(base.input_shape[1:])
    model = keras.Model(x, layers.Dense(classes, activation="softmax")(base(x)))
    model.trainable = False
    return model


@wrong("transfer_model", "one softmax")
def two_softmaxes(base, classes):
    base.trainable = False
    x = keras.Input(base.input_shape[1:])
    return keras.Model(x, layers.Softmax()(layers.Dense(classes, activation="softmax")(base(x))))


@wrong("transfer_model", "add up to 1")
def sigmoid(base, classes):
    base.trainable = False
    x = keras.Input(base.input_shape[1:])
    return keras.Model(x, layers.Dense(classes, activation="sigmoid")(base(x)))


@wrong("transfer_model", "add up to 1")
def bare_scores(base, classes):
    base.trainable = False
    x = keras.Input(base.input_shape[1:])
    return keras.Model(x, layers.Dense(classes)(base(x)))


@wrong("transfer_model", "shape")
def always_seven(base, classes):
    base.trainable = False
    x = keras.Input(base.input_shape[1:])
    return keras.Model(x, layers.Dense(7, activation="softmax")(base(x)))


@wrong("transfer_model", "expected the")
def hidden_layer(base, classes):
    base.trainable = False
    x = keras.Input(base.input_shape[1:])
    hidden = layers.Dense(16, activation="relu")(base(x))
    return keras.Model(x, layers.Dense(classes, activation="softmax")(hidden))


@wrong("transfer_model", "have changed")
def fresh_base(base, classes):
    base.set_weights([np.zeros_like(w) for w in base.get_weights()])
    base.trainable = False
    x = keras.Input(base.input_shape[1:])
    return keras.Model(x, layers.Dense(classes, activation="softmax")(base(x)))


@wrong("transfer_model", "expected a Keras model")
def output_only(base, classes):
    base.trainable = False
    return layers.Dense(classes, activation="softmax")(base.output)


@wrong("transfer_model", "one softmax")
def relu_before_softmax(base, classes):
    base.trainable = False
    x = keras.Input(base.input_shape[1:])
    scores = layers.Dense(classes, activation="relu")(base(x))
    return keras.Model(x, layers.Softmax()(scores))


@wrong("transfer_model", "hold the base")
def base_left_out(base, classes):
    x = keras.Input(base.input_shape[1:])
    features = layers.Flatten()(x)[:, : base.output_shape[-1]]
    frozen = layers.Dense(3, trainable=False)(features)
    features = layers.Concatenate()([frozen, features])[:, : base.output_shape[-1]]
    return keras.Model(x, layers.Dense(classes, activation="softmax")(features))


@wrong("transfer_model", "stops with")
def of_the_library(base, classes):
    return vgg.vgg16_transfer(classes, weights=base)
