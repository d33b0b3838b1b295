"""FER-2013 in each layout that people have it in, with FER+ votes where they are there.

FER-2013: Goodfellow et al. 2013 (arXiv 1307.0414). FER+: Barsoum et al. 2016 (arXiv 1608.01041).
Files are only ever read. What was read is kept in a cache (ferlab.cache) of memory-mapped arrays.
"""

import os
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from .emotions import FER2013, FERPLUS, VOTES
from .faces import SPLITS, Faces
from .fer2013_csv import read_csv, read_votes
from .fer2013_images import SPLIT_NAMES, label_number, read_folders, read_parquet

# What was read is read anew when one of these changes.
_READ_BY = ("fer2013.py", "fer2013_csv.py", "fer2013_images.py", "photo.py", "emotions.py")
SIZES = (28_709, 3_589, 3_589)  # faces of each of faces.SPLITS
LABELS = ("fer2013", "fer+", "fer+ plurality")
_LAYOUTS = "fer2013.csv, icml_face_data.csv, train.parquet, or a folder train/ with one folder per label"


def load_faces(source=None, *, labels="fer2013", split=None):
    """The faces that the course works on, as Faces.

    source  a file or folder of FER-2013, or "drawn". By default $FERLAB_DATA, else data/ beside the
            notebooks; where no FER-2013 is found there, the faces that ferlab draws.
    labels  "fer2013" for its seven labels; "fer+" for eight by the annotators' majority, as the authors
            count it; "fer+ plurality" for eight by the most votes
    split   "Training", "PublicTest" or "PrivateTest"; None for all

    Prints one line that says which faces these are. Errors name the file and row, what was found and
    what was expected: FileNotFoundError and ValueError.
    """
    if labels not in LABELS:
        raise ValueError(f"labels {labels!r} are unknown; there are {', '.join(map(repr, LABELS))}")
    if split is not None and split not in SPLITS:
        raise ValueError(f"split {split!r} is unknown; there are {', '.join(SPLITS)}")
    path = _find(source)
    if path is None:
        from .drawn import course_faces

        faces, where = course_faces(labels), "to use FER-2013, set FERLAB_DATA or see data/README.md"
        if source is None and not os.environ.get("FERLAB_DATA"):
            unread = [
                f"{folder} holds {there}" for folder in _usual_folders() if (there := _contents(folder))
            ]
            where += "".join(f"; not read: {words}" for words in unread[:1])
    else:
        faces, where = _read_cached(path), f"from {os.path.basename(os.path.abspath(path))}"
        if labels != "fer2013":
            faces = label_by_votes(faces, labels)
    if split is not None:
        if SPLITS.index(split) not in faces.splits:
            there = [
                f"{name} ({len(faces.split(name)):,})" for k, name in enumerate(SPLITS) if k in faces.splits
            ]
            raise ValueError(f"{where}: no face is of split {split}; there are {', '.join(there)}")
        faces = faces.split(split)
    part = f", split {split}" if split else ""
    print(f"{len(faces):,} {faces.name}{part} ({where})")
    return faces


def label_by_votes(faces, labels):
    """The Faces that FER+ votes give a label, with that label.

    "fer+" is the majority rule of the authors' published code: votes of one are taken for slips and
    set to zero; what remains must have one label, not "unknown" or "not a face", with more than half of
    the votes. "fer+ plurality" takes the label with the most votes, all counted, the first of equals in the
    order of the votes file; where that is "unknown" or "not a face" the face is left out.

    ValueError where there are no votes.
    """
    votes = faces.votes_for(VOTES).astype(np.int64)
    if labels == "fer+":
        votes = np.where(votes > 1, votes, 0)
        keep = votes.max(1) * 2 > votes.sum(1)
    else:
        keep = votes.sum(1) > 0
    best = votes.argmax(1)
    keep &= best < VOTES.index("unknown")
    to_class = np.array([FERPLUS.index(name) for name in VOTES[:8]])
    name = "drawn faces" if faces.name == "drawn faces" else "FER+ faces"
    return replace(faces[keep], labels=to_class[best[keep]], classes=FERPLUS, name=name)


