"""One source, four products: grading copy, student's, solution's and instructor's notebook.

The source is an nbgrader notebook with solutions and hidden tests, and between its cells notes for the teacher,
tagged "instructor". nbgrader's own preprocessors cut it. Only teachers need this module, and nbgrader with it.
"""

import hashlib
import re
from copy import deepcopy

import nbformat
from nbgrader.preprocessors import ClearHiddenTests, ClearOutput, ClearSolutions, LockCells
from traitlets.config import Config

NO_CLASS = 1  # the seed of those who learn by themselves
SEED_LINE = re.compile(r"^CLASS_SEED = \d+", re.M)
MARKS = re.compile(r"^[ \t]*### (BEGIN|END) (SOLUTION|HIDDEN TESTS)[ \t]*\n?", re.M)


def write_products(sources, folder, seed):
    """Write folder/source, student, solution and instructor. Returns the names of the assignments.

    sources: a folder with one folder for each assignment, a notebook of the same name in it.
    """
    found = _sources(sources)
    for path in found:
        for product, notebook in products(nbformat.read(path, 4), seed).items():
            target = folder / product / path.stem / path.name
            target.parent.mkdir(parents=True)
            nbformat.write(notebook, target)
    return [path.stem for path in found]


def _sources(folder):
    return sorted(path for path in folder.glob("*/*.ipynb") if path.stem == path.parent.name)


def students_copies(sources, folder):
    """{path in folder: text} of what a student opens who has no teacher: the student's product.

    Each cell tells its checksum, by which `answered` sees whether a learner has changed it since, whatever has become
    of the source.
    """
    copies = {}
    for path in _sources(sources):
        notebook = products(nbformat.read(path, 4), NO_CLASS)["student"]
        for cell in notebook.cells:
            cell.metadata["ferlab"] = {"checksum": _checksum(cell)}
        copies[folder / path.name] = nbformat.writes(notebook) + "\n"
    return copies


def answered(path):
    """Names of the cells in a student's copy that were added, or changed since it was cut."""
    return [
        cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
        for cell in nbformat.read(path, 4).cells
        if cell.source.strip() and cell.metadata.get("ferlab", {}).get("checksum") != _checksum(cell)
    ]


def _checksum(cell):
    return hashlib.sha256(cell.source.encode()).hexdigest()[:12]


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
