"""Submissions for a7-planted-cue."""

import numpy as np
from scipy.signal import convolve2d

from .grader import right, wrong

# hottest_square


@right("hottest_square")
def by_loops(relevance, size, best=-np.inf, place=None):
    for row in range(relevance.shape[0] - size + 1):
        for column in range(relevance.shape[1] - size + 1):
            total = relevance[row : row + size, column : column + size].sum()
            if total > best:
                best, place = total, (row, column)
    return place


@right("hottest_square")
def by_running_sums(relevance, size):
    sums = np.zeros((relevance.shape[0] + 1, relevance.shape[1] + 1))
    sums[1:, 1:] = relevance.cumsum(0).cumsum(1)
    windows = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    return divmod(int(windows.argmax()), windows.shape[1])


@right("hottest_square")
def by_scipy(relevance, size):
    sums = convolve2d(relevance, np.ones((size, size)), mode="valid")
    return np.array(np.unravel_index(np.argmax(sums), sums.shape))


@wrong("hottest_square", "expected (row, column)")
def not_unravelled(relevance, size):
    return int(np.lib.stride_tricks.sliding_window_view(relevance, (size, size)).sum((2, 3)).argmax())


@wrong("hottest_square", "swapped")
def swapped(relevance, size):
    return by_loops(relevance, size)[::-1]


@wrong("hottest_square", "in the corner")
def one_place_short(relevance, size):
    return by_loops(relevance[:-1, :-1], size)


