"""AugmentationSandbox: move the ranges and see what becomes of a batch. Notebook 02."""

import numpy as np
import traitlets

from .base import Widget, page

# name -> least, most, step, what it is called, unit, where it starts, how much of the layer's unit one step is
RANGES = {
    "rotation": (0, 180, 1, "Rotation", "degrees", 15, 1),
    "shift": (0, 50, 1, "Shift", "%", 10, 0.01),
    "shear": (0, 100, 1, "Shear", "%", 10, 0.01),
    "zoom": (0, 90, 1, "Zoom", "%", 10, 0.01),
}


class AugmentationSandbox(Widget):
    """A batch of faces under augmentation, redrawn while the ranges move.

    faces    Faces, some 20 of them
    augment  function(images uint8 (n, 48, 48), seed=, rotation=, shift=, shear=, zoom=, flip=) -> images
             (n, 48, 48) in 0..255, such as RandomAffine's
    predict  function from images (n, 48, 48) to probabilities (n, k), asked about both

    `ranges` are what the sliders say, in the layer's units; `lost` the places of the faces on which one
    clicked because their label can't be read any more; `kept` how many get the same answer as unmoved.
    """

    _esm = page("sandbox.js")
    _css = page("sandbox.css")

    batch = traitlets.Dict().tag(sync=True)  # labels, and the sliders
    wanted = traitlets.Dict().tag(sync=True, echo_update=False)  # what the sliders say, and the seed
    shown = traitlets.Dict().tag(sync=True)  # the batch as augmented
    lost = traitlets.List().tag(sync=True)

    def __init__(self, faces, augment, predict):
        super().__init__()
        if len(faces) == 0:
            raise ValueError("there are no faces to augment")
        self._faces, self._augment, self._predict = faces, augment, predict
        self._unmoved = np.asarray(predict(faces.images)).argmax(1)
        self.batch = {
            "labels": [faces.classes[k] for k in faces.labels],
            "sliders": {name: list(about[:5]) for name, about in RANGES.items()},
        }
        self.wanted = {**{name: about[5] for name, about in RANGES.items()}, "flip": True, "seed": 0}
        self._draw()
        self.observe(self._guarded(self._draw), "wanted")

    @property
    def ranges(self):
        """The ranges as the augmentation layer takes them, dict."""
        units = {name: round(self.wanted[name] * about[6], 4) for name, about in RANGES.items()}
        return {**units, "flip": self.wanted["flip"]}

    @property
    def kept(self):
        """How many of the faces get the answer that they got unmoved."""
        return sum(self.shown["same"])

    def _draw(self):
        moved = np.asarray(self._augment(self._faces.images, seed=int(self.wanted["seed"]), **self.ranges))
        if moved.shape != self._faces.images.shape:
            raise ValueError(f"augment returned {moved.shape}, expected {self._faces.images.shape}")
        images = np.clip(np.rint(moved), 0, 255).astype(np.uint8)
        same = np.asarray(self._predict(images)).argmax(1) == self._unmoved
        # With what was wanted, so that an equal batch is news as well: the page waits for it.
        self.shown = {"images": images.tobytes(), "same": same.tolist(), "wanted": self.wanted}

    def _still(self):
        from .still import face_sheet

        images = np.frombuffer(self.shown["images"], np.uint8).reshape(-1, 48, 48)
        ranges = ", ".join(f"{name} {value}" for name, value in self.ranges.items())
        alt = f"AugmentationSandbox: {len(images)} faces augmented with {ranges}, each with its label."
        return face_sheet(images, self.batch["labels"], ranges), alt
