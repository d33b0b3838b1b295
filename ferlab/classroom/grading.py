"""What `nbgrader autograde` does to a submission in a course of ours: it mends, runs and judges it.

The course's nbgrader_config.py names both classes. Only teachers need this module, and nbgrader with it.
"""

import os
import re
import secrets
import shutil
import signal
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, setenv

from .asking import RECEIPTS, receipt


class MendCells(NbGraderPreprocessor):
    """Mends what a student copied or deleted, so that the rest is still graded.

    Of a cell that is there twice the last one counts. nbgrader's DeduplicateIds does that too, but leaves the other
    one with metadata that its own CheckCellMetadata then refuses (0.9.6), as it refuses those of a cell that was
    pasted from another assignment. What was deleted comes back in its old place, as it was released; nbgrader's
    add_missing_cells stops with a KeyError where a test and the solution before it are both gone.
    """

    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            released = gradebook.find_notebook(about["notebook"], about["assignment"])
            points = {cell.name: cell.max_score for cell in released.grade_cells}
            solutions = {cell.name for cell in released.solution_cells}
            wanted = [(cell.name, _released(cell, points, solutions)) for cell in released.source_cells]
        self._forget_strangers(nb, {name for name, _ in wanted})
        place = 0
        for name, cell in wanted:
            there = [
                i
                for i, own in enumerate(nb.cells)
                if own.metadata.get("nbgrader", {}).get("grade_id") == name
            ]
            if not there:
                self.log.warning("cell %s was missing and is put back as it was released", name)
                nb.cells.insert(place, cell)
            place = (there[0] if there else place) + 1
        return nb, resources

    def _forget_strangers(self, nb, released):
        """Make plain cells of all that grade nothing: the first of two that are equal, and those of elsewhere."""
        seen = set()
        for cell in reversed(nb.cells):
            if "nbgrader" not in cell.metadata:
                continue
            name = cell.metadata["nbgrader"].get("grade_id")
            if name in seen or name not in released:
                why = "is there twice; the last one counts" if name in seen else "isn't of this assignment"
                self.log.warning("cell %s %s", name, why)
                del cell.metadata["nbgrader"]
            seen.add(name)


def _released(cell, points, solutions):
    make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    about = {
        "grade": cell.name in points,
        "grade_id": cell.name,
        "locked": cell.locked,
        "schema_version": 3,
        "solution": cell.name in solutions,
        "task": False,
        "cell_type": cell.cell_type,
        "checksum": cell.checksum,
    }
    if cell.name in points:
        about["points"] = points[cell.name]
    return make(cell.source, metadata={"nbgrader": about})


# A submission's own files lie where it runs. They are found only after all that the tests work with, and come last.
LOADING = """import sys
sys.path[:] = filter(None, sys.path)
import ferlab
{}import ferlab_grading
sys.path.append('')"""
KERAS = "import keras\n"  # only then do the tests watch it; TensorFlow takes its time, so not for everybody
MARKED = re.compile(r"""\bmark\(["']([\w.]+)["']""")
UNHEARD = (
    "The hidden test of this cell never said that it passed. Something above keeps it from running, or changes what it "
    "works with: look for code that touches Python, NumPy, IPython or the grading itself, and take it out."
)
ENDED = (
    "The kernel ended before this test was done: is there an exit() or quit(), or a loop that nothing stops?"
)


