"""Reading FER-2013: every layout gives the same faces, every broken file a clear error."""

import gzip
import io
import json
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from ferlab import fer2013, fer2013_csv
from ferlab.emotions import FER2013, FERPLUS
from ferlab.faces import SPLITS, Faces

VOTE_HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (12, 48, 48)).astype(np.uint8)
LABELS = np.arange(12) % 7
USAGES = ["Training"] * 7 + ["PublicTest"] * 3 + ["PrivateTest"] * 2
VOTES = np.zeros((12, 10), int)
VOTES[:, 1] = 10


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("FERLAB_DATA", raising=False)


def text(image):
    return " ".join(map(str, image.ravel().tolist()))


def rows(images=IMAGES, labels=LABELS, usages=USAGES):
    return [f"{k},{text(x)},{u}" for x, k, u in zip(images, labels, usages, strict=True)]


def write_csv(folder, lines=None, header="emotion,pixels,Usage", name="fer2013.csv"):
    path = folder / name
    path.write_text("\n".join([header, *(rows() if lines is None else lines)]) + "\n")
    return path


def write_votes(folder, votes=VOTES, usages=USAGES, header=VOTE_HEADER):
    lines = [
        f"{u},fer{i:07d}.png,{','.join(map(str, v))}"
        for i, (u, v) in enumerate(zip(usages, votes, strict=True))
    ]
    (folder / "fer2013new.csv").write_text("\n".join([header, *lines]) + "\n")


def png(image, form="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, form)
    return buffer.getvalue()


def write_folders(folder):
    for i, (image, label, usage) in enumerate(zip(IMAGES, LABELS, USAGES, strict=True)):
        place = folder / ("train" if usage == "Training" else "test") / FER2013[label]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{usage}_{i:03}.png").write_bytes(png(image))


def write_parquet(folder, image=None, label=None, columns=("image", "label")):
    import pyarrow as pa
    from pyarrow import parquet

    for name, usage in zip(("train", "validation", "test"), SPLITS, strict=True):
        which = [i for i, u in enumerate(USAGES) if u == usage]
        images = [{"bytes": png(IMAGES[i]), "path": None} if image is None else image for i in which]
        labels = [int(LABELS[i]) if label is None else label for i in which]
        parquet.write_table(
            pa.table(dict(zip(columns, (images, labels), strict=True))), folder / f"{name}.parquet"
        )


def in_order(faces):
    order = np.lexsort((faces.images.sum((1, 2)), faces.splits))
    return faces[order]


@pytest.mark.parametrize("layout", ["csv", "icml", "folders", "parquet", "nested"])
def test_every_layout_gives_the_same_faces(layout, tmp_path, capsys):
    if layout == "csv":
        write_csv(tmp_path)
    elif layout == "icml":
        lines = [f"{k},{u},{text(x)}" for x, k, u in zip(IMAGES, LABELS, USAGES, strict=True)]
        write_csv(tmp_path, lines, "emotion, Usage, pixels", "icml_face_data.csv")
    elif layout == "nested":
        (tmp_path / "fer2013").mkdir()
        write_csv(tmp_path / "fer2013")
    else:
        {"folders": write_folders, "parquet": write_parquet}[layout](tmp_path)
    faces = in_order(fer2013.load_faces(tmp_path))
    same = in_order(
        Faces(IMAGES, LABELS, FER2013, "", np.array([SPLITS.index(u) for u in USAGES]), np.arange(12))
    )
    np.testing.assert_array_equal(faces.images, same.images)
    np.testing.assert_array_equal(faces.labels, same.labels)
    np.testing.assert_array_equal(faces.splits, same.splits)
    assert faces.name == "FER-2013 faces"
    assert capsys.readouterr().out.count("\n") == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hnp.arrays(np.uint8, (3, 48, 48)), st.lists(st.integers(0, 6), min_size=3, max_size=3))
