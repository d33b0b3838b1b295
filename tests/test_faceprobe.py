"""FaceProbe's kernel side, driven as the page drives it, with networks whose answer is known."""

import base64
import io
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_client.manager import start_new_kernel
from PIL import Image
from skimage.data import astronaut

import ferlab
from ferlab.drawn import course_faces
from ferlab.explanation.superpixels import HIDE, hidden_image, superpixels
from ferlab.widgets import changes
from ferlab.widgets.probe_still import FACE
from ferlab.widgets.reveal import Reveal

FACES = ferlab.draw_faces(20, seed=3)


def left_half(images):
    """Reads only the left half: the brighter it is, the surer of the first of two labels."""
    bright = np.asarray(images, float).reshape(-1, 48, 48)[:, :, :24].mean((1, 2)) / 255
    return np.stack([bright, 1 - bright], axis=1)


def from_page(widget, buffers=(), **state):
    """What the page sends when its traits change, bytes beside it as Jupyter sends them."""
    names = list(buffers)
    data = {"method": "update", "state": state, "buffer_paths": [[name] for name in names]}
    content = {"comm_id": widget.comm.comm_id, "data": data}
    widget._handle_msg({"content": content, "buffers": [memoryview(buffers[name]) for name in names]})


def click(widget, *hidden, fill="mean"):
    from_page(widget, probe={"face": widget.face["number"], "hidden": list(hidden), "fill": fill})


def upload(widget, content):
    from_page(widget, {"photo": content})


@pytest.fixture
def probe():
    return ferlab.FaceProbe(left_half, FACES, classes=("left is bright", "left is dark"))


def state(probe):
    """What is on the screen; how long it took is no part of it."""
    answer = {name: value for name, value in probe.answer.items() if name != "milliseconds"}
    return probe.image.tobytes(), probe.hidden, probe.seen.tobytes(), answer, probe.face["number"]


@given(data=st.data(), fill=st.sampled_from(HIDE))
@settings(max_examples=20, deadline=None)
def test_the_bars_say_what_the_network_says_of_the_hidden_face(data, fill):
    probe = ferlab.FaceProbe(left_half, FACES, classes=("bright", "dark"))
    segments = superpixels(probe.image)
    hidden = data.draw(st.sets(st.integers(0, int(segments.max()))))
    click(probe, *hidden, fill=fill)
    # By hand: fill those pixels, take the mean of the left half.
    filling = {"grey": 128, "black": 0}.get(fill, hidden_image(probe.image, segments, fill))
    by_hand = np.where(np.isin(segments, list(hidden)), filling, FACES.images[0])
    np.testing.assert_array_equal(probe.seen, by_hand)
    expected = by_hand[:, :24].mean() / 255
    np.testing.assert_allclose(probe.probabilities, [expected, 1 - expected])
    np.testing.assert_allclose(probe.original[0], FACES.images[0][:, :24].mean() / 255)
    assert probe.hidden == tuple(sorted(hidden))
    assert probe.problem == ""


def test_what_the_network_does_not_read_does_not_move_it(probe):
    in_left = np.unique(probe.segments[:, :24])
    right_only = set(range(probe.face["count"])) - set(in_left.tolist())
    assert right_only
    click(probe, *right_only, fill="black")
    np.testing.assert_array_equal(probe.probabilities, probe.original)
    click(probe, *in_left.tolist(), fill="black")
    assert probe.probabilities[0] == 0


def test_the_page_gets_the_pixels_that_the_network_gets(probe):
    face = probe.face
    segments = np.frombuffer(face["segments"], "<u2").reshape(48, 48)
    assert face["image"] == FACES.images[0].tobytes()
    for fill in HIDE:
        click(probe, 2, 5, fill=fill)
        filled = np.frombuffer(face["filled"][fill], np.uint8).reshape(48, 48)
        drawn = np.where(np.isin(segments, [2, 5]), filled, probe.image)
        np.testing.assert_array_equal(drawn, probe.seen)


def test_another_face_brings_everything_back(probe):
    click(probe, 1, 2, fill="grey")
    from_page(probe, chosen=7)
    np.testing.assert_array_equal(probe.image, FACES.images[7])
    assert probe.hidden == ()
    assert probe.probe["fill"] == "grey"  # a choice that stays
    np.testing.assert_array_equal(probe.probabilities, left_half(FACES.images[7:8])[0])


def test_a_late_click_on_the_face_before_is_not_taken_for_one_on_this(probe):
    before = probe.face["number"]
    from_page(probe, chosen=3)
    now = state(probe)
    from_page(probe, probe={"face": before, "hidden": [0, 1], "fill": "mean"})
    assert state(probe) == now


def test_a_click_and_another_face_in_one_message_are_one_probe(probe):
    before = probe.face["number"]
    from_page(probe, chosen=3, probe={"face": before, "hidden": [0, 1], "fill": "mean"})
    np.testing.assert_array_equal(probe.image, FACES.images[3])
    assert probe.hidden == ()
    assert [entry["chosen"] for entry in probe.log] == [0, 3]


def test_hide_does_what_a_click_does(probe):
    click(probe, 4, 6)
    clicked = state(probe)
    probe.hide([])
    assert probe.hidden == ()
    probe.hide(np.array([6, 4, 6]))
    assert state(probe) == clicked
    assert f"2 of {probe.face['count']} superpixels hidden" in probe._still()[1]
    with pytest.raises(ValueError, match=r"\[99\].*there are 0 to"):
        probe.hide([99])
    with pytest.raises(ValueError, match=r"'glitter'.*mean, grey, blur, black"):
        probe.hide([1], fill="glitter")
    assert state(probe) == clicked


def png(image, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "png", **options)
    return file.getvalue()


def test_a_photo_becomes_the_face_in_it(probe):
    upload(probe, png(astronaut()))
    assert probe.problem == ""
    np.testing.assert_array_equal(probe.image, ferlab.face_from_photo(astronaut()))
    assert probe.chosen == -1
    assert probe.photo == b""
    upload(probe, png(astronaut()))  # the same again is no change, and no mistake
    assert probe.problem == ""


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"this is a letter", "not an image"),
        (png(astronaut())[:20_000], "damaged"),
        (png(np.full((200, 200, 3), 99, np.uint8)), "no face was found"),
        (png(astronaut()[:8, :8]), "8x8 pixels"),
    ],
    ids=["text", "cut short", "no face", "tiny"],
)
def test_a_bad_photo_is_told_and_changes_nothing(probe, content, complaint):
    click(probe, 3)
    before = state(probe)
    upload(probe, content)
    assert complaint in probe.problem
    assert "/tmp" not in probe.problem
    assert state(probe) == before
    click(probe, 4)  # and the next click works, and the complaint goes
    assert probe.problem == ""
    assert probe.hidden == (4,)


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ({"hidden": [999]}, "there are 0 to"),
        ({"hidden": [-1]}, "there are 0 to"),
        ({"fill": "holes"}, "there are mean, grey"),
        ({"light": 400}, "expected -100 to 100"),
        ({"painted": [5, 3]}, "in order"),
        ({"painted": [5, 9999]}, "within 0..2304"),
    ],
)
def test_a_bad_probe_is_told_and_changes_nothing(probe, bad, complaint):
    click(probe, 3)
    before = state(probe)
    change(probe, **bad)
    assert complaint in probe.problem
    assert state(probe) == before
    assert probe.probe["hidden"] == [3]  # so that the page goes back too


def test_a_network_that_fails_is_told_and_changes_nothing():
    broken = []

    def moody(images):
        if broken:
            raise RuntimeError("out of ink")
        return left_half(images)

    probe = ferlab.FaceProbe(moody, FACES, classes=("a", "b"))
    click(probe, 1)
    before = state(probe)
    broken.append(True)
    click(probe, 1, 2)
    assert probe.problem == "out of ink"
    ask(probe, "keep")  # as the page does when the hand rests
    assert probe.problem == "out of ink"
    from_page(probe, chosen=2)
    assert probe.problem == "out of ink"
    assert probe.chosen == 0
    assert state(probe) == before


def mark(probe, *superpixels):
    from_page(probe, guess={"face": probe.face["number"], "superpixels": list(superpixels)})


def ask(probe, what, **more):
    """What the page sends when a button asks for something."""
    data = {"method": "custom", "content": {"ask": what, **more}}
    probe._handle_msg({"content": {"comm_id": probe.comm.comm_id, "data": data}, "buffers": []})


def ask_lime(probe, *guess):
    ask(probe, "lime", face=probe.face["number"], superpixels=list(guess))


def test_lime_comes_after_the_guess_and_is_scored(probe):
    ask_lime(probe)
    assert "guess before LIME" in probe.problem
    assert probe.agreement is None
    first = int(probe.original.argmax())
    expected = ferlab.explain(left_half, probe.image)
    best = expected.ranking(first)[:3].tolist()
    other = int(expected.ranking(first)[-1])
    mark(probe, best[2], other, best[0])
    ask_lime(probe, best[2], other, best[0])
    assert probe.problem == ""
    np.testing.assert_allclose(probe.lime["weights"], expected.weights[first])
    assert probe.lime["label"] == ("left is bright", "left is dark")[first]
    weights = expected.weights[first]
    share = (weights[best[2]] + weights[other] + weights[best[0]]) / weights[best].sum()
    assert probe.agreement["shared"] == 2
    assert probe.agreement["lime"] == best
    assert probe.agreement["weight"] == pytest.approx(share)
    assert [entry["did"] for entry in probe.log] == ["probe", "guess", "reveal"]
    from_page(probe, chosen=1)
    assert probe.lime == {}


def test_lime_is_revealed_once_though_the_guess_comes_after_the_question(probe):
    """Jupyter holds traits back while the kernel is busy, messages it doesn't."""
    mark(probe, 3)
    ask_lime(probe, 3, 999, 4)
    assert "there are 0 to" in probe.problem
    assert probe.lime == {}
    ask_lime(probe, 3, 1, 4)
    assert probe.problem == ""
    mark(probe, 3, 1, 4)
    assert probe.agreement["guess"] == [3, 1, 4]
    ask_lime(probe, 3, 1, 4)  # a second click
    assert [entry["did"] for entry in probe.log] == ["probe", "guess", "reveal"]
    click(probe, fill="black")  # another question
    ask_lime(probe, 3, 1, 4)
    assert probe.lime["fill"] == "black"
    # One about the face before.
    before = probe.face["number"]
    from_page(probe, chosen=1)
    ask(probe, "lime", face=before, superpixels=[3, 1, 4])
    assert (probe.lime, probe.problem) == ({}, "")


def test_grey_stands_in_for_noise_which_lime_does_not_know(probe):
    click(probe, fill="noise")
    ask_lime(probe, 3, 1, 4)
    assert (probe.lime["asked"], probe.lime["fill"]) == ("noise", "grey")
    expected = ferlab.explain(left_half, probe.image, hide="grey")
    np.testing.assert_allclose(probe.lime["weights"], expected.weights[expected.label()])


def test_where_all_speaks_against_a_label_no_share_of_it_is_told():
    found = ferlab.explain(left_half, FACES.images[0], n_samples=60)
    against = replace(found, weights=-1 - np.abs(found.weights))
    assert Reveal(against, [0, 1, 2]).agreement()["weight"] is None
    in_favour = replace(found, weights=1 + np.abs(found.weights))
    best = in_favour.ranking()[:3].tolist()
    assert Reveal(in_favour, best).agreement()["weight"] == pytest.approx(1)


def test_the_page_s_log_is_about_the_face_on_the_screen(probe, monkeypatch):
    told = []
    monkeypatch.setattr(probe, "send", told.append)
    click(probe, 3)
    from_page(probe, chosen=1)
    click(probe, 4)
    ask(probe, "log")
    [message] = told
    assert [entry["state"] for entry in message["log"]] == [{}, {"hidden": [4]}]
    assert len(probe.log) == 4


def test_what_limes_linear_model_says_stands_beside_every_answer(probe):
    mark(probe, 0, 1, 2)
    click(probe, 5, 9)
    assert probe.answer["linear"] is None
    ask_lime(probe, 0, 1, 2)
    found = ferlab.explain(left_half, probe.image)
    for hidden in ([0, 1, 2], [], [5, 9]):
        click(probe, *hidden)
        by_hand = found.intercept + found.weights.sum(1) - found.weights[:, hidden].sum(1)
        np.testing.assert_allclose(probe.answer["linear"], by_hand)
        assert probe.log[-1]["linear"] == probe.answer["linear"]
    # It knows superpixels with one filling, and nothing else.
    for beyond in ({"fill": "black"}, {"light": 20}, {"painted": [0, 5]}):
        from_page(probe, probe={"face": probe.face["number"], "hidden": [1], **beyond})
        assert probe.problem == ""
        assert probe.answer["linear"] is None


def change(probe, **state):
    from_page(probe, probe={"face": probe.face["number"], **state})


