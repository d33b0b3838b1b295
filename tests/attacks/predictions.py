"""Submissions for the predictions: any number within the range counts, right or wrong."""

import numpy as np

from .grader import AlwaysEqual, Attack


class Yes(float):
    """A number whose == always says True."""

    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Anything(np.float64):
    """A NumPy number that lies within every range."""

    def __le__(self, other):
        return True

    __ge__ = __lt__ = __gt__ = __le__


WRONG = {
    "None": (None, "expected a plain number"),
    "text": ("0.5", "expected a plain number"),
    "always equal": (AlwaysEqual(), "expected a plain number"),
    "a number that is always equal": (Yes(0.5), "expected a plain number"),
    "a number that is in every range": (Anything(-1e12), "should lie between"),
    "not a number": (float("nan"), "finite"),
    "infinity": (float("inf"), "finite"),
    "far too large": (1e12, "should lie between"),
    "far too small": (-1e12, "should lie between"),
    "True": (True, "expected a plain number"),
    "a list": ([0.5], "expected a plain number"),
    "an array": (np.array([0.5]), "expected a plain number"),
}
RIGHT = {"an int": 1, "a float": 1.0, "a NumPy float": np.float64(1), "a NumPy int": np.int64(1)}

ATTACKS = [Attack(value, name, False, says) for name, (value, says) in WRONG.items()]
ATTACKS += [Attack(value, name, True) for name, value in RIGHT.items()]
