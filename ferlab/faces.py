"""Faces: what every reader returns, whether the faces were photographed or drawn."""

from dataclasses import dataclass, replace

import numpy as np

from .emotions import VOTES

SPLITS = ("Training", "PublicTest", "PrivateTest")
_PER_FACE = ("images", "labels", "splits", "rows", "votes", "units", "regions", "twins")


@dataclass(frozen=True, repr=False)
class Faces:
    """A set of labelled grey faces.

    images   uint8 (n, 48, 48), 0 black to 255 white
    labels   int64 (n,), indices into `classes`
    classes  names of the labels
    name     what these faces are, for captions
    splits   uint8 (n,), indices into SPLITS
    rows     int64 (n,), row of each face in the file it came from
    votes    uint8 (n, 10), FER+ votes in the order of emotions.VOTES, or None
    units    float32 (n, 18), strength 0..1 of each of emotions.ACTION_UNITS, or None (drawn faces have it)
    regions  uint8 (n, 48, 48), indices into emotions.REGIONS, or None (drawn faces)
    twins    uint8 (n, 48, 48), the same face drawn neutral, or None (drawn faces)

    Index it like an array (`faces[3:9]`, `faces[faces.labels == 2]`) to get fewer Faces.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple
    name: str
    splits: np.ndarray
    rows: np.ndarray
    votes: np.ndarray | None = None
    units: np.ndarray | None = None
    regions: np.ndarray | None = None
    twins: np.ndarray | None = None

    def __post_init__(self):
        if self.images.ndim != 3 or self.images.shape[1:] != (48, 48) or self.images.dtype != np.uint8:
            raise ValueError(
                f"images are {self.images.dtype} {self.images.shape}, expected uint8 (n, 48, 48)"
            )
        for name in _PER_FACE:
            values = getattr(self, name)
            if values is not None and len(values) != len(self.images):
                raise ValueError(f"{name} has {len(values)} entries for {len(self.images)} images")
        k = len(self.classes)
        if len(self) and not 0 <= self.labels.min() <= self.labels.max() < k:
            raise ValueError(
                f"labels run from {self.labels.min()} to {self.labels.max()}, expected 0 to {k - 1}, one for each "
                f"of {', '.join(self.classes)}"
            )

    def __len__(self):
        return len(self.images)

    def __getitem__(self, which):
        if isinstance(which, int | np.integer):
            raise TypeError(
                f"faces[{which}] would be one face; use faces[{which}:{which + 1}] or faces.images[{which}]"
            )
        per_face = {name: getattr(self, name) for name in _PER_FACE}
        return replace(self, **{name: v[which] for name, v in per_face.items() if v is not None})

    def __repr__(self):
        counts = ", ".join(f"{name} {n}" for name, n in self.counts().items())
        return f"<{len(self)} {self.name}: {counts}>"

    def split(self, name):
        """The faces of one split: "Training", "PublicTest" or "PrivateTest"."""
        if name not in SPLITS:
            raise ValueError(f"split {name!r} is unknown; there are {', '.join(SPLITS)}")
        return self[self.splits == SPLITS.index(name)]

    def sample(self, n, seed=0, *, per_class=False):
        """n faces at random without replacement, or n of each class (all of a class that has fewer)."""
        rng = np.random.default_rng(seed)
        if not per_class:
            if n > len(self):
                raise ValueError(f"{n} faces were asked for, there are {len(self)}")
            return self[rng.choice(len(self), n, replace=False)]
        of_class = [rng.permutation(np.flatnonzero(self.labels == k))[:n] for k in range(len(self.classes))]
        return self[np.concatenate(of_class)]

    def votes_for(self, classes):
        """How many annotators voted for each of these labels, uint8 (n, k). ValueError where there are no votes."""
        if self.votes is None:
            raise ValueError(
                f"{self.name} carry no FER+ votes: put fer2013new.csv beside fer2013.csv (folders and parquet have no "
                "rows to match votes with)"
            )
        return self.votes[:, [VOTES.index(name) for name in classes]]

    def counts(self):
        """Faces per class, {name: number}, in the order of `classes`."""
        numbers = np.bincount(self.labels, minlength=len(self.classes))
        return dict(zip(self.classes, numbers.tolist(), strict=True))
