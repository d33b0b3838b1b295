"""Faces that ferlab draws: nobody's, free to share, and with an answer that is known.

Each face is a person and a photo (ferlab.drawing's traits) that wears an expression made of FACS action
units. The same person drawn with no unit at all, its neutral twin, shows which pixels carry the expression.
"""

import numpy as np

from . import drawing
from .emotions import EMFACS, FACS_1978, FER2013, FERPLUS, VOTES
from .faces import Faces

# What was drawn is drawn anew when one of these changes.
_DRAWN_BY = ("drawing.py", "drawn.py", "emotions.py", "painting.py")
CHUNK = 50  # faces drawn together: their seed is (seed, number of the chunk)
MANY = 10  # chunks from which starting processes pays

# The course's standing set: as many faces in each split as here, in FER-2013's proportions
# (contempt, which FER-2013 lacks, as rare as among FER+ votes), with faults for notebook 01 to find.
COURSE_SIZES = {"Training": 4200, "PublicTest": 900, "PrivateTest": 900}
_SHARES = np.array([4953, 547, 5121, 8989, 6077, 4002, 6198, 300]) / 36187
BLANK = 9  # images replaced by one grey tone
COPIES = 24  # Training images that are copies: of Training and of PublicTest images in turn
RELABELLED = 6  # of the copies, those that carry another label than their original
ANNOTATORS = 10


