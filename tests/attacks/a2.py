"""Submissions for a2-preprocess-and-weigh."""

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from ferlab import preprocessing

from .grader import right, wrong

# prepare


@right("prepare")
def by_stacking(images):
    scaled = np.asarray(images, dtype=np.float32) / np.float32(255)
    return np.stack([scaled, scaled, scaled], axis=3)


@right("prepare")
def by_broadcasting(images):
    return np.broadcast_to((images / 255.0).astype(np.float32)[:, :, :, None], (*images.shape, 3)).copy()


@right("prepare")
def by_loop(images):
    out = np.empty((len(images), 48, 48, 3), "float32")
    for i, image in enumerate(images):
        for channel in range(3):
            out[i, :, :, channel] = image / 255
    return out


@wrong("prepare", "scaled twice")
def scaled_twice(images):
    scaled = images.astype("float32") / 255
    return np.repeat(scaled[..., None], 3, -1) / 255


@wrong("prepare", "float64")
def double_precision(images):
    return np.repeat(images[..., None] / 255, 3, axis=-1)


@wrong("prepare", "shape")
def channels_first(images):
    return np.repeat(images[:, None].astype("float32") / 255, 3, axis=1)


@wrong("prepare", "shape")
def one_channel(images):
    return images[..., None].astype("float32") / 255


@wrong("prepare", "what are pixels divided by")
def not_scaled(images):
    return np.repeat(images[..., None], 3, axis=-1).astype("float32")


@wrong("prepare", "black stays 0")
def by_the_brightest(images):
    with np.errstate(invalid="ignore"):
        images = images / images.max()
    return np.repeat(images.astype("float32")[..., None], 3, axis=-1)


@wrong("prepare", "what are pixels divided by")
def by_254(images):
    return np.repeat(images[..., None].astype("float32") / 254, 3, axis=-1)


@wrong("prepare", "evenly in between")
def resized(images):
    return np.resize(images.astype("float32") / 255, (*images.shape, 3))


