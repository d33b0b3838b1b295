"""What every hidden test asks first: is it the right kind of thing? Type before value, or == can lie."""

import sys
import threading
from pathlib import Path

import numpy as np

import ferlab


def prediction(_rng, value, low, high):
    """A prediction counts for being made, not for being right."""
    value = number(value, "The prediction")
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


# Called from a student's function these look over the grader's shoulder, or away from it.
PEEKS = ("ferlab_grading", "inspect", "gc", "subprocess", "multiprocessing", "traceback", "signal")
PEEKS += ("sys._getframe", "sys._current_frames", "sys.setprofile", "sys.settrace", "sys.getprofile")
PEEKS += ("traceback.tb_frame", "generator.gi_frame")  # attributes that lead to the callers' variables
# Where the code of Python, its packages and the grading lies. A student's lies elsewhere, be it inside the course.
PLACES = ("<frozen ", str(Path(__file__).parent), *ferlab.__path__)
PLACES += tuple(path for path in sys.path if path and not Path(__file__).is_relative_to(path))


def by_hand(call, *arguments, without):
    """call(*arguments), but none of these modules' functions may be called on the way, nor any of PEEKS."""
    function(call)
    own, seen, peeked = getattr(call, "__globals__", None), set(), set()
    handed_in = {getattr(argument, "__code__", None) for argument in arguments}  # to be called, as a model is

    def watch(frame, event, called):
        if event == "call":
            name, caller = frame.f_globals.get("__name__") or "", frame.f_back
            seen.add(name)
            if frame.f_code in handed_in:
                return
        elif event == "c_call":
            name, caller = f"{called.__module__}.{called.__name__}", frame
        elif event == "audit":
            name, caller = called, frame
        else:
            return
        if caller and caller.f_code is by_hand.__code__:
            ours = event != "call"  # it calls what was handed in, be that one of the grading's own functions
        else:
            ours = caller is None or _may_call(caller, name, own)
        if not ours:
            peeked.add(name)

    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        answer = call(*arguments)
        if sys.getprofile() is not watch:
            peeked.add("sys.setprofile")
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    used = [module for module in without if _among(module, seen)]
    assert not used, f"{used[0]} does the work here; this one is to be written by hand."
    used = [module for module in PEEKS if _among(module, peeked)]
    assert not used, f"Your function calls {used[0]}, which its task has no use for: it should only compute."
    return answer


def _may_call(frame, name, own):
    """Whether it runs the code of a package: of no cell, submitted file or exec. Only the grading may call itself."""
    names = frame.f_globals
    package = getattr(sys.modules.get(names.get("__name__")), "__dict__", None) is names is not own
    if not package or not frame.f_code.co_filename.startswith(PLACES):
        return False
    return not _among(__package__, {name}) or _among(__package__, {names["__name__"]})


def _hear(event, arguments):
    """Audit hook: tells `watch` what Python reports, which it does by whatever way it's reached, map() or an attribute."""
    if event == "object.__getattr__":
        event = f"{type(arguments[0]).__name__}.{arguments[1]}"
    if event not in PEEKS or (event == "sys._getframe" and arguments[0].f_code is _hear.__code__):
        return
    watch = sys.getprofile()
    if getattr(watch, "__module__", "") == __name__:
        watch(sys._getframe().f_back, "audit", event)


sys.addaudithook(_hear)


def _among(module, names):
    return any(f"{name}.".startswith(f"{module}.") for name in names)
