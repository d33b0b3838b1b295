"""The widgets of notebooks 02, 03 and 06, driven as their pages drive them."""

import io

import numpy as np
import pytest
from PIL import Image

import ferlab
from ferlab.emotions import VOTES
from ferlab.evaluation import Report
from ferlab.widgets import mistakes, still
from ferlab.widgets.mistakes import MistakesBrowser
from ferlab.widgets.sandbox import AugmentationSandbox

FACES = ferlab.draw_faces(24, seed=5)


def from_page(widget, **state):
    content = {
        "comm_id": widget.comm.comm_id,
        "data": {"method": "update", "state": state, "buffer_paths": []},
    }
    widget._handle_msg({"content": content, "buffers": []})


def assert_keeps_a_picture(widget, words):
    """words: what readers of the screen must hear of it."""
    png, alt = widget._still()
    assert Image.open(io.BytesIO(png)).width > 500
    assert words in alt


# Mistakes


@pytest.fixture
def judged():
    """Two classes and six faces; who was taken for whom is written out here."""
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7], [0.05, 0.95], [0.2, 0.8], [0.6, 0.4], [0.8, 0.2]])
    report = Report(("a", "b"), np.array([0, 0, 0, 1, 1, 0]), probabilities)
    votes = np.zeros((6, len(VOTES)), np.uint8)
    votes[2, [VOTES.index("sad"), VOTES.index("fear")]] = 3, 7
    faces = ferlab.Faces(
        FACES.images[:6], report.labels, ("a", "b"), "faces", np.ones(6, np.uint8), np.arange(6), votes
    )
    return report, faces


def test_a_cell_opens_its_faces_by_confidence(judged, monkeypatch):
    monkeypatch.setattr(mistakes, "_MOST", 1)
    assert MistakesBrowser(*judged).found["total"] == 2  # of which one is shown
    monkeypatch.undo()
    browser = MistakesBrowser(*judged)
    assert browser.table["confusion"] == [[2, 2], [1, 1]]
    assert browser.places.tolist() == [2, 1]  # the fullest cell off the diagonal: a taken for b
    assert browser.found["sure"] == [0.95, 0.7]
    assert browser.found["votes"] == [[["fear", 7], ["sad", 3]], []]
    assert browser.found["images"] == FACES.images[[2, 1]].tobytes()
    from_page(browser, cell={"true": 0, "said": 0, "first": "least sure"})
    assert browser.places.tolist() == [5, 0]
    from_page(browser, cell={"true": 1, "said": 0, "first": "surest"})
    assert browser.places.tolist() == [4]
    assert_keeps_a_picture(browser, "1 face labelled b, taken for a")


def test_the_picture_of_a_cell_says_which_faces_come_first(judged, monkeypatch):
    told = []

    def noted(images, titles, heading):
        told.append((images.tobytes(), titles, heading))
        return b""

    monkeypatch.setattr(still, "face_sheet", noted)
    MistakesBrowser(*judged)._still()
    assert told == [
        (FACES.images[[2, 1]].tobytes(), ["95%", "70%"], "2 faces labelled a, taken for b; surest first")
    ]


def test_a_cell_that_is_not_there_is_told(judged):
    browser = MistakesBrowser(*judged)
    from_page(browser, cell={"true": 0, "said": 7, "first": "surest"})
    assert "the matrix has 2 rows" in browser.problem
    with pytest.raises(ValueError, match="about 6 faces, 5 were given"):
        MistakesBrowser(judged[0], judged[1][:5])


# Augmentation


def brightness(images):
    bright = np.asarray(images, float).mean((1, 2)) / 255
    return np.stack([bright, 1 - bright], axis=1)


def shifted(images, *, seed, rotation, shift, shear, zoom, flip):
    """Stands in for the layer: mirrors all, and goes black where asked to zoom much."""
    return (images[:, :, ::-1] if flip else images) * (0 if zoom > 0.5 else 1.0)


def test_the_batch_follows_the_ranges():
    sandbox = AugmentationSandbox(FACES, shifted, brightness)
    assert sandbox.ranges == {"rotation": 15, "shift": 0.1, "shear": 0.1, "zoom": 0.1, "flip": True}
    assert sandbox.shown["images"] == np.ascontiguousarray(FACES.images[:, :, ::-1]).tobytes()
    assert sandbox.kept == len(FACES)  # a mirror image is as bright
    bright = int((FACES.images.mean((1, 2)) > 127.5).sum())
    from_page(sandbox, wanted={**sandbox.wanted, "zoom": 90, "flip": False})
    assert sandbox.ranges["zoom"] == 0.9
    assert set(sandbox.shown["images"]) == {0}
    assert sandbox.kept == len(FACES) - bright
    assert_keeps_a_picture(
        sandbox, "24 faces augmented with rotation 15, shift 0.1, shear 0.1, zoom 0.9, flip False"
    )


def test_the_page_s_seed_is_the_augmentation_s():
    seeds = []

    def noted(images, *, seed, **_):
        seeds.append(seed)
        return images

    sandbox = AugmentationSandbox(FACES, noted, brightness)
    from_page(sandbox, wanted={**sandbox.wanted, "seed": 7})
    assert seeds == [0, 7]


def test_an_equal_batch_is_news_to_the_page_that_waits_for_it():
    sandbox = AugmentationSandbox(FACES, shifted, brightness)
    images, told = sandbox.shown["images"], []
    sandbox.observe(told.append, "shown")
    from_page(sandbox, wanted={**sandbox.wanted, "shear": 11})
    assert sandbox.shown["images"] == images
    assert len(told) == 1


def test_an_augmentation_that_fails_is_told():
    sandbox = AugmentationSandbox(FACES, lambda images, **_: images, brightness)
    sandbox._augment = lambda images, **_: images[:3]
    from_page(sandbox, wanted={**sandbox.wanted, "rotation": 90})
    assert "augment returned (3, 48, 48), expected (24, 48, 48)" in sandbox.problem
    with pytest.raises(ValueError, match="no faces"):
        AugmentationSandbox(FACES[:0], shifted, brightness)


# Network


@pytest.fixture(scope="module")
def explorer():
    from ferlab.models.squeezenet import squeezenet
    from ferlab.widgets.network import NetworkExplorer

    return NetworkExplorer(squeezenet(modules=2), FACES[:5])


def test_every_formula_ends_with_what_keras_counts(explorer):
    listed = {layer["name"]: layer for layer in explorer.network["layers"]}
    assert listed["conv1"]["formula"] == "(3 · 3 · 3 + 1) · 64 = 1,792 parameters"
    assert listed["fire2_squeeze"]["formula"] == "1 · 1 · 64 · 16 = 1,024 parameters"
    for layer in listed.values():
        assert f"{layer['parameters']:,} parameters" in layer["formula"], layer
    assert sum(layer["parameters"] for layer in listed.values()) == explorer.network["parameters"]


def test_maps_are_the_layers_answer_to_the_face(explorer):
    from_page(explorer, layer="scale", chosen=3)
    np.testing.assert_allclose(explorer.maps[0], FACES.images[3] / 255, rtol=1e-6)
    assert explorer.pictures["size"] == [1, 48, 48]
    # Grey is stretched from 0 to where the brightest hundredth begins.
    white = np.quantile(FACES.images[3], 0.99)
    expected = np.clip(255.0 * FACES.images[3] / white, 0, 255)
    drawn = np.frombuffer(explorer.pictures["grey"], np.uint8).reshape(48, 48).astype(int)
    assert np.abs(drawn - expected).max() <= 1
    from_page(explorer, layer="conv1", chosen=0)
    kernel, bias = explorer._model.get_layer("conv1").get_weights()
    window = np.repeat(FACES.images[0, 10:13, 20:23, None] / 255, 3, axis=2)  # stride 2, padding after
    by_hand = np.maximum(np.einsum("ijc,ijco->o", window, kernel) + bias, 0)
    np.testing.assert_allclose(explorer.maps[:, 5, 10], by_hand, atol=1e-5)
    last = explorer.network["layers"][-1]["name"]
    from_page(explorer, layer=last)
    assert len(explorer.pictures["values"]) == 7
    assert sum(explorer.pictures["values"]) == pytest.approx(1)
    assert_keeps_a_picture(explorer, f"at layer {last}: ")


def test_a_layer_or_face_that_is_not_there_is_told(explorer):
    from_page(explorer, layer="fire99")
    assert "no layer 'fire99'" in explorer.problem
    from_page(explorer, layer="conv1", chosen=50)
    assert "there are 0 to 4" in explorer.problem
    from_page(explorer, chosen=0)
    assert explorer.problem == ""
