"""LIME on a face (Ribeiro et al. 2016, arXiv 1602.04938), by lime's own explainer. Notebook 07."""

from dataclasses import dataclass, fields

import numpy as np

from .superpixels import as_face, chosen_settings, hidden_image, superpixels, with_hidden

_BATCH = 256  # images at once: some cache-sized steps of a Predictor, without a remainder


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

    predict    any function from images (n, 48, 48) in 0..255 to probabilities (n, k)
    image      one grey face (48, 48), 0..255; another size if `predict` takes it
    method     "slic", "felzenszwalb" or "quickshift"; see `superpixels` for the settings of each
    n_samples  how many variants of the face, with half of the superpixels hidden, `predict` is asked about
    seed       of the choice of what is hidden; the same seed gives the same weights
    hide       what fills a hidden superpixel: "mean" (lime's own), "grey", "blur" or "black"
    settings   n_segments, compactness; scale, sigma, min_size; kernel_size, max_dist, ratio

    Returns an `Explanation`. lime's explainer samples, weighs and fits, with its defaults: what it gives
    for the same seed, this gives. ValueError for an image, a setting or an answer of `predict` that can't be
    right.
    """
    image = as_face(image)
    settings = chosen_settings(method, settings)
    segments = superpixels(image, method, **settings)
    if not isinstance(n_samples, int | np.integer) or n_samples < 2:
        raise ValueError(f"n_samples is {n_samples!r}, expected a whole number, 2 or more (1000 is usual)")
    explainer = _explainer(hidden_image(image, segments, hide), seed)
    labels = _answers(predict, image[None]).shape[1]
    found = explainer.explain_instance(
        np.stack([image] * 3, axis=-1),
        lambda images: _answers(predict, images, labels),
        top_labels=labels,
        num_samples=int(n_samples),
        batch_size=_BATCH,
        segmentation_fn=lambda _: segments,
    )
    weights = np.array([[w for _, w in sorted(found.local_exp[i])] for i in range(labels)])
    intercept = np.array([found.intercept[i] for i in range(labels)])
    classes = getattr(predict, "classes", None)
    return Explanation(
        image=image,
        segments=segments,
        weights=weights,
        intercept=intercept,
        r2=_r2(explainer, weights, intercept),
        probabilities=explainer.answers[0].astype(float),
        classes=tuple(classes) if classes is not None else None,
        method=method,
        settings=settings,
        hide=hide,
        n_samples=int(n_samples),
        seed=seed,
    )


def _explainer(filling, seed):
    """lime's explainer, its variants of the face made by array masking: the same ones, silent and faster.

    lime fills hidden superpixels with their mean or one colour; `filling`, a whole image, can be a blur too.
    """
    from lime.lime_image import LimeImageExplainer

    class Explainer(LimeImageExplainer):
        def data_labels(self, image, fudged_image, segments, classifier_fn, num_samples, batch_size=10):
            s = segments.max() + 1
            shown = self.random_state.randint(0, 2, num_samples * s).reshape(num_samples, s)
            shown[0] = 1
            parts = [shown[i : i + batch_size] for i in range(0, num_samples, batch_size)]
            grey = image[..., 0]
            self.shown = shown
            self.answers = np.concatenate(
                [classifier_fn(with_hidden(grey, filling, segments, part)) for part in parts]
            )
            return self.shown, self.answers

    return Explainer(random_state=seed)


def _r2(explainer, weights, intercept):
    """R² of the linear model of each label, (k,). lime keeps that of the label it fitted last."""
    from sklearn.metrics import pairwise_distances, r2_score

    shown, answers = explainer.shown, explainer.answers
    nearness = explainer.base.kernel_fn(pairwise_distances(shown, shown[:1], metric="cosine").ravel())
    fitted = shown @ weights.T + intercept
    return r2_score(answers, fitted, sample_weight=nearness, multioutput="raw_values")


def _answers(predict, images, labels=None):
    """predict(images), checked: (n, k), finite, each row adding to 1."""
    found = np.asarray(predict(images))
    expected = f"({len(images)}, {labels or 'k'})"
    if found.ndim != 2 or len(found) != len(images) or labels not in (None, found.shape[1]):
        raise ValueError(f"predict returned {found.shape} for {len(images)} images, expected {expected}")
    if not np.isfinite(found).all():
        raise ValueError(f"predict returned {(~np.isfinite(found)).sum()} numbers that are not finite")
    sums = found.sum(1, dtype=float)
    if np.abs(sums - 1).max() > 0.02 or found.min() < -0.02:
        raise ValueError(
            f"predict's answers run from {found.min():.3g} to {found.max():.3g} and add up to "
            f"{sums.min():.3g} to {sums.max():.3g} per image; expected probabilities that add up to 1: "
            "is a softmax missing?"
        )
    return found
