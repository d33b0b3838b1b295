"""What Keras does slowly on TensorFlow and a CPU, done faster while a network trains.

The same steps up to rounding (of dropout: with other luck), by fewer passes through memory. With another backend
Keras's own steps stay. What each of them saves, the optimizer's apart: python tests/benchmarks/faster_steps.py.
"""

import contextlib
import functools

import keras
from keras import ops

from .hardware import gpu_generation, processor_flags

SMALL = 36  # pixels: maps of so many and fewer get their filters' gradient by `_small_convolution`


@contextlib.contextmanager
def faster_steps(model):
    """Inside this context the layers of `model` that are named in `_FASTER` learn by the functions beside them.

    When the model serves, they are Keras's own; so is everything once the context is left.
    """
    replaced = []
    if keras.backend.backend() == "tensorflow":
        for layer in model._flatten_layers():
            for kind, method, faster in _FASTER:
                if isinstance(layer, kind):
                    setattr(layer, method, functools.partial(faster, layer, getattr(layer, method)))
                    replaced.append((layer, method))
    try:
        yield
    finally:
        for layer, method in replaced:
            delattr(layer, method)  # the class's own is seen again


def _normalised(norm, keras_call, inputs, training=None, mask=None):
    """What `BatchNormalization.call` returns for these inputs, by one kernel instead of ten steps in float32.

    In training the moving averages move too. Vectors are left to Keras, and another axis than the last.
    """
    learns = training and norm.trainable and mask is None
    maps = len(inputs.shape) == 4 and norm.axis in (-1, 3)
    if not (learns and maps and norm.scale and norm.center):
        return keras_call(inputs, training=training, mask=mask)
    import tensorflow as tf

    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=inputs,
        scale=ops.convert_to_tensor(norm.gamma),
        offset=ops.convert_to_tensor(norm.beta),
        mean=tf.zeros(0),
        variance=tf.zeros(0),
        epsilon=norm.epsilon,
        is_training=True,
    )
    # The kernel's variance is the estimate for the population, n / (n - 1) of that of the batch, which Keras takes.
    n = tf.cast(tf.reduce_prod(tf.shape(inputs)[:-1]), "float32")
    for moving, new in ((norm.moving_mean, mean), (norm.moving_variance, variance * (n - 1) / n)):
        moving.assign(moving * norm.momentum + new * (1 - norm.momentum))
    return outputs


def _hidden(dropout, keras_call, inputs, training=False):
    """Values hidden as `Dropout` does, whole maps as `SpatialDropout2D`: by a random byte each, and a multiplication.

    So the rate is rounded to a 256th. Keras draws a float32 each, which takes several times as long. Channels whose
    number is no multiple of four are left to it, as bytes are drawn four at a time, and so are other kinds of dropout.
    """
    hidden, channels = round(256 * dropout.rate), inputs.shape[-1]
    usual = type(dropout) is keras.layers.Dropout and dropout.noise_shape is None
    usual = usual or (
        type(dropout) is keras.layers.SpatialDropout2D and dropout.data_format == "channels_last"
    )
    if not (training and usual and 0 < hidden < 256 and channels % 4 == 0):
        return keras_call(inputs, training=training)
    import tensorflow as tf

    shape = tf.unstack(tf.shape(inputs))
    if isinstance(dropout, keras.layers.SpatialDropout2D):
        shape[1:3] = 1, 1
    seed = tf.bitcast(tf.cast(dropout.seed_generator.next(), "uint32"), "int32")
    fours = tf.random.stateless_uniform([*shape[:-1], channels // 4], seed, None, None, "uint32")
    kept = tf.reshape(tf.bitcast(fours, "uint8"), shape) >= tf.constant(hidden, "uint8")
    return inputs * (tf.cast(kept, inputs.dtype) * tf.cast(256 / (256 - hidden), inputs.dtype))


def _convolved(convolution, keras_convolution, inputs, kernel):
    """What a Conv2D makes of its inputs before the bias; of 3x3 filters on small maps with a faster gradient.

    It pays in bfloat16 on a processor that multiplies by AVX-512, without a matrix unit; on larger maps and in float32
    it took longer than TensorFlow's own when tried. So only there.
    """
    height, width = inputs.shape[1:3]
    plain = (convolution.kernel_size, convolution.strides, convolution.padding) == ((3, 3), (1, 1), "same")
    plain = plain and convolution.groups == 1 and convolution.dilation_rate == (1, 1)
    small = None not in (height, width) and height * width <= SMALL
    if not (plain and small) or inputs.dtype != "bfloat16" or not _multiplies_by_vectors():
        return keras_convolution(inputs, kernel)
    return _small_convolution()(inputs, ops.cast(kernel, inputs.dtype))


@functools.cache
def _multiplies_by_vectors():
    """Are convolutions in bfloat16 the work of AVX-512, neither of a matrix unit nor of a GPU?"""
    flags = processor_flags()
    return "avx512_bf16" in flags and "amx_bf16" not in flags and gpu_generation() is None


@functools.cache
def _small_convolution():
    """A function of maps (n, h, w, c) and filters (3, 3, c, k): their convolution (n, h, w, k), edges padded with 0.

    The gradient of the filters sums over all faces and places, map times gradient of the output. That is a
    convolution itself, with faces for channels: of the maps by the gradient, a filter as large as they are.
    """
    import tensorflow as tf

    @tf.custom_gradient
    def convolution(maps, filters):
        def gradient(outputs):
            same = {"strides": [1, 1, 1, 1], "padding": "SAME"}
            of_maps = tf.raw_ops.Conv2DBackpropInput(
                input_sizes=tf.shape(maps), filter=filters, out_backprop=outputs, **same
            )
            borders = [[0, 0], [1, 1], [1, 1], [0, 0]]
            by_channel, by_place = tf.transpose(maps, [3, 1, 2, 0]), tf.transpose(outputs, [1, 2, 0, 3])
            of_filters = tf.transpose(tf.nn.conv2d(by_channel, by_place, 1, borders), [1, 2, 0, 3])
            return of_maps, of_filters

        return tf.nn.conv2d(maps, filters, 1, "SAME"), gradient

    return convolution


_FASTER = (
    (keras.layers.BatchNormalization, "call", _normalised),
    (keras.layers.Dropout, "call", _hidden),
    (keras.layers.Conv2D, "convolution_op", _convolved),
)


def fused_adamw(learning_rate, weight_decay):
    """Keras's AdamW, each variable updated by one kernel (weight decay apart)."""
    kind = _FusedAdamW if keras.backend.backend() == "tensorflow" else keras.optimizers.AdamW
    return kind(learning_rate, weight_decay=weight_decay, name="adamw")


class _FusedAdamW(keras.optimizers.AdamW):
    def update_step(self, gradient, variable, learning_rate):
        import tensorflow as tf

        step = tf.cast(self.iterations + 1, "float32")
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=learning_rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )
