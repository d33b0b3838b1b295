"""Feedback while working on an assignment: what is still wrong, in words that teach.

A check tries a student's function on one small case. It says what came out and what to look at, and never the
answer. It is no grading: the hidden tests ask more, on other numbers.
"""

from dataclasses import dataclass
from html import escape

from . import progress
from .classroom import hints_data, hints_explanations, hints_networks
from .classroom.asking import Hint, OutOfTime, ask, time_limit

_HINTS = (hints_data, hints_networks, hints_explanations)
_CHECKS = {hint.__name__: hint for hints in _HINTS for hint in hints.TASKS}
SECONDS = 20  # that a student's function may take


@dataclass(frozen=True)
class Checked:
    """What a check found: `problem` is empty where this small case comes out right."""

    task: str
    problem: str

    def __bool__(self):
        return not self.problem

    def __repr__(self):
        return f"{self.task}: " + (self.problem or "right on this small case. The grading asks more.")

    def _repr_html_(self):
        mark = "✓" if self else "✗"
        words = escape(repr(self).split(": ", 1)[1])
        return f'<div role="status"><b>{mark} {escape(self.task)}</b><p>{words}</p></div>'


def check(task, answer):
    """Try the function that an assignment asks for on a small case.

    task    its name in the assignment, such as "fire_module"
    answer  the function as it is now

    Returns a `Checked`, which a notebook shows. An exception in the student's function becomes a hint too, so
    that a check cell never fails, and one that runs too long is stopped (not in Windows: see `time_limit`).
    """
    if task not in _CHECKS:
        raise ValueError(f"there is no check {task!r}; there are {', '.join(sorted(_CHECKS))}")
    problem = ""
    try:
        ask(
            callable(answer),
            f"{task} is {type(answer).__name__}, no function: run the cell that defines it again.",
        )
        with time_limit(SECONDS):
            _CHECKS[task](answer)
    except Hint as hint:
        problem = str(hint)
    except OutOfTime:
        problem = (
            f"no answer within {SECONDS} seconds: does every loop come to an end, or is this computer busy?"
        )
    except NotImplementedError:
        problem = "not written yet: put your code in place of `raise NotImplementedError`."
    except (Exception, SystemExit) as error:
        problem = _stopped(error, answer)
    progress.record("check", task, not problem)
    return Checked(task, problem)


def _stopped(error, answer):
    """In words: the student's function raised this, or the check did over what the function returned."""
    code, trace, line = getattr(answer, "__code__", None), error.__traceback__, None
    while trace:
        if trace.tb_frame.f_code is code:
            line = trace.tb_lineno - code.co_firstlineno + 1
        trace = trace.tb_next
    kind = type(error).__name__
    if isinstance(error, TypeError) and " positional argument" in str(error) and not line:
        return f"can't be called as the task says ({error}). Which arguments stand behind its name there?"
    if code and not line:
        return f"what you return can't be read as the task asks ({kind}: {error}). Print it, and its type."
    return f"stops with {kind}{f' in its line {line}' if line else ''}: {error}"
