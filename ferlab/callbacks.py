"""What happens after each epoch of a training: its state is kept, and a line tells how far it is."""

import json
import os
import sys
import time
import zipfile
from pathlib import Path

import keras
import numpy as np


class Checkpoints(keras.callbacks.Callback):
    """After each epoch: the best weights and the whole state, so that a kill costs one epoch at most.

    The best weights are written first. After a kill between the two files the state is that of the
    epoch before, which is then trained again and finds the same best weights.
    """

    def __init__(self, folder, model, patience, settings, average):
        super().__init__()
        self.folder, self.served, self.patience, self.settings = Path(folder), model, patience, settings
        # The mean of the weights after each epoch so far, where it is wanted.
        self.mean = [np.zeros(w.shape, np.float32) for w in model.weights] if average else []
        self.state, self.best_file = self.folder / "state.npz", self.folder / "best.weights.h5"
        self.history, self.best, self.best_epoch = {}, -np.inf, -1

    def on_epoch_begin(self, epoch, logs=None):
        self.begun = time.perf_counter()

    def restore(self, model):
        """Load the state of an earlier run, if there is one. Returns the number of epochs it did."""
        if not self.state.exists():
            return 0
        about, values = self._read()
        then = about.get("settings", self.settings)
        changed = [
            f"{k} was {then.get(k)}, is {self.settings.get(k)}"
            for k in {**self.settings, **then}
            if then.get(k) != self.settings.get(k)
        ]
        if changed:
            raise ValueError(
                f"{self.state} is of a training with other settings ({'; '.join(changed)}); "
                "give this one another folder, or delete it"
            )
        variables = _all_variables(model)
        for variable, value in zip(variables, values, strict=False):  # what is left over is the mean
            variable.assign(value)
        self.mean = values[len(variables) :]
        self.history, self.best, self.best_epoch = about["history"], about["best"], about["best_epoch"]
        return about["epochs"]

    def _read(self):
        try:
            with np.load(self.state) as saved:
                return json.loads(str(saved["about"])), [saved[f"v{i}"] for i in range(len(saved.files) - 1)]
        except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError) as error:
            raise ValueError(
                f"{self.state} is damaged ({error}); delete it to begin anew. "
                f"The best weights so far are in {self.best_file}"
            ) from error

    def on_epoch_end(self, epoch, logs=None):
        if not np.isfinite(logs["loss"]):
            raise FloatingPointError(
                f"the loss is {logs['loss']} in epoch {epoch + 1}: try a smaller learning_rate"
            )
        for name, value in {**logs, "seconds": time.perf_counter() - self.begun}.items():
            self.history.setdefault(name, []).append(float(value))
        if logs["val_accuracy"] > self.best:
            self.best, self.best_epoch = float(logs["val_accuracy"]), epoch
            _replace(self.best_file, ".weights.h5", self.served.save_weights)
        if self.mean:
            now = zip(self.mean, self.served.get_weights(), strict=True)
            self.mean = [mean + (weight - mean) / (epoch + 1) for mean, weight in now]
        about = {"history": self.history, "best": self.best, "best_epoch": self.best_epoch}
        about |= {"epochs": epoch + 1, "settings": self.settings}
        numbers = [keras.ops.convert_to_numpy(v) for v in _all_variables(self.model)]
        values = {f"v{i}": np.asarray(v) for i, v in enumerate([*numbers, *self.mean])}
        _replace(self.state, ".npz", lambda path: np.savez(path, about=json.dumps(about), **values))
        if self.out_of_patience(epoch):
            self.model.stop_training = True

    def out_of_patience(self, epoch):
        return bool(self.patience) and epoch - self.best_epoch >= self.patience


def _replace(path, ending, write):
    """Write beside `path`, then rename: a kill or a full disk leaves the old file or the new one."""
    unfinished = path.with_name(f"unfinished{ending}")
    try:
        write(unfinished)
        os.replace(unfinished, path)
    except (OSError, RuntimeError) as error:
        unfinished.unlink(missing_ok=True)
        raise OSError(
            f"{path} could not be written ({error}); what stood there is untouched. "
            "Make room and start again: training goes on after its last whole epoch"
        ) from error


def _all_variables(model):
    """Weights, the states of random generators, and the optimizer's memory, in a fixed order."""
    return [*model.trainable_variables, *model.non_trainable_variables, *model.optimizer.variables]


class Progress(keras.callbacks.Callback):
    """One line that is written over and over, in a notebook or a terminal; in a log file a line an epoch."""

    def __init__(self, epochs, checkpoints):
        super().__init__()
        self.epochs, self.checkpoints, self.display, self.width = epochs, checkpoints, None, 0

    def on_train_begin(self, logs=None):
        self.begun = self.shown = time.perf_counter()
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if hasattr(shell, "kernel"):
            from IPython.display import display

            self.display = display({"text/plain": ""}, raw=True, display_id=True)

    def on_epoch_begin(self, epoch, logs=None):
        self.line = f"epoch {epoch + 1}/{self.epochs}"

    def on_train_batch_end(self, batch, logs=None):
        if time.perf_counter() - self.shown > 0.25:
            self.shown = time.perf_counter()
            done = round(20 * (batch + 1) / self.params["steps"])
            self._show(f"{self.line} {'━' * done}{'·' * (20 - done)} {_numbers(logs)}{self._best()}")

    def on_epoch_end(self, epoch, logs=None):
        self._show(f"{self.line}: {_numbers(logs)}{self._best()}", whole_epoch=True)

    def on_train_end(self, logs=None):
        seconds = time.perf_counter() - self.begun
        self._show(f"{self.line} done after {seconds:.0f} s{self._best()}", last=True)

    def _show(self, text, whole_epoch=False, last=False):
        if self.display:
            self.display.update({"text/plain": text}, raw=True)
        elif sys.stdout.isatty():
            # Back to the line's start, and blanks over what a longer one left behind: to clear a line there is an
            # escape sequence, but Windows' consoles show it as it is where nobody has switched such sequences on.
            print(f"\r{text:<{self.width}}", end="\n" if last else "", flush=True)
            self.width = len(text)
        elif whole_epoch or last:
            print(text, flush=True)

    def _best(self):
        if self.checkpoints.mean:
            return " | what is kept is the mean of all"
        best, epoch = self.checkpoints.best, self.checkpoints.best_epoch
        return f" | best val_accuracy {best:.3f} in epoch {epoch + 1}" if epoch >= 0 else ""


def _numbers(logs):
    shown = [name for name in ("loss", "accuracy", "val_loss", "val_accuracy") if name in logs]
    return "  ".join(f"{name} {logs[name]:.3f}" for name in shown)
