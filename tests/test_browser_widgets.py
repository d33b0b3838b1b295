# ruff: noqa: F811 (fixtures are imported, then asked for by name)
"""The widgets of notebooks 01, 02, 03 and 06 in a real browser, and what the kernel saw of it."""

import pytest
from browser import opened, serious, served, write_notebook  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def region(notebook, name):
    widget = notebook.page.get_by_role("region", name=name)
    widget.wait_for()
    widget.scroll_into_view_if_needed()
    return widget


def beyond(widget, width=216):
    """What reaches beyond a widget that is as wide as a page of 320 pixels leaves it."""
    return widget.evaluate(BEYOND, width)


BEYOND = """(widget, width) => {
    widget.style.width = `${width}px`;
    return [...widget.querySelectorAll("select, button, span, p, b, input, label")]
        .filter((it) => it.checkVisibility() && !it.closest(".fm-scroll"))
        .filter((it) => it.getBoundingClientRect().right > widget.getBoundingClientRect().right)
        .map((it) => it.outerHTML.slice(0, 80)); }"""


def test_labelling_faces(opened):
    notebook = opened("01-explore-the-dataset.ipynb")
    notebook.run_cells("load", "clean", "label")
    buttons = notebook.page.get_by_role("button", name="happy", exact=True)
    buttons.first.scroll_into_view_if_needed()
    buttons.first.click()
    notebook.page.get_by_role("button", name="sad", exact=True).first.click()
    notebook.settled("labeller.answers[:2].tolist() == [3, 4]")


LABEL = """import ferlab
from ferlab.widgets.labeller import Labeller

labeller = Labeller(ferlab.draw_faces(2, seed=4))
labeller"""


def test_labelling_by_keyboard_and_ear(opened, served):
    notebook = opened(write_notebook(served[2], "label.ipynb", LABEL))
    notebook.run_all()
    page = notebook.page
    status = page.locator(".jp-Cell").get_by_role("status")
    status.get_by_text("Face 1 of 2").wait_for()
    status.evaluate("(it) => { window.said = it; }")
    page.get_by_role("button", name="happy").focus()
    page.keyboard.press("Enter")
    status.get_by_text("Face 2 of 2").wait_for()
    page.keyboard.press("Enter")
    status.get_by_text("All labelled").wait_for()
    assert status.evaluate("(it) => it === window.said")  # a new one would not be said
    # The last button is switched off, yet the focus is not lost: on the way back, neither.
    page.wait_for_function("() => document.activeElement.innerText === 'back'")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.innerText === 'angry'")
    notebook.settled("labeller.answers.tolist() == [3, 3]")


FIGURE = """import ferlab
from ferlab.plots.faces import sheet

sheet(ferlab.draw_faces(2, seed=4).images, ["a < b", 'a "b"'])"""


def test_figures_tell_their_alt_text(opened, served):
    folder = served[2]
    notebook = opened(write_notebook(folder, "figure.ipynb", FIGURE))
    notebook.run_all()
    alt = '2 faces in 1 row of up to 2. In order: a < b; a "b".'
    notebook.page.get_by_role("img", name=alt, exact=True).wait_for()
    assert serious(notebook.page, ".jp-OutputArea-output") == []
    # Nor is it lost where the notebook is not trusted: somebody else's, whose HTML is cleaned.
    notebook.command("docmanager:save")
    notebook.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    foreign = (folder / "figure.ipynb").read_text(encoding="utf-8").replace("a < b", "c < b")
    (folder / "foreign.ipynb").write_text(foreign.replace("a &lt; b", "c &lt; b"), encoding="utf-8")
    page = opened("foreign.ipynb").page
    picture = page.get_by_role("img", name=alt.replace("a <", "c <"), exact=True)
    picture.wait_for()
    assert page.locator(".jp-OutputArea-output.jp-mod-trusted").count() == 0
    assert picture.evaluate("(it) => it.naturalWidth") > 100


def test_the_augmentation_sandbox(opened):
    notebook = opened("02-preprocess-and-augment.ipynb")
    notebook.run_cells("setup", "twice", "sandbox")
    widget, page = region(notebook, "Augmentation sandbox"), notebook.page
    widget.get_by_role("slider", name="Rotation").fill("180")
    notebook.settled("sandbox.ranges['rotation'] == 180")
    widget.get_by_role("slider", name="Shift").focus()
    page.keyboard.press("Home")
    notebook.settled("sandbox.ranges['shift'] == 0")
    widget.get_by_role("checkbox", name="Mirror half of them").uncheck()
    notebook.settled("sandbox.ranges['flip'] is False")
    # What is drawn is what the layer made.
    first = """() => [...document.querySelector(".fa-face canvas").getContext("2d").getImageData(0, 0, 48, 48).data]
        .filter((_, i) => i % 4 === 0).reduce((a, b) => a + b)"""
    page.wait_for_function(
        f"(sum) => ({first})() === sum", arg=int(notebook.ask("sum(sandbox.shown['images'][:2304])"))
    )
    before = notebook.ask("sandbox.shown['images'][:2304].hex()")
    widget.get_by_role("button", name="Draw again").click()
    notebook.settled(f"sandbox.shown['images'][:2304].hex() != {before}")
    widget.get_by_role("button", name="Face 3, labelled").click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    notebook.settled("sandbox.lost == [2, 3]")
    kept = int(notebook.ask("sandbox.kept"))
    widget.get_by_role("status").get_by_text("2 of 20 lost their label").wait_for()
    widget.get_by_role("status").get_by_text(f"answers {20 - kept} otherwise").wait_for()
    assert beyond(widget) == []
    assert serious(page, ".fl") == []


