"""Submissions for a1-clean-the-dataset."""

import inspect
import sys
import threading
import types

import numpy as np

import ferlab.cleaning

from .grader import right, wrong

# faulty_rows


@right("faulty_rows")
def with_a_loop(images):
    found = []
    for row in range(len(images)):
        if np.std(images[row]) < 8:
            found.append(row)
    return np.array(found, dtype=int)


@right("faulty_rows")
def by_variance(images):
    pixels = images.astype(float)
    variance = (pixels**2).mean((1, 2)) - pixels.mean((1, 2)) ** 2
    return np.where(variance < 64 - 1e-9)[0]


@right("faulty_rows")
def by_argwhere(images):
    return np.argwhere(images.std((1, 2)) < 8).ravel()


@wrong("faulty_rows", "root of the mean of squares")
def by_mean_deviation(images):
    pixels = images.reshape(len(images), -1).astype(float)
    return np.flatnonzero(np.abs(pixels - pixels.mean(1, keepdims=True)).mean(1) < 8)


@wrong("faulty_rows", "root of the mean of squares")
def by_median_deviation(images):
    pixels = images.reshape(len(images), -1).astype(float)
    return np.flatnonzero(np.median(np.abs(pixels - np.median(pixels, 1, keepdims=True)), 1) < 8)


@wrong("faulty_rows", "expected a NumPy array")
def whole_of_where(images):
    return np.where(images.std(axis=(1, 2)) < 8)


@wrong("faulty_rows", "row numbers")
def a_mask(images):
    return images.std(axis=(1, 2)) < 8


@wrong("faulty_rows", "nothing should be found")
def spread_of_each_row_of_pixels(images):
    return np.unique(np.where(images.std(axis=2) < 60)[0])


@wrong("faulty_rows", "np.array([]) doesn't know")
def empty_of_floats(images):
    return np.array([row for row in range(len(images)) if images[row].std() < 8])


@wrong("faulty_rows", "expected 1: a list of row numbers")
def a_column(images):
    return np.argwhere(images.std((1, 2)) < 8)


@wrong("faulty_rows", "single tone are missed")
def black_only(images):
    return np.flatnonzero(images.reshape(len(images), -1).max(1) == 0)


@wrong("faulty_rows", "7.5")
def one_tone_only(images):
    return np.flatnonzero(np.ptp(images.reshape(len(images), -1), axis=1) == 0)


@wrong("faulty_rows", "7.5")
def variance_for_deviation(images):
    return np.flatnonzero(images.reshape(len(images), -1).var(1) < 8)


@wrong("faulty_rows", "8.00")
def limit_included(images):
    return np.flatnonzero(images.reshape(len(images), -1).std(1) <= 8)


@wrong("faulty_rows", "nothing should be found")
def hard_coded(images):
    return np.array([3, 17, 88])


@wrong("faulty_rows", "written by hand")
def library(images):
    found = ferlab.cleaning.find_faulty(_as_faces(images))
    return np.sort(np.concatenate([found["blank"], found["flat"]]))


def _as_faces(images):
    n = len(images)
    zeros = np.zeros(n, int)
    return ferlab.Faces(images, zeros, ("face",), "faces", zeros.astype(np.uint8), zeros)


@wrong("faulty_rows", "changed")
def scales_in_place(images):
    images //= 2
    return np.flatnonzero(images.std((1, 2)) < 4)


# duplicate_groups


@right("duplicate_groups")
def by_np_unique(images):
    _, inverse = np.unique(images.reshape(len(images), -1), axis=0, return_inverse=True)
    groups = [np.flatnonzero(inverse.ravel() == k).tolist() for k in range(inverse.max() + 1)]
    return sorted(group for group in groups if len(group) > 1)


@right("duplicate_groups")
def double_loop(images):
    used, groups = set(), []
    for i in range(len(images)):
        if i in used:
            continue
        group = [j for j in range(i, len(images)) if np.array_equal(images[i], images[j])]
        used.update(group)
        if len(group) > 1:
            groups.append(group)
    return groups


@right("duplicate_groups")
def by_nested_tuples(images):
    seen = {}
    for row, key in enumerate(map(lambda x: tuple(x.ravel().tolist()), images)):
        seen[key] = [*seen.get(key, []), row]
    return [tuple(rows) for rows in seen.values() if len(rows) >= 2]


@wrong("duplicate_groups", "two groups")
def pairs(images):
    n = len(images)
    return [[i, j] for i in range(n) for j in range(i + 1, n) if (images[i] == images[j]).all()]


