"""VGG16 for faces: a base that was trained on something else, and a new head.

Simonyan and Zisserman 2014 (arXiv 1409.1556). Two bases are on offer: Keras's VGG16, whose weights were
learned on ImageNet and are downloaded once, and a narrow one, whose weights come with ferlab and were
learned on FER-2013's photographs and their seven labels (`python -m ferlab train vgg16-narrow`).
"""

import socket
from pathlib import Path

import keras
import numpy as np
from keras import layers

# Convolutions and filters of the five blocks; each block ends with 2x2 max pooling.
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
NARROW = 4  # the narrow base has a quarter of the filters, so a sixteenth of the weights
NARROW_WEIGHTS = Path(__file__).parents[1] / "weights" / "vgg16-narrow.npz"
# Blue, green and red means of ImageNet, which Keras's VGG16 expects to be taken off.
IMAGENET_MEANS = (103.939, 116.779, 123.68)
PATIENCE_S = 20  # to wait for a server that doesn't answer


def narrow_base():
    """VGG16's thirteen convolutions with a quarter of the filters: (n, 48, 48, 3) to (n, 1, 1, 128).

    Unlike the published network it normalises each batch between convolution and ReLU: without that
    thirteen layers hardly train from random weights.
    """
    image = x = keras.Input((48, 48, 3))
    for block, (convolutions, filters) in enumerate(BLOCKS, start=1):
        for number in range(1, convolutions + 1):
            name = f"block{block}_conv{number}"
            x = layers.Conv2D(filters // NARROW, 3, padding="same", use_bias=False, name=name)(x)
            x = layers.BatchNormalization(name=f"{name}_norm")(x)
            x = layers.ReLU(name=f"{name}_relu")(x)
        x = layers.MaxPooling2D(name=f"block{block}_pool")(x)
    return keras.Model(image, x, name="base")


def _shipped_narrow_base():
    """The narrow base with the weights that come with ferlab."""
    base = narrow_base()
    with np.load(NARROW_WEIGHTS) as saved:
        base.set_weights([saved[f"w{i}"].astype("float32") for i in range(len(saved.files))])
    return base


def _full_base(weights):
    return keras.applications.VGG16(include_top=False, weights=weights, input_shape=(48, 48, 3), name="base")


def _prepared(image):
    """Grey faces as VGG16 wants them: three channels, each less its mean on ImageNet."""
    x = layers.Concatenate(name="rgb")([image, image, image])
    return layers.Rescaling(1.0, offset=[-m for m in IMAGENET_MEANS], name="scale")(x)


def _imagenet_base():
    """Keras's VGG16 with ImageNet weights, or the narrow base where they can't be had."""
    waited = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE_S)
    try:
        return _full_base("imagenet")
    except Exception as error:  # Keras raises a bare Exception when a download fails
        print(
            f"VGG16's ImageNet weights can't be had ({_first_line(error)[:80]}): going on with "
            "ferlab's narrow VGG16, learned on FER-2013. With the .h5 file at hand, pass weights=PATH."
        )
        return _shipped_narrow_base()
    finally:
        socket.setdefaulttimeout(waited)


def _first_line(error):
    return (str(error) or type(error).__name__).splitlines()[0]


def _base_from_file(path):
    if not Path(path).is_file():
        raise FileNotFoundError(
            f"weights={str(path)!r}: there is no such file; expected 'imagenet', 'narrow', None, or the path "
            "of VGG16 weights without top, as Keras saves them (.h5)"
        )
    try:
        return _full_base(str(path))
    except Exception as error:
        raise ValueError(
            f"{path} doesn't hold the weights of VGG16 without its top: {_first_line(error)}"
        ) from error


def vgg16_transfer(classes=8, *, weights="imagenet"):
    """VGG16 with a new head, for grey faces (n, 48, 48, 1) in 0..255; returns probabilities (n, classes).

    weights  "imagenet": downloaded by Keras (56 MB, once). Where that fails it says so and takes the next.
             "narrow": ferlab's quarter-width base, learned on FER-2013.
             a path: a file of VGG16 weights without top. None: full width, random.

    Half of the values before and after the one hidden layer, of 256 units, are hidden in training.

    The base is one layer, so it is frozen with `model.get_layer("base").trainable = False`: train the head
    first, then let the base go and train all of it at a smaller learning rate. The repeat to three channels
    and VGG16's own scaling are the model's first layers.
    """
    if weights is None:
        base = _full_base(None)
    elif weights == "imagenet":
        base = _imagenet_base()
    elif weights == "narrow":
        base = _shipped_narrow_base()
    else:
        base = _base_from_file(weights)
    image = keras.Input((48, 48, 1), name="image")
    x = _prepared(image)
    # A frozen base normalises by the statistics it came with; while it is trained, those of its batches move them.
    # (Keras 3 heeds no training=False here: https://github.com/keras-team/keras/issues/20285.)
    x = layers.Flatten(name="features")(base(x))
    x = layers.Dropout(0.5, name="dropout1")(x)
    x = layers.Dense(256, activation="relu", name="hidden")(x)
    x = layers.Dropout(0.5, name="dropout2")(x)
    x = layers.Dense(classes, name="classes")(x)
    return keras.Model(image, layers.Softmax(name="probabilities", dtype="float32")(x), name="vgg16")


def narrow_vgg16(classes=7):
    """The narrow base with one layer on top, as its base is trained: faces (n, 48, 48, 1) to probabilities."""
    image = keras.Input((48, 48, 1), name="image")
    x = layers.Dropout(0.3, name="dropout")(layers.Flatten(name="features")(narrow_base()(_prepared(image))))
    x = layers.Dense(classes, name="classes")(x)
    return keras.Model(image, layers.Softmax(name="probabilities", dtype="float32")(x), name="narrow_vgg16")


def save_narrow_base(base, path):
    """Write the weights of a trained narrow base in half precision; ferlab/weights/vgg16-narrow.npz is such a file."""
    with open(path, "wb") as file:
        np.savez_compressed(file, **{f"w{i}": w.astype("float16") for i, w in enumerate(base.get_weights())})
