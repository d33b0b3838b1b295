"""FaceProbe: take a face apart by hand and watch the probabilities move."""

import time
import zlib

import numpy as np
import traitlets

from ..emotions import COLOURS
from ..explanation.superpixels import as_face
from ..inference import checked_answer
from . import changes
from .base import Widget, page
from .photos import faces_in
from .probed import FILLS, GRAIN, ProbedFace
from .reveal import MARKS, reveal

_GRID = 12  # faces of each label that the grid shows


class FaceProbe(Widget):
    """A face on the screen to hide, paint over, light and turn, and the probabilities as bars beside it.

    predict  any function from images (n, 48, 48) in 0..255 to probabilities (n, k); by default the
             shipped network for these faces, without TensorFlow
    faces    Faces to choose from; by default PublicTest of load_faces(). Where there are more than twelve for each
             label, the grid shows twelve of each, mixed
    image    uint8 (48, 48), the face to begin with, for example from face_from_photo; by default the
             first of the grid
    classes  names of the k outputs; by default those of `predict`, else those of `faces`

    After a change, `image`, `hidden`, `seen`, `probabilities` and `original` say what is on the screen,
    `log` what was done and answered since the beginning, `agreement` how a guess compares with LIME.
    A photo that is uploaded goes to this kernel and is cut to the face; of it, the picture in a saved notebook shows
    the holes and the bars alone. (Only where Jupyter is told to save the state of widgets, the face is in that.)
    """

    _esm = page(
        "probe-image.js",
        "probe-faces.js",
        "probe-stage.js",
        "probe-bars.js",
        "probe-tools.js",
        "probe-lime.js",
        "faceprobe.js",
    )
    _css = page("faceprobe.css")

    # To the browser. Each is replaced as a whole, so that a view never mixes two faces.
    grid = traitlets.Dict().tag(sync=True)  # images to choose from, what is known of them, and the controls
    mine = traitlets.Dict().tag(sync=True)  # the faces found in a photo
    face = traitlets.Dict().tag(sync=True)  # the image, its superpixels, what each filling makes of it
    answer = traitlets.Dict().tag(sync=True)  # probabilities now and at first, and for which state
    lime = traitlets.Dict().tag(sync=True)  # LIME's weights for the label shown, once asked for
    # From the browser.
    chosen = traitlets.Int(0).tag(sync=True)  # place in the grid; -1, -2 ... for faces of a photo
    probe = traitlets.Dict().tag(sync=True, echo_update=False)  # {"face": number, and keys of UNTOUCHED}
    guess = traitlets.Dict().tag(sync=True, echo_update=False)  # {"face": number, "superpixels": [...]}
    photo = traitlets.Bytes().tag(sync=True, echo_update=False, from_json=lambda value, _: bytes(value))
    _shows = "its last state"
    # Here only: what was done and answered, in order.
    log = traitlets.List()

    def __init__(self, predict=None, faces=None, image=None, classes=None):
        super().__init__()
        if faces is None:
            from ..fer2013 import load_faces

            faces = load_faces(split="PublicTest")
        if predict is None:
            from ..inference import load_predictor

            predict = load_predictor(faces=faces)
        if len(faces) == 0:
            raise ValueError("there are no faces to choose from")
        if len(faces) > _GRID * len(faces.classes):
            some = faces.sample(_GRID, per_class=True)
            faces = some[np.random.default_rng(0).permutation(len(some))]  # else all angry ones come first
        self._predict, self._faces = predict, faces
        self._classes = tuple(classes or getattr(predict, "classes", faces.classes))
        self._number, self._place, self._mine, self._mine_caption = 0, 0, [], ""
        self._answered = None  # the probe that was answered last
        self._photographed = False  # do the faces in _mine come from a photo of the page?
        self.grid = self._grid_of(faces)
        self.observe(self._guarded(self._answer), "probe")
        if image is None:
            self._show_place(0)
        else:
            image = as_face(image)
            if image.shape != (48, 48):
                raise ValueError(
                    f"image is {image.shape}, expected (48, 48); face_from_photo makes one of a photo"
                )
            self._bring([image], "the face you brought")
        self.observe(self._guarded(self._choose), "chosen")
        self.observe(self._guarded(self._open_photo), "photo")
        self.observe(self._guarded(self._note_guess), "guess")
        self.on_msg(self._asked)

    def _grid_of(self, faces):
        answers = self._ask(faces.images)
        labels = [faces.classes[k] for k in faces.labels]
        return {
            "images": faces.images.tobytes(),
            "labels": labels,
            "labelled": [name for name in faces.classes if name in labels],
            "said": [self._classes[k] for k in answers.argmax(1)],
            "sure": answers.max(1).tolist(),
            "name": faces.name,
            "fills": list(FILLS),
            "sliders": {name: list(of) for name, of in changes.SLIDERS.items()},
            "untouched": changes.UNTOUCHED,
            "grain": GRAIN.tobytes(),
            "classes": self._classes,
            "colours": [COLOURS.get(name, "#7F7F7F") for name in self._classes],
        }

    @property
    def image(self):
        """uint8 (48, 48): the face as it came."""
        return self._probed.image

    @property
    def segments(self):
        """int (48, 48): the superpixel of each pixel, from 0."""
        return self._probed.segments

    @property
    def hidden(self):
        """Numbers of the superpixels that are hidden, in order."""
        return tuple(self.answer["hidden"])

    @property
    def holes(self):
        """bool (48, 48): the pixels that are filled, hidden or painted."""
        return self._probed.holes(self.answer)

    @property
    def uploaded(self):
        """Is the face on the screen one of a photo that came from the page?"""
        return self._place < 0 and self._photographed

    @property
    def seen(self):
        """uint8 (48, 48): the image as the network gets it."""
        return self._seen(self.answer)

    @property
    def probabilities(self):
        """float (k,): for the image as the network gets it."""
        return np.array(self.answer["probabilities"])

    @property
    def original(self):
        """float (k,): for the face as it came."""
        return np.array(self.answer["original"])

    @property
    def agreement(self):
        """How the guess compares with LIME, or None before LIME was revealed.

        {"guess": three superpixels, "lime": LIME's three, "shared": how many are the same, "weight": the
        weight of those guessed as a share of the weight of LIME's three, None unless that is positive}
        """
        if self._reveal is None:
            return None
        return self._reveal.agreement()

    def hide(self, superpixels, fill=None):
        """Hide these superpixels and no others, as clicking would."""
        wanted = {**self._state(self.answer), "hidden": sorted({int(s) for s in superpixels})}
        wanted["fill"] = fill or self.answer["fill"]
        self._probed.check(wanted)
        self.probe = {"face": self._number, **wanted}

    def replay(self, log):
        """Do again what a log says; float (m, k), the network's answers for its m probes, asked anew.

        log: entries as in `log`, of a widget with the same faces. Ends where the log ends.
        ValueError where an entry speaks of a face or superpixel that is not here.
        """
        answers = []
        for entry in log:
            if entry["did"] != "probe":
                continue
            if entry["chosen"] != self._place:
                self._show_place(entry["chosen"])
                self.chosen = self._place
            if entry.get("image", self._checksum()) != self._checksum():
                raise ValueError(
                    f"entry {len(answers)} is about another face than the one at place {self._place} here"
                )
            wanted = {**changes.UNTOUCHED, **entry["state"]}
            self._probed.check(wanted)
            self.probe = {"face": self._number, "again": len(answers), **wanted}
            if self.problem:
                raise ValueError(f"entry {len(answers)} could not be asked again: {self.problem}")
            answers.append(self.probabilities)
        return np.array(answers).reshape(-1, len(self._classes))

    # Faces

    def _show(self, place, image, caption, twin=None):
        """A new face. Nothing changes unless all of it works."""
        shown = ProbedFace(image, twin)
        original = self._ask(image[None])[0]
        fill = self.probe.get("fill", FILLS[0])
        self._probed, self._first, self._place = shown, original, place
        self._number += 1
        self._reveal = None
        with self.hold_sync():
            self.lime, self.guess = {}, {}
            self.face = {"number": self._number, "caption": caption, **shown.for_page()}
            self.probe = {"face": self._number, **changes.UNTOUCHED, "fill": fill}

    def _show_place(self, place):
        """The face at a place of the grid (from 0), or of the photo (from -1 down)."""
        if not -len(self._mine) <= place < len(self._faces):
            raise ValueError(
                f"face {place} was asked for, there are 0 to {len(self._faces) - 1}, and {len(self._mine)} of a photo"
            )
        if place >= 0:
            label = self._faces.classes[self._faces.labels[place]]
            twin = None if self._faces.twins is None else self._faces.twins[place]
            self._show(place, self._faces.images[place], f"face {place + 1}, labelled {label}", twin)
        else:
            caption, images = self._mine_caption, self._mine
            number = f" ({-place} of {len(images)})" if len(images) > 1 else ""
            self._show(place, images[-place - 1], caption + number)

    def _bring(self, images, caption):
        """Faces of one's own; the first is shown."""
        before = self._mine, self._mine_caption
        self._mine, self._mine_caption = images, caption
        try:
            self._show_place(-1)
        except Exception:
            self._mine, self._mine_caption = before
            raise
        self.mine = {"images": b"".join(image.tobytes() for image in images), "count": len(images)}
        self.chosen = -1

    def _choose(self):
        if self.chosen == self._place or not -len(self._mine) <= self.chosen < len(self._faces):
            return
        try:
            self._show_place(self.chosen)
        except Exception:
            self.chosen = self._place
            raise

    def _open_photo(self):
        if not self.photo:
            return
        content, self.photo = self.photo, b""
        self._bring(faces_in(content), "the face in your photo")
        self._photographed = True

    # Probing

    def _ask(self, images):
        found = self._predict(images.astype(np.float32))
        return checked_answer(found, len(images), classes=self._classes).astype(float)

    def _state(self, probe):
        return {name: probe.get(name, usual) for name, usual in changes.UNTOUCHED.items()}

    def _seen(self, state):
        return self._probed.seen(state)

    def _answer(self):
        # A click that was on its way while another face arrived is about superpixels that are gone. Where one
        # message brings both, this is called for the click as well, when the new face's probe has its answer.
        if self.probe["face"] != self._number or self.probe is self._answered:
            return
        self._answered = self.probe
        begun = time.perf_counter()
        state = self._state(self.probe)
        try:
            self._probed.check(state)
            now = self._ask(self._seen(state)[None])[0]
        except Exception:
            self.probe = {"face": self._number, "restored": True, **self._state(self.answer)}
            raise
        self._tell(state, now, begun)

    def _tell(self, state, now, begun):
        linear = self._linear(state)
        self.answer = {
            **state,
            "face": self._number,
            "hidden": sorted(state["hidden"]),
            "sent": self.probe.get("sent"),
            "probabilities": now.tolist(),
            "original": self._first.tolist(),
            "linear": linear,
            "milliseconds": 1000 * (time.perf_counter() - begun),
        }
        changed = {name: value for name, value in state.items() if value != changes.UNTOUCHED[name]}
        if not self.probe.get("restored"):  # after a failure; nobody did that
            self._note("probe", state=changed, probabilities=now.tolist(), linear=linear)

    def _note(self, did, **what):
        where = {"chosen": self._place, "face": self._number, "image": self._checksum()}
        self.log = [*self.log, {"did": did, **where, **what}]

    def _checksum(self):
        return zlib.crc32(self._probed.image.tobytes())

    # Guess, then LIME

    def _note_guess(self):
        if self.guess.get("face") != self._number or len(self.guess["superpixels"]) < MARKS:
            return
        self._probed.check({**changes.UNTOUCHED, "hidden": self.guess["superpixels"]})
        self._note("guess", superpixels=self.guess["superpixels"])

    def _asked(self, _, content, __):
        if content.get("ask") == "lime":
            self._guarded(lambda: self._open_lime(content.get("face"), content.get("superpixels", [])))()
        if content.get("ask") == "keep":
            self._told(self._keep)  # the page asks by itself: a complaint must outlive that
        if content.get("ask") == "log":
            self.send({"log": [self._compared(entry) for entry in self.log if entry["face"] == self._number]})

    def _open_lime(self, face, guess):
        if face != self._number or self.lime.get("asked") == self.answer["fill"]:
            return  # of a face that is gone, or a second click
        self._probed.check({**changes.UNTOUCHED, "hidden": guess})
        found = reveal(self._predict, self._probed.image, self.answer["fill"], guess)
        self.guess = {"face": face, "superpixels": guess}  # which the question may have overtaken
        explanation = found.explanation
        self._reveal = found
        self.lime = {
            "face": self._number,
            "asked": self.answer["fill"],
            "fill": explanation.hide,
            "label": self._classes[explanation.label()],
            "weights": explanation.weights[explanation.label()].tolist(),
            **found.agreement(),
        }
        self._note("reveal", **self.agreement)
        self.answer = {**self.answer, "linear": found.linear(self._state(self.answer))}

    def _compared(self, entry):
        """An entry of the log with what LIME, revealed since, would have said."""
        if entry["did"] != "probe":
            return entry
        return {**entry, "linear": self._linear({**changes.UNTOUCHED, **entry["state"]})}

    def _linear(self, state):
        return self._reveal and self._reveal.linear(state)

    # For readers without a kernel

    def _still(self):
        from .probe_still import still

        return still(self)
