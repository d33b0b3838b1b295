"""ferlab's own network of the SqueezeNet family: more accurate than the thesis's at fewer parameters.

Fire modules (Iandola et al. 2016, arXiv 1602.07360) with three changes. The first convolution looks at every pixel
and three modules at 24x24 of them, where brows and lips still have their shape. The bypass is added before the last
ReLU, as in a residual network (He et al. 2016, arXiv 1512.03385), and the convolutions that it bypasses
begin small, so that the network begins near the identity and may have a large step size
(Zhang et al. 2019, arXiv 1901.09321). In the modules batch normalisation stays where the thesis has it, after the
squeeze alone: after the expand, of four times as many maps, it would cost time. (One more stands behind the first
convolution, and one before the head.)
"""

import keras
import numpy as np
from keras import layers, ops

from ..emotions import FERPLUS

# (squeeze filters, filters of each expand convolution); a pooling halves height and width.
STAGES = (
    ((32, 64), (32, 64), (32, 64)),  # 24x24
    ((64, 128), (64, 128), (64, 128), (64, 128)),  # 12x12
    ((64, 256), (64, 256), (64, 256), (64, 256)),  # 6x6
)
SMALL = 0.2  # of He's standard deviation, where a bypass goes around


def residual_fire(x, squeeze, expand, name):
    """A fire module (n, h, w, c) to (n, h, w, 2 * expand), x added where the channels agree."""
    bypass = x.shape[-1] == 2 * expand
    out = layers.Conv2D(squeeze, 1, use_bias=False, name=f"{name}_squeeze")(x)
    out = layers.BatchNormalization(name=f"{name}_norm")(out)
    out = layers.ReLU(name=f"{name}_squeeze_relu")(out)
    left = layers.Conv2D(expand, 1, kernel_initializer=_first(bypass), name=f"{name}_expand1x1")(out)
    first = _first(bypass)  # another, since one draws the same numbers whenever it is asked
    right = layers.Conv2D(expand, 3, padding="same", kernel_initializer=first, name=f"{name}_expand3x3")(out)
    out = layers.Concatenate(name=f"{name}_concat")([left, right])
    if bypass:
        out = layers.Add(name=f"{name}_bypass")([x, out])
    return layers.ReLU(name=f"{name}_relu")(out)


def _first(bypass):
    """What draws the first weights of a convolution, by He et al. (2015, arXiv 1502.01852), smaller with a bypass."""
    return keras.initializers.VarianceScaling(
        2 * SMALL**2 if bypass else 2, distribution="untruncated_normal"
    )


def own_squeezenet(classes=7, *, side=48):
    """Grey faces (n, side, side, 1) in 0..255 to probabilities (n, classes); side None for faces of any size."""
    image, features = _features(side)
    return keras.Model(image, _head(features, classes, ""), name="own_squeezenet")


def two_headed(classes=7):
    """The same network with a second head, for what FER+ annotators voted.

    Grey faces (n, h, w, 1) of any size to (n, classes + 8): probabilities of the labels, then of the
    votes. What the annotators say teaches the shared layers, and doesn't pull the labels' answers
    their way, as votes mixed into one target do (Caruana 1997, doi 10.1023/A:1007379606734).
    """
    image, features = _features(None)
    heads = [_head(features, classes, ""), _head(features, len(FERPLUS), "votes_")]
    return keras.Model(image, layers.Concatenate(name="both_probabilities")(heads), name="two_headed")


def one_headed(model, votes):
    """The half of a two-headed network that names labels, or the one that names votes, for whole faces.

    Of a network with one head: the same network, for whole faces.
    """
    prefix = "votes_" if votes else ""
    inner = keras.Model(model.input, model.get_layer(f"{prefix}probabilities").output)
    bare = own_squeezenet(inner.output_shape[-1])
    bare.set_weights(inner.get_weights())
    return bare


def favour_rare(model, shares, strength):
    """Lower the score of each class by `strength` times the log of its share: rare ones are answered more often.

    shares: float (k,), of each class among the training targets. Strength 1 is for the highest mean recall, 0 for the
    highest accuracy (logit adjustment: Menon et al. 2021, arXiv 2007.07314). A score is the mean of a map, so the
    map's bias does it.
    """
    kernel, bias = model.get_layer("classes").get_weights()
    model.get_layer("classes").set_weights([kernel, bias - strength * np.log(shares)])


def set_heads(model, labels, votes):
    """Give a two-headed network the layers that both one-headed ones share, and the head of each.

    ValueError where those layers differ: then they weren't trained together.
    """
    for one, other in zip(labels.layers, votes.layers, strict=True):
        if one.name != "classes" and not all(map(np.array_equal, one.get_weights(), other.get_weights())):
            raise ValueError(
                f"the networks differ in {one.name}: they are not the two heads of one training, whose files are "
                "written together as NAME and NAME-plus"
            )
    for layer in labels.layers:
        model.get_layer(layer.name).set_weights(layer.get_weights())
    model.get_layer("votes_classes").set_weights(votes.get_layer("classes").get_weights())


def two_headed_loss(target, predicted):
    """Cross-entropy of both heads, summed. A row of zeros in a head's targets leaves that head alone."""
    return -ops.sum(target * ops.log(ops.clip(predicted, 1e-7, 1.0)), axis=-1)


def _features(side):
    image = keras.Input((side, side, 1), name="image")
    x = layers.Rescaling(1 / 255, name="scale")(image)
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, name="conv1")(x)
    x = layers.BatchNormalization(name="conv1_norm")(x)
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool0")(x)
    number = 2
    for stage, modules in enumerate(STAGES):
        if stage:
            x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"pool{stage}")(x)
        for squeeze, expand in modules:
            x = residual_fire(x, squeeze, expand, f"fire{number}")
            number += 1
    x = layers.BatchNormalization(name="last_norm")(x)
    return image, layers.SpatialDropout2D(0.3, name="last_dropout")(x)


def _head(features, classes, prefix):
    x = layers.Conv2D(classes, 1, name=f"{prefix}classes")(features)
    x = layers.GlobalAveragePooling2D(name=f"{prefix}average")(x)
    return layers.Softmax(name=f"{prefix}probabilities", dtype="float32")(x)
