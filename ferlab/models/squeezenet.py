"""SqueezeNet from fire modules, as notebook 03 builds it.

The architecture is that of Iandola et al. 2016 (arXiv 1602.07360), cut down to 48x48 faces and
customised as in Zima 2024 (BSc thesis, Brno University of Technology): three more fire modules,
dropout after the module's convolutions and batch normalisation after the squeeze convolution.
"""

import keras
from keras import layers

# (squeeze filters, filters of each expand convolution), in order. The first eight are the published
# SqueezeNet's; the last three are the ones that the customised network adds.
FIRE_WIDTHS = (
    (16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256),
    (64, 256), (64, 256), (64, 256),
)  # fmt: skip
POOL_AFTER = 4  # fire modules before the second max pooling: these see 12x12, the others 6x6


def fire_module(
    x,
    squeeze,
    expand,
    *,
    bypass=False,
    dropout=0.0,
    batch_norm=False,
    kernel_initializer="glorot_uniform",
    name="fire",
):
    """Squeeze with 1x1 convolutions, then expand with 1x1 and 3x3 ones side by side.

    x: (n, h, w, c). Returns (n, h, w, 2 * expand). `bypass` adds x to the output where c equals
    2 * expand, and does nothing elsewhere ("simple bypass", Iandola et al. 2016, section 6).
    """
    first = {"kernel_initializer": kernel_initializer}
    out = layers.Conv2D(squeeze, 1, use_bias=not batch_norm, name=f"{name}_squeeze", **first)(x)
    if batch_norm:
        out = layers.BatchNormalization(name=f"{name}_norm")(out)
    out = layers.ReLU(name=f"{name}_squeeze_relu")(out)
    first["activation"] = "relu"
    left = layers.Conv2D(expand, 1, name=f"{name}_expand1x1", **first)(out)
    right = layers.Conv2D(expand, 3, padding="same", name=f"{name}_expand3x3", **first)(out)
    out = layers.Concatenate(name=f"{name}_concat")([left, right])
    if dropout:
        out = layers.Dropout(dropout, name=f"{name}_dropout")(out)
    if bypass and x.shape[-1] == out.shape[-1]:
        out = layers.Add(name=f"{name}_bypass")([x, out])
    return out


def squeezenet(
    classes=7, *, modules=11, bypass=True, dropout=0.2, batch_norm=True, kernel_initializer="glorot_uniform"
):
    """A SqueezeNet for grey faces (n, 48, 48, 1) in 0..255 that returns probabilities (n, classes).

    The defaults are the customised network; `squeezenet(modules=8, bypass=False, dropout=0,
    batch_norm=False)` is the plain one. Scaling and the repeat to three channels are its own first layers.
    kernel_initializer  draws the first weights of all convolutions but the last. From Keras's usual ones, the default,
    the plain network hardly begins to learn, since each module shrinks what it is given; from "he_normal" (He et al.
    2015, arXiv 1502.01852) it does.
    """
    if not 1 <= modules <= len(FIRE_WIDTHS):
        raise ValueError(f"modules={modules}: this SqueezeNet has 1 to {len(FIRE_WIDTHS)} fire modules")
    switches = {"bypass": bypass, "dropout": dropout, "batch_norm": batch_norm}
    switches["kernel_initializer"] = kernel_initializer
    image = keras.Input((48, 48, 1), name="image")
    x = layers.Rescaling(1 / 255, name="scale")(image)
    x = layers.Concatenate(name="rgb")([x, x, x])
    first = {"activation": "relu", "kernel_initializer": kernel_initializer}
    x = layers.Conv2D(64, 3, strides=2, padding="same", name="conv1", **first)(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    for number, (squeeze, expand) in enumerate(FIRE_WIDTHS[:modules], start=2):
        x = fire_module(x, squeeze, expand, **switches, name=f"fire{number}")
        if number - 1 == POOL_AFTER:
            x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool2")(x)
    x = layers.Conv2D(classes, 1, name="classes")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    probabilities = layers.Softmax(name="probabilities", dtype="float32")(x)
    return keras.Model(image, probabilities, name="squeezenet")