@wrong("hottest_square", "top left pixel")
def centre(relevance, size):
    row, column = by_loops(relevance, size)
    return min(row + size // 2, 48 - size), min(column + size // 2, 48 - size)


@wrong("hottest_square", "does so least")
def from_zero_up(relevance, size):
    return by_loops(relevance, size, 0, (0, 0))


@wrong("hottest_square", "speaks against")
def absolute(relevance, size):
    return by_loops(np.abs(relevance), size)


@wrong("hottest_square", "taken from what speaks for it")
def positive_alone(relevance, size):
    return by_loops(np.maximum(relevance, 0), size)


@wrong("hottest_square", "is found at")
def brightest_pixel(relevance, size):
    row, column = np.unravel_index(relevance.argmax(), relevance.shape)
    return min(int(row), relevance.shape[0] - size), min(int(column), relevance.shape[1] - size)


@wrong("hottest_square", "is found at")
def on_a_grid(relevance, size):
    places = [(r, c) for r in range(0, 49 - size, size) for c in range(0, 49 - size, size)]
    return max(places, key=lambda p: relevance[p[0] : p[0] + size, p[1] : p[1] + size].sum())


@wrong("hottest_square", "is found at")
def coldest(relevance, size):
    return by_loops(-relevance, size)


@wrong("hottest_square", "is found at")
def hard_coded(relevance, size):
    return 2, 41


@wrong("hottest_square", "The row")
def as_text(relevance, size):
    return tuple(map(str, by_loops(relevance, size)))


@wrong("hottest_square", "is found at")
def always_five(relevance, size):
    return by_loops(relevance, 4)


# without_square


@right("without_square")
def image_by_image(images, row, column, size):
    out = []
    for image in images:
        rest = np.delete(
            image.ravel(), [r * 48 + c for r in range(row, row + size) for c in range(column, column + size)]
        )
        image = image.copy()
        image[row : row + size, column : column + size] = round(float(rest.mean()))
        out.append(image)
    return np.stack(out)


@right("without_square")
def by_sums(images, row, column, size):
    square = np.s_[:, row : row + size, column : column + size]
    total = images.sum((1, 2), dtype=float) - images[square].sum((1, 2), dtype=float)
    out = np.array(images)
    out[square] = np.rint(total / (images[0].size - size**2)).astype(np.uint8)[:, None, None]
    return out


@right("without_square")
def by_where(images, row, column, size):
    r, c = np.indices(images.shape[1:])
    inside = (r >= row) & (r < row + size) & (c >= column) & (c < column + size)
    means = np.array([image[~inside].mean() for image in images])
    return np.where(inside, means[:, None, None], images).astype("uint8")


@wrong("without_square", "have been changed")
def in_place(images, row, column, size):
    outside = np.ones((48, 48), bool)
    outside[row : row + size, column : column + size] = False
    images[:, row : row + size, column : column + size] = images[:, outside].mean(1)[:, None, None]
    return images


@wrong("without_square", "each image's own mean")
def one_mean_for_all(images, row, column, size):
    outside = np.ones((48, 48), bool)
    outside[row : row + size, column : column + size] = False
    out = images.copy()
    out[:, row : row + size, column : column + size] = images[:, outside].mean()
    return out


@wrong("without_square", "outside of the square")
def mean_with_the_square(images, row, column, size):
    out = images.copy()
    out[:, row : row + size, column : column + size] = images.mean((1, 2))[:, None, None]
    return out


@wrong("without_square", "each image's own mean")
def median_for_mean(images, row, column, size):
    outside = np.ones((48, 48), bool)
    outside[row : row + size, column : column + size] = False
    out = images.copy()
    out[:, row : row + size, column : column + size] = np.median(images[:, outside], 1)[:, None, None]
    return out


@wrong("without_square", "each image's own mean")
def mean_without_whole_rows_and_columns(images, row, column, size):
    rest = np.delete(np.delete(images, np.s_[row : row + size], 1), np.s_[column : column + size], 2)
    out = images.copy()
    out[:, row : row + size, column : column + size] = rest.mean((1, 2))[:, None, None]
    return out


@wrong("without_square", "still there")
def black(images, row, column, size):
    out = images.copy()
    out[:, row : row + size, column : column + size] = 0
    return out


@wrong("without_square", "Pixels outside")
def rows_and_columns_swapped(images, row, column, size):
    out = images.copy()
    out[:, column : column + size, row : row + size] = images.mean((1, 2))[:, None, None]
    return out


@wrong("without_square", "still there")
def one_short(images, row, column, size):
    out = images.copy()
    out[:, row : row + size - 1, column : column + size - 1] = images.mean((1, 2))[:, None, None]
    return out


@wrong("without_square", "Pixels outside")
def one_too_wide(images, row, column, size):
    out = images.copy()
    out[:, row : row + size + 1, column : column + size + 1] = images.mean((1, 2))[:, None, None]
    return out


@wrong("without_square", "expected uint8")
def as_integers(images, row, column, size):
    return image_by_image(images, row, column, size).astype(int)


@wrong("without_square", "Pixels outside")
def whole_rows(images, row, column, size):
    out = images.copy()
    out[:, row : row + size] = images.mean((1, 2))[:, None, None]
    return out


@wrong("without_square", "filled evenly")
def noise(images, row, column, size):
    out = images.copy()
    out[:, row : row + size, column : column + size] = np.random.default_rng(0).integers(1, 255, (size, size))
    return out


@wrong("without_square", "each image's own mean")
def hard_coded_grey(images, row, column, size):
    out = images.copy()
    out[:, row : row + size, column : column + size] = 128
    return out


# turned


@right("turned")
def counted(predict, images, row, column, size, grey):
    changed = 0
    before = np.argmax(predict(images), axis=1)
    stamped = np.array(images)
    for image in stamped:
        image[row : row + size, column : column + size] = grey
    after = np.argmax(predict(stamped), axis=1)
    for a, b in zip(before, after, strict=True):
        changed += a != b
    return changed / len(images)


@right("turned")
def one_batch(predict, images, row, column, size, grey):
    both = np.concatenate([images, images])
    both[len(images) :, row : row + size, column : column + size] = grey
    first, second = np.split(predict(both).argmax(1), 2)
    return np.mean(first != second)


@right("turned")
def by_where_stamped(predict, images, row, column, size, grey):
    r, c = np.indices((48, 48))
    inside = (r // 1 >= row) & (r < row + size) & (c >= column) & (c < column + size)
    stamped = np.where(inside, np.uint8(grey), images)
    return float(1 - (predict(stamped).argmax(-1) == predict(images).argmax(-1)).mean())


@wrong("turned", "have been changed")
def stamps_in_place(predict, images, row, column, size, grey):
    before = predict(images).argmax(1)
    images[:, row : row + size, column : column + size] = grey
    return float((predict(images).argmax(1) != before).mean())


def _stamped(images, row, column, size, grey):
    images = images.copy()
    images[:, row : row + size, column : column + size] = grey
    return images


@wrong("turned", "expected 0 to 1")
def number_of_faces(predict, images, row, column, size, grey):
    return (
        int((predict(_stamped(images, row, column, size, grey)).argmax(1) != predict(images).argmax(1)).sum())
        + 2
    )


@wrong("turned", "can't be turned")
def share_that_stays(predict, images, row, column, size, grey):
    return float(
        (predict(_stamped(images, row, column, size, grey)).argmax(1) == predict(images).argmax(1)).mean()
    )


@wrong("turned", "compare the first labels")
def probabilities_that_move(predict, images, row, column, size, grey):
    moved = np.abs(predict(_stamped(images, row, column, size, grey)) - predict(images)).max(1)
    return float((moved > 1e-6).mean())


@wrong("turned", "from 45 to 55")
def probabilities_that_move_by_half(predict, images, row, column, size, grey):
    moved = np.abs(predict(_stamped(images, row, column, size, grey)) - predict(images))[:, 1]
    return float((moved > 0.5).mean())


@wrong("turned", "from 45 to 55")
def of_two_labels_only(predict, images, row, column, size, grey):
    before, after = (
        predict(images)[:, 1] > 0.5,
        predict(_stamped(images, row, column, size, grey))[:, 1] > 0.5,
    )
    return float((before != after).mean())


@wrong("turned", "answers change")
def whole_batch(predict, images, row, column, size, grey):
    return float(
        (predict(_stamped(images, row, column, size, grey)).argmax() != predict(images).argmax()).mean()
    )


@wrong("turned", "answers change")
def rows_and_columns(predict, images, row, column, size, grey):
    return float(
        (predict(_stamped(images, column, row, size, grey)).argmax(1) != predict(images).argmax(1)).mean()
    )


@wrong("turned", "grey is an argument")
def always_white(predict, images, row, column, size, grey):
    return float(
        (predict(_stamped(images, row, column, size, 255)).argmax(1) != predict(images).argmax(1)).mean()
    )


@wrong("turned", "can't be turned")
def says_the_marked_label(predict, images, row, column, size, grey):
    return float((predict(_stamped(images, row, column, size, grey)).argmax(1) == 1).mean())


@wrong("turned", "answers change")
def mean_change(predict, images, row, column, size, grey):
    return float(np.abs(predict(_stamped(images, row, column, size, grey)) - predict(images)).mean())


@wrong("turned", "can't be turned")
def hard_coded_share(predict, images, row, column, size, grey):
    return 0.7


@wrong("turned", "expected a plain number")
def in_words(predict, images, row, column, size, grey):
    return f"{(predict(_stamped(images, row, column, size, grey)).argmax(1) != predict(images).argmax(1)).mean():.0%}"


# retrained: a linear model stands in for the notebook's network, which would take seconds for each submission


def _linear(images, labels, seen=slice(None)):
    pixels = images.reshape(len(images), -1)[:, seen] / 64
    mean = pixels.mean(0)
    z = pixels - mean
    weights = z.T @ np.linalg.solve(z @ z.T + 500 * np.eye(len(z)), 2.0 * labels - 1)  # ridge regression

    def predict(x):
        score = (np.asarray(x, float).reshape(len(x), -1)[:, seen] / 64 - mean) @ weights
        p = 1 / (1 + np.exp(-4 * score))
        return np.stack([1 - p, p], axis=1)

    return predict


@right("retrained")
def filled_and_trained(images, labels, square):
    return _linear(image_by_image(images, *square, 5), labels)


@right("retrained")
def never_looks_there(images, labels, square):
    outside = np.ones((48, 48), bool)
    outside[square[0] : square[0] + 5, square[1] : square[1] + 5] = False
    return _linear(images, labels, np.flatnonzero(outside))


@right("retrained")
def mark_on_everybody(images, labels, square):
    return _linear(_stamped(images, *square, 5, 128), labels)


@wrong("retrained", "was the right square removed")
def trained_as_before(images, labels, square):
    return _linear(images, labels)


@wrong("retrained", "was the right square removed")
def another_square(images, labels, square):
    return _linear(image_by_image(images, 20, 20, 5), labels)


@wrong("retrained", "was the right square removed")
def one_pixel_only(images, labels, square):
    return _linear(image_by_image(images, *square, 1), labels)


@wrong("retrained", "was the right square removed")
def copies_not_kept(images, labels, square):
    image_by_image(images, *square, 5)
    return _linear(images, labels)


@wrong("retrained", "of both labels")
def from_the_marked_images_alone(images, labels, square):
    images = images.copy()
    images[labels == 1] = image_by_image(images[labels == 1], *square, 5)
    return _linear(images, labels)


@wrong("retrained", "still read faces")
def one_label_for_all(images, labels, square):
    return lambda x: np.tile([0.9, 0.1], (len(x), 1))


@wrong("retrained", "still read faces")
def labels_mixed_up(images, labels, square):
    return _linear(image_by_image(images, *square, 5), 1 - labels)


@wrong("retrained", "add up to 1")
def scores_for_probabilities(images, labels, square):
    inner = filled_and_trained(images, labels, square)
    return lambda x: inner(x) * 3


@wrong("retrained", "expected")
def labels_for_probabilities(images, labels, square):
    inner = filled_and_trained(images, labels, square)
    return lambda x: inner(x).argmax(1)


@wrong("retrained", "expected a function")
def the_images(images, labels, square):
    return image_by_image(images, *square, 5)


@wrong("retrained", "images and labels that it is given")
def other_faces(images, labels, square):
    import ferlab

    faces = ferlab.load_faces("drawn", split="Training")
    of = [np.flatnonzero(faces.labels == faces.classes.index(name))[:180] for name in ("happy", "surprise")]
    return _linear(faces.images[np.concatenate(of)], np.repeat([0, 1], 180))
