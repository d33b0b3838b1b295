"""FER-2013's csv and that of the FER+ votes, read by columns: quickly, and row by row only to complain."""

import re

import numpy as np

from .emotions import ALSO_CALLED, FER2013, VOTES
from .faces import SPLITS

PIXELS = 48 * 48
# How files begin that are not the csv which somebody took them for.
_OTHER_KINDS = {
    b"PK\x03\x04": "a zip or npz archive: unpack it first",
    b"\x1f\x8b": "compressed: unpack it first",
    b"PAR1": "a parquet file: call it train.parquet",
    b"<": "a web page: sign in where the data are, and fetch the file itself",
    b"version https://git-lfs": "a pointer to the file: fetch the file itself (git lfs pull)",
    b"\xff\xfe": "saved as UTF-16: save it as CSV UTF-8",
}


def _table(path, expected):
    """A csv file as an Arrow table of text columns called as in `expected`, whatever their case and order."""
    import pyarrow as pa
    from pyarrow import csv

    names, delimiter = _header(path, expected)
    try:
        return csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=names, skip_rows=1, block_size=1 << 22),
            parse_options=csv.ParseOptions(delimiter=delimiter),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), include_columns=list(expected)
            ),
        )
    except pa.ArrowInvalid as error:
        raise ValueError(f"{path} is no csv as expected, or cut short: {error}") from None


def _header(path, expected):
    """The names of a csv's columns, those of `expected` spelt as there, and the character that parts them."""
    with open(path, "rb") as file:
        begin = file.read(64)
    if not begin:
        raise ValueError(f"{path} is empty; expected the columns {', '.join(expected)}")
    for mark, kind in _OTHER_KINDS.items():
        if begin.lstrip().startswith(mark):
            raise ValueError(f"{path} is {kind}; expected a csv with the columns {', '.join(expected)}")
    with open(path, encoding="utf-8-sig", errors="replace") as file:  # Excel's begin with a mark
        line = file.readline().rstrip("\n")
    delimiter = max(",;\t", key=line.count)  # Excel parts by semicolons where commas are decimal points
    spelt = {name.lower(): name for name in expected} | {
        also: name for also, name in ALSO_CALLED.items() if name in expected
    }
    found = [name.strip().strip('"') for name in line.split(delimiter)]
    names = [spelt.get(name.lower(), name) for name in found]
    if missing := [name for name in expected if name not in names]:
        raise ValueError(
            f"{path} has the columns {', '.join(found)[:200]}; expected {', '.join(expected)}. "
            f"Missing: {', '.join(missing)}"
        )
    return names, delimiter


def read_csv(path):
    """{field of Faces: array} from fer2013.csv or icml_face_data.csv."""
    table = _table(path, ("emotion", "Usage", "pixels"))
    if not len(table):
        raise ValueError(f"{path} has a header and no rows")
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
    if chunk.null_count or (np.diff(offsets) == 0).any():
        return None
    data = np.frombuffer(chunk.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    starts = (offsets - offsets[0])[:-1]
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
            why = "Is the file cut short? Fetch it again" if len(parts) < PIXELS else "Are its faces larger?"
            raise ValueError(f"{where}: {len(parts)} pixels, expected {PIXELS} (48x48). {why}")
        if odd := re.search(r"[^0-9 ]|\d{4,}", text):
            raise ValueError(
                f"{where}: {odd.group()!r} stands among the pixels, expected numbers of up to three digits with blanks "
                "between them"
            )


def read_votes(path, splits):
    """uint8 (n, 10) from fer2013new.csv, whose rows follow those of fer2013.csv."""
    table = _table(path, ("Usage", *VOTES))
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
    votes = np.stack([_whole_numbers(path, table[name], name) for name in VOTES], axis=1)
    if votes.min() < 0 or votes.max() > 255:
        row = int(np.argwhere((votes < 0) | (votes > 255))[0, 0])
        raise ValueError(f"{path}, row {row}: votes are {votes[row].tolist()}, expected counts from 0 to 255")
    return votes.astype(np.uint8)