def test_the_network_explorer(opened):
    notebook = opened("03-build-squeezenet.ipynb")
    notebook.run_cells("setup", "maps")
    widget, page = region(notebook, "Network explorer"), notebook.page
    assert "1 · 1 · 64 · 16" not in widget.inner_text()  # it opens at the ReLU, which learns nothing
    widget.get_by_role("button", name="squeeze", exact=True).click()
    notebook.settled("explorer.layer == 'fire2_squeeze'")
    widget.get_by_text("1 · 1 · 64 · 16 = 1,024 parameters").wait_for()
    # JupyterLab's own style for lists of definitions would squeeze the words into a column of letters.
    heights = widget.locator("dt").evaluate_all(
        "(names) => names.map((it) => it.getBoundingClientRect().height)"
    )
    assert max(heights) < 30, heights
    # Once more: nothing new is asked, so nothing is awaited.
    widget.get_by_role("button", name="squeeze", exact=True).click()
    assert "fl-waiting" not in widget.get_attribute("class")
    widget.get_by_role("button", name="fire9, ").click()
    notebook.settled("explorer.layer.startswith('fire9_') and explorer.maps.shape == (512, 6, 6)")
    widget.get_by_role("img", name="512 feature maps of 6 by 6 for face 1").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    notebook.settled("explorer.layer.startswith('fire10_')")
    widget.get_by_role("option").nth(5).click()
    notebook.settled("explorer.chosen == 5")
    last = notebook.ask("explorer.network['layers'][-1]['name']").strip("'")
    widget.get_by_role("button", name=f"{last}, ").click()
    notebook.settled(f"explorer.layer == '{last}' and explorer.maps.shape == (7, 1, 1)")
    said = float(notebook.ask("float(explorer.maps[0, 0, 0])"))
    widget.get_by_text(f"angry {said:.2f}").wait_for()
    assert beyond(widget) == []
    assert serious(page, ".fl") == []


def test_the_mistakes_browser(opened):
    notebook = opened("06-evaluate.ipynb", dark=True)
    notebook.run_cells("setup", "browse", "quiz-interval")
    widget, page = region(notebook, "Mistakes browser"), notebook.page
    cell = widget.locator("button[data-true='4'][data-said='6']")
    count = int(notebook.ask("int(report.confusion[4, 6])"))
    assert cell.inner_text() == str(count)
    cell.click()
    notebook.settled("browser.places.tolist() == report.mistakes('sad', 'neutral')[:60].tolist()")
    widget.get_by_role("status").get_by_text("labelled sad, taken for neutral").wait_for()
    sure = notebook.ask("f'neutral {100 * report.confidence[browser.places[0]]:.0f} %'").strip("'")
    assert sure in widget.locator(".fm-cards li").first.inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    notebook.settled("(browser.cell['true'], browser.cell['said']) == (5, 6)")
    widget.get_by_role("combobox", name="Order").select_option("least sure")
    notebook.settled("browser.found['first'] == 'least sure'")
    assert beyond(widget) == []
    assert serious(page, ".fl") == []
    # The quiz under it explains a wrong answer.
    page.locator("summary", has_text="Yes, 70.9 is more than 70.1").click()
    page.locator("details[open] p", has_text="On others it may well be the other way round.").wait_for()


QUIZ = """import os
os.environ["FERLAB_PROGRESS"] = "{folder}"
import ferlab
from ferlab import progress
question = ferlab.quiz("Is 1 < 2?", ("No", False, "Count again."), ("Yes", True, "Right it is."))"""


def test_a_quiz_by_keyboard_and_the_record_of_it(opened, served, tmp_path):
    cells = [QUIZ.format(folder=tmp_path), "question", "progress.start()\nquestion"]
    notebook = opened(write_notebook(served[2], "quiz.ipynb", *cells))
    notebook.run_all()
    page = notebook.page
    plain, recorded = (
        page.locator(".jp-Cell").nth(i).get_by_role("group", name="Quiz: Is 1 < 2?") for i in (1, 2)
    )
    for quiz in (plain, recorded):
        quiz.scroll_into_view_if_needed()
        quiz.locator("summary").first.focus()
        page.keyboard.press("Enter")
        quiz.get_by_text("Count again.").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press(" ")
        quiz.get_by_text("Right it is.").wait_for()
        quiz.locator("summary").first.click()  # a reply that is closed, then opened to be read again
        quiz.locator("summary").first.click()
    notebook.settled("progress.show().summary() == {('quiz', 'Is 1 < 2?'): (2, True)}")
    page.get_by_role("status").get_by_text("Noted in your record").wait_for()
    assert page.locator(".jp-Cell").count() == 3
    assert serious(page, ".jp-OutputArea") == []
