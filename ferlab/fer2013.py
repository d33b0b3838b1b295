"""FER-2013 in each layout that people have it in, with FER+ votes where they are there.

FER-2013: Goodfellow et al. 2013 (arXiv 1307.0414). FER+: Barsoum et al. 2016 (arXiv 1608.01041).
Files are only ever read. What was read is kept in a cache (ferlab.cache) of memory-mapped arrays.
"""

import json
import os
import re
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from .emotions import FER2013, FERPLUS, VOTES
from .faces import SPLITS, Faces

LABELS = ("fer2013", "fer+", "fer+ plurality")
PIXELS = 48 * 48
# Folder and file names by which image sets tell their split. A lone "test" beside "train" is PublicTest, as in
# the folders on Kaggle; beside a validation set it is PrivateTest.
_SPLIT_NAMES = {
    "train": 0,
    "training": 0,
    "validation": 1,
    "valid": 1,
    "val": 1,
    "publictest": 1,
    "privatetest": 2,
}
_VALIDATION = ("validation", "valid", "val")
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
    else:
        faces, where = _read_cached(path), f"from {os.path.basename(os.path.abspath(path))}"
        if labels != "fer2013":
            faces = label_by_votes(faces, labels)
    if split is not None:
        faces = faces.split(split)
        if not len(faces):
            raise ValueError(f"{where}: no face is of split {split}; ask for another, or for split=None")
    part = f", split {split}" if split else ""
    print(f"{len(faces):,} {faces.name}{part} ({where})")
    return faces


def label_by_votes(faces, labels):
    """The Faces that FER+ votes give a label, with that label.

    "fer+" is the majority rule of the authors' published code: votes of one are taken for slips and
    set to zero; what remains must have one label, not "unknown" or "not a face", with more than half of
    the votes. "fer+ plurality" takes the label with the most votes, all counted, the first of equals in the
    order of the votes file; where that is "unknown" or "not a face" the face is left out.
    """
    if faces.votes is None:
        raise ValueError(
            f"labels={labels!r} need FER+ votes: put fer2013new.csv beside the csv of {faces.name} "
            "(folders and parquet have no rows to match votes with)"
        )
    votes = np.asarray(faces.votes, np.int64)
    if labels == "fer+":
        votes = np.where(votes > 1, votes, 0)
        keep = votes.max(1) * 2 > votes.sum(1)
    else:
        keep = votes.sum(1) > 0
    best = votes.argmax(1)
    keep &= best < VOTES.index("unknown")
    to_class = np.array([FERPLUS.index(name) for name in VOTES[:8]])
    name = "drawn faces" if faces.name == "drawn faces" else "FER+"
    return replace(faces[keep], labels=to_class[best[keep]], classes=FERPLUS, name=name)


def _find(source):
    """The file or folder to read, or None for drawn faces."""
    said = source if source is not None else os.environ.get("FERLAB_DATA")
    if said == "drawn":
        return None
    if said:
        path = Path(said).expanduser()
        if not path.exists():
            by = "source" if source is not None else "FERLAB_DATA"
            here = "" if path.is_absolute() else f", so {path.absolute()}"
            raise FileNotFoundError(f"{by} is {path}{here}, which is not there; expected {_LAYOUTS}")
        return _layout(path) or _nothing_known(path)
    for folder in (Path("data"), Path("../data"), Path(__file__).parents[1] / "data"):
        if folder.is_dir() and (found := _layout(folder)):
            return found
    return None


def _layout(path):
    """What of a path can be read: a csv or parquet file, or a folder of images or parquet files."""
    if path.is_file():
        return path
    for name in ("fer2013.csv", "icml_face_data.csv"):
        if (path / name).is_file():
            return path / name
    nested = path / "fer2013"
    folders = {there.name.lower() for there in path.iterdir() if there.is_dir()}
    if any(path.glob("*.parquet")) or folders & {*_SPLIT_NAMES, "test"}:
        return path
    return _layout(nested) if nested.is_dir() else None


def _nothing_known(path):
    there = ", ".join(sorted(p.name for p in path.iterdir())[:6]) or "nothing"
    raise FileNotFoundError(f"no FER-2013 in {path}: found {there}; expected {_LAYOUTS}")


