import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from ferlab import drawn
from ferlab.widgets.labeller import Labeller

FACES = drawn.draw_faces(3, seed=4)


def press(widget, name):
    """Click a button as the front end would."""
    buttons = [*widget._buttons, widget._back]
    next(b for b in buttons if b.description == name)._handle_button_msg(None, {"event": "click"}, None)


def test_answers_are_kept_in_order_and_can_be_changed():
    labeller = Labeller(FACES)
    assert labeller.answers.tolist() == [-1, -1, -1]
    press(labeller, "sad")
    first = labeller._image.value
    press(labeller, "happy")
    press(labeller, "back")
    assert labeller._image.value == first
    press(labeller, "neutral")
    press(labeller, "fear")
    assert [FACES.classes[k] for k in labeller.answers] == ["sad", "neutral", "fear"]
    press(labeller, "fear")  # after the last face nothing is left to answer
    assert len(labeller.answers) == 3
    assert "All labelled" in labeller._says.value
    assert repr(labeller) == "Labeller: 3 of 3 faces labelled"


def test_shows_the_face_itself():
    html = Labeller(FACES)._image.value
    assert 'alt="Face 1 of 3"' in html
    png = base64.b64decode(re.search('base64,([^"]+)', html)[1])
    shown = np.asarray(Image.open(io.BytesIO(png)))
    np.testing.assert_array_equal(shown[2::5, 2::5], FACES.images[0])


def test_no_faces():
    with pytest.raises(ValueError, match="no faces"):
        Labeller(FACES[:0])
