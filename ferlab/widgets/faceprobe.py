"""FaceProbe: hide parts of a face by hand and watch the probabilities move."""

import io
import tempfile
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from ..emotions import COLOURS
from ..explanation.superpixels import HIDE, as_face, hidden_image, superpixels, with_hidden

_HERE = Path(__file__).parent
_GRID = 12  # faces of each label that the grid shows


class FaceProbe(anywidget.AnyWidget):
    """A face on the screen, in superpixels to be clicked away, and the probabilities as bars beside it.

    predict  any function from images (n, 48, 48) in 0..255 to probabilities (n, k); by default the
             shipped network for these faces, without TensorFlow
    faces    Faces to choose from; by default PublicTest of load_faces(). The grid shows at most twelve
             of each label
    image    uint8 (48, 48), the face to begin with, for example from face_from_photo; by default the
             first of `faces`
    classes  names of the k outputs; by default those of `predict`, else those of `faces`

    After a click, `image`, `hidden`, `seen`, `probabilities` and `original` say what is on the screen.
    A photo that is uploaded goes to this kernel, is cut to the face, and is kept nowhere.
    """

    _esm = _HERE / "faceprobe.js"
    _css = _HERE / "faceprobe.css"

    # To the browser. Each is replaced as a whole, so that a view never mixes two faces.
    grid = traitlets.Dict().tag(sync=True)  # images to choose from, their labels
    face = traitlets.Dict().tag(sync=True)  # the image, its superpixels, what each filling makes of it
    answer = traitlets.Dict().tag(sync=True)  # probabilities now and at first, for which superpixels hidden
    lime = traitlets.Dict().tag(sync=True)  # LIME's weights for the label shown, once asked for
    problem = traitlets.Unicode().tag(sync=True)  # what went wrong, in words
    # From the browser.
    chosen = traitlets.Int(0).tag(sync=True)  # place in the grid, -1 for a photo
    probe = traitlets.Dict().tag(
        sync=True, echo_update=False
    )  # {"face": number, "hidden": [...], "fill": name}
    photo = traitlets.Bytes().tag(sync=True, echo_update=False, from_json=lambda value, _: bytes(value))

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
        self._number, self._place = 0, 0
        labels = [faces.classes[k] for k in faces.labels]
        self.grid = {
            "images": faces.images.tobytes(),
            "labels": labels,
            "classes": [name for name in faces.classes if name in labels],
            "name": faces.name,
            "fills": list(HIDE),
        }
        if image is None:
            self._show(faces.images[0], f"face 1, labelled {labels[0]}")
        else:
            self.chosen = self._place = -1
            self._show(as_face(image), "the face you brought")
        self.observe(self._guarded(self._choose), "chosen")
        self.observe(self._guarded(self._open_photo), "photo")
        self.observe(self._guarded(self._answer), "probe")
        self.on_msg(self._asked)

    @property
    def image(self):
        """uint8 (48, 48): the face as it came."""
        return self._image

    @property
    def segments(self):
        """int (48, 48): the superpixel of each pixel, from 0."""
        return self._segments

    @property
    def hidden(self):
        """Numbers of the superpixels that are hidden, in order."""
        return tuple(self.answer["hidden"])

    @property
    def seen(self):
        """uint8 (48, 48): the image as the network gets it, with what is hidden filled."""
        return self._filled(self.hidden, self.answer["fill"])

    @property
    def probabilities(self):
        """float (k,): for the image as the network gets it."""
        return np.array(self.answer["probabilities"])

    @property
    def original(self):
        """float (k,): for the face as it came."""
        return np.array(self.answer["original"])

    def hide(self, superpixels, fill=None):
        """Hide these superpixels and no others, as clicking would."""
        wanted = {"face": self._number, "hidden": [int(s) for s in superpixels]}
        wanted["fill"] = fill or self.answer["fill"]
        self._check(wanted)
        self.probe = wanted

    def _guarded(self, step):
        """An exception in a callback is invisible in a notebook, so it is told in the widget."""

        def call(*_):
            try:
                self.problem = ""
                step()
            except Exception as error:
                self.problem = f"{error}" or type(error).__name__

        return call

    def _show(self, image, caption):
        """A new face. Nothing changes unless all of it works."""
        segments = superpixels(image)
        fills = {fill: hidden_image(image, segments, fill) for fill in HIDE}
        original = self._ask(image)
        fill = self.probe.get("fill", HIDE[0])
        self._image, self._segments, self._fills, self._first = image, segments, fills, original
        self._caption = caption
        self._number += 1
        with self.hold_sync():
            self.lime = {}
            self.face = {
                "number": self._number,
                "caption": caption,
                "image": image.tobytes(),
                "segments": segments.astype(np.uint16).tobytes(),
                "count": int(segments.max()) + 1,
                "filled": {name: filled.tobytes() for name, filled in fills.items()},
            }
            self.probe = {"face": self._number, "hidden": [], "fill": fill}
            self._tell(original)

    def _ask(self, image):
        found = np.asarray(self._predict(image[None]))
        if found.shape != (1, len(self._classes)):
            raise ValueError(f"predict returned {found.shape}, expected (1, {len(self._classes)})")
        return found[0].astype(float)

    def _choose(self):
        if self.chosen == self._place or not 0 <= self.chosen < len(self._faces):
            return
        label = self._faces.classes[self._faces.labels[self.chosen]]
        try:
            self._show(self._faces.images[self.chosen], f"face {self.chosen + 1}, labelled {label}")
        except Exception:
            self.chosen = self._place
            raise
        self._place = self.chosen

    def _open_photo(self):
        if not self.photo:
            return
        from ..photo import face_from_photo

        content, self.photo = self.photo, b""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "photo"
            path.write_bytes(content)
            try:
                face = face_from_photo(path)
            except ValueError as error:
                raise ValueError(str(error).replace(str(path), "The file")) from error
        self._show(face, "the face in your photo")
        self.chosen = self._place = -1

    def _check(self, probe):
        count = self.face["count"]
        if not all(0 <= s < count for s in probe["hidden"]):
            raise ValueError(f"superpixels {probe['hidden']} were asked for, there are 0 to {count - 1}")
        if probe["fill"] not in self._fills:
            raise ValueError(f"fill {probe['fill']!r} is unknown; there are {', '.join(self._fills)}")

    def _answer(self):
        # A click that was on its way while another face arrived is about superpixels that are gone.
        if self.probe["face"] != self._number:
            return
        try:
            self._check(self.probe)
            now = self._ask(self._filled(self.probe["hidden"], self.probe["fill"]))
        except Exception:
            self.probe = {name: self.answer[name] for name in ("face", "hidden", "fill")}
            raise
        self._tell(now)

    def _filled(self, hidden, fill):
        shown = ~np.isin(np.arange(self.face["count"]), hidden)
        return with_hidden(self._image, self._fills[fill], self._segments, shown[None])[0]

    def _tell(self, now):
        self.answer = {
            "face": self._number,
            "hidden": sorted(self.probe["hidden"]),
            "fill": self.probe["fill"],
            "classes": self._classes,
            "colours": [COLOURS.get(name, "#7F7F7F") for name in self._classes],
            "probabilities": now.tolist(),
            "original": self._first.tolist(),
        }

    def _asked(self, _, content, __):
        if content.get("ask") == "lime":
            self._guarded(self._reveal)()

    def _reveal(self):
        from ..explanation import explain

        found = explain(self._predict, self._image, hide=self.probe["fill"])
        label = int(self._first.argmax())
        self.lime = {
            "face": self._number,
            "label": self._classes[label],
            "weights": found.weights[label].tolist(),
        }

    def _alt(self):
        now, first = self.probabilities, self.original
        best = int(now.argmax())
        hidden = len(self.hidden)
        return (
            f"FaceProbe: {self._caption}, with {hidden} of {self.face['count']} superpixels hidden. "
            f"The network says {self._classes[best]}, {now[best]:.0%}; "
            f"with nothing hidden it says {self._classes[int(first.argmax())]}, {first.max():.0%}."
        )

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and a picture of its state for exported and printed notebooks."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        alt = self._alt()
        data = {**data, "image/png": _picture(self, alt), "text/plain": alt}
        return data, {**metadata, "image/png": {"alt": alt}}


def _picture(probe, alt):
    """PNG of what the widget shows: the face as the network gets it, and the bars."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    left.imshow(probe.seen, cmap="gray", vmin=0, vmax=255)
    left.set_title(f"{len(probe.hidden)} of {probe.face['count']} superpixels hidden", fontsize=10)
    left.axis("off")
    places = np.arange(len(probe._classes))
    right.barh(places, probe.probabilities, color=probe.answer["colours"], height=0.7)
    right.plot(probe.original, places, "|", color="black", markersize=16)
    right.set_yticks(places, probe._classes)
    for place, now in zip(places, probe.probabilities, strict=True):
        right.text(1.02, place, f"{now:.0%}", va="center", fontsize=9)
    right.set(xlim=(0, 1), xlabel="probability (black mark: with nothing hidden)")
    right.invert_yaxis()
    right.spines[["top", "right"]].set_visible(False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None, "Description": alt})
    return buffer.getvalue()
