"""Submissions for a3-fire-module."""

import keras
from keras import layers

from ferlab.models import squeezenet

from .grader import right, wrong

# fire_parameters


@right("fire_parameters")
def multiplied_out(c_in, squeeze, expand):
    return c_in * squeeze + squeeze + 10 * squeeze * expand + 2 * expand


@right("fire_parameters")
def by_loop(c_in, squeeze, expand):
    total = 0
    for k, channels, filters in [(1, c_in, squeeze), (1, squeeze, expand), (3, squeeze, expand)]:
        total += filters * (k**2 * channels) + filters
    return total


@right("fire_parameters")
def asks_keras(c_in, squeeze, expand):
    def count(k, channels, filters):
        layer = layers.Conv2D(filters, k)
        layer.build((None, 8, 8, channels))
        return layer.count_params()

    return count(1, c_in, squeeze) + count(1, squeeze, expand) + count(3, squeeze, expand)


@wrong("fire_parameters", "has a bias too")
def no_biases(c_in, squeeze, expand):
    return c_in * squeeze + squeeze * expand + 9 * squeeze * expand


@wrong("fire_parameters", "Both expand convolutions have biases")
def one_bias_short(c_in, squeeze, expand):
    return c_in * squeeze + squeeze + 10 * squeeze * expand + expand


@wrong("fire_parameters", "Which convolution reads")
def expand_reads_the_input(c_in, squeeze, expand):
    return (c_in + 1) * squeeze + (c_in + 1) * expand + (9 * c_in + 1) * expand


@wrong("fire_parameters", "how many pixels has its window")
def three_for_nine(c_in, squeeze, expand):
    return (c_in + 1) * squeeze + (squeeze + 1) * expand + (3 * squeeze + 1) * expand


@wrong("fire_parameters", "Which convolution")
def without_the_squeeze(c_in, squeeze, expand):
    return (squeeze + 1) * expand + (9 * squeeze + 1) * expand


@wrong("fire_parameters", "Which convolution")
def hard_coded(c_in, squeeze, expand):
    return 12432


@wrong("fire_parameters", "Which convolution")
def both_three(c_in, squeeze, expand):
    return (c_in + 1) * squeeze + 2 * (9 * squeeze + 1) * expand


@wrong("fire_parameters", "expected a whole number")
def a_float(c_in, squeeze, expand):
    return float((c_in + 1) * squeeze + (squeeze + 1) * expand + (9 * squeeze + 1) * expand)


@wrong("fire_parameters", "Which convolution")
def off_by_one(c_in, squeeze, expand):
    return (c_in + 1) * squeeze + (squeeze + 1) * expand + (9 * squeeze + 1) * expand - 1


@wrong("fire_parameters", "expected a whole number")
def printed(c_in, squeeze, expand):
    print((c_in + 1) * squeeze + (squeeze + 1) * expand + (9 * squeeze + 1) * expand)


@wrong("fire_parameters", "written by hand")
def of_the_library(c_in, squeeze, expand):
    x = keras.Input((8, 8, c_in))
    return keras.Model(x, squeezenet.fire_module(x, squeeze, expand)).count_params()


# fire_module


@right("fire_module")
def relu_as_layers(x, squeeze, expand):
    few = layers.ReLU()(layers.Conv2D(squeeze, (1, 1))(x))
    left = layers.ReLU()(layers.Conv2D(expand, (1, 1))(few))
    right_half = layers.ReLU()(layers.Conv2D(expand, (3, 3), padding="same")(few))
    return layers.concatenate([left, right_half])


@right("fire_module")
def three_first(x, squeeze, expand):
    s = layers.Conv2D(squeeze, kernel_size=1, activation=keras.activations.relu)(x)
    e3 = layers.Conv2D(expand, 3, padding="same", activation="relu")(s)
    e1 = layers.Conv2D(expand, 1, padding="same", activation="relu")(s)
    return layers.Concatenate(axis=-1)([e3, e1])


@right("fire_module")
def relu_at_the_end(x, squeeze, expand):
    few = layers.Activation("relu")(layers.Conv2D(squeeze, 1)(x))
    both = [layers.Conv2D(expand, k, padding="same")(few) for k in (1, 3)]
    return layers.Activation("relu")(keras.ops.concatenate(both, axis=-1))


@wrong("fire_module", "Not")
def placeholder(x, squeeze, expand):
    raise NotImplementedError


@wrong("fire_module", "both halves")
def added(x, squeeze, expand):
    few = layers.Conv2D(squeeze, 1, activation="relu")(x)
    left = layers.Conv2D(expand, 1, activation="relu")(few)
    return layers.Add()([left, layers.Conv2D(expand, 3, padding="same", activation="relu")(few)])


@wrong("fire_module", "The kernels are")
def three_reads_the_input(x, squeeze, expand):
    few = layers.Conv2D(squeeze, 1, activation="relu")(x)
    left = layers.Conv2D(expand, 1, activation="relu")(few)
    return layers.Concatenate()([left, layers.Conv2D(expand, 3, padding="same", activation="relu")(x)])


@wrong("fire_module", "stops with ValueError")
def no_padding(x, squeeze, expand):
    few = layers.Conv2D(squeeze, 1, activation="relu")(x)
    left = layers.Conv2D(expand, 1, activation="relu")(few)
    return layers.Concatenate()([left, layers.Conv2D(expand, 3, activation="relu")(few)])