def test_light_and_camera_do_what_they_say(probe):
    """A network that sums the left half, and a face whose left half is known, say what comes out."""
    image = np.full((48, 48), 50, np.uint8)
    image[:, 20:24] = 110  # a bright bar that leaves the left half when it moves right by four
    image[0] += 1  # or there would be no superpixels
    probe = ferlab.FaceProbe(left_half, FACES, image=image, classes=("bright", "dark"))
    first = probe.original[0] * 255
    change(probe, light=30)
    assert probe.probabilities[0] * 255 == pytest.approx(first + 30)
    change(probe, contrast=0)
    assert probe.probabilities[0] * 255 == pytest.approx(image.mean(), abs=0.5)
    change(probe, right=4)
    assert probe.seen[5, 24:28].tolist() == [110] * 4
    assert probe.probabilities[0] * 255 == pytest.approx(image[:, :20].mean(), abs=0.5)
    change(probe, down=3)
    np.testing.assert_array_equal(probe.seen[3:], image[:-3])
    change(probe, noise=20)
    spread = (probe.seen.astype(float) - image).std()
    assert spread == pytest.approx(20, rel=0.05)
    change(probe)
    np.testing.assert_array_equal(probe.seen, image)


@given(st.integers(-45, 45), st.integers(-12, 12), st.integers(-12, 12))
@settings(max_examples=20, deadline=None)
def test_turning_is_scikit_images(degrees, right, down):
    from skimage.transform import EuclideanTransform, warp

    middle = EuclideanTransform(translation=(-23.5, -23.5))
    turn = EuclideanTransform(rotation=np.deg2rad(degrees)) + EuclideanTransform(translation=(right, down))
    there = middle + turn + middle.inverse
    image = FACES.images[3]
    theirs = warp(image.astype(float), there.inverse, order=1, mode="edge")
    ours = changes.taken(image, {**changes.UNTOUCHED, "turn": degrees, "right": right, "down": down}, 0)
    np.testing.assert_allclose(ours, theirs, atol=0.51)


@pytest.mark.parametrize("sigma", [0.5, 1, 2.75, 4])
def test_blur_is_scipys(sigma):
    from scipy.ndimage import gaussian_filter

    ours = changes.taken(FACES.images[2], {**changes.UNTOUCHED, "blur": sigma}, 0)
    theirs = gaussian_filter(
        FACES.images[2].astype(float), sigma, mode="nearest", radius=int(np.ceil(3 * sigma))
    )
    np.testing.assert_allclose(ours, theirs, atol=0.51)


def runs(mask):
    """The true pixels of a mask (48, 48) as [start, stop, start, stop, ...] in reading order, as the page has it."""
    return np.flatnonzero(np.diff(mask.ravel().astype(np.int8), prepend=0, append=0)).tolist()