def _read_cached(path):
    from .cache import cached, written_by

    # One entry for each path: that of a changed file takes the place of the one before.
    name = f"fer2013-{zlib.crc32(str(path.resolve()).encode()):08x}"
    arrays = dict(cached((name, written_by("fer2013.py"), *_state(path)), lambda: _read(path)))
    return Faces(classes=FER2013, name="FER-2013", **arrays)


def _state(path):
    """What changes when the files do: names, sizes and times of all that would be read."""
    if path.is_file():
        files = [path, path.with_name("fer2013new.csv")]
    else:
        files = sorted(path.glob("*.parquet")) or sorted(path.rglob("*"))
    stats = [(str(f.resolve()), f.stat().st_size, f.stat().st_mtime_ns) for f in files if f.is_file()]
    return [part for stat in stats for part in stat]


def _read(path):
    """{field of Faces: array} from any layout."""
    if path.is_dir():
        parquet = sorted(path.glob("*.parquet"))
        return _read_parquet(parquet) if parquet else _read_folders(path)
    if path.suffix == ".parquet":
        return _read_parquet([path])
    arrays = _read_csv(path)
    votes = path.with_name("fer2013new.csv")
    if votes.is_file():
        arrays["votes"] = _read_votes(votes, arrays["splits"])
    return arrays


def _table(path, expected):
    """A csv file as an Arrow table of text columns, its headers stripped of blanks."""
    import pyarrow as pa
    from pyarrow import csv

    if not path.stat().st_size:
        raise ValueError(f"{path} is empty; expected the columns {', '.join(expected)}")
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:  # Excel's begin with a mark
            header = file.readline().rstrip("\r\n").split(",")
        names = [name.strip().strip('"') for name in header]
        missing = [name for name in expected if name not in names]
        if missing:
            raise ValueError(
                f"{path} has the columns {', '.join(names)[:200]}; expected {', '.join(expected)}. "
                f"Missing: {', '.join(missing)}"
            )
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=names, skip_rows=1, block_size=1 << 22),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), include_columns=list(expected)
            ),
        )
    except pa.ArrowInvalid as error:
        raise ValueError(f"{path} is no csv as expected, or cut short: {error}") from None
    if not len(table):
        raise ValueError(f"{path} has a header and no rows")
    return table


def _read_csv(path):
    table = _table(path, ("emotion", "Usage", "pixels"))
    labels = _whole_numbers(path, table["emotion"], "emotion")
    wrong = (labels < 0) | (labels >= len(FER2013))
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"{path}, row {row}: emotion is {labels[row]}, expected 0 to {len(FER2013) - 1}")
    usages = [text.strip() for text in table["Usage"].to_pylist()]
    for row, usage in enumerate(usages):
        if usage not in SPLITS:
            raise ValueError(f"{path}, row {row}: Usage is {usage!r}, expected {', '.join(SPLITS)}")
    splits = np.array([SPLITS.index(usage) for usage in usages], np.uint8)
    images = _pixels(path, table["pixels"])
    return {"images": images, "labels": labels, "splits": splits, "rows": np.arange(len(labels))}


def _whole_numbers(path, column, name):
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.utf8_trim_whitespace(column)
    try:
        return pc.cast(texts, pa.int64()).to_numpy().copy()
    except pa.ArrowInvalid:
        # Arrow takes every number of up to 18 digits, so one that isn't is among them.
        texts = texts.to_pylist()
        row = next(i for i, text in enumerate(texts) if not re.fullmatch(r"-?[0-9]{1,18}", text))
        raise ValueError(f"{path}, row {row}: {name} is {texts[row]!r}, expected a whole number") from None


def _pixels(path, column):
    """uint8 (n, 48, 48) from texts of 2304 numbers; blocks of rows are parsed side by side."""
    from joblib import Parallel, delayed

    chunks = [chunk for chunk in column.chunks if len(chunk)]
    first = np.cumsum([0] + [len(chunk) for chunk in chunks])
    parsed = Parallel(n_jobs=-1, prefer="threads")(delayed(_numbers)(chunk) for chunk in chunks)
    for chunk, values, row in zip(chunks, parsed, first, strict=False):
        if values is None:
            _complain_of_a_row(path, chunk.to_pylist(), row)
    return np.concatenate(parsed)


