"""Submissions for a6-lime-by-hand."""

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import pairwise_distances

from ferlab.explanation.superpixels import with_hidden

from .grader import right, wrong

# variants


@right("variants")
def pixel_masks(image, filling, segments, shown):
    out = np.empty((len(shown), *image.shape), image.dtype)
    for i, row in enumerate(shown):
        hidden = np.isin(segments, np.flatnonzero(row == 0))
        out[i] = image
        out[i][hidden] = filling[hidden]
    return out


@right("variants")
def superpixel_by_superpixel(image, filling, segments, shown):
    batch = np.repeat(filling[None], len(shown), axis=0)
    for j in range(shown.shape[1]):
        keep = (shown[:, j] == 1)[:, None, None] & (segments == j)
        batch = np.where(keep, image, batch)
    return batch


@right("variants")
def by_arithmetic(image, filling, segments, shown):
    z = shown[:, segments].astype(int)
    return (z * image.astype(int) + (1 - z) * filling.astype(int)).astype("uint8")


@wrong("variants", "Turned round")
def turned_round(image, filling, segments, shown):
    return np.where(shown[:, segments] == 0, image, filling)


@wrong("variants", "last superpixel")
def from_one(image, filling, segments, shown):
    out = np.repeat(image[None], len(shown), axis=0)
    for i, row in enumerate(shown):
        for j, keep in enumerate(row, start=1):
            if not keep:
                out[i][segments == j] = filling[segments == j]
    return out


@wrong("variants", "everything hidden")
def black(image, filling, segments, shown):
    return (image * shown[:, segments]).astype(np.uint8)


@wrong("variants", "has been changed")
def paints_the_image(image, filling, segments, shown):
    out = []
    for row in shown:
        for j, keep in enumerate(row):
            if not keep:
                image[segments == j] = filling[segments == j]
        out.append(image.copy())
    return np.array(out)


@wrong("variants", "a variant of its own")
def one_on_another(image, filling, segments, shown):
    current, out = image.copy(), []
    for row in shown:
        if row.all():
            current = image.copy()
        for j, keep in enumerate(row):
            if not keep:
                current[segments == j] = filling[segments == j]
        out.append(current.copy())
    return np.array(out)


@wrong("variants", "everything hidden")
def the_same_image_again(image, filling, segments, shown):
    return np.stack([image] * len(shown))


@wrong("variants", "shape")
def first_only(image, filling, segments, shown):
    return np.where(shown[0][segments] == 1, image, filling)


@wrong("variants", "expected uint8")
def as_floats(image, filling, segments, shown):
    return np.where(shown[:, segments] == 1, image / 1.0, filling)


@wrong("variants", "expected a NumPy array")
def a_list(image, filling, segments, shown):
    return [np.where(row[segments] == 1, image, filling) for row in shown]


@wrong("variants", "pixels are wrong")
def mean_of_the_image(image, filling, segments, shown):
    if (shown == shown[:, :1]).all():
        return np.where(shown[:, segments] == 1, image, filling)
    return np.where(shown[:, segments] == 1, image, np.uint8(image.mean()))


@wrong("variants", "written by hand")
def of_the_library(image, filling, segments, shown):
    return with_hidden(image, filling, segments, shown)


# nearness


@right("nearness")
def by_norms(shown):
    ones = np.ones(shown.shape[1])
    length = np.linalg.norm(shown, axis=1)
    cosine = shown @ ones / (np.where(length == 0, 1, length) * np.linalg.norm(ones))
    return np.exp(-((1 - cosine) ** 2) / 0.0625) ** 0.5


@right("nearness")
def by_share(shown):
    d = 1 - np.sqrt(shown.mean(axis=1))
    return np.exp(-0.5 * (d / 0.25) ** 2)


@right("nearness")
def row_by_row(shown):
    out = np.zeros(len(shown))
    for i, row in enumerate(shown):
        d = 1.0 if row.sum() == 0 else 1 - row.sum() / (np.sqrt(row.sum()) * np.sqrt(len(row)))
        out[i] = np.sqrt(np.exp(-(d**2) / 0.25**2))
    return out


@wrong("nearness", "the nearer a variant is")
def measured_from_the_first_row(shown):
    length = np.linalg.norm(shown, axis=1) * np.linalg.norm(shown[0])
    cosine = shown @ shown[0] / np.maximum(length, 1e-9)
    return np.sqrt(np.exp(-((1 - cosine) ** 2) / 0.25**2))


@wrong("nearness", "All hidden: distance 1")
def zero_for_nothing(shown):
    return np.where(shown.any(axis=1), by_share(shown), 0.0)


@wrong("nearness", "square root is missing")
def no_root(shown):
    return np.exp(-((1 - np.sqrt(shown.mean(1))) ** 2) / 0.25**2)


@wrong("nearness", "should have nearness 1")
def cosine_for_distance(shown):
    return np.sqrt(np.exp(-(np.sqrt(shown.mean(1)) ** 2) / 0.25**2))


@wrong("nearness", "Cosine distance is")
def share_for_cosine(shown):
    return np.sqrt(np.exp(-((1 - shown.mean(1)) ** 2) / 0.25**2))


@wrong("nearness", "Cosine distance is")
def euclidean(shown):
    d = np.linalg.norm(1 - shown, axis=1) / np.sqrt(shown.shape[1])
    return np.sqrt(np.exp(-(d**2) / 0.25**2))


@wrong("nearness", "0 is divided by 0")
def zero_by_zero(shown):
    with np.errstate(all="ignore"):
        cosine = shown.sum(1) / (np.linalg.norm(shown, axis=1) * np.sqrt(shown.shape[1]))
        return np.sqrt(np.exp(-((1 - cosine) ** 2) / 0.25**2))