def _find(source):
    """The file or folder to read, or None for drawn faces."""
    # Windows' `set` keeps the quotation marks around what it sets.
    said = source if source is not None else os.environ.get("FERLAB_DATA", "").strip().strip("\"'")
    if str(said).lower() == "drawn":
        return None
    if said:
        path = Path(said).expanduser()
        if not path.exists():
            by = "source" if source is not None else "FERLAB_DATA"
            here = "" if path.is_absolute() else f", so {path.absolute()}"
            raise FileNotFoundError(f"{by} is {path}{here}, which is not there; expected {_LAYOUTS}")
        if found := _layout(path):
            return found
        raise FileNotFoundError(
            f"no FER-2013 in {path}: found {_contents(path) or 'nothing'}; expected {_LAYOUTS}"
        )
    for folder in _usual_folders():
        if found := _layout(folder):
            return found
    return None


def _usual_folders():
    folders = Path("data"), Path("../data"), Path(__file__).parents[1] / "data"
    return [folder for folder in folders if folder.is_dir()]


def _layout(path, depth=2):
    """What of a path can be read: a csv or parquet file, or a folder of images or parquet files.

    Archives unpack to folders in folders, so where a folder is none of these, those in it are looked at too.
    """
    if path.is_file():
        return path
    there = [p for p in sorted(path.iterdir()) if not p.name.startswith((".", "__MACOSX"))]
    files = {p.name.lower(): p for p in there if p.is_file()}
    for name in ("fer2013.csv", "icml_face_data.csv"):
        if name in files:
            return files[name]
    folders = {p.name.lower(): p for p in there if p.is_dir()}
    if any(name.endswith(".parquet") for name in files) or folders.keys() & {*SPLIT_NAMES, "test"}:
        return path
    found = [inside for p in folders.values() if depth and (inside := _layout(p, depth - 1))]
    if len(found) > 1:
        raise ValueError(
            f"{path} holds FER-2013 more than once: {', '.join(map(str, found))}; name the one to read"
        )
    return found[0] if found else None


def _contents(folder):
    """What lies in a folder, in words, with advice where it is known what that is."""
    names = sorted(p.name for p in folder.iterdir() if not p.name.startswith((".", "README")))
    words = ", ".join(names[:6]) + (" and more" if len(names) > 6 else "")
    if any(label_number(name) is not None for name in names):
        return words + ": folders of labels. Name the folder above, which says the split"
    if any(name.lower().endswith((".zip", ".gz", ".tar", ".7z")) for name in names):
        return words + ": unpack it first"
    return words


def _read_cached(path):
    from .cache import cached, written_by

    # One entry for each path: that of a changed file takes the place of the one before.
    name = f"fer2013-{zlib.crc32(str(path.resolve()).encode()):08x}"
    arrays = dict(cached((name, written_by(*_READ_BY), *_state(path)), lambda: _read(path)))
    return Faces(classes=FER2013, name="FER-2013 faces", **arrays)


def _state(path):
    """What changes when the files do: names, sizes and times of all that would be read."""
    if path.is_file():
        files = [path, path.with_name("fer2013new.csv")]
    else:
        files = _parquet_files(path) or sorted(path.rglob("*"))
    stats = [(str(f.resolve()), f.stat().st_size, f.stat().st_mtime_ns) for f in files if f.is_file()]
    return [part for stat in stats for part in stat]


def _parquet_files(folder):
    return sorted(
        p for p in folder.iterdir() if p.suffix.lower() == ".parquet" and not p.name.startswith(".")
    )


def _read(path):
    """{field of Faces: array} from any layout."""
    if path.is_dir():
        parquet = _parquet_files(path)
        return read_parquet(parquet) if parquet else read_folders(path)
    if path.suffix.lower() == ".parquet":
        return read_parquet([path])
    arrays = read_csv(path)
    votes = path.with_name("fer2013new.csv")
    if votes.is_file():
        arrays["votes"] = read_votes(votes, arrays["splits"])
    return arrays
