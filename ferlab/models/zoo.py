"""The course's networks by name: build one untrained, load a trained one, save one that was trained."""

import io
import json
import os
import tempfile
import zipfile
from importlib import import_module
from pathlib import Path

import h5py
import keras
import numpy as np

from ..inference import as_batch, interpreter, name_for
from ..quiet import no_stderr

WEIGHTS = Path(__file__).parents[1] / "weights"

# name -> (module of this package, function in it)
_NETWORKS = {
    "squeezenet": ("own", "own_squeezenet"),
    "squeezenet-zima": ("squeezenet", "squeezenet"),
    "squeezenet-zima-unweighted": ("squeezenet", "squeezenet"),
    "vgg16": ("vgg", "vgg16_transfer"),
    "vgg16-focal": ("vgg", "vgg16_transfer"),
    "vgg16-narrow": ("vgg", "narrow_vgg16"),
    "zima-vgg16": ("references", "zima_vgg16"),
    "rahman-resnet18": ("references", "rahman_resnet18"),
    "rahman-vgg19": ("references", "rahman_vgg19"),
    "tekula-cnn": ("references", "tekula_cnn"),
    "delorenzo-cnn": ("references", "delorenzo_cnn"),
}
# Keras's own, but they carry code, or fetch a program from beside the file.
_RUNS_CODE = {"Lambda", "__lambda__", "function", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}


def build(name, classes=7):
    """An untrained network: grey faces (n, 48, 48, 1) in 0..255 to probabilities (n, classes)."""
    if name not in _NETWORKS:
        raise ValueError(f"there is no network {name!r} to build; there are {', '.join(_NETWORKS)}")
    module, function = _NETWORKS[name]
    return getattr(import_module(f".{module}", __package__), function)(classes)


def load_model(name="squeezenet", faces=None):
    """A trained network as a keras.Model, probabilities out, not compiled.

    name   one of the shipped networks, or the path of a .keras file of your own
    faces  Faces: takes the network that was trained on that kind of faces, as `load_predictor` does

    A file is read without running code of it: one with Lambda layers or classes from outside Keras and
    ferlab is refused with ValueError, as is a file that is no Keras model.
    """
    path = _trained_file(name, faces)
    _refuse_foreign_code(path)
    import_module("ferlab.preprocessing")  # registers ferlab's own layers
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (TypeError, ValueError, OSError, KeyError) as error:
        raise ValueError(f"{path} could not be read as a Keras model: {error}") from error


def load_card(name="squeezenet", faces=None):
    """What is known of a trained network, dict: its classes, parameters, command, figures and history.

    name and faces as for `load_model`.
    """
    path = _trained_file(name, faces).with_suffix(".json")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{path}, the network's card, can't be read ({error}); `python -m ferlab train` writes it beside them"
        ) from error


def _trained_file(name, faces):
    path = Path(name)
    if path.suffix or path.parent != Path("."):
        if not path.is_file():
            raise FileNotFoundError(
                f"there is no file {path}; give the path of a .keras file, or a shipped name"
            )
        return path
    path = WEIGHTS / f"{name_for(str(name), faces)}.keras"
    if not path.is_file():
        shipped = ", ".join(sorted(p.stem for p in WEIGHTS.glob("*.keras"))) or "none"
        raise ValueError(
            f"no trained network {path.stem!r} is shipped; shipped: {shipped}. Or give a .keras file's path"
        )
    return path


def _refuse_foreign_code(path):
    """Look at the file's description of itself before Keras acts on it."""
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ValueError(
            f"{path} is not a Keras 3 model file (.keras), or is cut short: {error}. "
            "Save one with model.save('name.keras')"
        ) from error
    # `load_model` drops the training set-up of the whole unread. Keras reads that of a network within it.
    for part in _parts(config, leave_out=("compile_config",)):
        kind, module = str(part["class_name"]), str(part.get("module"))
        known = module.split(".")[0] == "keras" or str(part.get("registered_name")).startswith("ferlab>")
        if kind in _RUNS_CODE or not (known or kind == "__keras_tensor__"):
            raise ValueError(
                f"{path} holds {kind!r} from module {module!r}: ferlab loads networks made of Keras's and "
                "its own layers only, since anything else could run code of the file's author"
            )