def test_what_is_written_is_read(tmp_path, images, labels):
    path = write_csv(tmp_path, rows(images, labels, ["Training"] * 3))
    read = fer2013_csv.read_csv(path)
    np.testing.assert_array_equal(read["images"], images)
    assert read["labels"].tolist() == labels


def test_the_second_read_comes_from_the_cache_and_a_changed_file_does_not(tmp_path):
    path = write_csv(tmp_path)
    fer2013.load_faces(path)
    then = path.stat()
    write_csv(tmp_path, rows(IMAGES[:, ::-1]))  # other pixels in as many bytes
    os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))  # and, by what the disk says, at the same time
    again = fer2013.load_faces(path)
    np.testing.assert_array_equal(again.images, IMAGES)
    assert not again.images.flags.writeable  # memory-mapped
    write_csv(tmp_path, rows()[:5])
    assert len(fer2013.load_faces(path)) == 5


def test_an_image_added_to_a_folder_is_read_though_the_others_are_in_the_cache(tmp_path):
    write_folders(tmp_path)
    assert len(fer2013.load_faces(tmp_path)) == 12
    (tmp_path / "train" / "happy" / "one_more.png").write_bytes(png(IMAGES[0]))
    assert len(fer2013.load_faces(tmp_path)) == 13


def test_where_faces_are_looked_for(tmp_path, monkeypatch):
    write_csv(tmp_path)
    monkeypatch.setenv("FERLAB_DATA", str(tmp_path))
    assert fer2013.load_faces().name == "FER-2013 faces"
    assert fer2013.load_faces("drawn").name == "drawn faces"
    monkeypatch.setenv("FERLAB_DATA", "drawn")
    assert fer2013.load_faces().name == "drawn faces"


def test_the_folder_one_stands_in_is_called_by_its_name(tmp_path, monkeypatch, capsys):
    (tmp_path / "mine").mkdir()
    write_parquet(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    fer2013.load_faces(".")
    assert capsys.readouterr().out == "12 FER-2013 faces (from mine)\n"


def test_split(tmp_path):
    write_csv(tmp_path)
    assert [len(fer2013.load_faces(tmp_path, split=name)) for name in SPLITS] == [7, 3, 2]


@pytest.mark.parametrize(
    ("votes", "majority", "plurality"),
    [
        # neutral, happy, surprise, sad, angry, disgust, fear, contempt, unknown, not a face
        ([10, 0, 0, 0, 0, 0, 0, 0, 0, 0], "neutral", "neutral"),
        ([0, 6, 4, 0, 0, 0, 0, 0, 0, 0], "happy", "happy"),
        ([0, 5, 5, 0, 0, 0, 0, 0, 0, 0], None, "happy"),  # five of ten is not more than half
        ([0, 5, 4, 1, 0, 0, 0, 0, 0, 0], "happy", "happy"),  # the single vote is taken for a slip
        ([0, 0, 4, 0, 0, 0, 4, 0, 2, 0], None, "surprise"),
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], None, "neutral"),
        ([0, 0, 0, 0, 0, 0, 0, 8, 2, 0], "contempt", "contempt"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 10, 0], None, None),
        ([0, 2, 0, 0, 0, 0, 0, 0, 0, 8], None, None),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], None, None),
    ],
)
def test_the_rules_of_ferplus(votes, majority, plurality):
    one = Faces(
        IMAGES[:1], LABELS[:1], FER2013, "FER-2013", np.zeros(1, np.uint8), np.arange(1), np.array([votes])
    )
    for rule, label in (("fer+", majority), ("fer+ plurality", plurality)):
        found = fer2013.label_by_votes(one, rule)
        assert [found.classes[k] for k in found.labels] == ([label] if label else [])
        assert found.classes == FERPLUS


def changed(i, line):
    lines = rows()
    lines[i] = line
    return lines


def pixels(n=2304, last="0"):
    return " ".join(["7"] * (n - 1) + [last])