@wrong("duplicate_groups", "mirror image")
def by_sum(images):
    rows = {}
    for row, image in enumerate(images):
        rows.setdefault(int(image.sum()), []).append(row)
    return [group for group in rows.values() if len(group) > 1]


@wrong("duplicate_groups", "no group")
def singles_too(images):
    rows = {}
    for row, image in enumerate(images):
        rows.setdefault(image.tobytes(), []).append(row)
    return list(rows.values())


@wrong("duplicate_groups", "far apart")
def neighbours_only(images):
    return [[i, i + 1] for i in range(len(images) - 1) if (images[i] == images[i + 1]).all()]


@wrong("duplicate_groups", "more than two")
def without_the_first(images):
    seen, groups = {}, {}
    for row, image in enumerate(images):
        key = image.tobytes()
        if key in seen and len(groups.setdefault(key, [seen[key]])) < 2:
            groups[key].append(row)
        seen.setdefault(key, row)
    return list(groups.values())


@wrong("duplicate_groups", "one pixel")
def nearly_equal(images):
    groups = []
    for i in range(len(images)):
        group = [j for j in range(len(images)) if np.abs(images[i].astype(int) - images[j]).max() < 3]
        if len(group) > 1 and group not in groups:
            groups.append(group)
    return groups


@wrong("duplicate_groups", "ascend")
def in_the_order_of_their_pixels(images):
    _, inverse = np.unique(images.reshape(len(images), -1), axis=0, return_inverse=True)
    groups = [np.flatnonzero(inverse.ravel() == k).tolist() for k in range(inverse.max() + 1)]
    return [group for group in groups if len(group) > 1]


@wrong("duplicate_groups", "expected a list of groups")
def a_dictionary(images):
    return {}


@wrong("duplicate_groups", "no image stands twice")
def hard_coded_groups(images):
    return [[0, 1, 2]]


@wrong("duplicate_groups", "written by hand")
def library_groups(images):
    return [group.tolist() for group in ferlab.cleaning.find_duplicates(_as_faces(images))]


@wrong("duplicate_groups", "ascend")
def not_in_order(images):
    rows = {}
    for row, image in enumerate(images):
        rows.setdefault(image.tobytes(), []).insert(0, row)
    return [group for group in rows.values() if len(group) > 1]


# agreement


@right("agreement")
def face_by_face(votes):
    found = []
    for row in votes.tolist():
        total = sum(row)
        found.append(sum(v * (v - 1) for v in row) / (total * (total - 1)) if total > 1 else float("nan"))
    return np.array(found)


@right("agreement")
def by_shares(votes):
    votes = np.asarray(votes, float)
    total = votes.sum(1)
    with np.errstate(all="ignore"):
        return np.where(
            total >= 2, ((votes / total[:, None]) ** 2).sum(1) * total / (total - 1) - 1 / (total - 1), np.nan
        )


@right("agreement")
def by_binomials(votes):
    from math import comb

    out = np.full(len(votes), np.nan)
    for i, row in enumerate(votes):
        if row.sum() > 1:
            out[i] = sum(comb(int(v), 2) for v in row) / comb(int(row.astype(int).sum()), 2)
    return out


@wrong("agreement", "nobody is drawn twice")
def with_replacement(votes):
    votes = votes.astype(float)
    return ((votes / np.maximum(votes.sum(1, keepdims=True), 1)) ** 2).sum(1)


@wrong("agreement", "uint8")
def in_uint8(votes):
    total = votes.sum(1).astype(float)
    with np.errstate(all="ignore"):
        return np.where(total > 1, (votes * (votes - 1)).sum(1) / (total * (total - 1)), np.nan)


@wrong("agreement", "agree for certain")
def wrong_axis(votes):
    votes = votes.astype(float)
    total = votes.sum(0)
    with np.errstate(all="ignore"):
        return (votes * (votes - 1)).sum(0)[: len(votes) + 1] / (total * (total - 1))[: len(votes) + 1]


@wrong("agreement", "shape")
def one_number(votes):
    votes = votes.astype(float)
    total = votes.sum(1)
    return np.array((votes * (votes - 1)).sum() / (total * (total - 1)).sum())


@wrong("agreement", "Many votes")
def always_ten(votes):
    votes = votes.astype(float)
    return (votes * (votes - 1)).sum(1) / 90


@wrong("agreement", "agree for certain")
def share_of_first(votes):
    return votes.max(1) / (votes.sum(1) + 1.0)


