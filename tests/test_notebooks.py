"""What every notebook must have. nbval runs them; this reads what is kept."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return json.loads(request.param.read_text(encoding="utf-8"))


def code(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def prose(notebook):
    return "\n".join("".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown")


def outputs(notebook):
    return [(cell, output) for cell in code(notebook) for output in cell["outputs"]]


def test_the_course_is_whole():
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{n:02}" for n in range(12)]


def test_every_figure_has_alt_text(notebook):
    for cell, output in outputs(notebook):
        if "image/png" in output.get("data", {}):
            alt = output["metadata"].get("image/png", {}).get("alt", "")
            assert len(alt) > 20, f"a figure without alt text, in cell {cell['id']}"


def test_every_code_cell_was_run_without_complaint(notebook):
    for cell in code(notebook):
        assert cell["execution_count"], f"cell {cell['id']} was not run before it was committed"
    for cell, output in outputs(notebook):
        assert output["output_type"] != "error", cell["id"]
        assert output.get("name") != "stderr", f"cell {cell['id']} keeps stderr: {output['text']}"
        assert "Warning" not in json.dumps(output), f"cell {cell['id']} keeps a warning"


def test_outputs_were_kept_for_readers_and_for_nbval(notebook):
    assert outputs(notebook)
    checked = [cell for cell in code(notebook) if "NBVAL_CHECK_OUTPUT" in "".join(cell["source"])]
    assert checked, "no cell whose output nbval compares"
    assert all(cell["outputs"] for cell in checked)


def test_what_was_printed_in_one_go_is_one_output(notebook):
    """Else a slower machine changes files in which nothing changed."""
    for cell in code(notebook):
        kinds = [output.get("name", output["output_type"]) for output in cell["outputs"]]
        assert all(kind != "stdout" or kind != after for kind, after in pairwise(kinds)), cell["id"]


def test_opens_with_what_it_gives_and_ends_with_its_sources(notebook):
    text = prose(notebook)
    assert text.startswith("# ")
    assert re.search(r"you will be able to", text, re.I)
    assert re.search(r"\bminutes\b", text)
    assert re.search(r"^#+ .*(sources|references)", text, re.I | re.M)
    assert re.search(r"^#+ .*recap", text, re.I | re.M)
    quizzes = [cell for cell in code(notebook) if "ferlab.quiz(" in "".join(cell["source"])]
    assert quizzes
    for cell in quizzes:
        assert cell["metadata"].get("jupyter", {}).get("source_hidden"), "fold it: its code holds the answers"


def test_cells_are_short_and_prose_stands_between_them(notebook):
    for cell in code(notebook):
        lines = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
        # A quiz is prose that happens to stand in a call; LIME by hand is one thing on purpose.
        if "ferlab.quiz(" not in "".join(cell["source"]) and "long-on-purpose" not in cell["metadata"].get(
            "tags", []
        ):
            assert len(lines) <= 18, f"cell {cell['id']} has {len(lines)} lines"
    kinds = [cell["cell_type"] for cell in notebook["cells"]]
    assert kinds.count("markdown") >= len(kinds) / 3


def test_is_small_and_holds_no_widget_state(notebook):
    assert "widgets" not in notebook["metadata"]
    assert len(json.dumps(notebook)) < 3_000_000


def test_runs_on_drawn_or_real_faces_and_says_which(notebook):
    source = "\n".join("".join(cell["source"]) for cell in code(notebook))
    if "load_faces(" in source:
        kept = "".join("".join(o.get("text", "")) for _, o in outputs(notebook))
        assert "drawn" in kept, "the kept outputs must be those of drawn faces, and say so"
    assert 'load_faces("drawn' not in source
