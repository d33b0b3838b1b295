"""One source, four products: what `classroom init` makes, opened and looked at."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("nbgrader", reason="only teachers need nbgrader: pip install 'ferlab[classroom]'")

from attacks import grader
from attacks.course import about, command, product, read, text

from ferlab import classroom
from ferlab.classroom.products import products, students_copies


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "faces"
    command("init", folder, "--seed", 4711, "--seconds", 5)
    return folder


def test_seven_assignments_each_with_all_that_it_should_have(course):
    assert len(grader.NAMES) == 7
    for name in grader.NAMES:
        cells, own = product(course, "source", name).cells, text(product(course, "instructor", name))
        kinds = [(about(c).get("solution"), about(c).get("grade"), c.cell_type) for c in cells]
        tests = [c for c in cells if about(c).get("grade") and c.cell_type == "code"]
        assert len({about(c)["grade_id"] for c in cells if about(c)}) == sum(bool(about(c)) for c in cells)
        assert kinds.count((True, True, "markdown")) == 1, "one written judgement"
        assert "| points | for |" in text(product(course, "student", name)), (
            "its rubric, for the student to see"
        )
        assert any(about(c).get("grade_id", "").startswith("predicted") for c in cells), (
            "a prediction before a run"
        )
        assert len(tests) >= 8
        assert all("assert" in c.source for c in tests)
        assert "60 to 90 minutes" in own
        assert own.count("**For the teacher.**") >= 3
        assert own.count("minutes. ") >= 3, "timings beside the tasks"
        stated = int(own.split("**Points:** ")[1].split(".")[0])
        assert sum(about(c).get("points", 0) for c in cells) == stated, name


def test_student_copies_hold_no_answer_no_hidden_test_and_no_note(course):
    for name in grader.NAMES:
        released = text(product(course, "student", name))
        for word in (
            "BEGIN SOLUTION",
            "END SOLUTION",
            "HIDDEN TESTS",
            "ferlab_grading",
            "For the teacher",
            "mark(",
        ):
            assert word not in released, f"{name}: {word}"
        for cell in product(course, "source", name).cells:
            for region in cell.source.split("### BEGIN SOLUTION")[1:]:
                region = region.split("### END SOLUTION")[0]
                for line in filter(lambda line: len(line) > 25, map(str.strip, region.splitlines())):
                    assert line not in released, f"{name}: {line}"


def test_solution_and_instructor_copies_hold_what_they_are_for(course):
    for name in grader.NAMES:
        solution, instructor = product(course, "solution", name), product(course, "instructor", name)
        for notebook in (solution, instructor):
            assert "NotImplementedError" not in "".join(
                c.source for c in notebook.cells if c.cell_type == "code"
            )
            assert "ferlab_grading" not in text(notebook)
            assert "### " not in text(notebook)
        assert "For the teacher" not in text(solution)
        notes = [c for c in instructor.cells if "instructor" in c.metadata.get("tags", [])]
        assert [c.source for c in instructor.cells if c not in notes] == [c.source for c in solution.cells]


def test_products_are_the_same_each_time_and_carry_the_class_seed(course):
    for name in grader.NAMES:
        source = read(classroom.SOURCES / name / f"{name}.ipynb")
        assert products(source, 4711) == products(source, 4711)
        assert all("CLASS_SEED = 4711" in text(p) for p in products(source, 4711).values())
        assert not any(c.get("outputs") for c in source.cells), "sources are kept without outputs"


def test_the_copies_that_a_clone_shows_are_those_that_the_sources_give():
    """Who only clones opens notebooks/assignments/student, and finds no solution there."""
    fresh = students_copies(classroom.SOURCES, classroom.COPIES)
    assert set(fresh) <= set(classroom.COPIES.glob("*.ipynb"))
    assert len(fresh) == len(grader.NAMES)
    for path, fresh_text in fresh.items():
        assert path.read_text("utf-8") == fresh_text, f"{path.name} is old: python -m ferlab classroom copies"
        assert not {"SOLUTION", "HIDDEN", "ferlab_grading"} & set(re.findall(r"\w+", fresh_text))


def test_a_released_notebook_fails_only_where_it_is_meant_to(course):
    """And no test cell gives points for nothing."""
    for name in grader.NAMES:
        namespace = {"__name__": "__main__"}
        for cell in product(course, "student", name).cells:
            if cell.cell_type != "code":
                continue
            message, own = grader.run(cell.source, namespace), about(cell)
            meant = (
                own.get("grade") or own.get("solution") or "uses-your-code" in cell.metadata.get("tags", [])
            )
            assert meant or not message, f"{name}, {cell.id}: {message}"
            if own.get("grade"):
                assert message, f"{name}: {own['grade_id']} passes without any work"
            assert "ModuleNotFound" not in message


def test_init_leaves_what_is_there_alone(tmp_path):
    (tmp_path / "own.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        command("init", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["own.txt"]


@pytest.mark.parametrize("arguments", [["init", "course"], ["copies"]])
def test_without_the_repository_it_says_what_to_do(arguments, tmp_path, monkeypatch):
    monkeypatch.setattr(classroom, "SOURCES", tmp_path / "nowhere")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="clone it"):
        command(*arguments)


def test_a_class_has_a_seed_that_its_notebooks_can_use(tmp_path):
    with pytest.raises(ValueError, match="--seed -5: a seed is a whole number from 0 to 4294967295"):
        command("init", tmp_path / "course", "--seed", -5)
    with pytest.raises(ValueError, match="--seconds 0: a function of a student needs 1 or more"):
        command("init", tmp_path / "course", "--seconds", 0)
    assert not (tmp_path / "course").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_course_is_closed_to_others_in_a_folder_that_was_there_too(tmp_path):
    tmp_path.chmod(0o755)
    command("init", tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_nbgrader_finds_its_helper_where_programs_lie_beside_no_python(course, tmp_path, monkeypatch):
    from traitlets.config.loader import PyFileConfigLoader

    # As conda has it in Windows: env\python.exe, but env\Scripts\alembic.exe.
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    monkeypatch.setattr(sysconfig, "get_path", {"scripts": str(tmp_path / "Scripts")}.get)
    monkeypatch.setenv("PATH", "elsewhere")
    monkeypatch.setenv("PYTHONPATH", "")
    PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    assert os.environ["PATH"] == os.pathsep.join([str(tmp_path / "Scripts"), "elsewhere"])


def test_a_course_s_name_is_written_the_same_on_every_platform(tmp_path):
    code = (
        f"from attacks.course import command\ncommand('init', {str(tmp_path)!r}, '--course', 'Gef\\xfchle')"
    )
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "utf-8"}
    here = {**os.environ, **ascii_only, "PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([sys.executable, "-c", code], env=here, check=True)
    assert "course_id = 'Gefühle'" in (tmp_path / "nbgrader_config.py").read_text("utf-8")


# In place of what stood there, above it, and below it.
WRITTEN = {
    "anew": lambda stub: "hours_of_work = 3",
    "above": lambda stub: f"hours_of_work = 3\n{stub}",
    "below": lambda stub: f"{stub}\nhours_of_work = 3",
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_a_learner_s_answers_are_not_overwritten(kind, written, tmp_path, monkeypatch):
    monkeypatch.setattr(classroom, "COPIES", tmp_path)
    command("copies")
    first = {path: path.read_text() for path in tmp_path.iterdir()}
    assert len(first) == len(grader.NAMES)
    path = min(first)
    notebook = read(path)
    cell = next(c for c in notebook.cells if about(c).get("solution") and c.cell_type == kind)
    cell.source = WRITTEN[written](cell.source)
    nbformat.write(notebook, path)
    mine = path.read_text()
    with pytest.raises(FileExistsError, match=f"holds answers .{about(cell)['grade_id']}.*move it elsewhere"):
        command("copies")
    assert path.read_text() == mine
    path.write_text(first[path].replace('"nbformat_minor": 5', '"nbformat_minor": 5 '))
    command("copies")  # a copy without answers is cut anew
    assert path.read_text() == first[path]


@pytest.fixture
def one_source(tmp_path, monkeypatch):
    """Of the first assignment; its copy is cut."""
    name = grader.NAMES[0]
    shutil.copytree(classroom.SOURCES / name, tmp_path / "source" / name)
    (tmp_path / "student").mkdir()
    monkeypatch.setattr(classroom, "SOURCES", tmp_path / "source")
    monkeypatch.setattr(classroom, "COPIES", tmp_path / "student")
    command("copies")
    return tmp_path / "source" / name / f"{name}.ipynb", tmp_path / "student" / f"{name}.ipynb"


def test_an_untouched_copy_is_cut_anew_when_its_stub_has_changed(one_source):
    source, copy = one_source
    notebook = read(source)
    cell = next(c for c in notebook.cells if about(c).get("grade_id") == "agreement")
    cell.source = cell.source.replace("(votes)", "(votes, quickly=False)")
    notebook.cells = [c for c in notebook.cells if about(c).get("grade_id") != "predicted_agreement"]
    nbformat.write(notebook, source)
    command("copies")
    assert "def agreement(votes, quickly=False)" in text(read(copy))


@pytest.mark.parametrize("place", ["added", "changed"])
def test_a_learner_s_own_cells_are_not_overwritten(place, one_source):
    _, copy = one_source
    notebook = read(copy)
    if place == "added":
        notebook.cells.insert(4, nbformat.v4.new_code_cell("hours_of_work = 3", id="mine"))
        notebook.cells.append(nbformat.v4.new_code_cell(""))  # as JupyterLab adds them: nothing is lost
    else:
        notebook.cells[4].source += "\nhours_of_work = 3"
    nbformat.write(notebook, copy)
    mine, name = copy.read_text("utf-8"), about(notebook.cells[4]).get("grade_id", notebook.cells[4].id)
    with pytest.raises(FileExistsError, match=rf"holds answers \({name}\)"):
        command("copies")
    assert copy.read_text("utf-8") == mine


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what only Linux tells")
def test_needs_counts_what_a_kernel_held(tmp_path, capsys):
    cell = nbformat.v4.new_code_cell("x = b'1' * 300_000_000\nx = None")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "large.ipynb")
    command("needs", tmp_path / "large.ipynb")
    seconds, most, private = map(int, re.findall(r"\d+", capsys.readouterr().out))
    assert seconds < 60
    assert 286 < most < 700  # 300 million bytes, and Python itself
    assert private < most - 250  # given back