def _parts(config, leave_out=()):
    """Every dict in the config that names a class, at any depth; leave_out: names at the top to skip."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        for name, value in config.items():
            if name not in leave_out:
                yield from _parts(value)
    elif isinstance(config, list):
        for value in config:
            yield from _parts(value)


def save_model(model, path, classes, about):
    """Write a trained network as <path>.keras and <path>.json, and where Keras runs on TensorFlow as <path>.tflite.

    model    keras.Model, grey faces (n, 48, 48, 1) in, probabilities (n, k) out
    path     where to, without an ending; the folder is made where it is missing
    classes  names of the k classes
    about    dict for the .json file beside "classes" and "parameters": the command that trained it
             and the figures that were measured

    The .keras file keeps weights as float16, which halves it; they are float32 again once loaded. The
    .tflite file has 8-bit weights where those give the same labels, else float16 ones; the card's "litert" says which.
    Returns the paths, the card's last.
    """
    if model.output_shape[-1] != len(classes):
        raise ValueError(
            f"the network gives {model.output_shape[-1]} probabilities, but there are {len(classes)} classes"
        )
    card = {"classes": list(classes), "parameters": model.count_params(), **about}
    bare = type(model).from_config(model.get_config())  # without an optimizer's memory: two thirds of a file
    bare.set_weights(model.get_weights())
    small = None
    if keras.backend.backend() == "tensorflow":
        card["litert"], small = _smallest_litert(bare)
    endings = (".keras", ".tflite", ".json") if small else (".keras", ".json")
    files = tuple(Path(f"{path}{ending}") for ending in endings)
    files[0].parent.mkdir(parents=True, exist_ok=True)
    # All are written beside before the first is put in its place: a full disk spoils no older network.
    with tempfile.TemporaryDirectory(dir=files[0].parent) as folder:
        new = [Path(folder) / f"new{file.suffix}" for file in files]
        bare.save(new[0])
        _halve(new[0])
        if small:
            new[1].write_bytes(small)
        new[-1].write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
        for written, file in zip(new, files, strict=True):
            os.replace(written, file)
    if not small:  # that of an older network gives other answers
        Path(f"{path}.tflite").unlink(missing_ok=True)
    return files


def _halve(path):
    """Rewrite a .keras file with its float32 weights as float16. Keras casts them back as it loads."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = io.BytesIO()
    with h5py.File(io.BytesIO(parts["model.weights.h5"])) as full, h5py.File(content, "w") as half:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                half[name] = item[()].astype("float16") if item.dtype == "float32" else item[()]
            else:
                half.require_group(name)
            half[name].attrs.update(item.attrs)

        full.visititems(copy)
    parts["model.weights.h5"] = content.getvalue()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


LITERT_KINDS = ("float32", "float16", "8-bit weights", "8-bit")


def litert(model, kind="8-bit weights", examples=None):
    """The network as a LiteRT file, bytes. The one place that needs TensorFlow itself.

    kind      "float32" as trained; "float16" halves the weights; "8-bit weights" quarters them, and where
              LiteRT can it rounds a layer's inputs too as they come; "8-bit" computes in whole numbers alone
              (Jacob et al. 2018, arXiv 1712.05877)
    examples  for "8-bit": faces (n, 48, 48), from which the range of every layer's output is learnt

    Images in and probabilities out are float32 in every kind.
    """
    if kind not in LITERT_KINDS:
        raise ValueError(f"kind={kind!r} is unknown; there are {', '.join(LITERT_KINDS)}")
    if kind == "8-bit" and examples is None:
        raise ValueError(
            "kind='8-bit' needs examples: a hundred faces show how large each layer's numbers get"
        )
    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(
            f"a LiteRT file is written through TensorFlow, and Keras runs on {keras.backend.backend()}; "
            "start again with KERAS_BACKEND=tensorflow"
        )
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, format="tf_saved_model", verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if kind != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if kind == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if kind == "8-bit":
            faces = as_batch(examples)
            converter.representative_dataset = lambda: ([face[None]] for face in faces)
        with no_stderr():  # notes about its passes; what goes wrong is raised
            return converter.convert()


def _smallest_litert(model):
    """(kind, content) of the smallest LiteRT file that gives the labels of the network it was made from.

    Eight bits are too few where numbers of very different sizes share a scale.
    """
    for kind in ("8-bit weights", "float16"):
        content = litert(model, kind)
        if _same_labels(model, content):
            return kind, content
    raise ValueError("the LiteRT file gives other labels than the network; nothing was written")


def _same_labels(model, content):
    blobs = np.random.default_rng(0).uniform(0, 255, (64, 6, 6, 1)).astype("float32")
    images = blobs.repeat(8, 1).repeat(8, 2)
    made = interpreter(content, "the file", len(images))
    made.set_tensor(made.get_input_details()[0]["index"], images)
    made.invoke()
    small = made.get_tensor(made.get_output_details()[0]["index"])
    full = keras.ops.convert_to_numpy(model.predict_on_batch(images))
    # Rounding may tip two labels that are nearly even; where it also moves a probability, it is too much.
    moved = np.abs(small - full).max(1) > 0.05
    return np.count_nonzero(moved & (small.argmax(1) != full.argmax(1))) <= len(images) / 20
