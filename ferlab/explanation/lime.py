"""LIME on a face (Ribeiro et al. 2016, arXiv 1602.04938), by lime's own explainer. Notebook 07."""

from dataclasses import dataclass, fields

import numpy as np

from .asking import ask
from .superpixels import as_face, chosen_settings, hidden_image, superpixels


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """How each superpixel moves each label's probability, as a linear model around one face.

    image          uint8 (48, 48)
    segments       int (48, 48), the superpixel of each pixel, 0..s-1
    weights        float (k, s): what showing superpixel j adds to the probability of label i
    intercept      float (k,): what the linear model says with everything hidden
    r2             float (k,): how well the linear model fits its samples, 1 at best. It does not say whether
                   another seed would give the same superpixels: see `faithfulness.stability`
    probabilities  float (k,): the network's answer to the whole image
    classes        names of the k labels, or None where `predict` does not say
    method, settings, hide, n_samples, seed: how it was made

    Its arrays are read-only.
    """

    image: np.ndarray
    segments: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray
    r2: np.ndarray
    probabilities: np.ndarray
    classes: tuple | None
    method: str
    settings: dict
    hide: str
    n_samples: int
    seed: int

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.__post_init__()  # what comes from another process comes writeable

    def __repr__(self):
        label = self.label()
        return (
            f"<Explanation of {self.name(label)}, {self.probabilities[label]:.0%}: {self.weights.shape[1]} "
            f"{self.method} superpixels, {self.n_samples} samples, R² {self.r2[label]:.2f}>"
        )

    def label(self, label=None):
        """A label's index, from its index or name; None is the network's first answer."""
        if label is None:
            return int(self.probabilities.argmax())
        if isinstance(label, str):
            names = self.classes or ()
            if label not in names:
                raise ValueError(f"label {label!r} is unknown; there are {', '.join(names) or 'no names'}")
            return names.index(label)
        if not 0 <= label < len(self.probabilities):
            raise ValueError(f"label {label} is out of range, expected 0 to {len(self.probabilities) - 1}")
        return int(label)

    def name(self, label=None):
        """A label's name, or "label 3" where there are no names."""
        label = self.label(label)
        return self.classes[label] if self.classes else f"label {label}"

    def ranking(self, label=None):
        """Superpixels from the most for the label to the most against it, int (s,)."""
        return np.argsort(-self.weights[self.label(label)], kind="stable")

    def relevance(self, label=None):
        """Each superpixel's weight shared out among its pixels, float (48, 48)."""
        sizes = np.bincount(self.segments.ravel())
        return (self.weights[self.label(label)] / sizes)[self.segments]


def explain(predict, image, method="slic", n_samples=1000, seed=0, hide="mean", **settings):
    """Which superpixels of a face speak for and against each label, by LIME.

    predict    any function from float32 images (n, 48, 48) in 0..255 to probabilities (n, k)
    image      one grey face (48, 48), 0..255; another size if `predict` takes it
    method     "slic", "felzenszwalb" or "quickshift"; see `superpixels` for the settings of each
    n_samples  how many variants of the face, with half of the superpixels hidden, `predict` is asked about
    seed       of the choice of what is hidden; the same seed gives the same weights
    hide       what fills a hidden superpixel: "mean" (lime's own), "grey", "blur" or "black"
    settings   n_segments, compactness; scale, sigma, min_size; kernel_size, max_dist, ratio

    Returns an `Explanation`. Its weights are those of lime 0.2.0.1 for the same seed and superpixels, for
    every label. ValueError for an image, a setting or an answer of `predict` that can't be right.
    """
    image = as_face(image)
    settings = chosen_settings(method, settings)
    segments = superpixels(image, method, **settings)
    if not isinstance(n_samples, int | np.integer) or n_samples < 2:
        raise ValueError(f"n_samples is {n_samples!r}, expected a whole number, 2 or more (1000 is usual)")
    filling = hidden_image(image, segments, hide)
    answers, found = _lime(predict, image, segments, filling, int(n_samples), seed)
    classes = getattr(predict, "classes", None)
    return Explanation(
        image=image,
        segments=segments,
        weights=found.local_exp[_ALL],
        intercept=found.intercept[_ALL],
        r2=found.score,
        probabilities=answers[0].astype(float),
        classes=tuple(classes) if classes is not None else None,
        method=method,
        settings=settings,
        hide=hide,
        n_samples=int(n_samples),
        seed=seed,
    )


_ALL = "all labels"


def _lime(predict, image, segments, filling, n_samples, seed):
    """The answers to lime's variants of the image, (n_samples, k), and lime's ImageExplanation of _ALL.

    lime measures how far the variants are from the image and weighs them by its kernel. Two of its methods,
    which take nearly all of its time, are replaced by others that give the same numbers:

    data_labels                 made each variant in a loop over its superpixels, and asked about ten
                                variants at a time: here they are drawn as before, from lime's generator, but
                                made by array masking, and each is asked about once, however often it was drawn.
    explain_instance_with_data  fitted two ridge regressions a label, the first only to sort the superpixels:
                                here one linear system is solved for all labels. So it is called once.

    What hidden pixels become, lime would work out in another loop; `filling` has it, and may be a blur.
    """
    from lime.lime_base import LimeBase
    from lime.lime_image import LimeImageExplainer

    class Base(LimeBase):
        def explain_instance_with_data(self, shown, answers, distances, label, num_features, **_):
            return *ridge(shown, answers, self.kernel_fn(distances)), None

    class Explainer(LimeImageExplainer):
        def data_labels(self, rgb, _, segments, predict, num_samples, **__):
            s = segments.max() + 1
            shown = self.random_state.randint(0, 2, num_samples * s).reshape(num_samples, s)
            shown[0] = 1
            self.answers = ask(predict, image, filling, segments, shown)
            return shown, self.answers

    explainer = Explainer(random_state=seed)
    explainer.base = Base(explainer.base.kernel_fn)
    found = explainer.explain_instance(
        np.stack([image] * 3, axis=-1),
        predict,
        labels=(_ALL,),
        top_labels=None,
        hide_color=0,  # not used, and without it lime's loop over the superpixels would run
        num_samples=n_samples,
        segmentation_fn=lambda _: segments,
    )
    return explainer.answers, found


def ridge(shown, answers, nearness):
    """Weighted ridge regression of all labels at once, with lime's penalty of 1 and the intercept free of it.

    shown     (n, s), 1 where a superpixel is shown, else 0
    answers   (n, k), probabilities
    nearness  (n,), how much each variant counts

    Returns intercept (k,), weights (k, s) and r2 (k,).
    """
    from sklearn.metrics import r2_score

    share = nearness / nearness.sum()
    mean_shown, mean_answer = share @ shown, share @ answers.astype(float)
    z, y = shown - mean_shown, answers - mean_answer
    weighted = (nearness[:, None] * z).T
    fitted = np.linalg.solve(weighted @ z + np.eye(z.shape[1]), weighted @ y)
    r2 = r2_score(y, z @ fitted, sample_weight=nearness, multioutput="raw_values")
    still = np.ptp(answers, axis=0) == 0  # else it is rounding errors over rounding errors
    r2[still] = 1
    return mean_answer - mean_shown @ fitted, fitted.T.copy(), r2
