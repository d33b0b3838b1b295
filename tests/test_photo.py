"""Photos of every kind to a 48x48 face. The astronaut is a real face that scikit-image brings."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image
from skimage import data

from ferlab.inference import load_predictor
from ferlab.photo import crop, face_from_photo, find_faces, read_grey

ASTRONAUT = data.astronaut()
FACE = face_from_photo(ASTRONAUT)


def like(face, other=FACE):
    """Correlation of two faces' pixels: 1 where they are the same up to light."""
    return np.corrcoef(face.ravel(), other.ravel())[0, 1]


def test_finds_the_astronaut_where_she_is():
    assert FACE.shape == (48, 48)
    assert FACE.dtype == np.uint8
    [(top, left, height, width)] = find_faces(ASTRONAUT)
    assert top < 120 < top + height  # her nose is near row 120, column 222
    assert left < 222 < left + width


def test_a_large_photo_s_boxes_are_in_its_own_pixels(tmp_path):
    Image.fromarray(ASTRONAUT).resize((4608, 4608)).save(tmp_path / "large.jpg")
    [(top, left, height, width)] = find_faces(tmp_path / "large.jpg")
    assert top < 9 * 120 < top + height
    assert left < 9 * 222 < left + width


@pytest.mark.parametrize(
    "array",
    [
        np.asarray(Image.fromarray(ASTRONAUT).convert("L")),
        np.asarray(Image.fromarray(ASTRONAUT).convert("L"))[:, :, None],
        ASTRONAUT / 255,
        ASTRONAUT.astype(np.uint16) * 257,
        np.dstack([ASTRONAUT, np.full((512, 512), 255, np.uint8)]),
    ],
    ids=["grey", "grey with an axis", "float", "16 bits", "alpha"],
)
def test_arrays_of_every_kind_give_the_same_face(array):
    assert like(face_from_photo(array)) > 0.99


def test_an_image_of_pillow_gives_the_same_face():
    turned = Image.fromarray(ASTRONAUT).rotate(90, expand=True)
    turned.getexif()[0x0112] = 6  # the camera was held on its side
    assert like(face_from_photo(Image.fromarray(ASTRONAUT))) > 0.99
    assert like(face_from_photo(turned)) > 0.99


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "CMYK", "RGBA", "1"])
def test_files_of_every_kind(mode, tmp_path):
    path = tmp_path / ("photo.tiff" if mode == "CMYK" else "photo.png")
    photo = Image.fromarray(ASTRONAUT).convert(mode)
    photo.save(path)
    if mode == "1":  # black and white dots: read as they are, whether or not a face is seen in them
        np.testing.assert_array_equal(read_grey(path), 255 * np.asarray(photo))
    else:
        assert like(face_from_photo(path)) > 0.85


def test_sixteen_bit_file(tmp_path):
    grey = np.asarray(Image.fromarray(ASTRONAUT).convert("L")).astype(np.uint16) * 257
    Image.fromarray(grey).save(tmp_path / "deep.png")
    assert like(face_from_photo(tmp_path / "deep.png")) > 0.99


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (np.full((30, 30), 1285, np.uint16), 5),  # a dark photo stays dark
        (np.full((30, 30), -5, np.int32), 0),
        (np.full((30, 30), 200, np.int32), 200),
        (np.full((30, 30), 0.5, np.float32), 127),
        (np.full((30, 30), 99.0, np.float32), 99),
    ],
)
def test_grey_levels_of_deep_files_are_kept(stored, expected, tmp_path):
    Image.fromarray(stored).save(tmp_path / "deep.tiff")
    assert (read_grey(tmp_path / "deep.tiff") == expected).all()


def test_transparency_lies_over_white(tmp_path):
    alpha = np.full((512, 512), 255, np.uint8)
    alpha[:, 300:] = 0
    Image.fromarray(np.dstack([ASTRONAUT, alpha])).save(tmp_path / "cut.png")
    grey = read_grey(tmp_path / "cut.png")
    assert (grey[:, 300:] == 255).all()
    np.testing.assert_array_equal(grey[:, :300], read_grey(ASTRONAUT)[:, :300])


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_rotation_noted_by_the_camera_is_undone(orientation, tmp_path):
    # The tag says how to turn the stored image to see it upright: 6 by 90 degrees clockwise.
    stored = Image.fromarray(ASTRONAUT).rotate({3: 180, 6: 90, 8: -90}[orientation], expand=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "phone.jpg", exif=exif, quality=95)
    assert like(face_from_photo(tmp_path / "phone.jpg")) > 0.85


def test_a_huge_photo_is_made_smaller_first(tmp_path):
    Image.fromarray(ASTRONAUT).resize((6000, 6000)).save(tmp_path / "huge.jpg")
    assert like(face_from_photo(tmp_path / "huge.jpg")) > 0.8


def test_of_several_faces_the_largest_comes_first():
    small = np.pad(ASTRONAUT[::2, ::2], ((0, 256), (0, 0), (0, 0)))
    both = np.concatenate([small, ASTRONAUT], axis=1)
    boxes = find_faces(both)
    assert len(boxes) == 2
    assert boxes[0][1] > 256 > boxes[1][1]  # the large one stands on the right
    assert like(face_from_photo(both)) > 0.8
    with pytest.raises(ValueError, match="face=2: 2 found"):
        face_from_photo(both, face=2)


