"""Training that can be killed and goes on where it was.

`fit` is keras.Model.fit with the parts a course needs around it: augmentation in front of the model,
the best weights kept by validation accuracy, and a state file after every epoch.
"""

import contextlib
import json
import os
import tempfile
from pathlib import Path

import keras
import numpy as np

from .preprocessing import one_hot


class Batches(keras.utils.PyDataset):
    """Images and targets in batches, in an order that depends on the seed and the epoch alone."""

    def __init__(self, images, targets, weights, batch_size, seed):
        super().__init__()
        self.arrays = (images, targets, weights)
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0
        self._shuffle()

    def _shuffle(self):
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.arrays[0]))

    def start_at(self, epoch):
        self.epoch = epoch
        self._shuffle()

    def on_epoch_end(self):
        self.start_at(self.epoch + 1)

    def __len__(self):
        return -(-len(self.order) // self.batch_size)

    def __getitem__(self, i):
        rows = np.sort(self.order[i * self.batch_size : (i + 1) * self.batch_size])
        images, targets, weights = self.arrays
        return images[rows].astype("float32"), targets[rows], weights[rows]


class Checkpoints(keras.callbacks.Callback):
    """After each epoch: the whole state, so that a kill costs one epoch at most, and the best weights."""

    def __init__(self, folder, model, patience):
        super().__init__()
        self.folder, self.served, self.patience = Path(folder), model, patience
        self.state, self.best_file = self.folder / "state.npz", self.folder / "best.weights.h5"
        self.history, self.best, self.best_epoch = {}, -np.inf, -1

    def restore(self, model):
        """Load the state of an earlier run, if there is one. Returns the number of epochs it did."""
        if not self.state.exists():
            return 0
        with np.load(self.state) as saved:
            about = json.loads(str(saved["about"]))
            values = [saved[f"v{i}"] for i in range(len(saved.files) - 1)]
        variables = _all_variables(model)
        if [list(v.shape) for v in variables] != [list(v.shape) for v in values]:
            raise ValueError(
                f"{self.state} was written by another model or optimizer; give this training another folder"
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        self.history, self.best, self.best_epoch = about["history"], about["best"], about["best_epoch"]
        return about["epochs"]

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        if logs["val_accuracy"] > self.best:
            self.best, self.best_epoch = float(logs["val_accuracy"]), epoch
            unfinished = self.folder / "unfinished.weights.h5"
            self.served.save_weights(unfinished)
            os.replace(unfinished, self.best_file)
        about = dict(history=self.history, best=self.best, best_epoch=self.best_epoch, epochs=epoch + 1)
        values = {f"v{i}": np.asarray(keras.ops.convert_to_numpy(v)) for i, v in enumerate(_all_variables(self.model))}
        unfinished = self.state.with_suffix(".unfinished.npz")
        np.savez(unfinished, about=json.dumps(about), **values)
        os.replace(unfinished, self.state)  # one step: a kill leaves the old state or the new one
        if self.out_of_patience(epoch):
            self.model.stop_training = True

    def out_of_patience(self, epoch):
        return bool(self.patience) and epoch - self.best_epoch >= self.patience


def _all_variables(model):
    """Weights, the states of random generators, and the optimizer's memory, in a fixed order."""
    return [*model.trainable_variables, *model.non_trainable_variables, *model.optimizer.variables]


def best_precision():
    """"mixed_bfloat16" where the processor multiplies bfloat16 in hardware, else "float32"."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "float32"
    return "mixed_bfloat16" if "amx_bf16" in flags or "avx512_bf16" in flags else "float32"


def set_precision(model, policy):
    """Compute in this number format from now on; weights stay float32. The softmax keeps float32."""
    for layer in model._flatten_layers(include_self=False):
        if not isinstance(layer, keras.Model | keras.layers.InputLayer | keras.layers.Rescaling | keras.layers.Softmax):
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
    seed=0,
    verbose="auto",
):
    """Train `model` and leave in it the weights that were best on the validation faces.

    train, validation  Faces, or a pair (images uint8 (n, 48, 48), targets float32 (n, k))
    learning_rate      highest step size of AdamW; a cosine takes it to zero over the epochs
    class_weight       {class: weight}, for instance preprocessing.class_weights(...)
    augment            a keras layer put in front of the model while it trains, never when it serves
    patience           stop after so many epochs without a better validation accuracy
    folder             where to keep state and best weights. Call again with the same folder after a
                       kill and training goes on after its last whole epoch, to the same end.
    precision          "float32" or "mixed_bfloat16"; None takes what this processor does best

    Returns {"loss": [...], "accuracy": [...], "val_loss": [...], "val_accuracy": [...]}, one entry an epoch.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(folder or stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        keras.utils.set_random_seed(seed)
        images, targets = _arrays(train)
        weights = np.ones(len(images), np.float32)
        if class_weight:
            weights = np.array([class_weight.get(k, 1.0) for k in range(targets.shape[1])], np.float32)
            weights = weights[targets.argmax(1)]
        batches = Batches(images, targets, weights, batch_size, seed)
        set_precision(model, precision or best_precision())
        trained = keras.Sequential(([augment] if augment else []) + [model])
        steps = len(batches) * epochs
        schedule = keras.optimizers.schedules.CosineDecay(
            learning_rate / 20, steps, warmup_target=learning_rate, warmup_steps=min(steps // 20, 500)
        )
        optimizer = keras.optimizers.AdamW(schedule, weight_decay=weight_decay)
        # XLA is slower than not for these convolutions on a CPU, and JAX has nothing else.
        jit = keras.backend.backend() == "jax"
        trained.compile(optimizer, loss, weighted_metrics=["accuracy"], jit_compile=jit)
        trained.build((None, 48, 48, 1))
        optimizer.build(trained.trainable_variables)
        checkpoints = Checkpoints(folder, model, patience)
        done = checkpoints.restore(trained)
        batches.start_at(done)
        try:
            if done < epochs and not checkpoints.out_of_patience(done - 1):
                trained.fit(
                    batches,
                    epochs=epochs,
                    initial_epoch=done,
                    validation_data=_arrays(validation, as_float=True),
                    validation_batch_size=512,
                    callbacks=[checkpoints],
                    verbose=verbose,
                )
        finally:
            set_precision(model, "float32")
        if checkpoints.best_file.exists():
            model.load_weights(checkpoints.best_file)
        return checkpoints.history


def _arrays(faces, as_float=False):
    """Images (n, 48, 48, 1) and targets (n, k) from Faces or from a pair."""
    if isinstance(faces, tuple):
        images, targets = faces
    else:
        images, targets = faces.images, one_hot(faces.labels, len(faces.classes))
    images = np.asarray(images).reshape(len(images), 48, 48, 1)
    if len(images) != len(targets):
        raise ValueError(f"{len(images)} images came with {len(targets)} targets")
    return (images.astype("float32") if as_float else images), np.asarray(targets, np.float32)