def draw_faces(n, seed=0):
    """n drawn Faces with `units`, `regions` and `twins`; a whole fifty holds as many of each class, or one more.

    The classes are FER-2013's seven. The same seed gives the same faces, and the first faces of a longer draw are
    those of a shorter one.
    """
    if n < 1:
        raise ValueError(f"{n} faces were asked for, expected 1 or more")
    chunks = -(-n // CHUNK)
    labels = np.arange(CHUNK) % len(FER2013)
    drawn = _draw_chunks([(labels, (seed, i), FER2013) for i in range(chunks)])
    drawn["rows"] = np.arange(chunks * CHUNK)
    drawn["splits"] = np.zeros(chunks * CHUNK, np.uint8)
    return Faces(classes=FER2013, name="drawn faces", **drawn)[:n]


def course_faces(labels="fer2013"):
    """The course's standing set of drawn Faces, in three splits; drawn once, then kept in the cache.

    Each carries the votes of ten simulated annotators (columns as FER+), who see the action units
    through noise. Labels are those that were drawn; for "fer+" the annotators' majority decides, as on
    the real data. BLANK images and COPIES duplicates are planted.
    """
    from .cache import cached, written_by

    plus = labels != "fer2013"
    name = "drawn-plus" if plus else "drawn"
    arrays = cached((name, written_by(*_DRAWN_BY)), lambda: _course(plus))
    faces = Faces(classes=FERPLUS if plus else FER2013, name="drawn faces", **arrays)
    if plus:
        from .fer2013 import label_by_votes

        faces = label_by_votes(faces, labels)
    return faces


def _draw_chunks(tasks):
    """{field of Faces: array} of all chunks, one after the other.

    Many are shared out among processes: threads would wait for the interpreter most of the time.
    """
    from joblib import delayed

    from .processes import parallel

    jobs = -1 if len(tasks) >= MANY else 1
    drawn = parallel(jobs)(delayed(_draw_chunk)(*task) for task in tasks)
    return {name: np.concatenate([chunk[name] for chunk in drawn]) for name in drawn[0]}


def _draw_chunk(labels, seed, classes):
    """Draw one face per label. Returns {field of Faces: array}."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(labels)
    n = len(labels)
    traits = drawing.random_traits(rng, n)
    units, side = random_expressions(rng, labels, classes)
    size = drawing.SIZE * drawing.FINER
    grain = rng.standard_normal((n, size, size), dtype=np.float32)
    images, regions, twins = drawing.draw(traits, units, side, grain)
    return {"images": images, "labels": labels, "units": units, "regions": regions, "twins": twins}


def random_expressions(rng, labels, classes):
    """Action units for each label: float32 (n, 18) strengths, and the side (n,) of one-sided ones.

    One of the two codebooks, at a strength that differs from face to face, sometimes with a unit
    missing, often with a stray one: real expressions are rarely the textbook's.
    """
    n = len(labels)
    units, side = np.zeros((n, len(drawing.UNITS)), np.float32), np.zeros(n, np.float32)
    for i, label in enumerate(labels):
        name = classes[label]
        book = FACS_1978 if name in FACS_1978 and rng.random() < 0.5 else EMFACS
        strength = rng.beta(2.2, 1.5)
        for unit in book[name]:
            if rng.random() < 0.9:
                units[i, drawing.UNITS.index(unit)] = np.clip(strength * rng.uniform(0.5, 1.3), 0, 1)
        # A broad smile shows teeth; so does a shout.
        if name in ("happy", "angry") and rng.random() < (0.6 if name == "happy" else 0.3):
            units[i, drawing.UNITS.index(25)] = strength * rng.uniform(0.4, 1)
        if name == "contempt":
            side[i] = rng.choice([-1, 1])
        stray = rng.choice(len(drawing.UNITS), rng.poisson(1.0), replace=False)
        units[i, stray] = np.maximum(units[i, stray], rng.beta(1.2, 4, len(stray)))
    return units, side


def _course(plus):
    """Everything of the course set as arrays, faults included."""
    classes = FERPLUS if plus else FER2013
    shares = _SHARES[: len(classes)] / _SHARES[: len(classes)].sum()
    tasks, splits = [], []
    for split, (name, size) in enumerate(COURSE_SIZES.items()):
        rng = np.random.default_rng([2013, split])
        counts = np.floor(shares * size).astype(int)
        counts[classes.index("happy")] += size - counts.sum()
        labels = rng.permutation(np.repeat(np.arange(len(classes)), counts))
        for i in range(0, size, CHUNK):
            tasks.append((labels[i : i + CHUNK], (2013, split, i), classes))
        splits.append(np.full(COURSE_SIZES[name], split, np.uint8))
    arrays = _draw_chunks(tasks)
    arrays["splits"] = np.concatenate(splits)
    arrays["rows"] = np.arange(len(arrays["splits"]))
    arrays["votes"] = simulated_votes(arrays["units"], np.random.default_rng(7), plus)
    _plant_faults(arrays, classes)
    return arrays


def simulated_votes(units, rng, plus):
    """uint8 (n, 10): what ten simulated annotators say of faces with these action units.

    Each sees the strengths through noise and names the prototype that fits best, or neutral where
    little is to be seen. No such person exists; the votes only show what disagreement looks like.
    """
    names = [name for name in (FERPLUS if plus else FER2013) if name != "neutral"]
    prototypes = np.zeros((len(names), units.shape[1]))
    for i, name in enumerate(names):
        wanted = [drawing.UNITS.index(unit) for unit in {*EMFACS[name], *FACS_1978.get(name, ())}]
        prototypes[i, wanted] = 1 / np.sqrt(len(wanted))
    votes = np.zeros((len(units), len(VOTES)), np.uint8)
    for _ in range(ANNOTATORS):
        seen = units + rng.normal(0, 0.18, units.shape)
        fit = seen @ prototypes.T
        best = fit.argmax(1)
        said = np.where(fit.max(1) > 0.45, best, -1)
        column = np.array([VOTES.index(name) for name in [*names, "neutral"]])[said]
        votes[np.arange(len(units)), column] += 1
    return votes


def _plant_faults(arrays, classes):
    rng = np.random.default_rng(41)
    train, test = (np.flatnonzero(arrays["splits"] == k) for k in (0, 1))
    chosen = rng.choice(train, BLANK + 2 * COPIES, replace=False)
    blank, copies, originals = np.split(chosen, [BLANK, BLANK + COPIES])
    arrays["images"][blank] = rng.integers(0, 256, BLANK)[:, None, None]
    arrays["twins"][blank] = arrays["images"][blank]
    arrays["units"][blank] = 0
    arrays["votes"][blank] = 0
    arrays["votes"][blank, VOTES.index("NF")] = ANNOTATORS
    originals[::2] = rng.choice(test, len(originals[::2]), replace=False)  # every other one leaks into a test
    for name in ("images", "twins", "units", "regions", "votes", "labels"):
        arrays[name][copies] = arrays[name][originals]
    wrong = copies[:RELABELLED]
    arrays["labels"][wrong] = (arrays["labels"][wrong] + 1) % len(classes)