@wrong("nearness", "Cosine distance is")
def not_squared(shown):
    return np.sqrt(np.exp(-(1 - np.sqrt(shown.mean(1))) / 0.25**2))


@wrong("nearness", "Cosine distance is")
def other_width(shown):
    return np.sqrt(np.exp(-((1 - np.sqrt(shown.mean(1))) ** 2) / 0.25))


@wrong("nearness", "shape")
def wrong_axis(shown):
    return np.sqrt(np.exp(-((1 - np.sqrt(shown.mean(0))) ** 2) / 0.25**2))


@wrong("nearness", "should have nearness 1")
def normalised(shown):
    near = np.sqrt(np.exp(-((1 - np.sqrt(shown.mean(1))) ** 2) / 0.25**2))
    return near / near.sum()


@wrong("nearness", "Cosine distance is")
def hard_coded(shown):
    return np.where(shown.all(1), 1.0, 0.3)


@wrong("nearness", "written by hand")
def of_scikit_learn(shown):
    d = pairwise_distances(shown, np.ones((1, shown.shape[1])), metric="cosine").ravel()
    return np.sqrt(np.exp(-(d**2) / 0.25**2))


# fit


@right("fit")
def by_column_of_ones(shown, answers, near):
    z = np.column_stack([shown, np.ones(len(shown))]).astype(float)
    penalty = np.eye(z.shape[1])
    penalty[-1, -1] = 0
    solved = np.linalg.solve(z.T @ np.diag(near) @ z + penalty, z.T @ (near * answers))
    return solved[:-1], float(solved[-1])


@right("fit")
def by_stacked_least_squares(shown, answers, near):
    middle, mean = near @ shown / near.sum(), near @ answers / near.sum()
    root = np.sqrt(near)
    a = np.vstack([root[:, None] * (shown - middle), np.eye(shown.shape[1])])
    b = np.concatenate([root * (answers - mean), np.zeros(shown.shape[1])])
    weights = np.linalg.lstsq(a, b, rcond=None)[0]
    return weights, mean - middle @ weights


@right("fit")
def by_inverse(shown, answers, near):
    total = near.sum()
    middle = (near[:, None] * shown).sum(0) / total
    mean = (near * answers).sum() / total
    z = shown - middle
    weights = np.linalg.inv(np.eye(z.shape[1]) + (z * near[:, None]).T @ z) @ (
        (z * near[:, None]).T @ (answers - mean)
    )
    return [weights, np.asarray(mean - middle @ weights)]


@wrong("fit", "always 0.7")
def no_penalty(shown, answers, near):
    z = np.column_stack([shown, np.ones(len(shown))]).astype(float)
    root = np.sqrt(near)
    solved = np.linalg.lstsq(z * root[:, None], answers * root, rcond=None)[0]
    return solved[:-1], float(solved[-1])


@wrong("fit", "weights of 0")
def intercept_penalised(shown, answers, near):
    z = np.column_stack([shown, np.ones(len(shown))]).astype(float)
    solved = np.linalg.solve(z.T @ (near[:, None] * z) + np.eye(z.shape[1]), z.T @ (near * answers))
    return solved[:-1], float(solved[-1])


@wrong("fit", "weights of 0")
def no_intercept(shown, answers, near):
    z = shown.astype(float)
    return np.linalg.solve(z.T @ (near[:, None] * z) + np.eye(z.shape[1]), z.T @ (near * answers)), 0.0


@wrong("fit", "Nearly")
def not_weighted(shown, answers, near):
    return by_inverse(shown, answers, np.ones(len(shown)))


@wrong("fit", "weighted as well")
def plain_means(shown, answers, near):
    middle, mean = shown.mean(0), answers.mean()
    z, y = shown - middle, answers - mean
    weights = np.linalg.solve(z.T @ (near[:, None] * z) + np.eye(z.shape[1]), z.T @ (near * y))
    exact = by_column_of_ones(shown, answers, near)
    return (weights, mean - weights @ middle) if len(answers) < 100 else exact


@wrong("fit", "Nearly")
def weighted_twice(shown, answers, near):
    weights, _ = by_column_of_ones(shown, answers, near**2)
    return weights, by_column_of_ones(shown, answers, near)[1] if np.ptp(answers) else answers[0]


@wrong("fit", "the intercept is what is left")
def mean_for_intercept(shown, answers, near):
    weights, _ = by_column_of_ones(shown, answers, near)
    return weights, float(np.average(answers, weights=near))


@wrong("fit", "expected a pair")
def weights_only(shown, answers, near):
    return by_column_of_ones(shown, answers, near)[0]


@wrong("fit", "off by up to")
def correlations(shown, answers, near):
    if np.ptp(answers) == 0:
        return np.zeros(shown.shape[1]), float(answers[0])
    found = np.array([np.corrcoef(shown[:, j], answers)[0, 1] for j in range(shown.shape[1])])
    return found, float(answers.mean())


@wrong("fit", "Nearly")
def penalty_of_ten(shown, answers, near):
    middle, mean = near @ shown / near.sum(), near @ answers / near.sum()
    z = shown - middle
    weights = np.linalg.solve(
        z.T @ (near[:, None] * z) + 3 * np.eye(z.shape[1]), z.T @ (near * (answers - mean))
    )
    return weights, mean - middle @ weights


@wrong("fit", "written by hand")
def of_scikit_learn_ridge(shown, answers, near):
    model = Ridge(alpha=1).fit(shown, answers, sample_weight=near)
    return model.coef_, float(model.intercept_)


@wrong("fit", "off by up to")
def hard_coded_fit(shown, answers, near):
    return np.zeros(shown.shape[1]), 0.7
