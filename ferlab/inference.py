"""Trained networks without TensorFlow: small, quick to load, safe to open.

A LiteRT flatbuffer holds numbers and the names of built-in operations. Opening one runs no code of
whoever wrote it, unlike a pickle or a Keras model with Lambda layers.
"""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np

from .emotions import FER2013, FERPLUS
from .quiet import no_stderr

WEIGHTS = Path(__file__).parent / "weights"
# Images that one interpreter takes at once. One face alone takes SqueezeNet as long per image as eight, or
# as 250 where they leave the processor's cache; larger networks gain by reading their weights for eight.
_BATCH = 8


def as_batch(images):
    """Check grey images and return them as float32 (n, 48, 48, 1) in 0..255.

    images: (n, 48, 48) or (n, 48, 48, 1), integers or floats. ValueError says what is wrong with others.
    """
    return checked_batch(images).astype(np.float32)


def checked_batch(images):
    """The same images in the type that they have, not copied."""
    images = np.asarray(images)
    found = images.shape
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[1:] != (48, 48, 1):
        hint = "; give one image as image[None]" if images.shape == (48, 48) else ""
        raise ValueError(f"images are {found}, expected (n, 48, 48) or (n, 48, 48, 1){hint}")
    if len(images):
        check_greys(images, "images are")
    return images


def check_greys(images, begins):
    """ValueError unless an array holds grey levels from 0 to 255; `begins`: how a complaint of its type does."""
    if images.dtype.kind not in "uif":
        raise ValueError(f"{begins} {images.dtype}, expected numbers from 0 to 255")
    low, high = images.min(), images.max()
    if not np.isfinite(low) or not np.isfinite(high):
        raise ValueError(f"{(~np.isfinite(images)).sum()} pixels are not finite, expected 0 to 255")
    # Half a grey level of slack: blurring and resizing overshoot by a rounding error.
    if low < -0.5 or high > 255.5:
        raise ValueError(f"pixels run from {low:g} to {high:g}, expected 0 (black) to 255 (white)")
    # Whole numbers are grey levels, of a nearly black face.
    if images.dtype.kind == "f" and 0 < high <= 1 and (images % 1).any():
        raise ValueError(f"pixels run from {low:g} to {high:g}, expected 0 to 255: multiply by 255")


def checked_answer(answer, n, k=None, classes=()):
    """What a predictor said of n images, as an array (n, k), or a ValueError that says what is wrong with it.

    k, classes: how many labels there are, or their names; with neither, any number.
    """
    answer, k = np.asarray(answer), len(classes) or k
    if answer.ndim != 2 or len(answer) != n or k not in (None, answer.shape[1]):
        each = f": one probability for each of {', '.join(classes)}" if classes else ""
        raise ValueError(
            f"the predictor returned shape {answer.shape} for {n} images, expected ({n}, {k or 'labels'}){each}"
        )
    if not np.isfinite(answer).all():
        raise ValueError(
            f"the predictor returned {np.count_nonzero(~np.isfinite(answer))} values that are not finite; "
            "a network does that when its training diverged: train again with a lower learning rate"
        )
    sums = answer.sum(1, dtype=float)
    if answer.min() < -0.02 or np.abs(sums - 1).max() > 0.02:  # numbers of 8 bits add up to nearly 1
        raise ValueError(
            f"the predictor returned values from {answer.min():.3g} to {answer.max():.3g} whose rows sum to "
            f"{sums.min():.3g} to {sums.max():.3g}, expected probabilities that sum to 1; "
            "does the model lack its softmax?"
        )
    return answer


class Predictor:
    """A trained network as a function: grey images in, probabilities out.

    predictor(images): (n, 48, 48) or (n, 48, 48, 1) in 0..255 -> float32 (n, k), each row adding to 1.

    path: a .tflite file. Its `classes` are the names of the k outputs: those of the .json beside the file, else
    FER-2013's seven or FER+'s eight, by their number.

    FileNotFoundError without a file, ValueError for one that is no model of 48x48 grey faces.
    """

    def __init__(self, path):
        path = Path(path)
        self._set_up(path, _read_flatbuffer(path), min(4, os.cpu_count() or 1))
        number = int(self._single.get_output_details()[0]["shape"][-1])
        self.classes = _classes(path, number)

    def _set_up(self, path, content, threads):
        self.name = path.stem
        self._path, self._content, self._threads = path, content, threads
        self._single = interpreter(content, path)
        self._many = []
        self._lock = threading.Lock()
        inputs, outputs = self._single.get_input_details(), self._single.get_output_details()
        _check_signature(path, inputs, outputs)
        self._any_number = inputs[0]["shape_signature"][0] == -1
        self._in, self._out = inputs[0]["index"], outputs[0]["index"]

    def __repr__(self):
        return f"<Predictor {self.name}: {', '.join(self.classes)}>"

    def __reduce__(self):
        return _restored, (self._path, self._content, self.classes)

    def __call__(self, images):
        batch = as_batch(images)
        result = np.empty((len(batch), len(self.classes)), np.float32)
        whole = len(batch) // _BATCH * _BATCH if self._any_number else 0
        with self._lock:
            if whole:
                self._in_threads(batch, result, whole)
            for i in range(whole, len(batch)):
                result[i] = self._run(self._single, batch[i : i + 1])[0]
        return result

    def _in_threads(self, batch, result, whole):
        """An interpreter on each core, up to four, and whichever is free takes the next images.

        LiteRT's own threads share the work of one layer and wait for each other at its end: for nets as
        small as these that takes longer than one thread, and far longer where a core is busy.
        """
        while len(self._many) < self._threads:
            self._many.append(interpreter(self._content, self._path, _BATCH))
        begins = iter(range(0, whole, _BATCH))

        def work(interpreter):
            for begin in begins:
                chunk = slice(begin, begin + _BATCH)
                result[chunk] = self._run(interpreter, batch[chunk])

        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(work, self._many))  # list: so that an error is raised here

    def _run(self, interpreter, batch):
        interpreter.set_tensor(self._in, batch)
        interpreter.invoke()
        return interpreter.get_tensor(self._out)


