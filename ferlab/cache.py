"""Arrays that take long to make, kept on disk and memory-mapped: thirty kernels share one copy."""

import hashlib
import json
import os
import shutil
import time
import uuid
import warnings
import zlib
from pathlib import Path

import numpy as np

_ABANDONED = 3600  # seconds after which what a killed kernel left half-made is swept away


def cache_folder():
    """Where the cache lies: $FERLAB_CACHE, else the user's own. It may be deleted at any time."""
    if os.environ.get("FERLAB_CACHE"):
        return Path(os.environ["FERLAB_CACHE"]).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("ferlab", appauthor=False))


def written_by(*modules):
    """A number that changes with the text of these modules of ferlab's (names of files): part of a key."""
    return zlib.crc32(b"".join(Path(__file__).with_name(module).read_bytes() for module in modules))


def cached(key, build):
    """The arrays that build() returns, from the cache if they were built before.

    key    tuple of texts and numbers that says all that the arrays depend on (a path, its size and time,
           `written_by` the code). Its first entry names the thing: another key of the same name is what became
           of that, and takes its place.
    build  function without arguments that returns {name: array}

    Returns {name: read-only array}, memory-mapped. The entry is written to a folder of its own and then
    renamed, so it is there whole or not at all: of two kernels that build at once the second uses the
    first one's, and a kill in the middle leaves nothing that is ever read. A damaged entry is built
    again. When nothing can be written (disk full, no permission) a warning says so and the arrays
    come from memory.
    """
    digest = hashlib.sha256(repr(key).encode()).hexdigest()[:20]
    entry = cache_folder() / f"{key[0]}-{digest}"
    arrays = _read(entry)
    if arrays is not None:
        return arrays
    arrays = build()
    try:
        _write(entry, arrays)
        written = _read(entry)
        for older in set(entry.parent.glob(f"{key[0]}-{'[0-9a-f]' * 20}")) - {entry}:
            shutil.rmtree(older, ignore_errors=True)
    except OSError as error:
        written = None
        warnings.warn(
            f"{cache_folder()} can't be written ({error.strerror or error}), so this is read anew each time; "
            "free some space, or set FERLAB_CACHE to another folder",
            stacklevel=3,
        )
    if written is not None:
        return written
    for array in arrays.values():  # as read-only as the cached ones, so that code meets no difference
        array.flags.writeable = False
    return arrays


def _read(entry):
    """The entry's arrays, or None when it is missing or damaged."""
    try:
        sizes = json.loads((entry / "sizes.json").read_text())
        if not sizes:
            return None
        arrays = {}
        for name, size in sizes.items():
            file = entry / f"{name}.npy"
            if file.stat().st_size != size:
                return None
            arrays[name] = np.asarray(np.load(file, mmap_mode="r"))
        return arrays
    except (OSError, ValueError, AttributeError, EOFError):
        return None


def _write(entry, arrays):
    entry.parent.mkdir(parents=True, exist_ok=True)
    sweep(entry.parent)
    half = entry.with_name(f"{entry.name}.half-{uuid.uuid4().hex[:12]}")
    half.mkdir()
    try:
        sizes = {}
        for name, array in arrays.items():
            with open(half / f"{name}.npy", "wb") as file:
                np.save(file, array, allow_pickle=False)
                _to_disk(file)
                sizes[name] = file.tell()
        with open(half / "sizes.json", "w") as file:
            json.dump(sizes, file)
            _to_disk(file)
        _put(half, entry)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _to_disk(file):
    file.flush()
    os.fsync(file.fileno())


def _put(half, entry):
    """Rename half to entry. Another kernel's whole entry stays, a damaged one makes way."""
    try:
        os.rename(half, entry)
    except OSError:
        if _read(entry) is not None:
            return
        damaged = half.with_name(f"{half.name}-damaged")
        os.rename(entry, damaged)
        os.rename(half, entry)
        shutil.rmtree(damaged, ignore_errors=True)


def sweep(folder):
    """Remove what kernels that were killed long ago left half-made in a folder: folders or files *.half-*."""
    for half in folder.glob("*.half-*"):
        try:
            if time.time() - half.stat().st_mtime <= _ABANDONED:
                continue
            if half.is_dir():
                shutil.rmtree(half, ignore_errors=True)
            else:
                half.unlink()
        except FileNotFoundError:
            pass
