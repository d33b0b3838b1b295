"""Explanations of many faces, on all cores or a cluster, kept as they are made. Notebook 08."""

import json
import os
import sys
import zipfile
from pathlib import Path

import numpy as np

from ..cache import sweep
from ..processes import parallel
from .lime import Explanation, explain
from .superpixels import as_face, chosen_settings

# Faces per core between two savings: a kill costs a few seconds' work, waiting for the last one 5 %.
_ROUND = 8
_ARRAYS = ("image", "segments", "weights", "intercept", "r2", "probabilities")


def explain_many(
    predict, images, method="slic", n_samples=1000, seed=0, hide="mean", *, folder=None, n_jobs=-1, **settings
):
    """The `Explanation` of each of many faces, as `explain` gives it, in a list in their order.

    predict  as for `explain`: a `Predictor`, or another function that joblib can send to another process
    images   grey faces (n, 48, 48), 0..255
    folder   where to keep each explanation once it is made, as <number>.npz; it is made where it is missing.
             Killed in the middle, the same call goes on from what it finds there. None keeps nothing
    n_jobs   processes; -1 is one for each core. Where joblib.parallel_config names a dask or ray backend,
             the work goes to that cluster
    method, n_samples, seed, hide, settings: as for `explain`

    Shows a progress bar. ValueError as from `explain`, with the number of the face; and where the folder
    holds explanations of other faces, of another network or with other settings: it is left as it is.
    """
    from joblib import delayed, effective_n_jobs
    from tqdm import tqdm

    images = [_numbered(i, as_face, image) for i, image in enumerate(images)]
    how = {"method": method, "n_samples": n_samples, "seed": seed, "hide": hide}
    wanted = how | {"settings": chosen_settings(method, settings)}
    found = {}
    if folder is not None:
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        found = _kept(folder, images, wanted)
        _check_network(folder, found, predict)
    todo = [i for i in range(len(images)) if i not in found]
    bar = tqdm(total=len(images), initial=len(found), desc="explained", unit="face", file=sys.stdout)
    with bar, parallel(n_jobs) as share:
        # Rounds that each return a list, and no generator of results, which ray's backend does not have.
        step = _ROUND * effective_n_jobs(n_jobs)
        for begin in range(0, len(todo), step):
            part = todo[begin : begin + step]
            made = share(delayed(_numbered)(i, explain, predict, images[i], **how, **settings) for i in part)
            for i, explanation in zip(part, made, strict=True):
                found[i] = explanation
                if folder is not None:
                    _keep(_file(folder, i), explanation)
            bar.update(len(part))
    return [found[i] for i in range(len(images))]


def _numbered(number, function, *arguments, **more):
    try:
        return function(*arguments, **more)
    except ValueError as error:
        raise ValueError(f"image {number}: {error}") from error


def _file(folder, number):
    return folder / f"{number:06}.npz"


def _keep(path, explanation):
    """Write beside `path`, then rename: whoever reads finds all of it or nothing."""
    about = {"method": explanation.method, "settings": explanation.settings, "hide": explanation.hide}
    about |= {"n_samples": explanation.n_samples, "seed": explanation.seed, "classes": explanation.classes}
    arrays = {name: getattr(explanation, name) for name in _ARRAYS}
    half = path.with_suffix(f".half-{os.getpid()}")
    try:
        with open(half, "wb") as file:
            np.savez_compressed(file, about=json.dumps(about, default=lambda number: number.item()), **arrays)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def _read(path):
    try:
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            arrays = {name: stored[name] for name in _ARRAYS}
        about["classes"] = about["classes"] and tuple(about["classes"])
        return Explanation(**arrays, **about)
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} is no explanation that explain_many kept ({error}); delete it, or give another folder"
        ) from error


def _kept(folder, images, wanted):
    """What the folder has of these images, {number: Explanation}. ValueError where it is something else."""
    found = {}
    for i, image in enumerate(images):
        if not _file(folder, i).is_file():
            continue
        found[i] = _read(_file(folder, i))
        if not np.array_equal(found[i].image, image):
            raise ValueError(f"{_file(folder, i)} explains another face than image {i}; give another folder")
        for name, value in wanted.items():
            kept = getattr(found[i], name)
            if kept != value:
                raise ValueError(
                    f"{_file(folder, i)} was made with {name}={kept!r}, not {value!r}; give another folder"
                )
    return found


def _check_network(folder, found, predict):
    """ValueError unless `predict` says of the faces in the folder what was said when they were explained."""
    if not found:
        return
    kept = np.array([explanation.probabilities for explanation in found.values()])
    now = np.asarray(predict(np.array([explanation.image for explanation in found.values()], np.float32)))
    if now.shape != kept.shape or np.abs(now - kept).max() > 1e-3:  # a rounding error is a thousandth of that
        raise ValueError(
            f"{folder} holds explanations of another network than `predict`; give another folder"
        )