BAD_CSV = {
    "empty": (lambda f: (f / "fer2013.csv").write_bytes(b""), "is empty"),
    "header only": (lambda f: write_csv(f, []), "no rows"),
    "other header": (lambda f: write_csv(f, header="label,pixels,Usage"), "Missing: emotion"),
    "no header": (lambda f: write_csv(f, header=rows()[0]), "Missing: emotion"),
    "cut short in a row": (lambda f: write_csv(f, [*rows()[:3], rows()[3][:400]]), "cut short|row 3"),
    "too few pixels": (
        lambda f: write_csv(f, changed(4, f"0,{pixels(2303)},Training")),
        "row 4: 2303 pixels",
    ),
    "too many pixels": (
        lambda f: write_csv(f, changed(4, f"0,{pixels(2305)},Training")),
        "row 4: 2305 pixels",
    ),
    "few here, many there": (
        lambda f: write_csv(f, [f"0,{pixels(2303)},Training", f"0,{pixels(2305)},Training"]),
        "row 0: 2303 pixels",
    ),
    "no pixels": (lambda f: write_csv(f, changed(2, "0,,Training")), "row 2: 0 pixels"),
    "a letter": (
        lambda f: write_csv(f, changed(5, f"0,{pixels(last='x')},Training")),
        "row 5: a pixel is 'x'",
    ),
    "negative": (
        lambda f: write_csv(f, changed(5, f"0,{pixels(last='-3')},Training")),
        "row 5: a pixel is '-3'",
    ),
    "above 255": (lambda f: write_csv(f, changed(5, f"0,{pixels(last='256')},Training")), "'256'"),
    "four digits": (lambda f: write_csv(f, changed(5, f"0,{pixels(last='1000')},Training")), "'1000'"),
    "parted by tabs": (
        lambda f: write_csv(f, changed(5, f"0,{pixels()},Training".replace(" ", "\t"))),
        r"row 5: '\\t' stands among the pixels",
    ),
    "leading zeros": (
        lambda f: write_csv(f, changed(5, f"0,{pixels(last='0010')},Training")),
        "row 5: '0010' stands among the pixels",
    ),
    "a fraction": (lambda f: write_csv(f, changed(5, f"0,{pixels(last='0.5')},Training")), r"'0\.5'"),
    "label 7": (lambda f: write_csv(f, changed(6, f"7,{pixels()},Training")), "row 6: emotion is 7"),
    "label -1": (lambda f: write_csv(f, changed(6, f"-1,{pixels()},Training")), "row 6: emotion is -1"),
    "label in words": (
        lambda f: write_csv(f, changed(6, f"sad,{pixels()},Training")),
        "row 6: emotion is 'sad'",
    ),
    "no label": (lambda f: write_csv(f, changed(6, f",{pixels()},Training")), "row 6: emotion is ''"),
    "label with two signs": (
        lambda f: write_csv(f, changed(6, f"--5,{pixels()},Training")),
        "row 6: emotion is '--5', expected a whole number",
    ),
    "label beyond all numbers": (
        lambda f: write_csv(f, changed(6, f"{'9' * 20},{pixels()},Training")),
        f"row 6: emotion is '{'9' * 20}', expected a whole number",
    ),
    "other Usage": (lambda f: write_csv(f, changed(1, f"0,{pixels()},Test")), "row 1: Usage is 'Test'"),
    "saved as UTF-16": (
        lambda f: (f / "fer2013.csv").write_text("\n".join(rows()), "utf-16"),
        "saved as UTF-16: save it as CSV UTF-8",
    ),
    "a web page": (
        lambda f: (f / "fer2013.csv").write_text("<!DOCTYPE html>\n<html>"),
        "a web page: sign in",
    ),
    "an archive": (lambda f: np.savez(open(f / "fer2013.csv", "wb"), IMAGES), "zip or npz archive: unpack"),  # noqa: SIM115
    "compressed": (
        lambda f: (f / "fer2013.csv").write_bytes(gzip.compress(b"emotion")),
        "compressed: unpack it first",
    ),
    "a pointer": (
        lambda f: (f / "fer2013.csv").write_text("version https://git-lfs.github.com/spec/v1\n"),
        "a pointer to the file",
    ),
    "larger faces": (
        lambda f: write_csv(f, changed(4, f"0,{pixels(4096)},Training")),
        r"row 4: 4096 pixels, expected 2304 \(48x48\)\. Are its faces larger",
    ),
    "a column too many": (
        lambda f: write_csv(f, changed(1, f"0,{pixels()},Training,5")),
        "no csv as expected",
    ),
}
BAD_VOTES = {
    "fewer rows": (lambda f: write_votes(f, VOTES[:9], USAGES[:9]), "9 rows and the faces 12"),
    "other order": (lambda f: write_votes(f, usages=USAGES[::-1]), "row 0: Usage is 'PrivateTest'"),
    "no number": (lambda f: write_votes(f, np.full((12, 10), "many")), "'many'"),
    "absurd": (lambda f: write_votes(f, VOTES - 3), "row 0: votes are"),
    "too many": (lambda f: write_votes(f, 30 * VOTES), "row 0: votes are .*300"),
    "other header": (lambda f: write_votes(f, header=VOTE_HEADER.replace("NF", "none")), "Missing: NF"),
    "empty": (lambda f: (f / "fer2013new.csv").write_bytes(b""), "is empty"),
}