@lru_cache(maxsize=2)
def _restored(path, content, classes):
    """A Predictor in a process that it was sent to: set up once there, and on one core, being one of many."""
    predictor = Predictor.__new__(Predictor)
    predictor._set_up(path, content, threads=1)
    predictor.classes = classes
    return predictor


def name_for(name, faces):
    """What the weights are called that were trained on this kind of Faces; faces None: `name` itself."""
    if faces is None or name.endswith("-drawn"):
        return name
    if faces.name == "drawn faces":
        return f"{name}-drawn"
    voted = f"{name}-plus"
    return voted if faces.classes == FERPLUS and (WEIGHTS / f"{voted}.tflite").is_file() else name


def load_predictor(name="squeezenet", faces=None):
    """A `Predictor`: one of the shipped networks by name, or a .tflite file of your own by its path.

    faces: Faces. Picks the weights that were trained on that kind of faces: `name` for photographs, `name`-plus
    where they have FER+ labels, `name`-drawn for drawn faces. A path is taken as it is.
    """
    if str(name).endswith(".tflite") or os.sep in str(name):
        return Predictor(name)
    name = name_for(name, faces)
    there = sorted(path.stem for path in WEIGHTS.glob("*.tflite"))
    if name not in there:
        raise ValueError(
            f"no weights are called {name!r}; there are {', '.join(there) or 'none'}. "
            "Give a network of your own by its path, such as runs/mine.tflite"
        )
    return Predictor(WEIGHTS / f"{name}.tflite")


def _read_flatbuffer(path):
    """The file's bytes. ValueError where they are not a LiteRT model."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; expected a .tflite file")
    content = path.read_bytes()
    if content[4:8] != b"TFL3":
        kind = "empty" if not content else f"something else (it begins with {content[:8]!r})"
        raise ValueError(
            f"{path} is {kind}, expected a LiteRT model (.tflite). Nothing in it was run. "
            "Export a Keras model with ferlab.models.zoo.save_model."
        )
    return content


def interpreter(content, path, batch=None):
    """LiteRT's Interpreter of a file's bytes, for one image at a time or so many; `path` is for complaints."""
    from ai_edge_litert.interpreter import Interpreter

    try:
        made = Interpreter(model_content=content, num_threads=1)
        if batch:
            made.resize_tensor_input(made.get_input_details()[0]["index"], (batch, 48, 48, 1))
        # A note about its delegate, which no setting stops, would be red in notebooks.
        with no_stderr():
            made.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"{path} is damaged or not made for this LiteRT: {error}") from error
    return made


def _check_signature(path, inputs, outputs):
    """ValueError unless the model takes grey faces and returns one row of numbers for each."""
    found = [f"{d['dtype'].__name__} {tuple(d['shape_signature'].tolist())}" for d in (*inputs, *outputs)]
    one_each = len(inputs) == len(outputs) == 1
    if (
        not one_each
        or tuple(inputs[0]["shape"]) != (1, 48, 48, 1)
        or len(outputs[0]["shape"]) != 2
        or not inputs[0]["dtype"] == outputs[0]["dtype"] == np.float32
    ):
        raise ValueError(
            f"{path} has inputs {found[: len(inputs)]} and outputs {found[len(inputs) :]}, "
            "expected one input float32 (-1, 48, 48, 1) and one output float32 (-1, classes)"
        )


def _classes(path, number):
    classes, card = None, path.with_suffix(".json")
    if card.is_file():
        try:
            classes = json.loads(card.read_text(encoding="utf-8"))["classes"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f'{card} should name the classes of {path.name}, as {{"classes": [...]}}, and does not ({error!r}); '
                "mend or remove it"
            ) from error
    if classes is None:
        classes = {7: FER2013, 8: FERPLUS}.get(number, [f"class {i}" for i in range(number)])
    if len(classes) != number:
        raise ValueError(f"{path} has {number} outputs, but {len(classes)} classes: {', '.join(classes)}")
    return tuple(classes)
