"""One source, four products: grading copy, student's, solution's and instructor's notebook.

The source is an nbgrader notebook with solutions and hidden tests, and between its cells notes for the teacher,
tagged "instructor". nbgrader's own preprocessors cut it. Only teachers need this module, and nbgrader with it.
"""

import re
from copy import deepcopy

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    LockCells,
    NbGraderPreprocessor,
)
from traitlets.config import Config

SEED_LINE = re.compile(r"^CLASS_SEED = \d+", re.M)
MARKS = re.compile(r"^[ \t]*### (BEGIN|END) (SOLUTION|HIDDEN TESTS)[ \t]*\n?", re.M)


def write_products(sources, folder, seed):
    """Write folder/source, student, solution and instructor. Returns the names of the assignments.

    sources: a folder with one folder for each assignment, a notebook of the same name in it.
    """
    names = sorted(path.parent.name for path in sources.glob("*/*.ipynb") if path.stem == path.parent.name)
    for name in names:
        for product, notebook in products(nbformat.read(sources / name / f"{name}.ipynb", 4), seed).items():
            target = folder / product / name / f"{name}.ipynb"
            target.parent.mkdir(parents=True)
            nbformat.write(notebook, target)
    return names


def products(source, seed):
    """{"source": ..., "student": ..., "solution": ..., "instructor": ...} of one notebook.

    source     the grading copy, for nbgrader: with the class's seed, without the teacher's notes
    student    as nbgrader releases it: neither solutions nor hidden tests
    solution   solutions and visible tests; no hidden ones, since those need the course's folder
    instructor the same with the teacher's notes beside the cells that they concern
    """
    whole = _seeded(source, seed)
    grading = _without(whole, "instructor")
    return {
        "source": grading,
        "student": _student(grading),
        "solution": _open(grading),
        "instructor": _open(whole),
    }


def _seeded(notebook, seed):
    notebook = deepcopy(notebook)
    for cell in notebook.cells:
        cell.source = SEED_LINE.sub(f"CLASS_SEED = {seed}", cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _without(notebook, tag):
    notebook = deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if tag not in cell.metadata.get("tags", [])]
    return notebook


def _student(notebook):
    from . import STUB

    notebook = deepcopy(notebook)
    config = Config({"ClearSolutions": {"code_stub": {"python": STUB}}})
    for step in (LockCells, ClearSolutions, ClearOutput, ClearHiddenTests):
        notebook, _ = step(config=config).preprocess(notebook, {})
    return notebook


def _open(notebook):
    """Solutions without their marks, and without hidden tests or nbgrader's bookkeeping."""
    notebook = deepcopy(notebook)
    notebook, _ = ClearHiddenTests().preprocess(notebook, {})
    for cell in notebook.cells:
        cell.source = MARKS.sub("", cell.source).rstrip("\n")
        cell.metadata.pop("nbgrader", None)
    return notebook


class MendCells(NbGraderPreprocessor):
    """Mends what a student copied or deleted, so that the rest is still graded.

    Of a cell that is there twice the last one counts. nbgrader's DeduplicateIds does that too, but leaves the other
    one with metadata that its own CheckCellMetadata then refuses (0.9.6). What was deleted comes back in its old
    place, as it was released; nbgrader's add_missing_cells stops with a KeyError where a test and the solution before
    it are both gone.
    """

    def preprocess(self, nb, resources):
        seen = set()
        for cell in reversed(nb.cells):
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in seen:
                self.log.warning("cell %s is there twice; the last one counts", name)
                del cell.metadata["nbgrader"]
            elif name:
                seen.add(name)
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            released = gradebook.find_notebook(about["notebook"], about["assignment"])
            points = {cell.name: cell.max_score for cell in released.grade_cells}
            solutions = {cell.name for cell in released.solution_cells}
            wanted = [(cell.name, _released(cell, points, solutions)) for cell in released.source_cells]
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
