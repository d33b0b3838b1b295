"""nbgrader's own commands, from start to finish, on submissions as students hand them in."""

import csv
import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

pytest.importorskip("nbgrader", reason="only teachers need nbgrader: pip install 'ferlab[classroom]'")

from attacks.course import about, command, product, read

ONE = "a1-clean-the-dataset"  # needs no TensorFlow, so its kernels start soonest
AUTOMATIC = 16  # points of it that nbgrader gives by itself; four are for the written judgement


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "faces"
    command("init", folder, "--seed", 4711, "--seconds", 5)
    return folder


def nbgrader(folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "agg", "FERLAB_DATA": "drawn"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


def solved(course):
    """The released notebook with the model answers in it, as a good student hands it in."""
    notebook, answers = read(course / "release" / ONE / f"{ONE}.ipynb"), product(course, "solution", ONE)
    for cell, answer in zip(notebook.cells, answers.cells, strict=True):
        if about(cell).get("solution"):
            cell.source = answer.source
    return notebook


def place(notebook, grade_id):
    return next(i for i, cell in enumerate(notebook.cells) if about(cell).get("grade_id") == grade_id)


def empty(notebook, course):
    return read(course / "release" / ONE / f"{ONE}.ipynb")


def deleted(notebook, _):
    """Takes out a solution cell with all its tests, and one test cell of another task."""
    gone = ("duplicate_groups", "faulty_rows_blank")
    notebook.cells = [c for c in notebook.cells if not about(c).get("grade_id", "").startswith(gone)]
    return notebook


def duplicated(notebook, _):
    for grade_id in ("agreement", "faulty_rows_type"):
        i = place(notebook, grade_id)
        notebook.cells.insert(i, nbformat.from_dict(dict(notebook.cells[i], id=f"copy-of-{i}")))
    return notebook


def changed_tests(notebook, _):
    for cell in notebook.cells:
        if about(cell).get("grade_id") == "agreement":
            cell.source = "def agreement(votes):\n    return [0] * len(votes)"
        if about(cell).get("grade") and cell.cell_type == "code":
            cell.source, cell.metadata.nbgrader["points"] = "pass", 100
    return notebook


def endless(notebook, _):
    notebook.cells[
        place(notebook, "faulty_rows")
    ].source = "def faulty_rows(images):\n    while True:\n        pass"
    return notebook


def cheating(notebook, course):
    notebook = empty(notebook, course)
    notebook.cells[place(notebook, "faulty_rows")].source = (
        "import sys, types\n\n"
        "def faulty_rows(images):\n    return np.array([], int)\n\n"
        "sys.modules['ferlab_grading'] = types.SimpleNamespace(mark=lambda *_: '')"
    )
    return notebook


def leaving(notebook, _):
    notebook.cells[place(notebook, "agreement")].source += "\nexit()"
    return notebook


def warned(notebook, _):
    notebook.cells[place(notebook, "agreement")].source = (
        "def agreement(votes):\n"
        "    v = votes.astype(float)\n"
        "    n = v.sum(axis=1)\n"
        "    return (v * (v - 1)).sum(axis=1) / (n * (n - 1))  # NumPy warns of 0/0, on stderr"
    )
    return notebook


def pasted(notebook, course):
    """A test cell of another assignment, with its metadata, as JupyterLab pastes it."""
    strange = next(c for c in product(course, "source", "a3-fire-module").cells if about(c).get("grade"))
    notebook.cells.insert(4, nbformat.from_dict(dict(strange, id="pasted")))
    return notebook


def settled(notebook, _):
    """Fewer faces, to save time, and no line with the seed: both cells come back as they were."""
    notebook.cells[place(notebook, "setting")].source = "import numpy as np\nimages = np.zeros((9, 48, 48))"
    del notebook.cells[place(notebook, "class_seed")]
    return notebook


def own_cells(notebook, _):
    """Cells of one's own, as the assignments allow: between the others and at the end, one that stops."""
    notebook.cells.insert(place(notebook, "judgement"), nbformat.v4.new_code_cell("len(faulty_rows(images))"))
    notebook.cells.insert(5, nbformat.v4.new_markdown_cell("A note of my own"))
    notebook.cells.append(nbformat.v4.new_code_cell("1 / 0"))
    return notebook


# How each student's notebook came to be, and what it should be given.
STUDENTS = {
    "ada": (lambda notebook, _: notebook, AUTOMATIC),
    "ben": (empty, 0),
    "cleo": (deleted, AUTOMATIC - 6),
    "dan": (duplicated, AUTOMATIC),
    "eve": (changed_tests, AUTOMATIC - 4),
    "fay": (endless, AUTOMATIC - 5),
    "gus": (cheating, 0),
    "hal": (leaving, AUTOMATIC - 4),
    "ida": (warned, AUTOMATIC),
    "jan": (pasted, AUTOMATIC),
    "kim": (settled, AUTOMATIC),
    "lou": (lambda notebook, _: notebook, AUTOMATIC),
    "mia": (own_cells, AUTOMATIC),
}
FILES = {"lou": {"numpy.py": "raise ImportError('not the real one')", "ferlab_grading.py": "mark = print"}}


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory):
    exchange, home = tmp_path_factory.mktemp("exchange"), tmp_path_factory.mktemp("home")
    exchange.chmod(0o777)
    with open(course / "nbgrader_config.py", "a") as file:
        file.write(f"\nc.Exchange.root = {str(exchange)!r}\n")
    here = (f"--Exchange.root={exchange}", "--course=faces")
    nbgrader(course, "generate_assignment", ONE)
    nbgrader(course, "release_assignment", ONE)
    nbgrader(home, "fetch_assignment", ONE, *here)
    nbformat.write(solved(course), home / ONE / f"{ONE}.ipynb")
    nbgrader(home, "submit", ONE, "--student=ada", *here)
    inbound = exchange / "faces" / "inbound"
    (ada,) = inbound.iterdir()
    for name, (make, _) in list(STUDENTS.items())[1:]:
        other = shutil.copytree(ada, inbound / ada.name.replace("ada+", f"{name}+", 1))
        nbformat.write(make(solved(course), course), other / f"{ONE}.ipynb")
        for file, content in FILES.get(name, {}).items():
            (other / file).write_text(content)
    for step in ("collect", "autograde", "generate_feedback"):
        nbgrader(course, step, ONE)
    nbgrader(course, "export")
    with open(course / "grades.csv") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_what_nbgrader_releases_is_the_student_copy(course, graded):
    released, ours = read(course / "release" / ONE / f"{ONE}.ipynb"), product(course, "student", ONE)
    assert [c.source for c in released.cells] == [c.source for c in ours.cells]
    assert sorted(p.name for p in (course / "release" / ONE).iterdir()) == [f"{ONE}.ipynb"]


@pytest.mark.parametrize("student", STUDENTS)
def test_each_submission_gets_what_it_deserves(graded, student):
    assert float(graded[student]["score"]) == STUDENTS[student][1]
    assert float(graded[student]["max_score"]) == AUTOMATIC + 4


def test_feedback_teaches_and_keeps_the_hidden_tests_to_itself(course, graded):
    page = {name: (course / "feedback" / name / ONE / f"{ONE}.html").read_text() for name in STUDENTS}
    secret = str(json.loads((course / "ferlab_grading" / "class.json").read_text())["secret"])
    assert "the grading computer was busy" in page["fay"]
    assert "Not written yet" in page["ben"]
    assert "never said that it passed" in page["gus"]
    assert "is there an exit()" in page["hal"]
    for html in page.values():
        assert "def rows_blank" not in html
        assert "rng.integers(0, 256, (n, 48, 48))" not in html
        assert secret not in html
