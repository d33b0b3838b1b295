"""The widgets in a real JupyterLab in a real browser, and what the kernel saw of it."""

import io
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from browser import CHROMIUM, Notebook, chromium, lab
from PIL import Image
from skimage.data import astronaut

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no Chromium: install your system's chromium package", allow_module_level=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A JupyterLab over copies of the notebooks, and a browser."""
    assert CHROMIUM, "CI must have a Chromium: install the chromium package"
    folder = tmp_path_factory.mktemp("notebooks")
    for path in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(path, folder)
    with lab(folder) as server, chromium() as browser:
        yield server, browser


@pytest.fixture
def opened(served):
    """opened(name): the notebook in JupyterLab. Afterwards nothing may have gone wrong unseen."""
    server, browser = served
    notebooks = []

    def open_notebook(name, **options):
        notebooks.append(Notebook(browser, server, name, **options))
        return notebooks[-1]

    yield open_notebook
    for notebook in notebooks:
        errors = notebook.page_errors + notebook.kernel_errors
        notebook.close()
        assert errors == []


def png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "png")
    return {"name": "photo.png", "mimeType": "image/png", "buffer": file.getvalue()}


def settled(notebook, condition):
    """Wait until the kernel finds this true: what it saw of the page."""
    for _ in range(100):
        if notebook.ask(condition) == "True":
            return
        notebook.page.wait_for_timeout(100)
    raise AssertionError(f"the kernel never found: {condition}")


def piece(widget, number):
    return widget.get_by_role("button", name=re.compile(rf"^Hide superpixel {number + 1} of"))


def middle_of(notebook, widget, number):
    """The place on the page of a pixel in the middle of a superpixel, where one would click."""
    rows = notebook.ask(f"(probe.segments == {number}).nonzero()[0].tolist()")
    columns = notebook.ask(f"(probe.segments == {number}).nonzero()[1].tolist()")
    rows, columns = (np.array(re.findall(r"\d+", text), int) for text in (rows, columns))
    nearest = np.hypot(rows - rows.mean(), columns - columns.mean()).argmin()
    box = widget.locator("svg").bounding_box()
    scale = box["width"] / 48
    return box["x"] + (columns[nearest] + 0.5) * scale, box["y"] + (rows[nearest] + 0.5) * scale


def test_probing_a_photo_by_mouse_and_keyboard(opened):
    notebook = opened("09-probe-your-own-photo.ipynb")
    notebook.run_all()
    page = notebook.page
    widget = page.get_by_role("region", name="FaceProbe")
    widget.scroll_into_view_if_needed()

    # A grid of faces, a filter, the face in superpixels, and controls: each with a name.
    for role, name in [
        ("combobox", "Faces labelled"),
        ("button", "Upload a photo"),
        ("combobox", "Fill with"),
        ("button", "Bring all back"),
        ("button", "Show LIME's weights"),
        ("list", "Probability of each label"),
        ("listbox", "Choose one of the drawn faces"),
    ]:
        assert widget.get_by_role(role, name=name, exact=True).count() == 1, (role, name)
    count = int(notebook.ask("int(probe.segments.max()) + 1"))
    assert widget.get_by_role("button", name="Hide superpixel").count() == count

    # The notebook's own last probe is on the screen; then a click, where the eye would put it.
    assert widget.locator("[aria-pressed=true].fp-piece").count() == int(notebook.ask("len(probe.hidden)"))
    widget.get_by_role("button", name="Bring all back").click()
    settled(notebook, "probe.hidden == ()")
    page.mouse.click(*middle_of(notebook, widget, 7))
    settled(notebook, "probe.hidden == (7,)")
    assert piece(widget, 7).get_attribute("aria-pressed") == "true"
    said = notebook.ask("f'{round(100 * probe.probabilities.max())} %'").strip("'")
    widget.get_by_role("status").get_by_text(said).wait_for()
    assert "1 of" in widget.get_by_role("status").inner_text()

    # Dragging over others hides them too, and tells the kernel once, on release.
    page.mouse.move(*middle_of(notebook, widget, 0))
    page.mouse.down()
    page.mouse.move(*middle_of(notebook, widget, 1), steps=4)
    assert notebook.ask("probe.hidden") == "(7,)"
    page.mouse.up()
    settled(notebook, "{0, 1, 7} <= set(probe.hidden)")

    # By keyboard: space hides, arrows move, and JupyterLab's own shortcuts (b: a new cell) stay quiet.
    widget.get_by_role("button", name="Bring all back").click()
    cells = page.locator(".jp-Cell").count()
    piece(widget, 0).focus()
    for key in ("ArrowRight", "ArrowRight", " ", "ArrowLeft", "Enter", "b", "d", "d"):
        page.keyboard.press(key)
    settled(notebook, "probe.hidden == (1, 2)")
    assert page.locator(".jp-Cell").count() == cells

    # What fills the hole: the same pixels on the screen as in the kernel.
    widget.get_by_role("combobox", name="Fill with").select_option("black")
    settled(notebook, "probe.answer['fill'] == 'black'")
    sum_of_greys = """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 48, 48).data]
        .filter((_, i) => i % 4 === 0).reduce((a, b) => a + b)"""
    assert str(widget.locator(".fp-stage canvas").evaluate(sum_of_greys)) == notebook.ask(
        "int(probe.seen.sum())"
    )

    # LIME's weights, and off again.
    widget.get_by_role("button", name="Show LIME's weights").click()
    widget.get_by_role("button", name=re.compile("^LIME: red for")).click()

    # Another face, by the filter and a click.
    widget.get_by_role("combobox", name="Faces labelled").select_option("surprise")
    face = widget.get_by_role("option", name=re.compile("labelled surprise")).first
    face.click()
    number = int(re.search(r"\d+", face.get_attribute("aria-label"))[0])
    settled(notebook, f"probe.chosen == {number - 1} and probe.hidden == ()")

    # A photo with a face, then one without: told in words, and nothing lost.
    widget.locator("input[type=file]").set_input_files(png(astronaut()))
    settled(notebook, "probe.face['caption'] == 'the face in your photo'")
    widget.locator("input[type=file]").set_input_files(png(np.full((99, 99, 3), 80, np.uint8)))
    widget.get_by_role("alert").get_by_text("no face was found").wait_for()
    assert notebook.ask("bool((probe.image == ferlab.face_from_photo(data.astronaut())).all())") == "True"


def test_start_here_on_a_narrow_dark_screen(opened):
    notebook = opened("00-start-here.ipynb", width=520, height=900, dark=True)
    notebook.run_all()
    page = notebook.page
    widget = page.get_by_role("region", name="FaceProbe")
    widget.scroll_into_view_if_needed()
    page.evaluate("() => { document.querySelector('.fp').style.maxWidth = '360px'; }")
    inside = """(widget) => [...widget.querySelectorAll("select, button, li, svg")]
        .every((e) => e.getBoundingClientRect().right <= widget.getBoundingClientRect().right)"""
    assert widget.evaluate(inside)
    luminance = "e => getComputedStyle(e).{}.match(/[0-9]+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0)"
    assert widget.evaluate(luminance.format("backgroundColor")) < 200  # of 765
    assert widget.evaluate(luminance.format("color")) > 500
    piece(widget, 3).click()
    widget.get_by_role("status").get_by_text("1 of").wait_for()