@given(st.integers(0, 2**32), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_runs_say_which_pixels_are_painted(seed, share):
    painted = np.random.default_rng(seed).random((48, 48)) < share
    np.testing.assert_array_equal(changes.mask(runs(painted)), painted)


def test_painted_pixels_are_filled_and_no_others(probe):
    painted = np.zeros((48, 48), bool)
    painted[10:14, 5:30] = True
    change(probe, painted=runs(painted), fill="black")
    np.testing.assert_array_equal(probe.seen, np.where(painted, 0, FACES.images[0]))


def test_the_neutral_twin_takes_the_faces_place(probe):
    change(probe, twin=True)
    np.testing.assert_array_equal(probe.seen, FACES.twins[0])
    change(probe, twin=True, hidden=list(range(probe.face["count"])), fill="mean")
    face, twin = (hidden_image(of[0], probe.segments, "mean") for of in (FACES.images, FACES.twins))
    assert (face != twin).any()
    np.testing.assert_array_equal(probe.seen, twin)
    change(probe, twin=True)
    np.testing.assert_array_equal(probe.image, FACES.images[0])
    upload(probe, png(astronaut()))
    change(probe, twin=True)
    assert "no neutral twin" in probe.problem
    assert not probe.answer["twin"]


def test_the_log_can_be_replayed_and_graded(probe):
    click(probe, 3, fill="black")
    change(probe, hidden=[3, 4], light=-20)
    from_page(probe, chosen=5)
    change(probe, painted=[100, 200], turn=10)
    said = np.array([entry["probabilities"] for entry in probe.log])
    assert [entry["chosen"] for entry in probe.log] == [0, 0, 0, 5, 5]
    assert probe.log[2]["state"] == {"hidden": [3, 4], "light": -20}
    another = ferlab.FaceProbe(left_half, FACES, classes=("left is bright", "left is dark"))
    np.testing.assert_array_equal(another.replay(probe.log), said)
    np.testing.assert_array_equal(another.seen, probe.seen)
    dark = ferlab.FaceProbe(lambda x: 1 - left_half(x), FACES, classes=("a", "b"))
    np.testing.assert_allclose(dark.replay(probe.log), 1 - said)  # the states, asked anew
    for place in (-1, len(FACES)):
        with pytest.raises(
            ValueError, match=f"face {place} was asked for, there are 0 to {len(FACES) - 1}, and 0 of"
        ):
            another.replay([{"did": "probe", "chosen": place, "state": {}}])


def test_what_was_asked_of_one_photo_is_not_replayed_on_another(probe):
    upload(probe, png(astronaut()))
    click(probe, 0)
    of_the_first = probe.log[-1]
    assert probe.replay([of_the_first]).shape == (1, 2)
    upload(probe, png(astronaut()[:, ::-1]))
    with pytest.raises(ValueError, match="entry 0 is about another face than the one at place -1"):
        probe.replay([of_the_first])


def test_several_faces_in_a_photo_are_offered(probe):
    both = np.concatenate([astronaut()[:256, 64:320], astronaut()[:256, 64:320]], axis=1)
    upload(probe, png(both))
    assert probe.problem == ""
    assert probe.mine["count"] == 2
    assert probe.chosen == -1
    expected = [ferlab.face_from_photo(both, face=i) for i in (0, 1)]
    assert probe.mine["images"] == expected[0].tobytes() + expected[1].tobytes()
    from_page(probe, chosen=-2)
    np.testing.assert_array_equal(probe.image, expected[1])
    assert "(2 of 2)" in probe.face["caption"]


def test_the_grid_says_what_is_right_and_how_sure():
    classes = ("happy", "sad")
    probe = ferlab.FaceProbe(left_half, FACES, classes=classes)
    answers = left_half(FACES.images)
    assert probe.grid["said"] == [classes[k] for k in answers.argmax(1)]
    np.testing.assert_allclose(probe.grid["sure"], answers.max(1))
    assert probe.grid["labels"] == [FACES.classes[k] for k in FACES.labels]


def test_of_many_faces_the_grid_shows_twelve_of_each_label_mixed():
    many = ferlab.draw_faces(140, seed=1)
    probe = ferlab.FaceProbe(left_half, many, classes=("a", "b"))
    labels = probe.grid["labels"]
    assert {labels.count(name) for name in many.classes} == {12}
    assert len(set(labels[:12])) > 3


def test_starts_with_a_face_of_one_s_own():
    mine = ferlab.face_from_photo(astronaut())
    probe = ferlab.FaceProbe(left_half, FACES, image=mine, classes=("a", "b"))
    np.testing.assert_array_equal(probe.image, mine)
    from_page(probe, chosen=0)
    np.testing.assert_array_equal(probe.image, FACES.images[0])
    with pytest.raises(ValueError, match=r"\(48, 48, 3\)"):
        ferlab.FaceProbe(left_half, FACES, image=np.zeros((48, 48, 3)), classes=("a", "b"))


def test_refuses_what_it_cannot_show():
    with pytest.raises(ValueError, match=r"shape \(20, 2\) for 20 images, expected \(20, 7\)"):
        ferlab.FaceProbe(left_half, FACES)
    with pytest.raises(ValueError, match="no faces"):
        ferlab.FaceProbe(left_half, FACES[:0])


def test_keeps_a_picture_with_words_for_readers_without_a_kernel(probe):
    click(probe, *range(10), fill="black")
    png, alt = probe._still()
    np.testing.assert_array_equal(face_in(png), probe.seen)
    assert f"10 of {probe.face['count']} superpixels hidden" in alt
    assert f"The network says left is dark, {probe.probabilities[1]:.0%};" in alt
    assert f"with nothing hidden it says left is bright, {probe.original[0]:.0%}." in alt


def test_a_photo_from_the_page_is_not_kept_in_the_picture(probe):
    upload(probe, png(astronaut()))
    click(probe, 1, 2)
    kept, alt = probe._still()
    np.testing.assert_array_equal(face_in(kept), np.where(np.isin(probe.segments, [1, 2]), 120, 215))
    assert "Your photo is not kept" in alt
    from_page(probe, chosen=3)  # a face of the data is
    np.testing.assert_array_equal(face_in(probe._still()[0]), FACES.images[3])
    # One that a cell gave is in the notebook's hands anyway.
    given = ferlab.FaceProbe(left_half, FACES, image=ferlab.face_from_photo(astronaut()), classes=("a", "b"))
    np.testing.assert_array_equal(face_in(given._still()[0]), given.seen)


def test_the_bars_in_the_picture_are_as_long_as_the_probabilities():
    probe = ferlab.FaceProbe(
        lambda images: np.tile([0.25, 0.75], (len(images), 1)), FACES, classes=("happy", "sad")
    )
    picture = np.asarray(Image.open(io.BytesIO(probe._still()[0])))
    for k, colour in enumerate([(0xE6, 0x9F, 0x00), (0x00, 0x72, 0xB2)]):
        assert probe.grid["colours"][k].lower() == "#{:02x}{:02x}{:02x}".format(*colour)
        widths = (picture == colour).all(-1).sum(1)
        assert widths.max() == pytest.approx(280 * (0.25, 0.75)[k], abs=3)


def test_the_black_mark_in_the_picture_stays_at_the_face_as_it_came(probe):
    click(probe, *range(probe.face["count"]), fill="black")
    assert probe.probabilities[0] == 0
    picture = np.asarray(Image.open(io.BytesIO(probe._still()[0])))
    above_the_first_bar = (picture[54, 412:700] == 0).all(-1)
    assert np.flatnonzero(above_the_first_bar).mean() == pytest.approx(280 * probe.original[0], abs=2)


def test_the_picture_in_the_notebook_follows():
    """In a real kernel: two outputs, and the second one shows the state when the page asks to keep it."""
    manager, client = start_new_kernel()
    try:
        outputs = run(client, BRIGHT)
        live, still = (message["content"] for message in outputs if message["msg_type"] == "display_data")
        assert "application/vnd.jupyter.widget-view+json" in live["data"]
        assert "image/png" not in live["data"]
        before = face_in(base64.b64decode(still["data"]["image/png"]))
        outputs = run(client, "probe.hide([1, 2], fill='black')\nprobe._asked(None, {'ask': 'keep'}, None)")
        (update,) = (m["content"] for m in outputs if m["msg_type"] == "update_display_data")
        assert update["transient"] == still["transient"]
        assert "2 of" in update["metadata"]["image/png"]["alt"]
        after = face_in(base64.b64decode(update["data"]["image/png"]))
        assert 0 < (after != before).sum() < 48 * 48
        assert not after[after != before].any()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


BRIGHT = """
import ferlab


def predict(images):
    two = images[:, :2, 0] + 1.0
    return two / two.sum(1, keepdims=True)


probe = ferlab.FaceProbe(predict, ferlab.draw_faces(4, seed=0), classes=("a", "b"))
probe
"""


def run(client, code):
    """What a kernel publishes while it runs a cell."""
    messages = []
    client.execute_interactive(code, output_hook=messages.append, timeout=120)
    errors = [message["content"] for message in messages if message["msg_type"] == "error"]
    assert errors == []
    return messages


def face_in(png):
    """The 48x48 face in FaceProbe's picture."""
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    left, top = FACE
    return picture[top : top + 288 : 6, left : left + 288 : 6]


def test_probing_is_light():
    """No TensorFlow, and little memory of its own: a classroom's server runs thirty such kernels."""
    code = """if True:
        import sys
        from pathlib import Path
        def private():
            lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
            return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1024
        there = Path("/proc/self/smaps_rollup").exists()
        before = private() if there else 0
        import ferlab
        probe = ferlab.FaceProbe()
        probe.hide([1, 2])
        probe._still()
        print(sorted({"tensorflow", "keras", "torch", "jax"} & set(sys.modules)))
        print(private() - before if there else 0)"""
    course_faces()  # drawn by the first kernel of all, and then in the cache
    drawn = {**os.environ, "FERLAB_DATA": "drawn"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=drawn)
    heavy, megabytes = done.stdout.splitlines()[-2:]
    assert heavy == "[]"
    assert float(megabytes) < 120