@wrong("agreement", "nobody is drawn twice")
def plurality(votes):
    return votes.max(1) / np.maximum(votes.sum(1), 1)


@wrong("agreement", "Fewer than two votes")
def zero_for_nobody(votes):
    votes = votes.astype(float)
    total = votes.sum(1)
    return (votes * (votes - 1)).sum(1) / np.maximum(total * (total - 1), 1)


@wrong("agreement", "expected a NumPy array")
def a_list(votes):
    return [1.0] * len(votes)


@wrong("agreement", "each face counts alone")
def mean_repeated(votes):
    v = votes.astype(float)
    total = v.sum(1)
    found = (v * (v - 1)).sum(1) / np.maximum(total * (total - 1), 1)
    return np.full(len(votes), found.max())


@wrong("agreement", "each face counts alone")
def hard_coded_shares(votes):
    return np.ones(len(votes))


@wrong("agreement", "expected a NumPy array")
def a_lying_array(votes):
    class Lie(np.ndarray):
        def __eq__(self, other):
            return np.ones(self.shape, bool)

        def __array__(self, *_, **__):
            return np.ones(self.shape)

    return np.zeros(len(votes)).view(Lie)


# Looking away, or over the grader's shoulder.


@wrong("agreement", "calls ferlab_grading")
def asks_the_grading(votes):
    from ferlab_grading import clean

    return clean._expected(votes)


@wrong("agreement", "calls inspect")
def reads_the_callers(votes):
    rows = [frame.frame.f_locals.get("expected") for frame in inspect.stack()]
    return next((row for row in rows if row is not None), face_by_face(votes))


@wrong("duplicate_groups", "calls sys.setprofile")
def looks_unwatched(images):
    watch = sys.getprofile()
    sys.setprofile(None)
    found = library_groups(images)
    sys.setprofile(watch)
    return found


@wrong("duplicate_groups", "written by hand")
def in_a_thread(images):
    found = []
    thread = threading.Thread(target=lambda: found.extend(library_groups(images)))
    thread.start()
    thread.join()
    return found


# The same by other ways: names of their own, map(), a library that calls back, attributes. Python tells no profile
# function of the last.

ASKS = "def ask(votes):\n    from ferlab_grading import clean\n    return clean._expected(votes)"


@wrong("agreement", "calls ferlab_grading")
def asks_under_names_of_its_own(votes):
    names = {}
    exec(ASKS, names)
    return names["ask"](votes)


@wrong("agreement", "calls ferlab_grading")
def asks_from_a_module_made_up(votes):
    sys.modules["made_up"] = module = types.ModuleType("made_up")
    exec(ASKS, vars(module))
    return module.ask(votes)


@wrong("agreement", "calls ferlab_grading")
def asks_by_way_of_numpy(votes):
    from ferlab_grading import clean

    return np.vectorize(clean._expected, signature="(n,k)->(n)")(votes)


@wrong("duplicate_groups", "calls sys.setprofile")
def looks_unwatched_under_names_of_its_own(images):
    names = {"groups": library_groups}
    exec("import sys\ndef look(images):\n    sys.setprofile(None)\n    return groups(images)", names)
    return names["look"](images)


@wrong("duplicate_groups", "calls sys.setprofile")
def looks_unwatched_by_map(images):
    watch = next(iter(sys.getprofile, None))
    list(map(sys.setprofile, [None]))
    found = library_groups(images)
    list(map(sys.setprofile, [watch]))
    return found


def _planted(frame, images):
    """What a caller of this frame calls blank."""
    while frame and "blank" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["blank"] if frame else by_variance(images)


@wrong("faulty_rows", "calls sys._current_frames")
def reads_a_thread_s_frames(images):
    return _planted(sys._current_frames()[threading.get_ident()], images)


@wrong("faulty_rows", "calls traceback")
def reads_the_frames_of_an_error(images):
    try:
        raise ValueError
    except ValueError as error:
        return _planted(error.__traceback__.tb_frame, images)


@wrong("faulty_rows", "calls generator.gi_frame")
def reads_the_frames_of_a_generator(images):
    def look():
        yield _planted(own[0].gi_frame, images)

    own = []
    own.append(look())
    return next(own[0])


@wrong("faulty_rows", "calls signal")
def reads_the_frames_of_a_signal(images):
    import signal

    found = []
    before = signal.signal(signal.SIGUSR2, lambda _, frame: found.append(_planted(frame, images)))
    signal.raise_signal(signal.SIGUSR2)
    signal.signal(signal.SIGUSR2, before)
    return found[0]
