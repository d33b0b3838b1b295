"""TensorFlow's fused kernels for two things that Keras does in ten small steps, each through all of memory.

They compute what Keras computes, and save time while a network trains: the more, the less of it goes into
convolutions. With another backend Keras's own steps stay.
"""

import contextlib
import functools

import keras
from keras import ops


@contextlib.contextmanager
def fused_norms(model):
    """Inside this context the batch normalisation of `model`'s feature maps learns by one kernel.

    When it serves, and for vectors, it is Keras's own; so it is for everything once the context is left.
    """
    norms = []
    if keras.backend.backend() == "tensorflow":
        norms = [
            layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)
        ]
    for norm in norms:
        norm.call = functools.partial(_normalised, norm, norm.call)
    try:
        yield
    finally:
        for norm in norms:
            del norm.call  # the class's own is seen again


def _normalised(norm, keras_call, inputs, training=None, mask=None):
    """What `BatchNormalization.call` returns for these inputs; in training the moving averages move too."""
    learns = training and norm.trainable and mask is None
    if not learns or len(inputs.shape) != 4 or not (norm.scale and norm.center):
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
