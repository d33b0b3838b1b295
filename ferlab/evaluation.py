"""Evaluation that can be believed: every score with its number of faces and its interval.

Nothing here imports TensorFlow: a predictor is any function from images to probabilities.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .faces import SPLITS
from .inference import checked_answer
from .intervals import ratio_interval, wilson_interval

BATCH = 256
BINS = 10  # of equal width, from confidence 0 to 1, for calibration


@dataclass(frozen=True)
class View:
    """How a model is shown a face: moved by pixels, `zoom` times as large, turned clockwise by degrees, mirrored."""

    down: int = 0
    right: int = 0
    zoom: float = 1.0
    turn: float = 0.0
    mirror: bool = False


def _also_mirrored(*views):
    return (*views, *(replace(view, mirror=True) for view in views))


# The answers to all views of a face are averaged. "crops" moves it by two pixels: the corners of 40x40 pixels that
# Rahman and Mahato cut lie four away, but of a face that fills its frame they cut off more than its surroundings.
VIEWS = {
    "one": (View(),),
    "flip": _also_mirrored(View()),
    "crops": _also_mirrored(View(), View(-2, -2), View(-2, 2), View(2, -2), View(2, 2)),
    "copies": _also_mirrored(View(), View(zoom=0.92), View(zoom=1.08), View(turn=-7), View(turn=7)),
}


@dataclass(frozen=True, repr=False)
class Report:
    """What a predictor answered on a set of faces, and every score that follows from it.

    classes        names of the labels, k of them
    labels         int (n,), the true ones
    probabilities  float32 (n, k), the answers
    about          which faces and which views, for captions
    """

    classes: tuple
    labels: np.ndarray
    probabilities: np.ndarray
    about: str = ""

    def __len__(self):
        return len(self.labels)

    @cached_property
    def predicted(self):
        """int (n,), the most probable class of each face."""
        return self.probabilities.argmax(1)

    @property
    def right(self):
        """bool (n,), where the most probable class is the true one."""
        return self.predicted == self.labels

    @property
    def accuracy(self):
        """Share of the faces whose most probable class is the true one."""
        return float(self.right.mean())

    @property
    def interval(self):
        """(low, high): the 95 % interval of the accuracy, by wilson_interval."""
        low, high = wilson_interval(self.right.sum(), len(self))
        return float(low), float(high)

    @cached_property
    def _scores(self):
        from sklearn.metrics import precision_recall_fscore_support

        every = range(len(self.classes))
        return precision_recall_fscore_support(
            self.labels, self.predicted, labels=every, zero_division=np.nan
        )

    @property
    def precision(self):
        """(k,): of the faces given this class, the share that is of it. NaN where none was given it."""
        return self._scores[0]

    @property
    def recall(self):
        """(k,): of the faces of this class, the share that was found. NaN where there are none."""
        return self._scores[1]

    @property
    def f1(self):
        """(k,): harmonic mean of precision and recall."""
        return self._scores[2]

    @property
    def counts(self):
        """int (k,): faces of each class."""
        return self._scores[3]

    @property
    def mean_recall(self):
        """Mean of the recalls of the classes that occur ("balanced accuracy"): each class counts the same."""
        return float(np.nanmean(self.recall))

    @property
    def recall_interval(self):
        """(low (k,), high (k,)): the 95 % interval of each recall."""
        return wilson_interval(np.diag(self.confusion), self.counts)

    @property
    def mean_recall_interval(self):
        """(low, high): the 95 % interval of the mean recall.

        The distances of the classes' limits from their recalls add up as independent errors do, by their squares
        (Zou and Donner 2008, doi 10.1002/sim.3095).
        """
        occurring = np.count_nonzero(self.counts)
        low, high = (
            np.sqrt(np.nansum((self.recall - limit) ** 2)) / occurring for limit in self.recall_interval
        )
        return float(self.mean_recall - low), float(self.mean_recall + high)

    @cached_property
    def confusion(self):
        """int (k, k): row i, column j counts faces of class i that were taken for class j."""
        from sklearn.metrics import confusion_matrix

        return confusion_matrix(self.labels, self.predicted, labels=range(len(self.classes)))

    @property
    def confidence(self):
        """(n,): the probability of the class that was chosen."""
        return self.probabilities.max(1)

    @cached_property
    def calibration(self):
        """(confidence, accuracy, number), each (BINS,): the faces sorted into bins by confidence.

        Confidence and accuracy are means over the bin's faces, NaN in an empty bin.
        """
        which = np.clip(np.ceil(self.confidence * BINS).astype(int) - 1, 0, BINS - 1)
        number = np.bincount(which, minlength=BINS)
        with np.errstate(invalid="ignore"):
            confidence = np.bincount(which, self.confidence, BINS) / number
            accuracy = np.bincount(which, self.right, BINS) / number
        return confidence, accuracy, number

    @property
    def calibration_error(self):
        """Expected calibration error: mean distance of confidence from accuracy over the bins, by faces.

        0 is perfect. Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599), with BINS bins.
        """
        confidence, accuracy, number = self.calibration
        return float(np.nansum(number * np.abs(confidence - accuracy)) / len(self))

    @property
    def log_loss(self):
        """Mean of -log of the probability that was given to the true class."""
        given = self.probabilities[np.arange(len(self)), self.labels].astype(float)
        return float(-np.log(np.maximum(given, 1e-7)).mean())

    def at_temperature(self, temperature):
        """The same answers at another temperature: above 1 less sure of themselves, below 1 surer.

        Probabilities become p^(1/T), scaled to sum to 1. The order of the classes stays, and so does the
        accuracy (Guo et al. 2017, arXiv 1706.04599).
        """
        from scipy.special import softmax

        if not temperature > 0:
            raise ValueError(f"temperature={temperature}: it must be above 0")
        logits = np.log(np.maximum(self.probabilities.astype(float), 1e-30)) / temperature
        softened = softmax(logits, axis=1).astype(np.float32)
        about = f"{self.about or f'{len(self)} faces'}, temperature {temperature:.2f}"
        return replace(self, probabilities=softened, about=about)

    def best_temperature(self):
        """The temperature at which these answers have the lowest log loss, between 0.05 and 20.

        Fit it on one set of faces and use it on another.
        """
        from scipy.optimize import minimize_scalar

        def loss(log_t):
            return self.at_temperature(np.exp(log_t)).log_loss

        return float(np.exp(minimize_scalar(loss, bounds=np.log((0.05, 20)), method="bounded").x))

    def mistakes(self, true=None, taken_for=None):
        """Indices of the wrongly classified faces, the surest mistake first.

        true, taken_for: names of classes, to see only the faces of one that were taken for the other.
        """
        chosen = ~self.right
        for name, values in ((true, self.labels), (taken_for, self.predicted)):
            if name is not None:
                if name not in self.classes:
                    raise ValueError(f"class {name!r} is unknown; there are {', '.join(self.classes)}")
                chosen = chosen & (values == self.classes.index(name))
        found = np.flatnonzero(chosen)
        return found[np.argsort(-self.confidence[found], kind="stable")]

    def __repr__(self):
        limits = "(95 % interval {:.1%} to {:.1%})".format
        rows = [
            f"{name:>10}  {n:5d}    {_number(p)}  {_number(r)}  {_number(f)}"
            for name, n, p, r, f in zip(
                self.classes, self.counts, self.precision, self.recall, self.f1, strict=True
            )
        ]
        return "\n".join(
            [
                self.about or f"{len(self)} faces",
                f"{'':>10}  faces precision  recall      F1",
                *rows,
                f"accuracy {self.accuracy:.1%} {limits(*self.interval)}",
                f"mean recall {self.mean_recall:.1%} {limits(*self.mean_recall_interval)}",
                f"calibration error {self.calibration_error:.3f}",
            ]
        )


def _number(share):
    return "     -" if np.isnan(share) else f"{share:6.3f}"


def as_seen(images, view):
    """The images (n, 48, 48) as the view shows them; pixels from outside repeat the border."""
    if view != View(mirror=view.mirror):
        from scipy.ndimage import affine_transform

        # Of each pixel shown, where in the image it is read: rows down, columns to the right.
        angle = np.radians(view.turn)
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / view.zoom
        middle = (np.array(images.shape[1:]) - 1) / 2
        offset = middle - turned @ (middle + np.array([view.down, view.right]))
        matrix = np.eye(4)
        matrix[1:3, 1:3], matrix[1:3, 3] = turned, offset  # the first axis is the faces': left alone
        images = affine_transform(images, matrix, order=1, mode="nearest")
    return images[:, :, ::-1] if view.mirror else images


def evaluate(predict, faces, *, views="one"):
    """Ask a predictor about every face and report how it did.

    predict  any function from float32 images (n, 48, 48) in 0..255 to probabilities (n, k): a Predictor,
             or a Keras model's predict_on_batch
    faces    Faces of k classes
    views    "one" shows each face as it is. "flip" averages the answers for it and its mirror image.
             "crops" averages ten: the face in place and moved 2 pixels towards each corner, border
             repeated, each also mirrored; the ten crops of Krizhevsky et al. 2012, at a fixed size.
             "copies" averages ten too: the face as it is, 8 % smaller and larger, turned by 7 degrees
             either way, each also mirrored; test-time augmentation, without chance.

    Returns a Report.
    """
    if len(faces) == 0:
        raise ValueError("there are no faces to evaluate on; choose another split or fewer conditions")
    if views not in VIEWS:
        raise ValueError(f"views={views!r} is unknown; there are {', '.join(VIEWS)}")
    known = getattr(predict, "classes", None)
    if known is not None and tuple(known) != tuple(faces.classes):
        raise ValueError(
            f"the predictor knows the classes {', '.join(known)}; the faces have "
            f"{', '.join(faces.classes)}. Load the faces with the labels that it was trained on: "
            "`labels` of load_faces, --labels in a terminal"
        )
    total = np.zeros((len(faces), len(faces.classes)))
    for start in range(0, len(faces), BATCH):
        images = faces.images[start : start + BATCH].astype(np.float32)
        for view in VIEWS[views]:
            answer = predict(np.ascontiguousarray(as_seen(images, view)))
            total[start : start + BATCH] += checked_answer(answer, len(images), classes=faces.classes)
    splits = " and ".join(SPLITS[s] for s in np.unique(faces.splits))
    about = f"{len(faces)} {faces.name} ({splits})" + ("" if views == "one" else f", views: {views}")
    mean = (total / len(VIEWS[views])).astype(np.float32)
    return Report(tuple(faces.classes), np.asarray(faces.labels), mean, about)


@dataclass(frozen=True)
class Ceiling:
    """How often one annotator agrees with the majority of the others.

    share            of all answers
    interval         (low, high), its 95 % interval
    recall           (k,), share of the answers to the faces of each class; NaN for a class that is never the truth
    recall_interval  (low (k,), high (k,))
    """

    share: float
    interval: tuple
    recall: np.ndarray
    recall_interval: tuple


def human_ceiling(faces):
    """How often one annotator agrees with the majority of the others, a Ceiling.

    Each annotator of each face is held out once; what most of the others voted is taken for the truth,
    so the shares are an accuracy and recalls, to be set beside a network's. Where the others are tied,
    each of the tied classes is the truth for its part. Only votes for `faces.classes` count, as a network
    has no other answers, and only faces with two of them or more.

    Where the faces were chosen by all of their votes, as by the majority rule of FER+, the held-out vote had its say
    in that, and the shares come out too high. Were each face of PublicTest taken by the rule for the other nine, the
    share would be 80 % instead of 82 %, and of disgust and contempt 44 % instead of 59 %.
    """
    votes = faces.votes_for(faces.classes).astype(float)
    votes = votes[votes.sum(1) >= 2]
    if not len(votes):
        raise ValueError(f"none of the {len(faces)} faces has two votes for its classes")
    k = len(faces.classes)
    asked, agreed = np.zeros(votes.shape), np.zeros(votes.shape)  # of each face, by the truth
    for own in range(k):  # the held-out annotator said `own`; as many did as have voted for it
        number = votes[:, own]
        others = votes - np.eye(k)[own] * (number > 0)[:, None]
        truth = (others == others.max(1, keepdims=True)).astype(float)
        truth *= number[:, None] / truth.sum(1, keepdims=True)
        asked += truth
        agreed[:, own] = truth[:, own]
    share, *interval = ratio_interval(agreed.sum(1), asked.sum(1))
    recall, *recall_interval = ratio_interval(agreed, asked)
    return Ceiling(float(share), tuple(map(float, interval)), recall, tuple(recall_interval))