def test_crop_is_widened_and_lowered():
    ramp, box = np.tile(np.arange(200, dtype=np.uint8), (200, 1)), (50, 60, 100, 100)
    across, down = crop(ramp, box), crop(np.ascontiguousarray(ramp.T), box)
    # 115 pixels about the middle of the box, which is column 110; and about row 100 + 6.
    assert [int(across[0, 0]), int(across[0, -1])] == pytest.approx([54, 166], abs=1.5)
    assert [int(down[0, 0]), int(down[-1, 0])] == pytest.approx([50, 162], abs=1.5)


def test_crop_repeats_the_border_where_the_face_is_cut_off():
    grey = np.tile(np.arange(100, dtype=np.uint8), (100, 1))
    cut = crop(grey, (0, -40, 96, 96))
    assert cut.shape == (48, 48)
    assert (cut[:, 0] == 0).all()


def gif(path):
    Image.fromarray(ASTRONAUT).convert("P").save(
        path, save_all=True, append_images=[Image.new("P", (512, 512))]
    )


def test_of_an_animation_the_first_picture_counts(tmp_path):
    gif(tmp_path / "moving.gif")
    assert like(face_from_photo(tmp_path / "moving.gif")) > 0.85


def cut_short(path):
    Image.fromarray(ASTRONAUT).save(path)
    path.write_bytes(path.read_bytes()[:20_000])


def bomb(path):
    # A PNG header that claims 60,000 x 60,000 pixels and holds none.
    import struct
    import zlib

    body = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", 100) + b"IDAT" + b"\x00" * 100)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_text("I am no image"), "not an image"),
        (lambda path: path.write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 99), "is HEIC, as phones save photos"),
        (cut_short, "damaged or cut short"),
        (bomb, "smaller first"),
        (lambda path: Image.fromarray(data.coffee()).save(path), "no face was found"),
        (lambda path: Image.new("RGB", (300, 300)).save(path), "at least 24 pixels wide here"),
        (lambda path: Image.new("RGB", (60, 60)).save(path), "at least 24 pixels wide here"),
        (lambda path: Image.new("L", (24, 30_000)).save(path), "no face was found in this 24x30000 photo"),
        (lambda path: Image.new("1", (16_000, 10_000)).save(path), "more than 150,000,000"),
        (lambda path: Image.new("RGB", (12, 9)).save(path), "12x9 pixels"),
    ],
    ids=[
        "empty",
        "text",
        "phone",
        "cut short",
        "bomb",
        "coffee",
        "black",
        "small",
        "narrow",
        "large",
        "tiny",
    ],
)
def test_bad_files_get_a_clear_error(make, says, tmp_path):
    path = tmp_path / "bad.png"
    make(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=says):
        face_from_photo(path)
    assert path.read_bytes() == before


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.jpg is not there"):
        face_from_photo(tmp_path / "gone.jpg")
    with pytest.raises(ValueError, match="is a folder; expected an image file"):
        face_from_photo(tmp_path)
    with pytest.raises(ValueError, match="is an address; save the picture"):
        face_from_photo("https://example.org/face.jpg")


def test_the_small_faces_of_a_group_are_found():
    face = Image.fromarray(ASTRONAUT[:240, 100:340])
    group = Image.new("RGB", (3_000, 2_000), "grey")
    places = [(300 + 500 * i, 400 + 700 * j) for i in range(5) for j in range(2)]
    for place in places:
        group.paste(face, place)
    boxes = find_faces(group)
    assert len(boxes) == 10
    middles = {
        (round(left + width / 2) // 500, round(top + height / 2) // 700) for top, left, height, width in boxes
    }
    assert len(middles) == 10


@pytest.mark.parametrize("name", ["coffee", "rocket", "chelsea", "clock", "retina"])
def test_no_small_face_is_seen_where_there_is_none(name):
    assert find_faces(getattr(data, name)()) == []


def test_a_path_may_begin_with_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    Image.fromarray(ASTRONAUT).save(tmp_path / "me.png")
    assert face_from_photo("~/me.png").shape == (48, 48)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((4, 48, 48, 3), np.uint8), r"\(4, 48, 48, 3\)"),
        (np.zeros((48, 48, 2), np.uint8), r"\(48, 48, 2\)"),
        (np.zeros((0, 48), np.uint8), r"\(0, 48\)"),
        (np.full((48, 48), np.nan), "nan"),
        (np.full((48, 48), 200.0), "200"),
        (np.zeros((48, 48), complex), "complex"),
        (np.zeros((48, 48), np.int64), "int64"),
    ],
)
def test_bad_arrays_get_a_clear_error(array, says):
    with pytest.raises(ValueError, match=says):
        face_from_photo(array)


def test_hints_of_notebook_09_turn_the_label_and_dark_glasses_do_not():
    notebook = Path(__file__).parents[1] / "notebooks" / "09-probe-your-own-photo.ipynb"
    cells = nbformat.read(notebook, 4).cells
    hints = next(c.source for c in cells if "Two that do it" in c.source)
    tricks = re.findall(r"`(trick\[.*?\] = .*?)`", hints)
    predict, turned = load_predictor("squeezenet"), []
    for line in tricks:
        trick = FACE.copy()
        exec(line, {"trick": trick, "face": FACE, "np": np})
        turned.append(predict(trick[None]).argmax() != predict(FACE[None]).argmax())
    assert turned == [True, True, False]