def image_folder(content, label="happy", name="Training_1.png"):
    def make(folder):
        place = folder / "train" / label
        place.mkdir(parents=True)
        (place / name).write_bytes(content)

    return make


def huge(side=8_000):
    """A PNG of a few kilobytes that unpacks to as many pixels as this, squared."""
    file = io.BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    return file.getvalue()


def numbered_by_the_alphabet(folder):
    """All of Training, one and the same face, its labels numbered as folders are sorted."""
    numbers = dict(zip(FER2013, (3995, 436, 4097, 7215, 4830, 3171, 4965), strict=True))
    labels = np.repeat(range(7), [numbers[name] for name in sorted(FER2013)])
    parquet_labelled(labels.tolist())(folder)


def split_twice(folder):
    for name in ("train", "training"):
        image_folder(png(IMAGES[0]))(folder)
        (folder / "train").rename(folder / f"{name}_")
    for name in ("train", "training"):
        (folder / f"{name}_").rename(folder / name)


def twice_in_a_folder(folder):
    image_folder(png(IMAGES[0]))(folder)
    (folder / "train/happy/Training_1.bmp").write_bytes(png(IMAGES[0], "BMP"))


def found_twice(folder):
    for name in ("one", "other"):
        (folder / name).mkdir()
        write_csv(folder / name)


def empty_parquet(folder):
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"image": [], "label": []}), folder / "train.parquet")


def parquet_of_joy(folder):
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table({"image": [{"bytes": png(IMAGES[0]), "path": None}], "label": [0]})
    about = {"info": {"features": {"label": {"names": ["joy"]}}}}
    parquet.write_table(
        table.replace_schema_metadata({"huggingface": json.dumps(about)}), folder / "train.parquet"
    )


def parquet_labelled(labels):
    import pyarrow as pa
    from pyarrow import parquet

    def make(folder):
        images = [{"bytes": png(IMAGES[0]), "path": None}] * len(labels)
        table = pa.table({"image": images, "label": labels})
        parquet.write_table(table, folder / "train.parquet")

    return make


def test_whole_labels_may_be_floats_as_pandas_writes_them(tmp_path):
    parquet_labelled([0.0, 6.0, 3.0])(tmp_path)
    assert fer2013.load_faces(tmp_path).labels.tolist() == [0, 6, 3]


