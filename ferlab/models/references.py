"""The networks of the published student systems that ferlab rebuilds, each as its text describes it.

Zima 2024 (BSc thesis, Brno University of Technology), Rahman and Mahato 2021 (BSc thesis, MBSTU), Tekula,
Reddygari and Mannem (course report), De Lorenzo 2019 (BSc thesis, Università del Sannio). Zima's SqueezeNet is
in squeezenet.py, the VGG16 transfer of the laboratory report in vgg.py. What a text leaves open is said below.
All take grey faces (n, 48, 48, 1) in 0..255 and return probabilities (n, classes).
"""

import keras
from keras import layers

from .vgg import BLOCKS


def zima_vgg16(classes=7):
    """VGG16 from scratch, batch normalisation before every block, dropout after each and after dense ones.

    The thesis reports 28,913,223 parameters and no widths of the dense layers: with four poolings and two
    layers of 2048 it has 28,368,467, 1.9 % fewer. No dropout rate is given for it: SqueezeNet's is taken.
    """
    image, x = _start(channels=3)
    for number, (convolutions, filters) in enumerate(BLOCKS, start=1):
        x = layers.BatchNormalization(name=f"block{number}_norm")(x)
        for i in range(convolutions):
            x = _convolution(x, filters, f"block{number}_conv{i + 1}")
        if number < len(BLOCKS):
            x = layers.MaxPooling2D(name=f"block{number}_pool")(x)
        x = layers.Dropout(0.2, name=f"block{number}_dropout")(x)
    x = layers.Flatten(name="features")(x)
    for number in (1, 2):
        x = layers.Dense(2048, activation="relu", name=f"dense{number}")(x)
        x = layers.Dropout(0.2, name=f"dense{number}_dropout")(x)
    return keras.Model(image, _answer(x, classes), name="zima_vgg16")


def rahman_resnet18(classes=7):
    """ResNet18 (He et al. 2016, arXiv 1512.03385) on the middle 40x40 pixels.

    Random crops are faces moved by up to four pixels before: RandomAffine(shift=4 / 48) while it trains.
    """
    image, x = _start(channels=3, border=4)
    x = layers.Conv2D(64, 7, strides=2, padding="same", use_bias=False, name="conv1")(x)
    x = layers.BatchNormalization(name="conv1_norm")(x)
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    for stage, filters in enumerate((64, 128, 256, 512), start=1):
        for block in (1, 2):
            strides = 2 if stage > 1 and block == 1 else 1
            x = _residual_block(x, filters, strides, f"stage{stage}_block{block}")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(image, _answer(x, classes), name="rahman_resnet18")


def rahman_vgg19(classes=7):
    """VGG19 (Simonyan and Zisserman 2014, arXiv 1409.1556) on the middle 40x40 pixels, each convolution normalised.

    As published nothing is normalised, and a network of eleven layers trained first; the thesis says neither. From
    He's random weights, by SGD with steps of 0.02, it answered *happy* for every face after two epochs, and the loss
    was that of always saying so. So batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167) stands before
    each ReLU of a convolution, as in most of today's copies.
    """
    image, x = _start(channels=3, border=4)
    for number, (convolutions, filters) in enumerate(BLOCKS, start=1):
        for i in range(convolutions + (number > 2)):
            name = f"block{number}_conv{i + 1}"
            x = layers.Conv2D(filters, 3, padding="same", name=name)(x)
            x = layers.BatchNormalization(name=f"{name}_norm")(x)
            x = layers.ReLU(name=f"{name}_relu")(x)
        x = layers.MaxPooling2D(name=f"block{number}_pool")(x)
    x = layers.Flatten(name="features")(x)
    for number in (1, 2):
        x = layers.Dense(4096, activation="relu", name=f"dense{number}")(x)
        x = layers.Dropout(0.5, name=f"dense{number}_dropout")(x)
    return keras.Model(image, _answer(x, classes), name="rahman_vgg19")


