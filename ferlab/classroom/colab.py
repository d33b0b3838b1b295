"""The course in Colab: a badge that opens a notebook there, and a first cell that fetches and installs ferlab."""

import re
import shutil
import subprocess

import nbformat

BADGE = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({})"
PAGE = "https://colab.research.google.com/github/{}/blob/main/notebooks/{}"
INSTALL = """import sys

if "google.colab" in sys.modules:  # Colab brings neither ferlab nor lime; elsewhere this cell does nothing
    !git clone --quiet --depth 1 "https://github.com/{}" /content/ferlab
    %pip install --quiet --editable /content/ferlab
    sys.path.insert(0, "/content/ferlab")  # the kernel, which runs already, looks for no new packages
    %cd -q /content/ferlab/notebooks
    from google.colab import output

    output.enable_custom_widget_manager()  # for FaceProbe and the other widgets"""


def add_badge(path, repository):
    """Put the badge under the title of a notebook and the installing cell behind its first text.

    repository: "owner/name" on GitHub. Returns whether the file was changed; a second call changes nothing.
    """
    if repository.count("/") != 1 or not all(repository.split("/")) or repository.endswith(".ipynb"):
        raise ValueError(f"{repository!r} is no repository, expected OWNER/NAME")
    notebook = nbformat.read(path, 4)
    before = nbformat.writes(notebook)
    if notebook.nbformat_minor < 5:  # an older one, whose cells have no ids yet
        notebook.nbformat_minor = 5
        for cell in notebook.cells:
            cell.id = nbformat.corpus.words.generate_corpus_id()
    first = notebook.cells[0]
    title, *text = [line for line in first.source.splitlines() if "colab-badge.svg" not in line]
    while text and not text[0].strip():
        text.pop(0)
    badge = BADGE.format(PAGE.format(repository, path.name))
    first.source = "\n".join([title, "", badge, "", *text])
    notebook.cells = [cell for cell in notebook.cells if cell.id != "colab"]
    cell = nbformat.v4.new_code_cell(INSTALL.format(repository), id="colab", execution_count=1)
    notebook.cells.insert(1, cell)
    if nbformat.writes(notebook) == before:
        return False
    nbformat.write(notebook, path)
    return True


def origin(folder):
    """ "owner/name" of the GitHub repository that this folder's clone was made from."""
    command = ["git", "-C", folder, "remote", "get-url", "origin"]
    git = shutil.which("git")
    url = subprocess.run(command, capture_output=True, text=True).stdout.strip() if git else ""
    found = re.search(r"github\.com[:/]([^/\s]+/[^/\s]+?)(\.git)?/?$", url)
    if not found:
        raise ValueError(
            f"git's origin is {url or 'not set'}, expected a repository on GitHub; name yours: "
            "python -m ferlab classroom badges OWNER/NAME"
        )
    return found[1]
