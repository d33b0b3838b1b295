"""Training that can be killed and goes on where it was.

`fit` is keras.Model.fit with the parts a course needs around it: augmentation in front of the model,
the best weights kept by validation accuracy, a state file after every epoch, and one line of progress.
"""

import contextlib
import json
import tempfile
import zlib
from pathlib import Path

import keras
import numpy as np

from .callbacks import Checkpoints, Progress
from .faster import faster_steps, fused_adamw
from .hardware import best_precision
from .inference import checked_batch
from .preprocessing import one_hot


class Batches(keras.utils.PyDataset):
    """Images and targets in batches, in an order that depends on the seed and the epoch alone."""

    def __init__(self, images, targets, weights, batch_size, seed):
        super().__init__()
        self.arrays = (images, targets, weights)
        self.batch_size, self.seed = batch_size, seed
        self.start(epoch=0)

    def start(self, epoch):
        self.order = np.random.default_rng([self.seed, epoch]).permutation(len(self.arrays[0]))

    def __len__(self):
        return -(-len(self.order) // self.batch_size)

    def __getitem__(self, i):
        rows = np.sort(self.order[i * self.batch_size : (i + 1) * self.batch_size])
        images, targets, weights = self.arrays
        return images[rows].astype("float32"), targets[rows], weights[rows]


def set_precision(model, policy):
    """Compute in this number format from now on; weights stay float32. What ends in a softmax keeps float32."""
    kept = keras.Model | keras.layers.InputLayer | keras.layers.Rescaling | keras.layers.Softmax
    for layer in model._flatten_layers(include_self=False):
        answers = layer.name.endswith("probabilities")
        answers = answers or getattr(layer, "activation", None) is keras.activations.softmax
        if not isinstance(layer, kept) and not answers:
            layer.dtype_policy = policy


def fit(
    model,
    train,
    validation,
    *,
    epochs=50,
    batch_size=128,
    learning_rate=1e-3,
    weight_decay=0.004,
    loss="categorical_crossentropy",
    class_weight=None,
    augment=None,
    patience=None,
    folder=None,
    precision=None,
    classes=None,
    optimizer="adamw",
    average=False,
    keep_last=False,
    seed=0,
    about=None,
    verbose=True,
):
    """Train `model` and leave in it the weights that were best on the validation faces (or see `average`).

    train, validation  Faces, or a pair (images 0..255 (n, 48, 48), targets float32 (n, k))
    learning_rate      highest step size; a cosine takes it to zero over the epochs
    loss               a Keras loss, or the name of one
    class_weight       {class: weight}, for instance preprocessing.class_weights(...)
    augment            a Keras layer put in front of the model while it trains, never when it serves
    patience           stop after so many epochs without a better validation accuracy
    folder             where to keep state and best weights. Make the same call with the same folder after
                       a kill and training goes on after its last whole epoch, to the same end. With more
                       epochs it goes on too, on the step sizes of the longer plan: not quite what that plan would
                       have given from the start.
    precision          "float32" or "mixed_bfloat16"; None takes what this processor does best
    classes            how many of the outputs, from the first, name the class and count for the accuracy;
                       None for all. The others are further heads with targets of their own.
    optimizer          "adamw" (Adam where weight_decay is 0), or "sgd" with Nesterov's momentum of 0.9
    average            leave in the model the mean of its weights after every epoch instead, so that the validation
                       faces choose none, and keep the step size once it has risen: for a network that is trained
                       already, without patience (stochastic weight averaging: Izmailov et al. 2018, arXiv 1803.05407)
    keep_last          leave in the model the weights after the last epoch, so that the validation faces choose none
    seed               of the order of the faces. First weights, dropout and augmentation draw by what was set when
                       they were built: call keras.utils.set_random_seed before that to get those again too.
    about              dict of strings and numbers, kept with the state: what else tells this training from others,
                       such as its targets. Another `about` in the folder is refused.
    verbose            show progress

    Returns {"loss": [...], "accuracy": [...], "val_loss": [...], "val_accuracy": [...], "seconds": [...]}, one
    entry an epoch.
    Losses and accuracies of training are means over an epoch in which the network changed, with dropout
    and augmentation at work; those of validation are taken after it, without.

    ValueError for images or targets that don't fit the model, for an unknown optimizer, for patience with averaging,
    for a folder that holds more epochs than are asked for, or the state of a training with other layers, number of
    faces, batch size, step size, weight decay, optimizer, seed, loss, class weights, averaging or `about`; name other
    differences in `about`.
    FloatingPointError where the loss stops being a number.
    """
    if average and patience:
        raise ValueError(
            f"average takes every epoch, so patience={patience} can't be heeded: leave one of them out"
        )
    if optimizer not in _OPTIMIZERS:
        raise ValueError(f"optimizer={optimizer!r} is unknown; there are {', '.join(_OPTIMIZERS)}")
    images, targets = _arrays(train, model, "training")
    validation = _arrays(validation, model, "validation")
    weights = _weights(targets[:, :classes], class_weight or {})
    settings = {
        "layers": _checksum(model),
        "faces": len(images),
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "weight_decay": weight_decay,
        "optimizer": optimizer,
        "seed": seed,
        "loss": _in_words(loss),
        "class_weight": str(class_weight),
        **({"average": True} if average else {}),
        **(about or {}),
    }
    # As it is read back from the folder: a NumPy number is a plain one there.
    settings = json.loads(json.dumps(settings, default=lambda number: number.item()))
    with contextlib.ExitStack() as stack:
        folder = Path(folder or stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        keras.utils.set_random_seed(seed)
        batches = Batches(images, targets, weights, batch_size, seed)
        set_precision(model, precision or best_precision())
        stack.callback(set_precision, model, "float32")
        stack.enter_context(faster_steps(model))
        trained = keras.Sequential(([augment] if augment else []) + [model])
        rate = _schedule(learning_rate, len(batches) * epochs, last=1.0 if average else 0.0)
        steps = _OPTIMIZERS[optimizer](rate, weight_decay)
        _compile(trained, loss, steps, classes)
        checkpoints = Checkpoints(folder, model, patience, settings, average)
        done = checkpoints.restore(trained)
        if done > epochs:
            raise ValueError(
                f"{folder} holds a training of {done} epochs, {epochs} were asked for; ask for {done} or more, "
                "give another folder, or delete it"
            )
        shuffle = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, _: batches.start(epoch))
        if done < epochs and not checkpoints.out_of_patience(done - 1):
            trained.fit(
                batches,
                epochs=epochs,
                initial_epoch=done,
                validation_data=validation,
                validation_batch_size=512,
                callbacks=[shuffle, checkpoints, *([Progress(epochs, checkpoints)] if verbose else [])],
                shuffle=False,  # else Keras shuffles the batches once more, by a state that is not saved
                verbose=0,
            )
        if average:
            model.set_weights(checkpoints.mean)
            # The same order, whether the training went on here or had ended before.
            batches.start(epochs - 1)
            _settle(trained, batches)
        elif not keep_last:
            model.load_weights(checkpoints.best_file)
        return checkpoints.history


def _settle(trained, batches):
    """Give batch normalisation its means and variances over all faces anew: those it has are of other weights."""
    norms = [
        layer for layer in trained._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)
    ]
    momenta = [norm.momentum for norm in norms]
    for i in range(len(batches)):
        for norm in norms:
            norm.momentum = i / (i + 1)  # makes the moving average the mean of all batches so far
        trained(batches[i][0], training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def _checksum(model):
    """A number for the kinds and settings of all its layers, so that another model's state is not taken for its own."""
    layers = [
        (type(layer).__name__, {k: v for k, v in layer.get_config().items() if k not in ("name", "dtype")})
        for layer in model._flatten_layers(include_self=False)
        if not isinstance(layer, keras.Model)  # their own layers are in the list
    ]
    return zlib.crc32(json.dumps(layers, default=str).encode())


def _in_words(loss):
    """A loss with all its settings, as text."""
    if isinstance(loss, keras.losses.Loss):
        return f"{loss.name} {loss.get_config()}"
    return getattr(loss, "__name__", str(loss))


def _schedule(learning_rate, steps, last):
    """Warms up for a twentieth of the steps, at most 500, then follows a cosine.

    Loshchilov and Hutter 2017, arXiv 1608.03983.

    last: where the cosine ends, as a share of `learning_rate`; 1 makes it a constant.
    """
    warmup = min(steps // 20, 500)
    return keras.optimizers.schedules.CosineDecay(  # Keras counts the steps of the cosine after those of the warm-up
        learning_rate / 20, steps - warmup, last, warmup_target=learning_rate, warmup_steps=warmup
    )


_OPTIMIZERS = {
    "adamw": fused_adamw,
    "sgd": lambda rate, decay: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay),
}


def _compile(trained, loss, optimizer, classes):
    # XLA is slower than not for these convolutions on a CPU, and JAX has nothing else.
    jit = keras.backend.backend() == "jax"

    def accuracy(target, predicted):
        return keras.metrics.categorical_accuracy(target[:, :classes], predicted[:, :classes])

    trained.compile(optimizer, loss, metrics=[accuracy], jit_compile=jit)
    trained.build((None, 48, 48, 1))
    optimizer.build(trained.trainable_variables)


def _weights(targets, class_weight):
    """How much each face counts, float32 (n,), by the class that its targets (n, k) name."""
    k = targets.shape[1]
    if unknown := set(class_weight) - set(range(k)):
        raise ValueError(
            f"class_weight names {', '.join(map(repr, unknown))}; expected numbers of classes, 0 to {k - 1}"
        )
    return np.array([class_weight.get(c, 1.0) for c in range(k)], np.float32)[targets.argmax(1)]


def _arrays(faces, model, which):
    """Images (n, 48, 48, 1) and float32 targets (n, k) from Faces or from a pair, checked."""
    if isinstance(faces, tuple):
        images, targets = faces
    else:
        images, targets = faces.images, one_hot(faces.labels, len(faces.classes))
    images, targets = np.asarray(images), np.asarray(targets, np.float32)
    batch = checked_batch(images)
    expected = (len(images), model.output_shape[-1])
    if not len(images):
        raise ValueError(f"there are no {which} faces; is that split missing?")
    if targets.shape != expected or not np.isfinite(targets).all():
        problem = "and are not all finite" if targets.shape == expected else f"expected {expected}"
        raise ValueError(
            f"the {which} faces are {len(images)} images with targets {targets.shape}, {problem}; "
            "a target is one number for each of the network's classes"
        )
    # Bytes stay bytes until they are in a batch: a quarter of the memory.
    return (batch if which == "training" else batch.astype(np.float32)), targets
