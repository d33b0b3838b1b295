"""What every hidden test asks first: is it the right kind of thing? Type before value, or == can lie."""

import sys

import numpy as np


def prediction(_rng, value, low, high):
    """A prediction counts for being made, not for being right."""
    number(value, "The prediction")
    assert low <= value <= high, f"The prediction is {value}; it should lie between {low} and {high}."


def number(value, what):
    plain = type(value) in (int, float) or isinstance(value, np.integer | np.floating)
    assert plain, f"{what} is {_kind(value)}, expected a plain number."
    assert np.isfinite(value), f"{what} is {value}, expected a finite number."
    return float(value)


def whole(value, what):
    plain = type(value) is int or isinstance(value, np.integer)
    assert plain, f"{what} is {_kind(value)}, expected a whole number (int)."
    return int(value)


def array(value, shape, what, kinds="f"):
    """kinds: NumPy's kind letters that are welcome: f floats, iu integers."""
    assert type(value) is np.ndarray, f"{what} is {_kind(value)}, expected a NumPy array."
    assert value.shape == shape, f"{what} has the shape {value.shape}, expected {shape}."
    assert value.dtype.kind in kinds, f"{what} holds {value.dtype}, expected {_NAMES[kinds]}."
    return value


_NAMES = {"f": "floats", "iu": "whole numbers", "fiu": "numbers"}


def _kind(value):
    return (
        "None: is a `return` missing, or was an error swallowed?" if value is None else type(value).__name__
    )


def close(found, expected, why, tolerance=1e-5):
    """why: what to look at, said to someone who got it wrong."""
    same = np.allclose(found, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    assert same, f"{why} Off by up to {_gap(found, expected)}."


def _gap(found, expected):
    gap = np.abs(np.asarray(found, float) - np.asarray(expected, float))
    return "infinity or NaN" if not np.isfinite(gap).all() else f"{gap.max():.3g}"


def function(value):
    assert callable(value), f"{_kind(value)} stands here, expected a function."


def by_hand(call, *arguments, without):
    """call(*arguments), but none of these modules' functions may be called on the way."""
    function(call)
    seen = set()

    def watch(frame, event, _):
        if event == "call":
            seen.add(frame.f_globals.get("__name__") or "")

    sys.setprofile(watch)
    try:
        answer = call(*arguments)
    finally:
        sys.setprofile(None)
    used = [module for module in without if any(f"{name}.".startswith(f"{module}.") for name in seen)]
    assert not used, f"{used[0]} does the work here; this one is to be written by hand."
    return answer
