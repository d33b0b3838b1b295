"""Run notebooks and keep their outputs: python tests/run_notebooks.py [--out FOLDER] [NOTEBOOK ...]

Without names it runs all of notebooks/. Widget state and time stamps are left out, so that a run
without a changed line changes no file.
"""

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]


def run(path, target):
    """Execute one notebook. Returns the seconds that each of its code cells took."""
    notebook = nbformat.read(path, as_version=4)
    started, seconds = {}, {}

    def on_start(cell, cell_index):
        started[cell_index] = time.perf_counter()

    def on_end(cell, cell_index, **_):
        seconds[cell_index] = time.perf_counter() - started[cell_index]

    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        on_cell_execute=on_start,
        on_cell_executed=on_end,
    )
    client.execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
        if "ferlab.quiz(" in cell.source:
            cell.metadata["jupyter"] = {"source_hidden": True}  # it holds the answers
    for output in (o for cell in notebook.cells for o in cell.get("outputs", [])):
        # Without its kernel a widget is an error message; readers get the picture beside it instead.
        data = output.get("data", {})
        data.pop("application/vnd.jupyter.widget-view+json", None)
        if "image/png" in data:
            data.pop("text/html", None)  # the same picture once more, for JupyterLab while it runs
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    return seconds


def joined(outputs):
    """What was printed in one go as one output, however slowly it came: a slow machine keeps the same file."""
    kept = []
    for output in outputs:
        if kept and output.output_type == kept[-1].output_type == "stream" and output.name == kept[-1].name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="write here, and leave the notebooks as they are")
    parser.add_argument("notebooks", nargs="*", type=Path)
    args = parser.parse_args()
    for path in args.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb")):
        target = args.out / path.name if args.out else path
        begun = time.perf_counter()
        seconds = run(path, target)
        slowest = max(seconds, key=seconds.get)
        print(
            f"{path.name}: {time.perf_counter() - begun:.0f} s, slowest cell {slowest}: {seconds[slowest]:.0f} s"
        )


if __name__ == "__main__":
    sys.exit(main())