BAD_OTHERS = {
    "parquet of other labels": (parquet_of_joy, "names the labels joy"),
    "all of one tone but huge": (image_folder(huge()), "8000x8000, expected 48x48"),
    "a bomb": (image_folder(huge(20_000)), "far too many pixels"),
    "labels in the alphabet's order": (
        numbered_by_the_alphabet,
        "FER-2013's numbers of faces, but under other",
    ),
    "a split twice": (split_twice, "are both of one split"),
    "each face twice": (twice_in_a_folder, "one face, there twice"),
    "found twice": (found_twice, "holds FER-2013 more than once"),
    "below the labels": (lambda f: (f / "fear").mkdir(), "Name the folder above"),
    "archive": (lambda f: (f / "archive.zip").write_bytes(b"PK"), r"found archive\.zip: unpack it first"),
    "many files": (
        lambda f: [(f / f"{i}.txt").write_text("") for i in range(9)],
        r"5\.txt and more; expected",
    ),
    "nothing known": (lambda f: (f / "notes.txt").write_text("hello"), "found notes.txt"),
    "empty folder": (lambda f: None, "found nothing"),
    "folders without images": (lambda f: (f / "train").mkdir(), "no image found"),
    "unknown label": (image_folder(png(IMAGES[0]), "joy"), "joy is no label's folder"),
    "no image": (image_folder(b"I am a text"), "not an image"),
    "empty image": (image_folder(b""), "not an image"),
    "image cut short": (image_folder(png(IMAGES[0])[:900]), "damaged or cut short"),
    "other size": (image_folder(png(np.zeros((64, 48), np.uint8))), "48x64, expected 48x48"),
    "damaged parquet": (lambda f: (f / "train.parquet").write_bytes(b"PAR1 and no more"), "no parquet file"),
    "parquet without rows": (empty_parquet, "no rows"),
    "parquet columns": (lambda f: write_parquet(f, columns=("img", "label")), "columns img, label"),
    "parquet label": (lambda f: write_parquet(f, label=9), "row 0: label is 9"),
    "parquet without a label": (
        parquet_labelled([0.0, 1.0, None, 3.0]),
        "train.parquet, row 2: label is None",
    ),
    "parquet label not a number": (
        parquet_labelled([0.0, float("nan")]),
        "row 1: label is nan, expected 0 to 6",
    ),
    "parquet label of half": (parquet_labelled([1.0, 2.5]), r"row 1: label is 2\.5, expected 0 to 6"),
    "parquet label in words": (parquet_labelled(["happy"]), "row 0: label is 'happy', expected 0 to 6"),
    "parquet without bytes": (
        lambda f: write_parquet(f, image={"bytes": None, "path": "x.png"}),
        "row 0: image",
    ),
    "parquet of text": (lambda f: write_parquet(f, image="x.png"), "row 0: image is str"),
    "parquet name": (lambda f: (f / "faces.parquet").write_bytes(b"PAR1"), "the name tells no split"),
}


def test_votes_are_read_by_name_also_when_they_come_later(tmp_path):
    write_csv(tmp_path)
    assert fer2013.load_faces(tmp_path).votes is None
    votes = np.eye(10, dtype=int)[np.arange(12) % 10] * 9
    header = VOTE_HEADER.split(",")
    other_order = [*header[:2], *header[:1:-1]]  # columns are known by their names
    write_votes(tmp_path, votes[:, ::-1], [f"{usage} " for usage in USAGES], ",".join(other_order))
    np.testing.assert_array_equal(fer2013.load_faces(tmp_path).votes, votes)


def test_data_beside_the_notebooks_are_found_unasked(tmp_path, monkeypatch):
    for name in ("data", "notebooks"):
        (tmp_path / name).mkdir()
    write_csv(tmp_path / "data")
    for at in (tmp_path, tmp_path / "notebooks"):
        monkeypatch.chdir(at)
        assert fer2013.load_faces().name == "FER-2013 faces"


def test_a_row_of_a_long_file_is_named_by_its_number(tmp_path):
    lines = rows() * 50
    lines[590] = f"0,{text(IMAGES[0])[:-4]},Training"
    write_csv(tmp_path, lines)
    with pytest.raises(ValueError, match="row 590"):
        fer2013.load_faces(tmp_path)


