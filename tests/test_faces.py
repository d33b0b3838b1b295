import numpy as np
import pytest
from PIL import Image

from ferlab import cleaning
from ferlab.drawn import draw_faces
from ferlab.emotions import FER2013
from ferlab.faces import Faces

RNG = np.random.default_rng(1)


def make(n=40, **changes):
    fields = {
        "images": RNG.integers(0, 256, (n, 48, 48)).astype(np.uint8),
        "labels": np.arange(n) % 7,
        "classes": FER2013,
        "name": "test faces",
        "splits": (np.arange(n) >= n // 2).astype(np.uint8),
        "rows": np.arange(n),
    }
    return Faces(**{**fields, **changes})


def test_indexing_takes_everything_along():
    faces = make(votes=np.arange(400).reshape(40, 10).astype(np.uint8))
    some = faces[[5, 3]]
    assert some.rows.tolist() == [5, 3]
    np.testing.assert_array_equal(some.votes, faces.votes[[5, 3]])
    assert some.twins is None
    assert len(faces[faces.labels == 2]) == faces.counts()["fear"]


def test_one_face_is_asked_for_in_words():
    with pytest.raises(TypeError, match=r"faces\[3:4\]"):
        make()[3]


def test_split_and_counts():
    faces = make()
    assert len(faces.split("Training")) == len(faces.split("PublicTest")) == 20
    assert sum(faces.counts().values()) == 40
    with pytest.raises(ValueError, match="'train' is unknown"):
        faces.split("train")


def test_sample_repeats_with_its_seed_and_never_takes_a_face_twice():
    faces = make()
    for how in ({"n": 10}, {"n": 2, "per_class": True}):
        first, again, other = (faces.sample(seed=seed, **how).rows.tolist() for seed in (3, 3, 4))
        assert first == again != other
    assert len(set(faces.sample(40).rows.tolist())) == 40
    assert list(faces.sample(2, per_class=True).counts().values()) == [2] * 7
    assert list(faces.sample(6, per_class=True).counts().values()) == [6] * 5 + [5] * 2  # there are no more
    with pytest.raises(ValueError, match="there are 40"):
        faces.sample(41)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"images": np.zeros((40, 48, 48), float)}, "float64"),
        ({"images": np.zeros((40, 47, 48), np.uint8)}, "47"),
        ({"labels": np.zeros(39, int)}, "39 entries for 40"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        make(**changes)


def test_faulty_images_are_found():
    faces = make()
    images = faces.images.copy()
    images[4] = 200
    images[6] = np.arange(48) // 12 + 90
    votes = np.zeros((40, 10), np.uint8)
    votes[:, 0] = 10
    votes[8] = [4, 0, 0, 0, 0, 0, 0, 0, 0, 6]
    found = cleaning.find_faulty(make(images=images, votes=votes))
    assert {reason: rows.tolist() for reason, rows in found.items()} == {
        "blank": [4], "flat": [6], "not a face": [8]
    }  # fmt: skip


def test_duplicates_are_found_and_cleaned():
    faces = make()
    images, labels = faces.images.copy(), faces.labels.copy()
    images[1] = images[0]  # within Training, same label
    images[25] = images[2]  # across, same label
    images[4], labels[0], labels[1], labels[25] = images[3], 1, 1, labels[2]  # within Training, labels differ
    faces = make(images=images, labels=labels)
    assert [g.tolist() for g in cleaning.find_duplicates(faces)] == [[0, 1], [2, 25], [3, 4]]
    assert sorted(set(range(40)) - set(cleaning.clean(faces).rows.tolist())) == [1, 2, 3, 4]
    assert (
        "6 in 3 groups of duplicates; 1 groups lie across splits, in 1 the labels differ"
        in cleaning.summary(faces)
    )


def test_near_copies_are_found_among_thousands():
    images = np.random.default_rng(0).integers(0, 256, (4001, 48, 48), dtype=np.uint8)
    copied = [1999, 2000, 4000]
    assert np.flatnonzero(cleaning.near_copies(images, of=images[copied])).tolist() == copied


def test_no_faces_are_clean():
    assert len(cleaning.clean(draw_faces(1)[:0])) == 0


def test_labels_beyond_the_classes_are_refused():
    for wrong in (-1, 7):
        with pytest.raises(ValueError, match=r"labels run from .*, expected 0 to 6, one for each of angry"):
            make(3, labels=np.array([0, 3, wrong]))


def test_near_copies_are_found_recropped_relit_and_mirrored():
    faces = draw_faces(100, seed=5)
    rng = np.random.default_rng(0)
    moved = np.roll(faces.images[:20], 2, axis=2)
    lit = np.clip(faces.images[20:40] * 0.7 + 40 + rng.normal(0, 4, (20, 48, 48)), 0, 255).astype(np.uint8)
    mirrored = faces.images[40:60, :, ::-1]
    cut = [Image.fromarray(image[2:44, 4:46]).resize((48, 48)) for image in faces.images[60:80]]
    widened = [Image.fromarray(np.pad(image, 5, "edge")).resize((48, 48)) for image in faces.images[80:]]
    strangers = draw_faces(20, seed=6).images
    images = np.concatenate([moved, lit, mirrored, cut, widened, strangers])
    for found in (
        cleaning.near_copies(images, of=faces.images),
        cleaning.near_copies(images, of=faces.images[:99]),
    ):
        assert found[:60].all()
        assert found[60:80].mean() > 0.7
        assert found[80:99].mean() > 0.7
        assert not found[100:].any()
    assert not cleaning.near_copies(np.zeros((3, 48, 48), np.uint8), of=faces.images).any()  # one tone
    assert not cleaning.near_copies(images, of=faces.images[:0]).any()  # no others
    assert len(cleaning.near_copies(images[:0], of=faces.images)) == 0
