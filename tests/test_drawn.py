"""Drawn faces: repeatable, with known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferlab import cleaning, drawing, drawn
from ferlab.emotions import ACTION_UNITS, FERPLUS, REGIONS, VOTES

FACES = drawn.draw_faces(210, seed=11)


def test_what_is_drawn():
    assert FACES.images.shape == FACES.twins.shape == FACES.regions.shape == (210, 48, 48)
    assert FACES.images.dtype == np.uint8
    assert FACES.units.shape == (210, len(ACTION_UNITS))
    assert 0 <= FACES.units.min() <= FACES.units.max() <= 1
    assert min(FACES.counts().values()) >= 28  # every class about as often
    assert set(np.unique(FACES.regions)) == set(range(len(REGIONS)))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**31))
def test_a_seed_repeats_and_a_longer_draw_begins_the_same(seed):
    few, many = drawn.draw_faces(7, seed=seed), drawn.draw_faces(60, seed=seed)
    for name in ("images", "labels", "units", "regions", "twins"):
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[:7])


def test_many_are_drawn_where_the_user_is_called_joerg(tmp_path, monkeypatch):
    # Where joblib puts files: in Windows below the user's own folder.
    monkeypatch.setenv("JOBLIB_TEMP_FOLDER", str(tmp_path / "Jörg Müller"))
    many = drawn.draw_faces(drawn.MANY * drawn.CHUNK, seed=11)
    np.testing.assert_array_equal(many.images[:210], FACES.images)


def test_other_seeds_give_other_people():
    one, other = (drawn.draw_faces(5, seed=seed).images.astype(float) for seed in (1, 2))
    # Grain and light alone would leave most of a face as it is.
    assert (np.abs(one[:, None] - other[None]).mean((2, 3)) > 15).all()


def test_a_face_without_units_is_its_own_twin():
    still = FACES.units.max(1) == 0
    assert still.sum() >= 5
    np.testing.assert_array_equal(FACES.images[still], FACES.twins[still])
    assert (FACES.images[~still] != FACES.twins[~still]).any((1, 2)).all()


@pytest.mark.parametrize("unit", ACTION_UNITS)
def test_a_unit_moves_the_regions_that_facs_names(unit):
    rng = np.random.default_rng(0)
    traits = drawing.random_traits(rng, 24)
    for name in ("yaw", "pitch", "roll", "noise", "blur"):
        traits[name][:] = 0
    traits["hand"][:] = traits["lock"][:] = traits["glasses"][:] = traits["beard"][:] = -1
    traits["hairline"][:] = -0.9
    grain = np.zeros((24, 96, 96), np.float32)
    units, side = np.zeros((24, 18), np.float32), np.zeros(24, np.float32)
    _, regions, _ = drawing.draw(traits, units, side, grain)
    units[:, list(ACTION_UNITS).index(unit)] = 1
    moved, _, neutral = drawing.draw(traits, units, side, grain)
    change = np.abs(moved.astype(int) - neutral).astype(float)
    share = [change[regions == i].sum() / change.sum() for i in range(len(REGIONS))]
    allowed = set(ACTION_UNITS[unit][1]) | {"cheeks"}  # cheeks are all skin that is nothing else
    if "brows" in allowed or unit in (5, 7, 9):
        allowed |= {"forehead", "eyes", "brows"}  # a brow moves from one region into the next
    if "mouth" in allowed or unit == 17:
        allowed |= {"chin", "mouth", "nose"}
    if unit == 26:
        allowed |= {"background", "chin"}  # the jaw moves the outline
    named = sum(share[REGIONS.index(name)] for name in allowed)
    assert change.sum() > 0
    assert named > 0.75, dict(zip(REGIONS, np.round(share, 2), strict=True))


def test_features_are_painted_in_part_of_the_picture_without_being_cut(monkeypatch):
    monkeypatch.setattr(drawing.Sketch, "part", lambda sketch, top, bottom: sketch)
    whole = drawn.draw_faces(100, seed=11)
    for name in ("images", "twins", "regions"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(FACES, name)[:100])


def test_a_one_sided_smile_moves_one_corner():
    rng = np.random.default_rng(3)
    traits = drawing.random_traits(rng, 8)
    for name in ("yaw", "roll", "shift_x"):
        traits[name][:] = 0
    grain = np.zeros((8, 96, 96), np.float32)
    units = np.zeros((8, 18), np.float32)
    units[:, list(ACTION_UNITS).index(14)] = 1
    right, _, neutral = drawing.draw(traits, units, np.ones(8), grain)
    change = np.abs(right.astype(int) - neutral)
    assert change[:, :, 25:].sum() > 5 * change[:, :, :23].sum()


def test_contempt_alone_is_one_sided():
    labels = np.repeat(np.arange(len(FERPLUS)), 20)
    _, side = drawn.random_expressions(np.random.default_rng(0), labels, FERPLUS)
    contempt = labels == FERPLUS.index("contempt")
    assert set(side[contempt]) == {-1, 1}
    assert set(side[~contempt]) == {0}


def test_the_course_set_holds_the_faults_that_were_planted():
    faces = drawn.course_faces()
    assert [len(faces.split(name)) for name in drawn.COURSE_SIZES] == list(drawn.COURSE_SIZES.values())
    assert len(cleaning.find_faulty(faces)["blank"]) == drawn.BLANK
    groups = [g for g in cleaning.find_duplicates(faces) if faces.images[g[0]].std() > 0]
    assert sum(len(g) - 1 for g in groups) == drawn.COPIES
    assert sum(len(set(faces.splits[g].tolist())) > 1 for g in groups) == drawn.COPIES // 2
    assert sum(len(set(faces.labels[g].tolist())) > 1 for g in groups) == drawn.RELABELLED
    cleaned = cleaning.clean(faces)
    assert not cleaning.find_duplicates(cleaned)
    assert len(cleaned.split("PublicTest")) == len(faces.split("PublicTest"))


def test_simulated_annotators_agree_on_a_strong_expression_and_not_on_a_weak_one():
    units = np.zeros((2, 18), np.float32)
    for unit in (6, 12, 25):
        units[:, list(ACTION_UNITS).index(unit)] = [1, 0.25]
    votes = drawn.simulated_votes(units, np.random.default_rng(0), plus=False)
    assert (votes.sum(1) == drawn.ANNOTATORS).all()
    assert votes[0, VOTES.index("happy")] >= 9
    assert votes[1].max() < 9


def test_ferplus_labels_add_contempt():
    faces = drawn.course_faces("fer+")
    assert faces.classes == FERPLUS
    assert faces.counts()["contempt"] > 0
    assert len(faces) < sum(drawn.COURSE_SIZES.values())


def test_no_faces_at_all_are_refused():
    with pytest.raises(ValueError, match="0 faces"):
        drawn.draw_faces(0)
