"""Face regions: maps, and counts whose answer is known."""

import json
from itertools import combinations

import joblib
import numpy as np
import pytest
from benchmarks import regions as counting
from hypothesis import given
from hypothesis import strategies as st

import ferlab
from ferlab.emotions import EMFACS, FACS_1978, REGIONS
from ferlab.explanation import METHODS
from ferlab.explanation import regions as parts
from ferlab.explanation.lime import Explanation

EACH = np.eye(len(REGIONS), dtype=bool)
SQUARES = np.repeat(np.repeat(np.arange(16).reshape(4, 4), 12, 0), 12, 1)  # 16 superpixels of 12x12


def explanation(weights, segments=SQUARES):
    """An Explanation of label 0 with these weights."""
    weights = np.array([weights, np.negative(weights)], float)
    zeros = np.zeros(2)
    image = np.zeros(segments.shape, np.uint8)
    about = {"classes": None, "method": "slic", "settings": {}, "hide": "mean", "n_samples": 2, "seed": 0}
    return Explanation(image, segments, weights, zeros, zeros, np.array([1.0, 0.0]), **about)


def area(regions, name):
    return regions == REGIONS.index(name)


def test_canonical_map_is_a_face():
    regions = parts.canonical_regions()
    assert regions.dtype == np.uint8
    assert set(np.unique(regions)) == set(range(len(REGIONS)))
    assert (regions == regions[:, ::-1]).all()
    height = {name: np.nonzero(area(regions, name))[0].mean() for name in REGIONS}
    order = ["forehead", "brows", "eyes", "nose", "mouth", "chin"]
    assert sorted(order, key=height.get) == order


def test_canonical_map_holds_the_landmarks_of_the_mean_face():
    """Rows and columns read off the mean of FER-2013's Training faces."""
    landmarks = {
        "eyes": [(17, 14), (17, 33)],
        "nose": [(17, 23), (29, 23)],
        "mouth": [(38, 23), (38, 15), (42, 23)],
    }
    landmarks |= {
        "brows": [(12, 14), (12, 33)],
        "forehead": [(5, 23)],
        "chin": [(46, 23)],
        "cheeks": [(27, 12)],
    }
    regions = parts.canonical_regions()
    found = {name: [REGIONS[regions[at]] for at in places] for name, places in landmarks.items()}
    assert found == {name: [name] * len(places) for name, places in landmarks.items()}


def test_canonical_map_fits_drawn_faces_better_than_another_place():
    """Drawn faces are framed as FER-2013's; their mouths, eyes and noses must lie where the map says."""
    maps, canonical = ferlab.draw_faces(100, 3).regions, parts.canonical_regions()
    for name in ("eyes", "nose", "mouth", "forehead"):
        here = area(maps, name).mean(0)
        assert here[area(canonical, name)].mean() > 4 * here[~area(canonical, name)].mean(), name


def test_home_is_where_most_pixels_are():
    regions = np.zeros((48, 48), np.uint8)
    regions[:12, :7] = REGIONS.index("eyes")  # 7 of the 12 columns of superpixel 0
    regions[12:24, :5] = REGIONS.index("nose")  # 5 of 12 of superpixel 4
    home = parts.home_regions(SQUARES, regions)
    assert REGIONS[home[0]] == "eyes"
    assert REGIONS[home[4]] == "background"
    assert home.shape == (16,)


def test_moved_by_follows_the_codebooks():
    def names(book, emotion):
        return {name for name, yes in zip(REGIONS, parts.moved_by(book, emotion), strict=True) if yes}

    assert names(EMFACS, "happy") == {"cheeks", "eyes", "mouth"}
    assert names(EMFACS, "disgust") == {"nose", "mouth"}
    assert names(FACS_1978, "disgust") == {"brows", "forehead", "mouth", "chin"}
    assert names(EMFACS, "neutral") == set()


@given(st.integers(1, 9), st.data())
def test_chance_by_listing_every_draw(of, data):
    wanted = data.draw(st.integers(0, of))
    drawn = data.draw(st.integers(0, of))
    draws = list(combinations(range(of), drawn))
    hit = np.mean([min(draw, default=of) < wanted for draw in draws])
    assert parts.chance_of_one(wanted, of, drawn) == pytest.approx(hit, abs=1e-9)


