"""Submissions that work on the grading instead of the task, run as `nbgrader autograde` runs them, in a real kernel."""

import nbformat
import pytest

pytest.importorskip("nbgrader", reason="only teachers need nbgrader: pip install 'ferlab[classroom]'")

from attacks.course import about, read
from nbgrader.utils import determine_grade

from ferlab.classroom import NOTEBOOKS, SOURCES
from ferlab.classroom.grading import RunAndHear, _judge
from ferlab.classroom.products import products

RIGHT = """
def agreement(votes):
    votes = votes.astype(float)
    total = votes.sum(axis=1)
    return (votes * (votes - 1)).sum(axis=1) / (total * (total - 1))  # NumPy warns about 0/0 on stderr
"""
# It gets through the tests that a student sees, and through no hidden one.
WRONG = """
def agreement(votes):
    return np.where(votes.sum(axis=1) > 1, 0.0, np.nan)
"""
CHEATS = {
    "another grading": """
import sys, types
sys.modules["ferlab_grading"] = types.SimpleNamespace(mark=lambda *_: "")
""",
    "a patched grading": "import ferlab_grading\nferlab_grading.mark = lambda *_: ''",
    "the grading's own signature": """
import ferlab_grading as g
g.mark = lambda test, *_: getattr(g, "_sign", print)(test) or ""
""",
    "a blind guard": "import ferlab_grading as g\ng.guard.problem = g._problem = lambda *_: ''",
    "other tests": """
import ferlab_grading as g
from unittest.mock import MagicMock
for name in [name for name, value in vars(g).items() if isinstance(value, dict) and "clean" in value]:
    vars(g)[name]["clean"] = MagicMock()
g.clean = MagicMock()
""",
    "the key that the kernel was handed": """
import hmac, os
from pathlib import Path
found = dict(line.partition("=")[::2] for line in Path("/proc/self/environ").read_text().split("\\0"))
found |= os.environ
key = found["FERLAB_RECEIPTS"]
key = Path(key).read_text() if os.path.exists(key) else key
import ferlab_grading
def mark(test, *_):
    print(hmac.digest(key.encode(), test.encode(), "sha256").hex())
    return ""
ferlab_grading.mark = mark
""",
    "patched words": "from ferlab_grading import words\nwords.close = words.array = lambda found, *_: found",
    "a patched NumPy": "np.allclose = lambda *_, **__: True",
    "patched builtins": "import builtins\nbuiltins.all = builtins.any = lambda _: True",
    "cells that are never run": "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])",
    "errors that are never shown": "get_ipython().set_custom_exc((Exception,), lambda *_, **__: None)",
    "points by themselves": """
import IPython
def give():
    IPython.get_ipython().display_pub.publish({"text/plain": "1"})
get_ipython().events.register("post_run_cell", lambda _: give())
get_ipython().input_transformers_cleanup.append(lambda lines: ["2"])
""",
    "a receipt made up": "def agreement(votes):\n    print(64 * 'a')\n    return np.zeros(len(votes))",
}


def run(*added, between=(), timeout=120):
    """Points of the test cells of a1's third task, where these cells stand in place of its solution.

    between: cells behind the first of the test cells
    """
    path = SOURCES / "a1-clean-the-dataset"
    cells = products(read(path / f"{path.name}.ipynb"), 1)["source"].cells
    setting = [cell for cell in cells if cell.id in ("class_seed", "setting")]
    tests = [
        cell for cell in cells if about(cell).get("grade") and about(cell)["grade_id"].startswith("agreement")
    ]
    added, between = map(nbformat.v4.new_code_cell, added), map(nbformat.v4.new_code_cell, between)
    notebook = nbformat.v4.new_notebook(cells=[*setting, *added, tests[0], *between, *tests[1:]])
    cells = len(notebook.cells)
    runner = RunAndHear(timeout=timeout, kernel_name="python3")
    notebook, _ = runner.preprocess(notebook, {"metadata": {"path": str(NOTEBOOKS)}})
    assert len(notebook.cells) == cells, "the cell that loads the tests is taken out again"
    said = " ".join(output.evalue for cell in tests for output in cell.outputs)
    return [determine_grade(cell)[0] for cell in tests], said


@pytest.fixture(autouse=True)
def hidden_tests(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(SOURCES))


def test_a_right_answer_gets_its_points_though_numpy_warns():
    assert run(RIGHT) == ([1, 2, 1], "")


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_wrong_answer_gets_none_by(cheat):
    points, said = run(WRONG, CHEATS[cheat])
    assert points == [0, 0, 0], said
    assert "never said that it passed" in said or "isn't what it was" in said or "agree for certain" in said


def test_a_right_answer_gets_none_where_the_list_of_forbidden_things_was_changed():
    points, said = run(RIGHT, "import ferlab_grading\nferlab_grading.words.PEEKS = ()")
    assert points == [0, 0, 0]
    assert "ferlab_grading.words.PEEKS isn't what it was" in said


# exit() ends a kernel a tenth of a second later, at the next moment in which it waits.
@pytest.mark.parametrize("cell", ["exit()\nimport asyncio\nawait asyncio.sleep(5)", "import os\nos._exit(0)"])
def test_a_kernel_that_ends_costs_what_comes_after_and_stops_nothing(cell):
    points, said = run(RIGHT, cell)
    assert points == [0, 0, 0]
    assert "is there an exit()" in said


def test_what_is_judged_before_a_kernel_ends_keeps_its_points():
    points, said = run(RIGHT, between=["import os\nos._exit(0)"])
    assert points == [1, 0, 0]
    assert "is there an exit()" in said


def test_a_loop_that_swallows_the_interrupt_costs_only_its_cell():
    loop = "import time\nwhile True:\n    try:\n        time.sleep(0.01)\n    except:\n        pass"
    assert run(loop, RIGHT, timeout=20) == ([1, 2, 1], "")


def test_where_the_hidden_tests_are_missing_the_teacher_is_told(monkeypatch):
    monkeypatch.delenv("PYTHONPATH")
    with pytest.raises(ImportError, match="in the course's folder"):
        run(RIGHT)


def test_a_teacher_s_own_test_without_a_mark_passes_by_running():
    about = {
        "grade": True,
        "solution": False,
        "points": 2,
        "grade_id": "own",
        "schema_version": 3,
        "locked": True,
    }
    cell = nbformat.v4.new_code_cell("assert agreement", metadata={"nbgrader": {**about, "task": False}})
    _judge(cell, "key", "it was never run")
    assert determine_grade(cell)[0] == 0
    assert cell.outputs[0].evalue == "it was never run"
    cell.execution_count, cell.outputs = 7, []
    _judge(cell, "key", "it was never run")
    assert determine_grade(cell)[0] == 2
