"""What checks and hidden tests share: questions to a student's answer, and a limit on its time."""

import signal
import threading
from contextlib import contextmanager

import numpy as np


class Hint(Exception):
    """What to tell the student."""


def ask(right, hint):
    if not right:
        raise Hint(hint)


def array(value, shape, what):
    ask(value is not None, f"{what} is None: is there a `return` at the end?")
    ask(type(value) is np.ndarray, f"{what} is of type {type(value).__name__}; a NumPy array was asked for.")
    ask(value.shape == shape, f"{what} has the shape {value.shape}, asked for was {shape}: along which axis?")


def number(value, what):
    ask(value is not None, f"{what} is None: is there a `return` at the end?")
    plain = type(value) in (int, float) or isinstance(value, np.number)
    ask(plain, f"{what} is of type {type(value).__name__}; a number was asked for.")


class OutOfTime(BaseException):
    """Not an Exception, so that `except Exception` in a student's loop doesn't swallow it."""


@contextmanager
def time_limit(seconds):
    """OutOfTime after so many seconds. Where there is no SIGALRM (Windows) and in threads it does nothing."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