def test_hits_by_hand():
    regions = np.zeros((48, 48), np.uint8)
    regions[24:36, 12:36] = REGIONS.index("mouth")  # superpixels 9 and 10
    regions[:12, :12] = REGIONS.index("hair")  # superpixel 0
    weights = np.full(16, -1.0)
    weights[[9, 0, 15]] = 3, 2, 1
    given_ = [explanation(weights)], regions, EACH, [0]
    found = parts.count_hits(*given_, top=1)
    assert found["faces"] == 1
    assert [REGIONS[r] for r in np.flatnonzero(found["lime"])] == ["mouth"]
    assert found["random"][REGIONS.index("mouth")] == pytest.approx(2 / 16)
    assert found["random"].sum() == pytest.approx(1)  # one superpixel has one home
    other = parts.count_hits([explanation(-weights)], regions, EACH, [1], top=1)  # of the other label
    assert other["lime"].tolist() == found["lime"].tolist()
    found = parts.count_hits(*given_, top=2)
    assert {REGIONS[r] for r in np.flatnonzero(found["lime"])} == {"mouth", "hair"}
    # All positive are three; those nearest the centre are three of the four in the middle.
    found = parts.count_hits(*given_, top=None)
    assert {REGIONS[r] for r in np.flatnonzero(found["lime"])} == {"mouth", "hair", "background"}
    assert found["centre"][REGIONS.index("mouth")] == 1
    assert found["centre"][REGIONS.index("hair")] == 0
    assert found["random"][REGIONS.index("hair")] == pytest.approx(3 / 16)


def test_three_superpixels_count_where_nothing_is_said_and_none_is_no_number():
    regions = (SQUARES % 8).astype(np.uint8)  # superpixels 0 to 7 lie in the region of their number
    weights = np.full(16, -1.0)
    weights[[7, 6, 5, 4, 3]] = 5, 4, 3, 2, 1
    found = parts.count_hits([explanation(weights)], regions, EACH, [0])
    assert np.flatnonzero(found["lime"]).tolist() == [5, 6, 7]
    found = parts.count_hits([explanation(weights)], regions, EACH, [0], top=None)
    assert np.flatnonzero(found["lime"]).tolist() == [3, 4, 5, 6, 7]
    with pytest.raises(ValueError, match="top=0: expected 1 or more, or None"):
        parts.count_hits([explanation(weights)], regions, EACH, [0], top=0)


def test_what_speaks_against_is_no_hit():
    regions = np.full((48, 48), REGIONS.index("mouth"), np.uint8)
    found = parts.count_hits([explanation(-np.ones(16))], regions, EACH, [0], top=3)
    assert found["lime"].sum() == found["random"].sum() == found["centre"].sum() == 0


def test_a_target_of_several_regions_is_hit_by_any():
    faces = ferlab.draw_faces(1, 2)
    either = parts.moved_by(EMFACS, "happy")
    mouth = area(faces.regions[0], "mouth")
    weights = [mouth[s == SQUARES].mean() - 0.1 for s in range(16)]
    found = parts.count_hits([explanation(weights)], faces.regions, [either, ~either], [0], top=1)
    assert found["lime"].tolist() == [1, 0]
    assert found["random"].sum() == pytest.approx(1)


def test_a_model_that_reads_only_the_mouth_hits_only_the_mouth():
    faces = ferlab.draw_faces(6, 4)
    found = []
    for image, regions in zip(faces.images, faces.regions, strict=True):
        mouth = area(regions, "mouth")

        def predict(images, image=image, mouth=mouth):
            same = (images == image)[:, mouth].mean(1)
            return np.stack([same, 1 - same], axis=1)

        found.append(ferlab.explain(predict, image, n_samples=1000, n_segments=150))  # pure patches
    hits = parts.count_hits(found, faces.regions, EACH, np.zeros(6, int), top=1)
    assert hits["lime"][REGIONS.index("mouth")] == 6
    assert hits["random"][REGIONS.index("mouth")] < 3


def test_typical_map_is_the_majority():
    maps = np.zeros((3, 48, 48), np.uint8)
    maps[:2, 5, 5] = 4
    maps[2, 7, 7] = 4
    typical = parts.typical_regions(maps)
    assert typical[5, 5] == 4
    assert typical[7, 7] == 0


