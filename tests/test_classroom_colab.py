"""The course in Colab, as far as it can be tested without that site."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from ferlab.classroom import colab

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def notebook(tmp_path):
    return Path(shutil.copy(ROOT / "notebooks" / "00-start-here.ipynb", tmp_path))


def test_a_badge_and_a_first_cell_are_written_once(notebook):
    colab.add_badge(notebook, "someone/course")
    first, install, *_ = nbformat.read(notebook, 4).cells
    assert first.source.startswith("# 00 · Start here\n\n[![Open in Colab]")
    assert "/github/someone/course/blob/main/notebooks/00-start-here.ipynb" in first.source
    assert "> **In this notebook**" in first.source
    assert '"https://github.com/someone/course"' in install.source
    assert not colab.add_badge(notebook, "someone/course")
    assert colab.add_badge(notebook, "other/course")
    assert "someone" not in notebook.read_text()


def test_an_older_notebook_without_ids_gets_them(notebook):
    older = nbformat.read(notebook, 4)
    older.nbformat_minor = 4
    for cell in older.cells:
        del cell["id"]
    nbformat.write(older, notebook)
    colab.add_badge(notebook, "someone/course")
    nbformat.validate(nbformat.read(notebook, 4))
    assert not colab.add_badge(notebook, "someone/course")


def test_a_repository_is_owner_and_name(notebook):
    for wrong in ("course", "a/b/c", "/course"):
        with pytest.raises(ValueError, match="OWNER/NAME"):
            colab.add_badge(notebook, wrong)


def install_cell(path):
    return next((cell.source for cell in nbformat.read(path, 4).cells if cell.id == "colab"), None)


COLAB = """
google = types.ModuleType("google")
google.colab = types.ModuleType("google.colab")
google.colab.output = types.SimpleNamespace(enable_custom_widget_manager=lambda: print("widgets on"))
sys.modules.update({"google": google, "google.colab": google.colab})
"""


def run_in_ipython(source, before=""):
    """Run a cell in IPython, where what it asks of pip, cd and the shell is printed in place of done."""
    code = f"""
from IPython.core.interactiveshell import InteractiveShell
import sys, types
shell = InteractiveShell.instance()
shell.register_magic_function(lambda line: print("pip", line), "line", "pip")
shell.register_magic_function(lambda line: print("cd", line), "line", "cd")
shell.system = lambda line: print("shell", line)
{before}
shell.run_cell({source!r}).raise_error()
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_the_cell_installs_in_colab_and_does_nothing_elsewhere(notebook):
    colab.add_badge(notebook, "someone/course")
    cell = install_cell(notebook)
    assert run_in_ipython(cell) == ""
    # The clone and not the package alone: four notebooks read results/, and 09 a picture beside it.
    there = run_in_ipython(f"{cell}\nprint(sys.path[0])", COLAB)
    clone, install, moved, widgets, looked_in_first = there.splitlines()
    assert clone == 'shell git clone --quiet --depth 1 "https://github.com/someone/course" /content/ferlab'
    assert install == "pip install --quiet --editable /content/ferlab"
    assert moved == "cd -q /content/ferlab/notebooks"
    assert widgets == "widgets on"
    assert looked_in_first == "/content/ferlab"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_course_notebook_takes_a_badge_and_a_cell(path, tmp_path):
    written = Path(shutil.copy(path, tmp_path))
    colab.add_badge(written, "someone/course")
    cells, before = nbformat.read(written, 4).cells, nbformat.read(path, 4).cells
    assert f"/someone/course/blob/main/notebooks/{path.name})" in cells[0].source
    assert cells[0].source.startswith("# ")
    assert install_cell(written) == cells[1].source
    same = [cell for cell in before[1:] if cell.id != "colab"]
    assert cells[2:] == same, "what was there is kept"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_badge_leads_nowhere(path):
    """It has no badge until the command writes one, and then it leads to the repository that the cell installs."""
    links = re.findall(
        r"colab-badge\.svg\)\]\(\S+/github/(\S+)/blob/main/notebooks/(\S+)\)", path.read_text("utf-8")
    )
    if not links:
        assert install_cell(path) is None
        return
    ((repository, name),) = links
    assert name == path.name, "its badge opens another notebook"
    assert f"github.com/{repository}" in install_cell(path), "its cell installs another repository"
    assert "_" not in repository.split("/")[0], "that is no owner on GitHub"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/someone/course.git",
        "git@github.com:someone/course",
        "https://github.com/someone/course/",
    ],
)
def test_the_repository_is_read_from_git(url, tmp_path):
    for command in (["init", "-q"], ["remote", "add", "origin", url]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    assert colab.origin(tmp_path) == "someone/course"


def test_where_git_is_missing_or_knows_none_it_says_what_to_do(tmp_path, monkeypatch):
    with monkeypatch.context() as without_git:
        without_git.setenv("PATH", str(tmp_path))
        with pytest.raises(ValueError, match="name yours"):
            colab.origin(tmp_path)
    subprocess.run(["git", "-C", tmp_path, "init", "-q"], check=True)
    with pytest.raises(ValueError, match="not set, expected a repository on GitHub; name yours"):
        colab.origin(tmp_path)


def test_what_pip_installs_is_enough_to_work_with(tmp_path):
    """Install from the tree as pip would from GitHub, into an empty folder, and use it from elsewhere."""
    tree, site, away = tmp_path / "tree", tmp_path / "site", tmp_path / "away"
    tree.mkdir()
    away.mkdir()
    for name in ("ferlab", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tree / name)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        site,
        tree,
    ]
    subprocess.run(pip, check=True)
    code = """
import ferlab, numpy as np
from ferlab.widgets import faceprobe
from ferlab.checks import check
print(ferlab.__file__)
print(ferlab.load_predictor("squeezenet-drawn")(np.zeros((1, 48, 48), np.uint8)).shape)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=away,
        env={"PYTHONPATH": str(site), "HOME": str(away)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    where, shape = done.stdout.split("\n")[:2]
    assert Path(where).is_relative_to(site)
    assert shape == "(1, 7)"
