"""FER-2013 as images: folders with one folder per label, and parquet as data hubs have it."""

import json

import numpy as np

from .emotions import ALSO_CALLED, FER2013

# Folder and file names by which image sets tell their split. A lone "test" beside "train" is PublicTest, as in
# the folders on Kaggle; beside a validation set it is PrivateTest.
SPLIT_NAMES = {
    "train": 0,
    "training": 0,
    "validation": 1,
    "valid": 1,
    "val": 1,
    "publictest": 1,
    "privatetest": 2,
}
_VALIDATION = ("validation", "valid", "val")
_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp")
_TRAINING = (3995, 436, 4097, 7215, 4830, 3171, 4965)  # so many faces of each label, in FER-2013's order


def _split_names(there):
    validated = any(name.startswith(_VALIDATION) for name in there)
    return {**SPLIT_NAMES, "test": 2 if validated else 1}


def label_number(name):
    """FER-2013's number of a label, by whichever of its names, or None."""
    name = ALSO_CALLED.get(name.lower(), name.lower())
    return FER2013.index(name) if name in FER2013 else None


def read_folders(path):
    """{field of Faces: array} from train/<label>/*.png and the like; the split is told by the folder.

    Kaggle's `test` holds PublicTest and PrivateTest; where there is no validation folder the file's name tells which.
    """
    images, labels, splits = [], [], []
    split_names = _split_names(p.name.lower() for p in path.iterdir())
    for file in _image_files(path, split_names):
        label, split = label_number(file.parent.name), file.parent.parent.name.lower()
        if label is None:
            raise ValueError(f"{file.parent} is no label's folder; expected {', '.join(FER2013)}")
        lone_test = split == "test" and split_names["test"] == 1
        private = lone_test and file.name.lower().startswith("privatetest")
        splits.append(2 if private else split_names[split])
        labels.append(label)
        images.append(_image(file, str(file)))
    if not images:
        raise ValueError(
            f"{path}: no image found; expected {path / 'train/happy/name.png'} and the like, {', '.join(_ENDINGS)}"
        )
    return _stacked(images, labels, splits)


def _image_files(path, split_names):
    """The image files two folders down, in order: less what systems hide there, and none twice."""
    folders = [p for p in sorted(path.iterdir()) if p.is_dir() and p.name.lower() in split_names]
    of_split = {}
    for folder in folders:
        other = of_split.setdefault(split_names[folder.name.lower()], folder)
        if other != folder:
            raise ValueError(f"{other} and {folder} are both of one split; move one of them away")
    files = [
        file
        for folder in folders
        for file in sorted(folder.glob("*/*"))
        if file.suffix.lower() in _ENDINGS
        and not file.name.startswith(".")
        and not file.parent.name.startswith(".")
    ]
    without_ending = {}
    for file in files:
        other = without_ending.setdefault(file.with_suffix(""), file)
        if other != file:
            raise ValueError(f"{other} and {file} seem to be one face, there twice; remove one of each pair")
    return files


def _image(file, where):
    """uint8 (48, 48) from an image file; grey, alpha over white, 16 bits scaled down."""
    from PIL import Image, UnidentifiedImageError

    from .photo import to_grey

    try:
        with Image.open(file) as image:
            if image.size != (48, 48):  # before it is unpacked, for it may be huge
                size = "x".join(map(str, image.size))
                raise ValueError(f"{where} is {size}, expected 48x48; for a photo use ferlab.face_from_photo")
            return to_grey(image)
    except UnidentifiedImageError:
        raise ValueError(f"{where} is not an image that can be read") from None
    except Image.DecompressionBombError:
        raise ValueError(f"{where} has far too many pixels, expected 48x48") from None
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{where} is damaged or cut short: {error}") from None


def read_parquet(files):
    """{field of Faces: array} from train, validation, test .parquet: a column image of {bytes, path}, one label."""
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
    counts = np.bincount(np.array(labels)[np.array(splits) == 0], minlength=len(FER2013)).tolist()
    if sorted(counts) == sorted(_TRAINING) and counts != list(_TRAINING):
        raise ValueError(
            f"{', '.join(map(str, files))}: FER-2013's numbers of faces, but under other labels: {counts}, expected "
            f"{list(_TRAINING)} of {', '.join(FER2013)}. Are its labels in the alphabet's order? Then number them anew"
        )
    return _stacked(images, labels, splits)


def _label_numbers(file, metadata):
    """FER-2013's number of each of the file's. Data hubs write the names beside them, often in the alphabet's order."""
    try:
        about = json.loads((metadata or {}).get(b"huggingface", b"{}"))
        names = about["info"]["features"]["label"]["names"]
    except (ValueError, KeyError, TypeError):
        return range(len(FER2013))
    numbers = [label_number(str(name)) for name in names]
    if None in numbers:
        raise ValueError(
            f"{file} names the labels {', '.join(map(str, names))}; expected {', '.join(FER2013)}"
        )
    return numbers


def _stacked(images, labels, splits):
    return {
        "images": np.stack(images),
        "labels": np.array(labels, np.int64),
        "splits": np.array(splits, np.uint8),
        "rows": np.arange(len(images)),
    }
