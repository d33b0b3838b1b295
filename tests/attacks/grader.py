"""Grades submissions as nbgrader does, in this process: the grading copy's cells, with one function exchanged.

A test cell gives its points where it runs without an exception; that is nbgrader's rule too. The full path, with
nbgrader's own commands and kernels, is tested once, in test_classroom.py.
"""

import importlib
import os
import sys
import time
from dataclasses import dataclass

import nbformat

from ferlab.classroom import SOURCES
from ferlab.classroom.products import products

sys.path.insert(0, str(SOURCES))  # for ferlab_grading, as the course's nbgrader_config.py does
grading = importlib.import_module("ferlab_grading")
SETTINGS = dict(grading.SETTINGS)  # the class's own can't be changed
grading.mark = grading._marker("", grading._MODULES, SETTINGS)
os.environ.setdefault("MPLBACKEND", "agg")

NAMES = sorted(path.parent.name for path in SOURCES.glob("a*/*.ipynb"))
SEED = 11  # of the class that these submissions are from
ATTACKS = {}  # task -> list of Attack


@dataclass(frozen=True)
class Attack:
    submitted: object  # the function, or whatever stands in its place
    name: str
    right: bool
    says: str = ""  # words that the message to a wrong submission must hold


def right(task):
    """Decorator: a correct submission for this task, written in another way than the model answer."""

    def register(function):
        ATTACKS.setdefault(task, []).append(Attack(function, function.__name__, True))
        return function

    return register


def wrong(task, says):
    """Decorator: a submission that a student would really write, and what its message must say."""

    def register(function):
        ATTACKS.setdefault(task, []).append(Attack(function, function.__name__, False, says))
        return function

    return register


class AlwaysEqual:
    """An object that passes every bare `assert answer == expected`, and much else."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = object.__hash__

    def __getattr__(self, name):
        return self

    def __call__(self, *_, **__):
        return self

    def __getitem__(self, _):
        return self

    def __lt__(self, other):
        return True

    __gt__ = __le__ = __ge__ = __lt__


def always_equal(*_):
    return AlwaysEqual()


def endless(*_):
    while True:
        pass


def endless_and_deaf(*_):
    while True:
        try:  # noqa: SIM105
            time.sleep(1)
        except:  # noqa: E722 - as students write it: it swallows a limit on time too
            pass


def quits(*_):
    sys.exit()


def swallowed(*_):
    try:
        raise ValueError("whatever the student's mistake was")
    except Exception:
        pass


def not_written(*_):
    raise NotImplementedError


EVERYWHERE = (  # tried on every task
    Attack(always_equal, "always_equal", False, "expected"),
    Attack(endless, "endless", False, "a loop doesn't end"),
    Attack(endless_and_deaf, "endless_and_deaf", False, "a loop doesn't end"),
    Attack(quits, "quits", False, "SystemExit"),
    Attack(swallowed, "swallowed", False, "expected"),
    Attack(not_written, "not_written", False, "Not"),
)


class Notebook:
    """The grading copy of one assignment, run once with the model answers."""

    def __init__(self, name):
        self.name = name
        path = SOURCES / name / f"{name}.ipynb"
        self.cells = products(nbformat.read(path, 4), SEED)["source"].cells
        self.namespace, self.marks = {"__name__": "__main__"}, {}
        for cell in self.cells:
            if cell.cell_type == "code":
                message = run(cell.source, self.namespace)
                if _about(cell).get("grade"):
                    self.marks[_about(cell)["grade_id"]] = message
                elif message:
                    raise AssertionError(f"{name}, cell {cell.id}: {message}")

    def tests(self, task):
        """The test cells that grade a task: those between its solution and the next one."""
        found, inside = [], False
        for cell in self.cells:
            about = _about(cell)
            if about.get("solution"):
                inside = about["grade_id"] == task
            elif about.get("grade") and inside and about["grade_id"].startswith(task):
                found.append(cell)
        return found

    def tasks(self):
        """The graded code tasks, in order."""
        return [
            about["grade_id"]
            for c in self.cells
            if (about := _about(c)).get("solution") and c.cell_type == "code"
        ]

    def grade(self, task, submitted):
        """The message of each test cell of the task in turn, "" where it passed; it stops at the first failure."""
        namespace = {**self.namespace, task: submitted}
        # The last task of a7 is judged by the model that its function returns.
        messages, seconds = [], SETTINGS["seconds"]
        if task == "retrained":
            messages.append(run("after = retrained(images, labels, square)", namespace, seconds))
        if any(messages):
            return messages
        for cell in self.tests(task):
            messages.append(run(cell.source, namespace))
            if messages[-1]:
                break
        return messages

    def each(self, task, submitted):
        """The message of every test cell of the task, whatever the ones before it said."""
        return [run(cell.source, {**self.namespace, task: submitted}) for cell in self.tests(task)]


def _about(cell):
    return cell.metadata.get("nbgrader", {})


def run(source, namespace, seconds=3600):
    """Run a cell. "" where it goes through, else the exception as nbgrader's feedback names it."""
    try:
        with grading.time_limit(seconds):
            exec(compile(source, "<cell>", "exec"), namespace)
    except grading.OutOfTime:
        return "CellTimeoutError: no answer; it is busy, or a loop doesn't end"
    except (Exception, SystemExit) as error:
        return f"{type(error).__name__}: {error}"
    return ""