@wrong("fire_module", "each of")
def halves_of_expand(x, squeeze, expand):
    few = layers.Conv2D(squeeze, 1, activation="relu")(x)
    left = layers.Conv2D(expand // 2, 1, activation="relu")(few)
    return layers.Concatenate()([left, layers.Conv2D(expand // 2, 3, padding="same", activation="relu")(few)])


@wrong("fire_module", "The kernels are")
def squeeze_of_expand(x, squeeze, expand):
    few = layers.Conv2D(expand, 1, activation="relu")(x)
    left = layers.Conv2D(expand, 1, activation="relu")(few)
    return layers.Concatenate()([left, layers.Conv2D(expand, 3, padding="same", activation="relu")(few)])


@wrong("fire_module", "ends in a ReLU")
def no_relu_at_the_end(x, squeeze, expand):
    few = layers.Conv2D(squeeze, 1, activation="relu")(x)
    return layers.Concatenate()(
        [layers.Conv2D(expand, 1)(few), layers.Conv2D(expand, 3, padding="same")(few)]
    )


@wrong("fire_module", "ReLU after the squeeze")
def no_relu_after_squeeze(x, squeeze, expand):
    few = layers.Conv2D(squeeze, 1)(x)
    left = layers.Conv2D(expand, 1, activation="relu")(few)
    return layers.Concatenate()([left, layers.Conv2D(expand, 3, padding="same", activation="relu")(few)])


@wrong("fire_module", "three biases")
def no_biases_at_all(x, squeeze, expand):
    few = layers.Conv2D(squeeze, 1, use_bias=False, activation="relu")(x)
    left = layers.Conv2D(expand, 1, use_bias=False, activation="relu")(few)
    three = layers.Conv2D(expand, 3, use_bias=False, padding="same", activation="relu")(few)
    return layers.Concatenate()([left, three])


@wrong("fire_module", "both halves")
def along_the_rows(x, squeeze, expand):
    few = layers.Conv2D(squeeze, 1, activation="relu")(x)
    left = layers.Conv2D(expand, 1, activation="relu")(few)
    right_half = layers.Conv2D(expand, 3, padding="same", activation="relu")(few)
    return layers.MaxPooling2D((2, 1))(layers.Concatenate(axis=1)([left, right_half]))


@wrong("fire_module", "expected the output of a Keras layer")
def a_model(x, squeeze, expand):
    few = layers.Conv2D(squeeze, 1, activation="relu")(x)
    left = layers.Conv2D(expand, 1, activation="relu")(few)
    three = layers.Conv2D(expand, 3, padding="same", activation="relu")(few)
    return keras.Model(x, layers.Concatenate()([left, three]))


@wrong("fire_module", "each of")
def fixed_widths(x, squeeze, expand):
    few = layers.Conv2D(16, 1, activation="relu")(x)
    left = layers.Conv2D(64, 1, activation="relu")(few)
    return layers.Concatenate()([left, layers.Conv2D(64, 3, padding="same", activation="relu")(few)])


@wrong("fire_module", "written by hand")
def library_module(x, squeeze, expand):
    return squeezenet.fire_module(x, squeeze, expand)


# receptive_field


@right("receptive_field")
def from_the_end(windows):
    field = 1
    for k, stride in reversed(windows):
        field = (field - 1) * stride + k
    return field


@right("receptive_field")
def by_products(windows):
    total = 1
    for i, (k, _) in enumerate(windows):
        step = 1
        for _, stride in windows[:i]:
            step *= stride
        total += (k - 1) * step
    return total


@right("receptive_field")
def recursive(windows):
    if not windows:
        return 1
    k, stride = windows[0]
    return (recursive(windows[1:]) - 1) * stride + k


@wrong("receptive_field", "adds k - 1")
def adds_k(windows):
    field = 1
    for i, (k, _) in enumerate(windows):
        field = field + k - 1 if i == 0 else field + k
    return field


@wrong("receptive_field", "before this layer")
def no_strides(windows):
    return 1 + sum(k - 1 for k, _ in windows)


@wrong("receptive_field", "before this layer")
def stride_too_early(windows):
    field, step = 1, 1
    for k, stride in windows:
        step *= stride
        field += (k - 1) * step
    return field


@wrong("receptive_field", "before this layer")
def strides_added(windows):
    field, step = 1, 1
    for k, stride in windows:
        field += (k - 1) * step
        step += stride - 1
        step = max(step, 1) if stride == 1 else step + 1
    return field


@wrong("receptive_field", "one number sees one pixel")
def from_zero(windows):
    field, step = 0, 1
    for k, stride in windows:
        field, step = field + (k - 1) * step, step * stride
    return field


@wrong("receptive_field", "adds k - 1")
def multiplied(windows):
    field = 1
    for k, _ in windows:
        field *= k
    return field


@wrong("receptive_field", "adds k - 1")
def largest_window(windows):
    return max([k for k, _ in windows], default=1)


@wrong("receptive_field", "5x5 window")
def hard_coded_field(windows):
    return {0: 1, 1: 3}.get(len(windows), 48)


@wrong("receptive_field", "has been changed")
def eats_its_list(windows):
    field, step = 1, 1
    while windows:
        k, stride = windows.pop(0)
        field, step = field + (k - 1) * step, step * stride
    return field


@wrong("receptive_field", "expected a whole number")
def a_pair(windows):
    return (1, 1)


@wrong("receptive_field", "before this layer")
def last_stride_only(windows):
    field, step = 1, 1
    for k, stride in windows:
        field += (k - 1) * step
        step = stride
    return field