def stacked(members, classes=7):
    """Trained networks and one dense layer over all their probabilities, as the ensemble of Rahman and Mahato is."""
    image = keras.Input((48, 48, 1), name="image")
    x = layers.Concatenate(name="answers")([member(image) for member in members])
    return keras.Model(image, _answer(x, classes), name="stacked")


def tekula_cnn(classes=7):
    """Four blocks of two convolutions, two small dense layers. Its text gives no dropout rates: 0.1, and 0.2 when
    dense, for with twice as much two layers of 64 hardly began to learn. The activation, which it doesn't name either,
    is ReLU."""
    image, x = _start(channels=3)
    for block, filters in enumerate((32, 64, 128, 256), start=1):
        for i in (1, 2):
            x = _convolution(x, filters, f"block{block}_conv{i}")
            x = layers.BatchNormalization(name=f"block{block}_norm{i}")(x)
        x = layers.MaxPooling2D(name=f"block{block}_pool")(x)
        x = layers.Dropout(0.1, name=f"block{block}_dropout")(x)
    x = layers.Flatten(name="features")(x)
    for number in (1, 2):
        x = layers.Dense(64, activation="relu", name=f"dense{number}")(x)
        x = layers.BatchNormalization(name=f"dense{number}_norm")(x)
        x = layers.Dropout(0.2, name=f"dense{number}_dropout")(x)
    return keras.Model(image, _answer(x, classes), name="tekula_cnn")


def delorenzo_cnn(classes=7):
    """Three blocks of two convolutions, dense 512 and 128. The parameters that its text reports come out when
    the second convolution alone is 'valid'."""
    image, x = _start(channels=1)
    for block, filters in enumerate((32, 64, 128), start=1):
        for i in (1, 2):
            padding = "valid" if (block, i) == (1, 2) else "same"
            x = _convolution(x, filters, f"block{block}_conv{i}", padding)
            x = layers.BatchNormalization(name=f"block{block}_norm{i}")(x)
        x = layers.MaxPooling2D(padding="same", name=f"block{block}_pool")(x)
        x = layers.Dropout(0.25, name=f"block{block}_dropout")(x)
    x = layers.Flatten(name="features")(x)
    x = layers.Dense(512, activation="relu", name="dense1")(x)
    x = layers.BatchNormalization(name="dense1_norm")(x)
    x = layers.Dropout(0.5, name="dense1_dropout")(x)
    x = layers.Dense(128, activation="relu", name="dense2")(x)
    return keras.Model(image, _answer(x, classes), name="delorenzo_cnn")


def _start(channels, border=0):
    image = keras.Input((48, 48, 1), name="image")
    x = layers.Rescaling(1 / 255, name="scale")(image)
    if border:
        x = layers.Cropping2D(border, name="crop")(x)
    if channels == 3:
        x = layers.Concatenate(name="rgb")([x, x, x])
    return image, x


def _convolution(x, filters, name, padding="same"):
    return layers.Conv2D(filters, 3, padding=padding, activation="relu", name=name)(x)


def _residual_block(x, filters, strides, name):
    out = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False, name=f"{name}_conv1")(x)
    out = layers.BatchNormalization(name=f"{name}_norm1")(out)
    out = layers.ReLU(name=f"{name}_relu1")(out)
    out = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv2")(out)
    out = layers.BatchNormalization(name=f"{name}_norm2")(out)
    if strides > 1:
        x = layers.Conv2D(filters, 1, strides=strides, use_bias=False, name=f"{name}_shortcut")(x)
        x = layers.BatchNormalization(name=f"{name}_shortcut_norm")(x)
    return layers.ReLU(name=f"{name}_relu2")(layers.Add(name=f"{name}_add")([x, out]))


def _answer(x, classes):
    x = layers.Dense(classes, name="classes")(x)
    return layers.Softmax(name="probabilities", dtype="float32")(x)