@pytest.mark.parametrize("names", [None, FER2013, sorted(FER2013)])
def test_parquet_as_data_hubs_write_it(names, tmp_path):
    """Names like train-00000-of-00001.parquet; the labels' names in the schema, often in the alphabet's order."""
    import pyarrow as pa
    from pyarrow import parquet

    order = list(names or FER2013)
    table = pa.table({
        "image": [{"bytes": png(image), "path": None} for image in IMAGES],
        "label": [order.index(FER2013[k]) for k in LABELS],
    })  # fmt: skip
    if names:
        about = {"info": {"features": {"label": {"names": order, "_type": "ClassLabel"}}}}
        table = table.replace_schema_metadata({"huggingface": json.dumps(about)})
    parquet.write_table(table, tmp_path / "train-00000-of-00001.parquet")
    assert fer2013.load_faces(tmp_path).labels.tolist() == LABELS.tolist()


def must_complain(folder, says, **arguments):
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises((ValueError, FileNotFoundError), match=says):
        fer2013.load_faces(folder, **arguments)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files
    cache = os.environ["FERLAB_CACHE"]
    assert not any(name for _, _, names in os.walk(cache) for name in names), "something half made was kept"


@pytest.mark.parametrize("name", BAD_CSV)
def test_bad_csv(name, tmp_path):
    make, says = BAD_CSV[name]
    make(tmp_path)
    must_complain(tmp_path, says)


@pytest.mark.parametrize("name", BAD_VOTES)
def test_bad_votes(name, tmp_path):
    write_csv(tmp_path)
    make, says = BAD_VOTES[name]
    make(tmp_path)
    must_complain(tmp_path, says, labels="fer+")


@pytest.mark.parametrize("name", BAD_OTHERS)
def test_bad_folders_and_parquet(name, tmp_path):
    make, says = BAD_OTHERS[name]
    make(tmp_path)
    must_complain(tmp_path, says)


def test_an_archive_unpacked_to_folders_in_folders_is_found(tmp_path):
    inside = tmp_path / "archive" / "images"
    (tmp_path / "__MACOSX").mkdir()
    write_csv(tmp_path / "__MACOSX")
    inside.mkdir(parents=True)
    write_folders(inside)
    assert len(fer2013.load_faces(tmp_path)) == 12


def test_what_systems_hide_among_images_is_passed_over(tmp_path):
    write_folders(tmp_path)
    (tmp_path / "train" / "happy" / "._Training_1.jpg").write_bytes(b"no image")
    (tmp_path / "train" / ".ipynb_checkpoints").mkdir()
    (tmp_path / "train" / ".ipynb_checkpoints" / "Training_1.png").write_bytes(png(IMAGES[0]))
    assert len(fer2013.load_faces(tmp_path)) == 12


@pytest.mark.parametrize(
    ("name", "label"),
    [("Happiness", 3), ("sadness", 4), ("anger", 0), ("disgusted", 1), ("fearful", 2), ("surprised", 5)],
)
def test_labels_by_other_names(name, label, tmp_path):
    image_folder(png(IMAGES[0]), name)(tmp_path)
    assert fer2013.load_faces(tmp_path).labels.tolist() == [label]


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_lines_may_end_as_on_other_systems(end, tmp_path):
    path = write_csv(tmp_path)
    plain = fer2013.load_faces(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    np.testing.assert_array_equal(fer2013.load_faces(tmp_path).images, plain.images)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_csv_as_excel_writes_it(mark, tmp_path):
    write_csv(tmp_path, name="FER2013.CSV")
    write_votes(tmp_path)
    plain = fer2013.load_faces(tmp_path)
    for file in (tmp_path / "FER2013.CSV", tmp_path / "fer2013new.csv"):
        file.write_text(file.read_text().replace(",", mark).replace("emotion", "Emotion"))
    by_excel = fer2013.load_faces(tmp_path)
    np.testing.assert_array_equal(by_excel.images, plain.images)
    np.testing.assert_array_equal(by_excel.votes, plain.votes)


def test_what_lies_unread_beside_the_notebooks_is_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "archive.zip").write_bytes(b"PK")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FERLAB_DATA", raising=False)
    fer2013.load_faces(split="PublicTest")
    assert "; not read: data holds archive.zip: unpack it first)" in capsys.readouterr().out
    fer2013.load_faces("drawn", split="PublicTest")
    assert "archive.zip" not in capsys.readouterr().out


