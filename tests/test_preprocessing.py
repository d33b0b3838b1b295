"""Preprocessing against hand-computed values and scikit-image."""

import numpy as np
import pytest
from skimage.transform import AffineTransform, warp
from sklearn.utils.class_weight import compute_class_weight

from ferlab import preprocessing
from ferlab.drawn import draw_faces
from ferlab.emotions import FER2013, FERPLUS, VOTES
from ferlab.faces import Faces
from ferlab.recipes import Recipe

IMAGES = draw_faces(6, seed=1).images[..., None].astype("float32")
STILL = {"rotation": 0, "shift": 0, "shear": 0, "zoom": 0, "flip": False}


def moved(images=IMAGES, seed=0, **ranges):
    layer = preprocessing.RandomAffine(**{**STILL, **ranges}, seed=seed)
    return np.asarray(layer(images, training=True))


def test_one_hot_by_hand():
    assert preprocessing.one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    with pytest.raises(ValueError, match="labels run from 0 to 3"):
        preprocessing.one_hot([0, 3], 3)
    with pytest.raises(ValueError, match="labels run from -1"):
        preprocessing.one_hot([-1], 3)


def test_class_weights_are_scikit_learns():
    labels = np.array([0, 0, 0, 1, 2, 2])
    theirs = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert preprocessing.class_weights(labels, 3) == pytest.approx(dict(enumerate(theirs)))
    assert preprocessing.class_weights(labels, 4).keys() == {0, 1, 2}  # none of class 3 to be weighted


def with_votes(label, **votes):
    row = np.zeros((1, 10), np.uint8)
    for name, n in votes.items():
        row[0, VOTES.index(name)] = n
    one = np.zeros(1, np.uint8)
    image = np.zeros((1, 48, 48), np.uint8)
    return Faces(image, np.array([FER2013.index(label)]), FER2013, "", one, one, row)


def test_soft_targets_by_hand():
    target = preprocessing.soft_targets(with_votes("sad", sad=6, neutral=2, unknown=2), share=0.5)[0]
    assert target[FER2013.index("sad")] == pytest.approx(0.5 + 0.5 * 6 / 8)
    assert target[FER2013.index("neutral")] == pytest.approx(0.5 * 2 / 8)
    assert target.sum() == pytest.approx(1)
    usual = preprocessing.soft_targets(with_votes("sad", sad=6, neutral=2, unknown=2))[0]
    assert usual.tolist() == target.tolist()
    quarter = preprocessing.soft_targets(with_votes("sad", neutral=4), share=0.25)[0]
    assert quarter[FER2013.index("neutral")] == pytest.approx(0.25)
    nobody = preprocessing.soft_targets(with_votes("sad", NF=10))[0]
    assert nobody.tolist() == preprocessing.one_hot([FER2013.index("sad")], 7)[0].tolist()


def test_vote_targets_by_hand():
    target = preprocessing.vote_targets(with_votes("sad", sad=6, neutral=2, unknown=2, NF=1))[0]
    assert target[FERPLUS.index("neutral")] == pytest.approx(2 / 8)
    assert sorted(target)[-2:] == pytest.approx([2 / 8, 6 / 8])
    assert target.sum() == pytest.approx(1)
    assert not preprocessing.vote_targets(with_votes("sad", NF=10)).any()


@pytest.mark.parametrize("targets", [preprocessing.soft_targets, preprocessing.vote_targets])
def test_targets_of_votes_need_votes(targets):
    with pytest.raises(ValueError, match=r"fer2013new\.csv"):
        targets(draw_faces(2))


def test_with_no_range_nothing_moves():
    np.testing.assert_allclose(moved(), IMAGES, atol=1e-3)


def test_in_use_nothing_moves():
    layer = preprocessing.RandomAffine(seed=0)
    np.testing.assert_array_equal(np.asarray(layer(IMAGES)), IMAGES)


def test_a_flip_is_an_exact_mirror_and_comes_half_of_the_time():
    many = np.repeat(IMAGES[:1], 200, axis=0)
    flipped = moved(many, flip=True)
    mirrored = np.abs(flipped - IMAGES[0][:, ::-1]).max((1, 2, 3)) < 1e-3
    same = np.abs(flipped - IMAGES[0]).max((1, 2, 3)) < 1e-3
    assert (mirrored ^ same).all()
    assert 70 < mirrored.sum() < 130


def test_the_border_is_repeated():
    grey = np.full((20, 48, 48, 1), 90, "float32")
    assert np.abs(moved(grey, rotation=20, shift=0.2, zoom=0.3, shear=0.3) - 90).max() < 0.1


def test_with_a_side_training_sees_crops_and_use_sees_all():
    np.testing.assert_allclose(moved(side=40), IMAGES[:, 4:44, 4:44], atol=1e-3)
    spots = np.zeros((300, 48, 48, 1), "float32")
    spots[:, 24, 24] = 1.0
    crops = moved(spots, side=40, shift=4 / 48)
    assert crops.shape == (300, 40, 40, 1)
    middle = (crops * np.arange(40)[:, None, None]).sum((1, 2, 3))  # the spot's row, to a part of a pixel
    assert 16 <= middle.min() < 16.3
    assert 23.7 < middle.max() <= 24
    np.testing.assert_array_equal(np.asarray(preprocessing.RandomAffine(side=40)(IMAGES)), IMAGES)


