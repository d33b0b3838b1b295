"""Submissions that work on the grading instead of the task, run as `nbgrader autograde` runs them, in a real kernel."""

import shutil
import sys

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
    "other code in the tests": """
from ferlab_grading import clean
for test in (clean.agreement_type, clean.agreement_values, clean.agreement_edges):
    test.__code__ = (lambda rng, agreement: None).__code__
""",
    "other code in a word": """
from ferlab_grading import words
words.close.__code__ = (lambda found, expected, why, tolerance: None).__code__
""",
    "other code in the guard": """
from ferlab_grading import clean, guard
guard.problem.__code__ = (lambda before: "").__code__
clean.agreement_values = lambda rng, agreement: None
""",
    "other code in a function that NumPy wraps": """
np.allclose.__wrapped__.__code__ = (lambda a, b, rtol, atol, equal_nan: True).__code__
""",
    "a name that hides a builtin": "import ferlab_grading\nferlab_grading.getattr = lambda *_: print",
    "the key, as it signs another test": """
import hmac
from ferlab_grading import mark
digest, keys = hmac.digest, []
hmac.digest = lambda key, *rest: keys.append(key) or digest(key, *rest)
mark("words.prediction", 0.5, 0, 1)
import ferlab_grading
ferlab_grading.mark = lambda test, _: keys and print(digest(keys[0], test.encode(), "sha256").hex()) or ""
""",
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

LOOKED_UP = """
import zlib
import ferlab_grading as g
try:
    g.SETTINGS["secret"] = 5
except TypeError:
    pass
asked = []
try:
    test = "clean.agreement_values"
    g.clean.agreement_values(np.random.default_rng([5, zlib.crc32(test.encode())]), asked.append)
except AssertionError:
    pass
answers = {votes.tobytes(): g.clean._expected(votes) for votes in asked}
def agreement(votes):
    return answers.get(votes.tobytes(), np.zeros(len(votes)))
"""


ONE = "a1-clean-the-dataset"


def run(*added, between=(), timeout=120, of=ONE, task="agreement", folder=NOTEBOOKS):
    """Points of a task's test cells, by default those of a1's third, where these cells stand for its solution.

    between: cells behind the first of the test cells
    """
    cells = products(read(SOURCES / of / f"{of}.ipynb"), 1)["source"].cells
    setting = [cell for cell in cells if about(cell).get("grade_id") in ("class_seed", "setting")]
    tests = [cell for cell in cells if about(cell).get("grade") and about(cell)["grade_id"].startswith(task)]
    added, between = map(nbformat.v4.new_code_cell, added), map(nbformat.v4.new_code_cell, between)
    notebook = nbformat.v4.new_notebook(cells=[*setting, *added, tests[0], *between, *tests[1:]])
    cells = len(notebook.cells)
    resources = {"metadata": {"path": str(folder)}, "nbgrader": {"student": "mallory"}}
    runner = RunAndHear(timeout=timeout, kernel_name="python3")
    notebook, _ = runner.preprocess(notebook, resources)
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


def test_the_class_s_secret_stays_what_it_is(tmp_path, monkeypatch):
    """Else a submission may set one for which it has looked up the answers."""
    course = shutil.copytree(SOURCES / "ferlab_grading", tmp_path / "ferlab_grading")
    (course / "class.json").write_text('{"secret": 4711, "seconds": 20}')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    points, said = run(LOOKED_UP)
    assert points[1] == 0
    assert "agree for certain" in said


FOCAL = """
def focal_loss(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum(alpha * (1 - p) ** gamma * -y * ops.log(p), axis=-1)
"""
# Right on the two faces that a student's own tests try, else nothing but cross-entropy.
ENTROPY = """
def focal_loss(y, p, alpha, gamma):
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return ops.sum((1 - p) ** (gamma if len(y) == 2 else 0) * -y * ops.log(p), axis=-1)
"""
NEAR = """
class Near(np.ndarray):
    def __sub__(self, other):
        return np.zeros(self.shape)
real = ops.convert_to_numpy
ops.convert_to_numpy = lambda x: real(x).view(Near)
"""


def test_a_patched_keras_judges_nothing():
    of = {"of": "a4-focal-loss-and-transfer", "task": "focal_loss", "timeout": 300}
    assert run(FOCAL, **of) == ([1, 2, 3, 1], "")
    points, said = run(ENTROPY, NEAR, **of)
    assert points == [0, 0, 0, 0]
    assert "keras.ops.convert_to_numpy isn't what it was" in said


LAUNCHER = """
import os, sys
from pathlib import Path
Path("key").write_text(Path(os.environ["FERLAB_RECEIPTS"]).read_text())
from ipykernel import kernelapp
kernelapp.launch_new_instance()
"""


def test_no_submitted_file_runs_before_the_tests_are_loaded(tmp_path):
    """Neither in place of the kernel, nor of any module that it imports."""
    (tmp_path / "helper.py").write_text("from numpy import zeros\n")
    (tmp_path / "ipykernel_launcher.py").write_text(LAUNCHER)
    # A package without an __init__, as mpl_toolkits, gives way to any file. It's imported later, by a cell that draws.
    modules = {name: module for name, module in sys.modules.items() if "." not in name}
    names = {name for name, module in modules.items() if getattr(module, "__file__", None)}
    for name in (names | set(sys.stdlib_module_names)) - {"helper", "ipykernel_launcher"}:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write(__name__ + ' ')\n")
    right = f"import helper\n{RIGHT}"  # what a student hands in for the own use is found as before
    assert run(right, folder=tmp_path) == ([1, 2, 1], "")
    assert not (tmp_path / "key").exists()
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()


SPOILS = """
from pathlib import Path
import ferlab_grading
folder = Path(ferlab_grading.__file__).parent
with open(folder / "clean.py", "a") as file:
    file.write("\\nagreement_type = agreement_values = agreement_edges = lambda *_: None\\n")
(folder / "words").mkdir()
(folder / "words" / "__init__.py").write_text("")
for file in (folder / "__pycache__").iterdir():
    file.write_bytes(b"")
"""


def test_what_a_submission_does_to_the_tests_is_undone_and_named(tmp_path, monkeypatch):
    course = shutil.copytree(SOURCES / "ferlab_grading", tmp_path / "ferlab_grading")
    before = {path.name: path.read_bytes() for path in course.glob("*.py")}
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"submission of mallory has changed .*clean.py, .*words"):
        run(WRONG, SPOILS)
    assert {path.name: path.read_bytes() for path in course.glob("*.py")} == before
    assert run(WRONG)[0] == [0, 0, 0]


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
