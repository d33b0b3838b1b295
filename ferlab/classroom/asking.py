"""What checks and hidden tests share: questions to a student's answer, and a limit on its time."""

import hmac
import signal
import sys
import threading
from contextlib import contextmanager
from functools import partial

import numpy as np


class Hint(Exception):
    """What to tell the student."""


def ask(right, hint):
    if not right:
        raise Hint(hint)


def array(value, shape, what):
    ask(value is not None, f"{what}: None comes back. Is there a `return` at the end?")
    ask(type(value) is np.ndarray, f"{what}: you return {type(value).__name__}; a NumPy array was asked for.")
    ask(
        value.shape == shape,
        f"{what}: asked for was the shape {shape}, and yours is {value.shape}. Which axis is it?",
    )


def number(value, what):
    ask(value is not None, f"{what}: None comes back. Is there a `return` at the end?")
    plain = type(value) in (int, float) or isinstance(value, np.number)
    ask(plain, f"{what}: you return {type(value).__name__}; a number was asked for.")


# Who calls a student's code: none of their own lines are struck.
CALLERS = ("ferlab", "ferlab_grading", "IPython")


class OutOfTime(BaseException):
    """Not an Exception, so that `except Exception` in a student's loop doesn't swallow it."""


def strike(_, frame, home=None):
    """Signal handler: OutOfTime in the student's code that runs now, called by one of CALLERS or by the frame `home`.

    Where none but these run it does nothing.

    A bare `except:` in a loop swallows it as it swallows everything. So the student's lines are traced as well, and
    the next one, which is the one behind the `except:`, strikes again.
    """
    struck = []
    while (
        frame and frame is not home and frame.f_globals.get("__name__", "").partition(".")[0] not in CALLERS
    ):
        struck.append(frame)
        frame = frame.f_back
    if frame is None or not struck:
        return
    for own in struck:
        own.f_trace = _again
    sys.settrace(lambda *_: None)
    raise OutOfTime


def _again(_frame, event, _value):
    if event == "line":
        raise OutOfTime
    return _again


@contextmanager
def time_limit(seconds):
    """OutOfTime after so many seconds, and again every twentieth of one, until the code has ended.

    Where there is no SIGALRM (Windows) and in threads it does nothing.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return
    home = sys._getframe(2)  # of the `with`; between lies contextlib's
    before, traced = signal.signal(signal.SIGALRM, partial(strike, home=home)), sys.gettrace()
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.settrace(traced)
        signal.signal(signal.SIGALRM, before)


RECEIPTS = "FERLAB_RECEIPTS"  # the variable that names the file with the key of a kernel's receipts


def receipt(key, test):
    """What a hidden test signs when it passes, so that nobody else can say so."""
    return hmac.digest(key.encode(), test.encode(), "sha256").hex()
