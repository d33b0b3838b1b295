"""Hidden tests. They live outside the notebooks, so that feedback shows their words and not their code.

`classroom init` copies this folder into the course and writes class.json beside it: the class's own secret,
from which every test draws its faces and numbers, and the seconds that a student's function may take.
"""

import json
import os
import signal
import zlib
from pathlib import Path
from types import FunctionType, MappingProxyType

import numpy as np

from ferlab.classroom.asking import RECEIPTS, OutOfTime, receipt, strike, time_limit

from . import clean, cue, fire, focal, guard, lime, metrics, prepare, words


# Tests that train, or ask what was trained, get so many times as long: a busy machine must not cost points.
TRAINING, LONGER = ("cue.changed", "cue.heeds", "focal.loss_type", "focal.trains"), 9


def _settings():
    """The class's own, which no cell can change."""
    file = Path(__file__).parent / "class.json"
    own = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return MappingProxyType({"secret": 0, "seconds": 20, **own})


def _marker(key, modules, settings):
    """The function `mark`. What it works with is its own, so that no name a student's cell may set leads to it."""
    before = guard.tools()
    changed, judge, sign = map(_copied, (guard.problem, _problem, receipt))

    def mark(test, *answers):
        """Run one hidden test, "module.function", on what the student wrote.

        Returns "" where all is well, else what is wrong in a sentence. It returns the words instead of raising,
        because a traceback would quote the lines of this file in the feedback. Under nbgrader it also prints the
        receipt that ferlab.classroom.grading waits for.
        """
        problem = changed(before) or judge(modules, settings, test, *answers) or changed(before)
        if not problem and key:
            print(sign(key, test))
        return problem

    return mark


def _copied(function):
    """The same with a code of its own, which stays where a cell gives other code to the function."""
    return FunctionType(function.__code__, function.__globals__)


def _key():
    """Of the receipts, or "". Its file is gone once it is read, so that a student's cell won't find it."""
    path = Path(os.environ.pop(RECEIPTS, ""))
    if not path.is_file():
        return ""
    key = path.read_text()
    path.unlink()
    return key


def _problem(modules, settings, test, *answers):
    module, name = test.split(".")
    run = getattr(modules[module], name)
    rng = np.random.default_rng([settings["secret"], zlib.crc32(test.encode())])
    seconds = settings["seconds"] * (LONGER if test.startswith(TRAINING) else 1)
    try:
        with time_limit(seconds):
            run(rng, *answers)
    except AssertionError as problem:
        return str(problem) or "An assertion in your own code failed on valid input."
    except NotImplementedError:
        return "Not written yet: `raise NotImplementedError` is still there."
    except OutOfTime:
        return (
            f"No answer within {seconds} seconds. Either a loop doesn't end, or the grading computer was busy: "
            "ask your teacher to grade it again."
        )
    except (Exception, SystemExit) as error:
        return f"On a valid input your code stops with {type(error).__name__}: {str(error)[:300]}"
    return ""


SETTINGS = _settings()
_MODULES = MappingProxyType(
    {m.__name__.split(".")[1]: m for m in (clean, cue, fire, focal, lime, metrics, prepare, words)}
)
mark = _marker(_key(), _MODULES, SETTINGS)
if hasattr(signal, "SIGUSR1"):  # by which the grading ends a cell that swallows interrupts
    signal.signal(signal.SIGUSR1, strike)