@pytest.mark.parametrize("said", ['"{}"', " {} ", "'{}'"])
def test_a_path_may_come_with_its_quotation_marks(said, tmp_path, monkeypatch):
    write_csv(tmp_path)
    monkeypatch.setenv("FERLAB_DATA", said.format(tmp_path))
    assert len(fer2013.load_faces()) == 12


def test_ferplus_without_votes(tmp_path):
    write_csv(tmp_path)
    with pytest.raises(ValueError, match=r"put fer2013new\.csv beside"):
        fer2013.load_faces(tmp_path, labels="fer+")


def test_bad_arguments(tmp_path, monkeypatch):
    write_csv(tmp_path, rows()[:7])
    with pytest.raises(ValueError, match="labels 'ekman'"):
        fer2013.load_faces(tmp_path, labels="ekman")
    with pytest.raises(ValueError, match="split 'test'"):
        fer2013.load_faces(tmp_path, split="test")
    with pytest.raises(ValueError, match=r"no face is of split PrivateTest; there are Training \(\d\)"):
        fer2013.load_faces(tmp_path, split="PrivateTest")
    with pytest.raises(FileNotFoundError, match=r"source is .*gone"):
        fer2013.load_faces(tmp_path / "gone")
    monkeypatch.setenv("FERLAB_DATA", str(tmp_path / "gone"))
    with pytest.raises(FileNotFoundError, match=r"FERLAB_DATA is .*gone"):
        fer2013.load_faces()


def test_a_path_that_leads_nowhere_is_told_in_full(tmp_path, monkeypatch):
    monkeypatch.chdir(
        tmp_path
    )  # as a notebook's kernel runs in its own folder, not where its user set the variable
    monkeypatch.setenv("FERLAB_DATA", "mine")
    with pytest.raises(
        FileNotFoundError, match=f"FERLAB_DATA is mine, so {tmp_path / 'mine'}, which is not there"
    ):
        fer2013.load_faces()


def test_folders_may_be_called_as_the_splits_are(tmp_path):
    for split in ("Training", "PublicTest"):
        place = tmp_path / split / "sad"
        place.mkdir(parents=True)
        Image.fromarray(IMAGES[0]).save(place / "a.png")
    assert fer2013.load_faces(tmp_path).splits.tolist() == [1, 0]


def test_a_split_of_one_s_own_holds_whatever_its_files_are_called(tmp_path):
    for split, name in (
        ("train", "Training_1.png"),
        ("validation", "Training_2.png"),
        ("test", "PublicTest_3.png"),
    ):
        place = tmp_path / split / "sad"
        place.mkdir(parents=True)
        Image.fromarray(IMAGES[0]).save(place / name)
    assert sorted(fer2013.load_faces(tmp_path).splits) == [0, 1, 2]


def test_a_csv_may_begin_with_the_mark_that_excel_writes(tmp_path):
    path = write_csv(tmp_path)
    plain = fer2013.load_faces(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    marked = fer2013.load_faces(tmp_path)
    np.testing.assert_array_equal(marked.images, plain.images)
    np.testing.assert_array_equal(marked.labels, plain.labels)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "I;16"])
def test_images_that_are_not_plain_grey_are_made_so(mode, tmp_path):
    place = tmp_path / "train" / "sad"
    place.mkdir(parents=True)
    grey = Image.fromarray(IMAGES[0])
    image = Image.fromarray(IMAGES[0].astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    image.save(place / "a.png")
    np.testing.assert_allclose(fer2013.load_faces(tmp_path).images[0].astype(int), IMAGES[0], atol=1)