def _numbers(chunk):
    """uint8 (rows, 48, 48) from an Arrow array of texts, or None where a row is not 2304 numbers up to 255.

    Works on the bytes of all rows at once: a number is read at its last digit, from up to two digits
    before it in the same row.
    """
    offsets = np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
    if chunk.null_count or offsets[-1] == offsets[0]:
        return None
    data = np.frombuffer(chunk.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    starts = (offsets - offsets[0])[:-1]
    if (np.diff(offsets) == 0).any():
        return None
    value = data - np.uint8(48)  # anything but a digit wraps round to 10 or more
    digit = value < 10
    if not (digit | (data == 32)).all():
        return None
    # follows: the byte before is a digit of the same number; third, fourth: so many digits up to here.
    follows = np.zeros_like(digit)
    follows[1:] = digit[:-1] & digit[1:]
    follows[starts] = False
    third, fourth = np.zeros_like(digit), np.zeros_like(digit)
    third[1:] = follows[:-1] & follows[1:]
    fourth[1:] = third[:-1] & follows[1:]
    last = digit
    last[:-1] &= ~follows[1:]
    if fourth.any() or (np.add.reduceat(last, starts, dtype=np.int32) != PIXELS).any():
        return None
    tens, hundreds = np.zeros_like(value), np.zeros_like(value)
    tens[1:] = value[:-1] * follows[1:]
    hundreds[2:] = value[:-2] * third[2:]
    whole = value[last] + np.uint16(10) * tens[last] + np.uint16(100) * hundreds[last]
    return whole.astype(np.uint8).reshape(-1, 48, 48) if whole.max() <= 255 else None


def _complain_of_a_row(path, texts, first):
    for i, text in enumerate(texts):
        parts = (text or "").split()
        where = f"{path}, row {first + i}"
        for part in parts:
            if not part.isdigit() or int(part) > 255:
                raise ValueError(f"{where}: a pixel is {part!r}, expected a whole number from 0 to 255")
        if len(parts) != PIXELS:
            raise ValueError(
                f"{where}: {len(parts)} pixels, expected {PIXELS} (48x48). Is the file cut short? Fetch it again"
            )
        if odd := re.search(r"[^0-9 ]|\d{4,}", text):
            raise ValueError(
                f"{where}: {odd.group()!r} stands among the pixels, expected numbers of up to three digits with blanks "
                "between them"
            )


def _read_votes(path, splits):
    """uint8 (n, 10) from fer2013new.csv, whose rows follow those of fer2013.csv."""
    names = (
        "neutral",
        "happiness",
        "surprise",
        "sadness",
        "anger",
        "disgust",
        "fear",
        "contempt",
        "unknown",
        "NF",
    )
    table = _table(path, ("Usage", *names))
    if len(table) != len(splits):
        raise ValueError(
            f"{path} has {len(table)} rows and the faces {len(splits)}; FER+ goes row for row with fer2013.csv, "
            "so both must be whole, or cut in the same way"
        )
    usages = np.array([text.strip() for text in table["Usage"].to_pylist()])
    other = np.flatnonzero(usages != np.array(SPLITS)[splits])
    if len(other):
        row = int(other[0])
        raise ValueError(
            f"{path}, row {row}: Usage is {str(usages[row])!r}, but {SPLITS[splits[row]]} in the faces' file: "
            "the two don't belong together"
        )
    votes = np.stack([_whole_numbers(path, table[name], name) for name in names], axis=1)
    if votes.min() < 0 or votes.max() > 255:
        row = int(np.argwhere((votes < 0) | (votes > 255))[0, 0])
        raise ValueError(f"{path}, row {row}: votes are {votes[row].tolist()}, expected counts from 0 to 255")
    return votes.astype(np.uint8)


def _split_names(there):
    validated = any(name.startswith(_VALIDATION) for name in there)
    return {**_SPLIT_NAMES, "test": 2 if validated else 1}


def _read_folders(path):
    """train/<label>/*.png and the like; the split is told by the folder.

    Kaggle's `test` holds PublicTest and PrivateTest; where there is no validation folder the file's name tells which.
    """
    images, labels, splits = [], [], []
    split_names = _split_names(p.name.lower() for p in path.iterdir())
    files = sorted(f for f in path.glob("*/*/*") if f.suffix.lower() in (".png", ".jpg", ".jpeg", ".bmp"))
    for file in files:
        label, split = file.parent.name.lower(), file.parent.parent.name.lower()
        if split not in split_names:
            continue
        if label not in FER2013:
            raise ValueError(f"{file.parent} is no label's folder; expected {', '.join(FER2013)}")
        lone_test = split == "test" and split_names["test"] == 1
        private = lone_test and file.name.lower().startswith("privatetest")
        splits.append(2 if private else split_names[split])
        labels.append(FER2013.index(label))
        images.append(_image(file, str(file)))
    if not images:
        raise ValueError(f"{path}: no image found; expected {path / 'train/happy/name.png'} and the like")
    return _stacked(images, labels, splits)


def _image(file, where):
    """uint8 (48, 48) from an image file; grey, alpha over white, 16 bits scaled down."""
    from PIL import Image, UnidentifiedImageError

    from .photo import to_grey

    try:
        with Image.open(file) as image:
            grey = to_grey(image)
    except UnidentifiedImageError:
        raise ValueError(f"{where} is not an image that can be read") from None
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{where} is damaged or cut short: {error}") from None
    if grey.shape != (48, 48):
        raise ValueError(
            f"{where} is {grey.shape[1]}x{grey.shape[0]}, expected 48x48; for a photo use ferlab.face_from_photo"
        )
    return grey


def _read_parquet(files):
    """train, validation, test .parquet with a column image of {bytes, path} and a column label."""
    import io

    import pyarrow as pa
    from pyarrow import parquet

    images, labels, splits = [], [], []
    split_names = _split_names(file.stem.lower() for file in files)
    for file in files:
        split = next((k for name, k in split_names.items() if file.stem.lower().startswith(name)), None)
        if split is None:
            raise ValueError(f"{file}: the name tells no split; expected train, validation or test .parquet")
        try:
            table = parquet.read_table(file)
        except (pa.ArrowInvalid, OSError) as error:
            raise ValueError(f"{file} is no parquet file, or cut short: {error}") from None
        if not {"image", "label"} <= set(table.column_names):
            raise ValueError(
                f"{file} has the columns {', '.join(table.column_names)}; expected image and label"
            )
        numbers = _label_numbers(file, table.schema.metadata)
        for row, (image, label) in enumerate(
            zip(table["image"].to_pylist(), table["label"].to_pylist(), strict=True)
        ):
            where = f"{file}, row {row}"
            if label not in range(len(numbers)):
                raise ValueError(f"{where}: label is {label!r}, expected 0 to {len(numbers) - 1}")
            if not isinstance(image, dict) or not image.get("bytes"):
                raise ValueError(f"{where}: image is {type(image).__name__}, expected a struct with bytes")
            images.append(_image(io.BytesIO(image["bytes"]), where))
            labels.append(numbers[int(label)])  # pandas writes whole numbers as floats where one is missing
            splits.append(split)
    if not images:
        raise ValueError(f"{', '.join(map(str, files))}: no rows")
    return _stacked(images, labels, splits)


def _label_numbers(file, metadata):
    """FER-2013's number of each of the file's. Data hubs write the names beside them, often in the alphabet's order."""
    try:
        about = json.loads((metadata or {}).get(b"huggingface", b"{}"))
        names = about["info"]["features"]["label"]["names"]
    except (ValueError, KeyError, TypeError):
        return range(len(FER2013))
    names = [str(name).lower() for name in names]
    if odd := set(names) - set(FER2013):
        raise ValueError(f"{file} names the labels {', '.join(sorted(odd))}; expected {', '.join(FER2013)}")
    return [FER2013.index(name) for name in names]


def _stacked(images, labels, splits):
    return {
        "images": np.stack(images),
        "labels": np.array(labels, np.int64),
        "splits": np.array(splits, np.uint8),
        "rows": np.arange(len(images)),
    }