@wrong("prepare", "evenly in between")
def divided_in_uint8(images):
    return np.repeat((images // 255)[..., None], 3, axis=-1).astype("float32")


@wrong("prepare", "expected a NumPy array")
def as_a_list(images):
    return (np.repeat(images[..., None], 3, axis=-1) / 255).tolist()


# class_weights


@right("class_weights")
def counting_by_hand(labels, classes):
    counts = {}
    for label in labels:
        counts[int(label)] = counts.get(int(label), 0) + 1
    return {label: len(labels) / (classes * n) for label, n in counts.items()}


@right("class_weights")
def by_unique(labels, classes):
    present, counts = np.unique(labels, return_counts=True)
    return dict(zip(present, len(labels) / classes / counts, strict=True))


@right("class_weights")
def by_mean(labels, classes):
    return {k: float(1 / ((labels == k).mean() * classes)) for k in range(classes) if (labels == k).any()}


@wrong("class_weights", "expected a dict")
def an_array(labels, classes):
    return len(labels) / (classes * np.maximum(np.bincount(labels, minlength=classes), 1))


@wrong("class_weights", "add up to")
def not_normalised(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    return {k: 1 / n for k, n in enumerate(counts) if n}


@wrong("class_weights", "expected 0 to")
def from_one(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    return {k + 1: len(labels) / (classes * n) for k, n in enumerate(counts) if n}


@wrong("class_weights", "not less")
def the_other_way_round(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    return {k: classes * n / len(labels) for k, n in enumerate(counts) if n}


@wrong("class_weights", "number of classes that was handed in")
def classes_that_occur(labels, classes):
    present, counts = np.unique(labels, return_counts=True)
    return {int(k): len(labels) / (len(present) * n) for k, n in zip(present, counts, strict=True)}


@wrong("class_weights", "should be left out")
def absent_at_zero(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    return {k: len(labels) / (classes * n) if n else 0.0 for k, n in enumerate(counts)}


@wrong("class_weights", "add up to")
def by_the_largest(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    return {k: counts.max() / n for k, n in enumerate(counts) if n}


@wrong("class_weights", "add up to")
def root(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    return {k: (len(labels) / (classes * n)) ** 0.5 for k, n in enumerate(counts) if n}


@wrong("class_weights", "The keys are")
def hard_coded(labels, classes):
    return {0: 1.0, 1: 9.5, 2: 1.0, 3: 0.6, 4: 0.9, 5: 1.2, 6: 0.8, 7: 1.0, 8: 1.0, 9: 1.0}


@wrong("class_weights", "written by hand")
def of_the_library(labels, classes):
    return preprocessing.class_weights(labels, classes)


@wrong("class_weights", "written by hand")
def of_scikit_learn(labels, classes):
    present = np.unique(labels)
    return dict(enumerate(compute_class_weight("balanced", classes=present, y=labels)))


# weighted_loss


@right("weighted_loss")
def face_by_face(probabilities, labels, weights):
    total = 0.0
    for p, label in zip(probabilities, labels, strict=True):
        total += weights[int(label)] * -np.log(max(p[label], 1e-7))
    return total / len(labels)


@right("weighted_loss")
def by_one_hot(probabilities, labels, weights):
    y = np.eye(probabilities.shape[1])[labels]
    w = np.array([weights[k] for k in range(probabilities.shape[1])])
    return np.mean(np.sum(-y * w * np.log(np.clip(probabilities, 1e-7, 1)), axis=1))


@right("weighted_loss")
def by_take_along_axis(probabilities, labels, weights):
    p = np.take_along_axis(np.maximum(probabilities, 1e-7), labels[:, None], 1).ravel()
    return -np.dot([weights[k] for k in labels], np.log(p)) / p.size


@wrong("weighted_loss", "should cost 0")
def whole_table(probabilities, labels, weights):
    w = np.array([weights[k] for k in labels.tolist()])
    return float((w[:, None] * -np.log(np.clip(probabilities[:, labels], 1e-7, 1))).mean())


@wrong("weighted_loss", "should cost 0")
def softmax_twice(probabilities, labels, weights):
    e = np.exp(probabilities)
    p = e / e.sum(1, keepdims=True)
    return float(np.mean([weights[k] * -np.log(row[k]) for row, k in zip(p, labels.tolist(), strict=True)]))


@wrong("weighted_loss", "cross-entropy")
def sum_for_mean(probabilities, labels, weights):
    return float(
        sum(
            weights[k] * -np.log(max(row[k], 1e-7))
            for row, k in zip(probabilities, labels.tolist(), strict=True)
        )
    )


@wrong("weighted_loss", "weight of its true label")
def by_sum_of_weights(probabilities, labels, weights):
    w = np.array([weights[k] for k in labels.tolist()])
    p = np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1)
    return float((w * -np.log(p)).sum() / w.sum())


@wrong("weighted_loss", "weight of its true label")
def without_weights(probabilities, labels, weights):
    return float(-np.log(np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1)).mean())


@wrong("weighted_loss", "weight of its true label")
def weight_of_the_answer(probabilities, labels, weights):
    w = np.array([weights[k] for k in probabilities.argmax(1).tolist()])
    return float((w * -np.log(np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1))).mean())


@wrong("weighted_loss", "belongs to its key")
def weights_in_the_dict_s_order(probabilities, labels, weights):
    w = np.array(list(weights.values()))[labels]
    return float((w * -np.log(np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1))).mean())


@wrong("weighted_loss", "cross-entropy")
def minus_forgotten(probabilities, labels, weights):
    w = np.array([weights[k] for k in labels.tolist()])
    return float((w * np.log(np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1))).mean())


@wrong("weighted_loss", "cross-entropy")
def decimal_logarithm(probabilities, labels, weights):
    w = np.array([weights[k] for k in labels.tolist()])
    return float((w * -np.log10(np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1))).mean())


@wrong("weighted_loss", "finite")
def not_clipped(probabilities, labels, weights):
    w = np.array([weights[k] for k in labels.tolist()])
    with np.errstate(divide="ignore"):
        return float((w * -np.log(probabilities[np.arange(len(labels)), labels])).mean())


@wrong("weighted_loss", "clip at 1e-7")
def certain_and_wrong_for_nothing(probabilities, labels, weights):
    p = probabilities[np.arange(len(labels)), labels]
    w = np.array([weights[k] for k in labels.tolist()])
    return float((w * np.where(p > 0, -np.log(np.where(p > 0, p, 1)), 0)).mean())


@wrong("weighted_loss", "clip at 1e-7")
def clipped_at_a_thousandth(probabilities, labels, weights):
    p = probabilities[np.arange(len(labels)), labels]
    w = np.array([weights[k] for k in labels.tolist()])
    return float((w * -np.log(np.where(p > 0, p, 1e-3))).mean())


@wrong("weighted_loss", "expected a plain number")
def one_for_each(probabilities, labels, weights):
    return -np.log(np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1))


@wrong("weighted_loss", "cost 0")
def hard_coded_loss(probabilities, labels, weights):
    return 1.386