def test_charts_say_in_words_what_they_show():
    from ferlab.plots.regions import codebook_rows, region_panels

    hits = np.zeros(9)
    hits[REGIONS.index("mouth")] = 8
    found = {"faces": 10, "lime": hits, "random": hits / 4, "centre": hits / 2}
    book = {"faces": 10, "lime": [9.0], "random": [3.0], "centre": [1.0]}
    counts = {"slic": {"happy": {"top three": found, "EMFACS": book, "FACS 1978": book}}}
    picture = region_panels(counts)
    assert "happy: mouth 80% (by lot 20%)" in picture.alt
    signs = [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
    assert [sign.split() for sign in signs if "E" in sign] == [
        ["EF", "eyes"],
        ["EF", "cheeks"],
        ["EF", "mouth"],
    ]
    assert "EMFACS: happy 90% (by lot 30%)" in codebook_rows(counts).alt


def test_the_bars_begin_at_zero_and_regions_are_named_by_what_they_gain():
    from ferlab.plots.regions import region_panels

    mouth, nose, eyes = (REGIONS.index(name) for name in ("mouth", "nose", "eyes"))
    lime, lot, centre = (np.zeros(9) for _ in range(3))
    lime[[mouth, nose, eyes]] = 8, 5, 9
    lot[[mouth, nose, eyes]] = 2, 1, 8
    centre[mouth] = 4
    found = {"faces": 10, "lime": lime, "random": lot, "centre": centre}
    picture = region_panels({"slic": {"happy": {"top three": found}}})
    # Eyes are met most often, and by lot nearly as often.
    assert "happy: mouth 80% (by lot 20%), nose 50% (by lot 10%)" in picture.alt
    [axes] = picture.figure.axes
    assert [bar.get_x() for bar in axes.patches] == [0] * 9
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(lot / 10)
    crosses, dots = (next(line for line in axes.lines if line.get_marker() == mark) for mark in "xo")
    assert crosses.get_xdata() == pytest.approx(centre / 10)
    assert dots.get_xdata() == pytest.approx(lime / 10)
    # Wilson's interval of 8 in 10.
    assert axes.collections[0].get_segments()[mouth][:, 0] == pytest.approx([0.4902, 0.9433], abs=1e-4)


def test_overlays_draw_each_face_by_each_map():
    from ferlab.plots.regions import overlays

    faces = ferlab.draw_faces(3, 1)
    picture = overlays(faces.images, {"own": faces.regions, "canonical": parts.canonical_regions()})
    assert len(picture.figure.axes) == 6
    assert "3 faces" in picture.alt
    assert "own and canonical" in picture.alt
    outlines = [len(axis.collections[0].get_segments()) for axis in picture.figure.axes]
    assert len(set(outlines[:3])) > 1  # each its own
    assert len(set(outlines[3:])) == 1  # one for all


def test_counting_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    monkeypatch.setenv("FERLAB_DATA", "drawn")
    monkeypatch.setattr(counting, "cache_folder", lambda: tmp_path / "cache")
    out = tmp_path / "regions-drawn.json"

    def count():
        with joblib.parallel_config("threading"):
            counting.main(["--per-class", "1", "--samples", "30", "--out", str(out)])
        return json.loads(out.read_text())

    whole = count()
    assert set(whole["counts"]) == {"map of each face", "one map for all"}
    assert all(list(of) == list(METHODS) for of in whole["counts"].values())
    assert whole["counts"]["map of each face"]["slic"]["happy"]["top three"]["faces"] == 1
    assert not list((tmp_path / "cache").rglob("*.npz"))  # they are kept only until they are counted

    stopped = json.loads(out.read_text())
    for of in stopped["counts"].values():
        of["slic"]["happy"] = "made earlier"
        del of["quickshift"]
    out.write_text(json.dumps(stopped))
    again = count()["counts"]["map of each face"]
    assert again["slic"]["happy"] == "made earlier"
    assert again["quickshift"] == whole["counts"]["map of each face"]["quickshift"]

    # Counts of a network that answers otherwise are none to go on from.
    out.write_text(json.dumps(stopped | {"answered_with_their_label": 0.0}))
    assert count()["counts"] == whole["counts"]