class RunAndHear(Execute):
    """Runs a submission, and gives a test cell's points only where its hidden tests said that they passed.

    nbgrader takes a test for passed where its cell shows no error, and for failed where anything is written to
    stderr. So code that keeps tests from running would earn points, and NumPy's warning about 0/0 would cost some.
    Here each hidden test that passes signs a receipt, with a key that the kernel is handed before it runs the
    student's first cell. A kernel that ends early costs what comes after, and not the whole notebook.
    """

    def preprocess(self, nb, resources=None, km=None):
        key, self._silent, ended, kept = secrets.token_hex(), 0, False, _tests()
        keras = any(cell.cell_type == "code" and "keras" in cell.source for cell in nb.cells)
        nb.cells.insert(0, nbformat.v4.new_code_cell(LOADING.format(KERAS * keras)))
        self.extra_arguments = ["--IPKernelApp.ignore_cwd=True"]
        try:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "key"
                file.write_text(key)
                # Until LOADING puts them last, no file of a submission is found at all, be it an ipykernel_launcher.py.
                with setenv(**{RECEIPTS: str(file), "PYTHONSAFEPATH": "1"}):
                    super().preprocess(nb, resources, km)
        except DeadKernelError as problem:
            self.log.warning("%s; what comes after gets no points", problem)
            ended = True
        finally:
            changed = _put_back(kept)
        if changed:
            raise RuntimeError(
                f"the submission of {resources['nbgrader']['student']} has changed {', '.join(changed)}: what it is "
                "graded with, and others after it. All is as it was again; read what it does, it is not graded"
            )
        loading = nb.cells.pop(0)
        if _errors(loading):
            why = _errors(loading)[0].evalue
            raise ImportError(f"{why}: the hidden tests don't load. Run nbgrader in the course's folder")
        for cell in nb.cells:
            if cell.cell_type == "code" and is_grade(cell):
                _judge(cell, key, ENDED if ended and cell.execution_count is None else UNHEARD)
        return nb, resources

    def preprocess_cell(self, cell, resources, index):
        try:
            super().preprocess_cell(cell, resources, index)
        except CellTimeoutError:  # the interrupt was swallowed, too
            cell.outputs.append(nbformat.v4.new_output("error", **self.error_on_timeout))
        if any(output.ename == "CellTimeoutError" for output in _errors(cell)):
            self._silent += 1
            self._insist()
        elif cell.cell_type == "code":
            self._silent = 0
        if self._silent == 2:
            raise DeadKernelError(f"two cells in a row took more than {self.timeout} seconds each")
        return cell, resources

    def _insist(self):
        """A bare `except:` in a loop swallows an interrupt: strike as ferlab_grading has made the kernel able to."""
        for _ in range(5 if hasattr(signal, "SIGUSR1") else 0):  # Windows has none
            run_sync(self.km.signal_kernel)(signal.SIGUSR1)
            time.sleep(0.2)


def _tests():
    """{path: content} of the hidden tests and the class's settings, where kernels find them.

    What Python has compiled of them is deleted: it would believe what a submission wrote there.
    """
    places = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    folder = next((place for place in map(Path, places) if (place / "ferlab_grading").is_dir()), None)
    if folder is None:
        return {}
    shutil.rmtree(folder / "ferlab_grading" / "__pycache__", ignore_errors=True)
    return {path: path.read_bytes() for path in (folder / "ferlab_grading").rglob("*") if path.is_file()}


def _put_back(kept):
    """Give these files their content again, and take out what came to them. Returns what was changed."""
    now = _tests()
    for path in now.keys() - kept.keys():
        path.unlink()
    changed = [path for path in kept if now.get(path) != kept[path]]
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(kept[path])
    return [str(path) for path in (*changed, *sorted(now.keys() - kept.keys()))]


def _errors(cell):
    return [output for output in cell.get("outputs", []) if output.output_type == "error"]


def _judge(cell, key, why):
    """Leave an error among a test cell's outputs where it failed, and where it passed nothing that could count."""
    said = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    ran = cell.execution_count is not None  # without a hidden test that is enough, as in plain nbgrader
    passed = ran and all(receipt(key, test) in said for test in MARKED.findall(cell.source))
    cell.outputs = _errors(cell)
    if not passed and not cell.outputs:
        words = {"ename": "NotPassed", "evalue": why, "traceback": [f"NotPassed: {why}"]}
        cell.outputs = [nbformat.v4.new_output("error", **words)]
