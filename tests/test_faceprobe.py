"""FaceProbe's kernel side, driven as the page drives it, with networks whose answer is known."""

import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage.data import astronaut

import ferlab
from ferlab.explanation.superpixels import HIDE, hidden_image, superpixels

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
    return probe.image.tobytes(), probe.hidden, probe.seen.tobytes(), probe.answer, probe.face["number"]


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


def test_hide_does_what_a_click_does(probe):
    click(probe, 4, 6)
    clicked = state(probe)
    probe.hide([])
    assert probe.hidden == ()
    probe.hide(np.array([6, 4]))
    assert state(probe) == clicked
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


@pytest.mark.parametrize(("hidden", "fill"), [([999], "mean"), ([-1], "mean"), ([1], "holes")])
def test_a_bad_probe_is_told_and_changes_nothing(probe, hidden, fill):
    click(probe, 3)
    before = state(probe)
    click(probe, *hidden, fill=fill)
    assert "there are" in probe.problem
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
    from_page(probe, chosen=2)
    assert probe.problem == "out of ink"
    assert probe.chosen == 0
    assert state(probe) == before


def test_lime_is_shown_for_the_first_answer(probe):
    # What the page sends when its button is pressed.
    data = {"method": "custom", "content": {"ask": "lime"}}
    probe._handle_msg({"content": {"comm_id": probe.comm.comm_id, "data": data}, "buffers": []})
    assert probe.problem == ""
    first = int(probe.original.argmax())
    expected = ferlab.explain(left_half, probe.image).weights[first]
    np.testing.assert_allclose(probe.lime["weights"], expected)
    assert probe.lime["label"] == ("left is bright", "left is dark")[first]
    from_page(probe, chosen=1)
    assert probe.lime == {}


def test_starts_with_a_face_of_one_s_own():
    mine = ferlab.face_from_photo(astronaut())
    probe = ferlab.FaceProbe(left_half, FACES, image=mine, classes=("a", "b"))
    np.testing.assert_array_equal(probe.image, mine)
    from_page(probe, chosen=0)
    np.testing.assert_array_equal(probe.image, FACES.images[0])
    with pytest.raises(ValueError, match=r"\(48, 48, 3\)"):
        ferlab.FaceProbe(left_half, FACES, image=np.zeros((48, 48, 3)), classes=("a", "b"))


def test_refuses_what_it_cannot_show():
    with pytest.raises(ValueError, match=r"returned \(1, 2\), expected \(1, 7\)"):
        ferlab.FaceProbe(left_half, FACES)
    with pytest.raises(ValueError, match="no faces"):
        ferlab.FaceProbe(left_half, FACES[:0])


def test_keeps_a_picture_with_words_for_readers_without_a_kernel(probe):
    click(probe, *range(10), fill="black")
    data, metadata = probe._repr_mimebundle_()
    assert Image.open(io.BytesIO(data["image/png"])).width > 500
    alt = metadata["image/png"]["alt"]
    assert f"10 of {probe.face['count']} superpixels hidden" in alt
    assert f"{probe.probabilities.max():.0%}" in alt
    assert "application/vnd.jupyter.widget-view+json" in data


def test_probing_needs_no_tensorflow():
    code = (
        "import sys, ferlab; probe = ferlab.FaceProbe(); probe.hide([1, 2]); probe._repr_mimebundle_(); "
        "print(sorted({'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