def test_recipes_erase_a_part_of_as_many_faces_as_they_say():
    recipe = Recipe(1, 1, 0.1, augment=STILL, erase=0.4)
    shown = np.asarray(recipe.augmentation(0)(np.zeros((500, 48, 48, 1), "float32"), training=True))
    erased = (shown == 127).mean((1, 2, 3))
    assert (erased > 0).mean() == pytest.approx(0.4, abs=0.07)
    assert erased.max() <= 0.16


def test_a_seed_repeats():
    np.testing.assert_array_equal(moved(seed=4, rotation=20), moved(seed=4, rotation=20))
    assert (moved(seed=4, rotation=20) != moved(seed=5, rotation=20)).any()


@pytest.mark.parametrize("ranges", [{"rotation": 20}, {"shift": 0.2}, {"zoom": 0.3}, {"shear": 0.3}])
def test_every_move_is_an_affine_one_of_the_size_asked_for(ranges):
    """Recover each transform from a picture whose grey levels are its coordinates, and redo it with scikit-image."""
    rows, columns = np.mgrid[0:48, 0:48].astype("float32")
    coordinates = np.stack([columns, rows], axis=-1)[None]
    # The layer treats channels alike, so coordinates and face are moved by the same transform.
    both = np.concatenate([coordinates, IMAGES[:1]], axis=-1)
    out = moved(both, seed=3, **ranges)[0]
    inside = np.s_[18:30, 18:30]
    x, y = out[inside][..., 0].ravel(), out[inside][..., 1].ravel()
    where = np.stack([columns[inside].ravel(), rows[inside].ravel(), np.ones(144)], axis=1)
    (a, b, c), (d, e, f) = (np.linalg.lstsq(where, v, rcond=None)[0] for v in (x, y))
    theirs = warp(
        IMAGES[0, ..., 0], AffineTransform(np.array([[a, b, c], [d, e, f], [0, 0, 1]])), mode="edge"
    )
    np.testing.assert_allclose(out[inside][..., 2], theirs[inside], atol=0.5)
    matrix, shift = np.array([[a, b], [d, e]]), np.array([c, f])
    centre = matrix @ [23.5, 23.5] + shift - 23.5
    if "rotation" in ranges:
        assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-2)
        assert abs(np.degrees(np.arctan2(d, a))) <= 20.1
    if "zoom" in ranges:
        assert 0.7 - 1e-3 <= a <= 1.3 + 1e-3
        assert (b, d) == pytest.approx((0, 0), abs=1e-3)
    if "shift" in ranges:
        assert np.abs(centre).max() <= 0.2 * 48 + 1e-2
        assert np.abs(centre).max() > 0.1
    else:
        assert centre == pytest.approx([0, 0], abs=1e-2)
    assert np.abs(out[..., 2] - IMAGES[0, ..., 0]).max() > 1  # it did move


def recovered(**ranges):
    """(a, b, c) and (d, e, f), each (300,), by which 300 pictures whose grey levels are their coordinates are moved."""
    rows, columns = np.mgrid[0:48, 0:48].astype("float32")
    inside = np.s_[:, 18:30, 18:30]
    out = moved(np.tile(np.stack([columns, rows], axis=-1), (300, 1, 1, 1)), seed=3, **ranges)[inside]
    where = np.stack([columns[inside[1:]].ravel(), rows[inside[1:]].ravel(), np.ones(144)], axis=1)
    return (np.linalg.lstsq(where, out[..., k].reshape(300, 144).T, rcond=None)[0] for k in (0, 1))


@pytest.mark.parametrize(("name", "limit"), [("rotation", 20), ("shift", 0.2), ("zoom", 0.3), ("shear", 0.3)])
def test_moves_are_of_all_sizes_up_to_the_one_asked_for_and_each_face_has_its_own(name, limit):
    (a, b, c), (d, _, _) = recovered(**{name: limit})
    size = {
        "rotation": np.degrees(np.arctan2(d, a)),
        "shift": c / 48,
        "zoom": a - 1,
        "shear": b,
    }[name]
    assert np.abs(size).max() <= limit * 1.01
    assert size.min() < -0.9 * limit
    assert size.max() > 0.9 * limit
    assert len(np.unique(size.round(5))) > 250


def test_turned_zoomed_and_mirrored_at_once_a_face_keeps_its_shape():
    (a, b, _), (d, e, _) = recovered(rotation=20, zoom=0.3, flip=True)
    # A right angle stays one, and height and width grow alike.
    assert a * b + d * e == pytest.approx(np.zeros(300), abs=1e-3)
    assert a**2 + d**2 == pytest.approx(b**2 + e**2, abs=1e-3)
    area = a * e - b * d
    size = np.sqrt(np.abs(area))
    assert 0.69 < size.min() < 0.75
    assert 1.25 < size.max() < 1.31
    assert 0.35 < (area < 0).mean() < 0.65  # so many are mirrored


def test_the_layer_survives_saving(tmp_path):
    import keras

    said = {"rotation": 7, "shift": 0.2, "shear": 0.3, "zoom": 0.4, "flip": False, "side": 40, "seed": 2}
    layer = preprocessing.RandomAffine(**said)
    keras.Sequential([keras.Input((48, 48, 1)), layer]).save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras").layers[0]
    assert loaded.get_config() == {**layer.get_config(), **said}
