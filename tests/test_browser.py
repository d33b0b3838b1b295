# ruff: noqa: F811 (fixtures are imported, then asked for by name)
"""FaceProbe in a real browser: by mouse, finger and keyboard, and what the kernel saw of it."""

import base64
import io
import re

import nbformat
import numpy as np
import pytest
from browser import Notebook, opened, serious, served, write_notebook  # noqa: F401 (fixtures)
from nbconvert import HTMLExporter
from PIL import Image
from skimage.data import astronaut

from ferlab.widgets.probe_still import FACE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PROBE = """import ferlab

faces = ferlab.load_faces("drawn", split="PublicTest")
probe = ferlab.FaceProbe(faces=faces)
probe"""
GREYS = """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 48, 48).data].filter((_, i) => i % 4 === 0)"""


@pytest.fixture(scope="module")
def small(served):
    """A notebook with FaceProbe and nothing else."""
    return write_notebook(served[2], "small.ipynb", PROBE)


def png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "png")
    return {"name": "photo.png", "mimeType": "image/png", "buffer": file.getvalue()}


def shown(notebook):
    widget = notebook.page.get_by_role("region", name="FaceProbe")
    widget.wait_for()
    widget.scroll_into_view_if_needed()
    return widget


def piece(widget, number):
    return widget.locator(f".fp-piece[data-s='{number}']")


def middle_of(notebook, widget, number):
    """The place on the page of a pixel in the middle of a superpixel, where one would click."""
    rows = notebook.ask(f"(probe.segments == {number}).nonzero()[0].tolist()")
    columns = notebook.ask(f"(probe.segments == {number}).nonzero()[1].tolist()")
    rows, columns = (np.array(re.findall(r"\d+", text), int) for text in (rows, columns))
    nearest = np.hypot(rows - rows.mean(), columns - columns.mean()).argmin()
    return on_face(widget, columns[nearest] + 0.5, rows[nearest] + 0.5)


def on_face(widget, x, y):
    """A place in the face, in pixels of the face, as a place on the page."""
    box = widget.locator(".fp-stage").bounding_box()
    return box["x"] + x * box["width"] / 48, box["y"] + y * box["height"] / 48


def assert_same_pixels(notebook, widget):
    """What is drawn on the page is what the network got, but for roundings of single grey levels."""
    drawn = np.array(widget.locator(".fp-stage canvas").evaluate(GREYS))
    expected = seen(notebook).ravel()
    assert np.abs(drawn - expected.astype(int)).max() <= 1
    assert (drawn != expected).sum() <= 3


def seen(notebook):
    """The image as the network got it, uint8 (48, 48)."""
    hexadecimal = notebook.ask("probe.seen.tobytes().hex()").strip("'")
    return np.frombuffer(bytes.fromhex(hexadecimal), np.uint8).reshape(48, 48)


def test_probing_a_photo_in_its_notebook(opened):
    notebook = opened("09-probe-your-own-photo.ipynb")
    notebook.run_cells("load-photo", "find-face", "label", "probe")
    widget = shown(notebook)
    for role, name in [
        ("combobox", "Show"),
        ("combobox", "with"),
        ("combobox", "Fill holes with"),
        ("button", "Your photo"),
        ("button", "Bring all back"),
        ("button", "Undo"),
        ("list", "Probability of each label"),
        ("listbox", "Choose one of the drawn faces"),
        ("tab", "Light and camera"),
    ]:
        assert widget.get_by_role(role, name=name, exact=True).count() == 1, (role, name)
    count = int(notebook.ask("int(probe.segments.max()) + 1"))
    assert widget.get_by_role("button", name="Hide superpixel").count() == count

    # What the kernel hides is hidden on the screen; then a click, where the eye would put it.
    notebook.ask("probe.hide([3, 5])")
    widget.locator(".fp-piece[aria-pressed=true]").nth(1).wait_for()
    assert widget.locator(".fp-piece[aria-pressed=true]").count() == 2
    widget.get_by_role("button", name="Bring all back").click()
    notebook.settled("probe.hidden == ()")
    notebook.page.mouse.click(*middle_of(notebook, widget, 7))
    notebook.settled("probe.hidden == (7,)")
    said = notebook.ask("f'{round(100 * probe.probabilities.max())} %'").strip("'")
    widget.get_by_role("status").get_by_text(said).first.wait_for()


def test_superpixels_by_mouse_and_keyboard(opened, small):
    notebook = opened(small)
    notebook.run_all()
    widget, page = shown(notebook), notebook.page
    page.mouse.click(*middle_of(notebook, widget, 7))
    notebook.settled("probe.hidden == (7,)")
    assert piece(widget, 7).get_attribute("aria-pressed") == "true"

    # Dragging over others hides them too, and tells the kernel once, on release.
    page.mouse.move(*middle_of(notebook, widget, 0))
    page.mouse.down()
    page.mouse.move(*middle_of(notebook, widget, 1), steps=4)
    assert notebook.ask("probe.hidden") == "(7,)"
    page.mouse.up()
    notebook.settled("{0, 1, 7} <= set(probe.hidden)")

    # By keyboard: space hides, arrows move, and JupyterLab's own shortcuts (b: a new cell) stay quiet.
    widget.get_by_role("button", name="Bring all back").click()
    cells = page.locator(".jp-Cell").count()
    piece(widget, 0).focus()
    for key in ("ArrowRight", "ArrowRight", " ", "ArrowLeft", "Enter", "b", "d", "d"):
        page.keyboard.press(key)
    notebook.settled("probe.hidden == (1, 2)")
    assert page.locator(".jp-Cell").count() == cells
    page.keyboard.press("Control+z")
    notebook.settled("probe.hidden == (2,)")
    widget.get_by_role("button", name="Undo").click()
    notebook.settled("probe.hidden == ()")

    # One tab stop for all of them.
    widget.get_by_role("button", name="Neutral twin").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.s") == "1"

    # The focus may come without a key, as a screen reader moves it.
    piece(widget, 6).focus()
    page.keyboard.press(" ")
    notebook.settled("probe.hidden == (6,)")
    page.keyboard.press(" ")
    notebook.settled("probe.hidden == ()")
    undo = widget.get_by_role("button", name="Undo")
    while not undo.is_disabled():
        undo.press("Enter")
    assert undo.evaluate("(it) => it === document.activeElement")  # and not the page, though it's off
    page.keyboard.press("Enter")
    notebook.settled("probe.hidden == ()")

    for fill in ("grey", "blur", "black", "noise", "mean"):
        piece(widget, 4).focus()
        page.keyboard.press(" ")
        widget.get_by_role("combobox", name="Fill holes with").select_option(fill)
        notebook.settled(f"probe.answer['fill'] == '{fill}'")
        assert_same_pixels(notebook, widget)


def test_brush_light_camera_and_twin(opened, small):
    notebook = opened(small)
    notebook.run_all()
    widget, page = shown(notebook), notebook.page
    widget.get_by_role("button", name="Brush").click()
    widget.get_by_role("slider", name="Size").fill("9")
    page.mouse.move(*on_face(widget, 10.5, 30.5))
    page.mouse.down()
    page.mouse.move(*on_face(widget, 30.5, 30.5), steps=5)
    page.mouse.up()
    # A stroke nine pixels wide and twenty long, with round ends: 180 + 64 pixels.
    notebook.settled("225 < ferlab.widgets.changes.mask(probe.answer['painted']).sum() < 265")
    assert_same_pixels(notebook, widget)
    widget.get_by_role("button", name="Bring back", exact=True).click()
    page.mouse.click(*on_face(widget, 20.5, 30.5))
    notebook.settled("ferlab.widgets.changes.mask(probe.answer['painted']).sum() < 205")
    # The brush by keyboard: arrows move it, space brings back here; five pixels further with shift.
    before = notebook.ask("probe.answer['painted']")
    widget.get_by_role("application").focus()
    for key in ("Shift+ArrowRight", "ArrowRight", "ArrowDown", " "):
        page.keyboard.press(key)
    notebook.settled(f"probe.answer['painted'] != {before}")

    # One face under everything at once; the page draws what the kernel computes.
    widget.get_by_role("tab", name="Light and camera").click()
    everything = {"Turn": 17, "Move right": -3, "Blur": 0.75, "Contrast": 130, "Light": 20, "Noise": 14}
    for name, value in everything.items():
        widget.get_by_role("slider", name=name).fill(str(value))
    notebook.settled(
        "probe.answer['noise'] == 14 and probe.answer['turn'] == 17 and probe.answer['light'] == 20"
    )
    assert_same_pixels(notebook, widget)
    widget.get_by_role("status").get_by_text("turn +17 degrees").wait_for()
    # What is read aloud is written where it differs, and nowhere else.
    widget.get_by_role("slider", name="Turn").focus()
    widget.evaluate(WRITTEN)
    page.keyboard.press("ArrowLeft")
    widget.get_by_role("status").get_by_text("turn +16 degrees").wait_for()
    assert page.evaluate("window.written") == ["fp-say"]  # the slider says its value itself
    notebook.settled("probe.answer['turn'] == 16")

    widget.get_by_role("button", name="Bring all back").click()
    widget.get_by_role("button", name="Neutral twin").click()
    notebook.settled("probe.answer['twin'] and (probe.seen == probe._faces.twins[0]).all()")
    assert_same_pixels(notebook, widget)


WRITTEN = """(widget) => {
    window.written = [];
    const aloud = "output, [role=status], [role=status] *";
    const note = ({ target }) => target.matches(aloud) && window.written.push(target.className);
    new MutationObserver((all) => all.forEach(note)).observe(widget, { subtree: true, childList: true });
}"""


def test_a_stroke_ends_with_the_face_that_it_is_on(opened, small):
    notebook = opened(small)
    notebook.run_all()
    widget, page = shown(notebook), notebook.page
    widget.get_by_role("button", name="Brush").click()
    page.mouse.move(*on_face(widget, 10.5, 30.5))
    page.mouse.down()
    page.mouse.move(*on_face(widget, 20.5, 30.5), steps=3)
    notebook.ask("probe.set_trait('chosen', 3)")  # as when a photo arrives while one paints
    widget.get_by_text("Face 4, labelled").wait_for()
    page.mouse.move(*on_face(widget, 30.5, 30.5), steps=3)
    page.mouse.up()
    # What is painted next on this face is all that is painted on it.
    page.mouse.click(*on_face(widget, 24.5, 10.5))
    notebook.settled("0 < probe.holes.sum() < 60 and probe.holes[20:].sum() == 0")


def test_a_second_finger_does_not_paint(opened, small):
    notebook = opened(small)
    notebook.run_all()
    widget = shown(notebook)
    widget.get_by_role("button", name="Brush").click()
    widget.locator(".fp-easel").evaluate(TWO_FINGERS)
    notebook.settled("probe.holes.any() and not probe.holes[24:].any()")


TWO_FINGERS = """(easel) => {
    easel.setPointerCapture = () => {}; // it knows real fingers only
    const { left, top, width } = easel.getBoundingClientRect();
    const touch = (kind, finger, x, y) => easel.dispatchEvent(new PointerEvent(kind, {
        pointerType: "touch", pointerId: finger, isPrimary: finger === 1,
        clientX: left + x * width, clientY: top + y * width,
    }));
    touch("pointerdown", 1, 0.2, 0.2);
    touch("pointerdown", 2, 0.8, 0.8);
    touch("pointermove", 1, 0.3, 0.2);
    touch("pointermove", 2, 0.8, 0.9);
    touch("pointerup", 2, 0.8, 0.9);
    touch("pointermove", 1, 0.4, 0.2);
    touch("pointerup", 1, 0.4, 0.2);
}"""


def test_two_views_share_the_guess(opened, served):
    notebook = opened(write_notebook(served[2], "views.ipynb", PROBE, "probe"))
    notebook.run_all()
    one, two = (
        notebook.page.locator(".jp-Cell").nth(i).get_by_role("region", name="FaceProbe") for i in (0, 1)
    )
    for view in (one, two):
        view.get_by_role("tab", name="Guess, then LIME").click()
    one.get_by_role("button", name="Mark three").click()
    for number in (3, 8):
        piece(one, number).click()
    two.get_by_role("status").get_by_text("2 of 3 marked").wait_for()
    two.get_by_role("button", name="Mark three").click()
    piece(two, 12).click()
    notebook.settled("probe.guess['superpixels'] == [3, 8, 12]")
    one.get_by_role("status").get_by_text("Three are marked").wait_for()
    one.get_by_role("button", name="Reveal LIME's").press("Enter")
    for view in (one, two):
        view.get_by_text("of your three are among LIME's three").wait_for()


def test_in_boxes(opened, served):
    notebook = opened(write_notebook(served[2], "boxes.ipynb", PROBE, *BOXES))
    notebook.run_all()
    plain, beside, below = (
        notebook.page.locator(".jp-Cell").nth(i).get_by_role("region", name="FaceProbe") for i in range(3)
    )
    assert plain.bounding_box()["width"] > 700
    assert 400 < beside.bounding_box()["width"] < 600
    below.wait_for()
    # What follows the widget in a box is a picture of somebody else's.
    pictures = notebook.page.locator(".jp-RenderedImage")
    assert [pictures.nth(i).is_visible() for i in range(pictures.count())] == [False, True]


BOXES = (
    "import ipywidgets\nipywidgets.HBox([ferlab.FaceProbe(faces=faces)])",
    """from PIL import Image

display(ipywidgets.VBox([ferlab.FaceProbe(faces=faces)]), Image.fromarray(faces.images[0]))""",
)


def test_guess_then_lime_then_history(opened, small):
    notebook = opened(small)
    notebook.run_all()
    widget = shown(notebook)
    widget.get_by_role("tab", name="Guess, then LIME").click()
    reveal = widget.get_by_role("button", name="Reveal LIME's")
    assert reveal.is_disabled()
    reveal.press("Enter")  # asks nothing
    assert notebook.ask("probe.problem") == "''"
    widget.get_by_role("button", name="Mark three").click()
    for number in (3, 8, 12):
        piece(widget, number).click()
    notebook.settled("probe.guess['superpixels'] == [3, 8, 12]")
    piece(widget, 5).click()  # marking is over: this one is hidden
    notebook.settled("probe.hidden == (5,)")
    reveal.click()
    shared = "of your three are among LIME's three"
    widget.get_by_text(shared).wait_for()
    score = notebook.ask("probe.agreement['shared']")
    assert f"{score} {shared}" in widget.inner_text()
    widget.get_by_role("status").get_by_text(shared).wait_for()  # said aloud by a screen reader
    label = "int(probe.original.argmax())"
    linear = notebook.ask(f"round(100 * probe.answer['linear'][{label}])")
    said = notebook.ask(f"round(100 * probe.probabilities[{label}])")
    widget.get_by_text(re.compile(f"predicts .* {linear} %; the network says {said} %")).wait_for()
    assert widget.locator(".fp-tops path").count() == 3
    # What speaks against is told without colours as well.
    against = [int(n) for n in re.findall(r"\d+", notebook.ask(AGAINST))]
    assert against
    assert widget.evaluate(LINED) == against

    widget.get_by_role("tab", name="History").click()
    assert widget.get_by_role("columnheader").all_inner_texts() == ["step", "changed", "network", "LIME"]
    rows = widget.locator(".fp-history tbody tr")
    assert rows.count() == int(notebook.ask("sum(entry['did'] == 'probe' for entry in probe.log)")) == 2
    assert "1 of" in rows.nth(1).inner_text()
    widget.get_by_role("button", name="Replay").click()
    widget.locator("tr.fp-playing").wait_for()
    widget.get_by_role("button", name="Replay").wait_for()  # it was "Stop" meanwhile
    assert_same_pixels(notebook, widget)
    widget.get_by_role("button", name="Replay").click()
    widget.locator("tr.fp-playing").wait_for()
    piece(widget, 7).click()  # ends the replay, and is answered like any other
    notebook.settled("probe.hidden == (5, 7)")
    widget.page.wait_for_function("() => !document.querySelector('.fl-waiting, .fp-playing')")
    assert_same_pixels(notebook, widget)

    widget.get_by_role("tab", name="Holes").click()
    widget.get_by_role("combobox", name="Fill").select_option("noise")
    notebook.settled("probe.answer['fill'] == 'noise'")
    widget.get_by_role("tab", name="Guess, then LIME").click()
    reveal.click()
    widget.get_by_text("LIME can't fill holes with noise and was asked with grey").wait_for()
    assert reveal.is_disabled()


AGAINST = """[s for s, w in enumerate(probe.lime["weights"])
    if w < -0.2 * max(map(abs, probe.lime["weights"])) and s not in probe.hidden]"""
LINED = """(widget) => {
    const lined = widget.querySelector(".fp-lined").getAttribute("d");
    return [...widget.querySelectorAll(".fp-piece")]
        .filter((piece) => lined.includes(piece.getAttribute("d")))
        .map((piece) => Number(piece.dataset.s)); }"""


def test_the_saved_notebook_shows_the_last_state(opened, served):
    folder = served[2]
    notebook = opened(write_notebook(folder, "saved.ipynb", PROBE))
    notebook.run_all()
    widget, page = shown(notebook), notebook.page
    widget.get_by_role("button", name="Brush").click()
    page.mouse.move(*on_face(widget, 10.5, 30.5))
    page.mouse.down()
    page.mouse.move(*on_face(widget, 30.5, 36.5), steps=5)
    page.mouse.up()
    notebook.settled("probe.answer['painted']")
    # By keyboard over the face, and the widget is still the one that was painted on.
    widget.get_by_role("application").focus()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press(" ")
    notebook.settled("len(probe.log) == 3")
    words = notebook.ask("f'{probe.holes.sum()} pixels painted'").strip("'")
    page.wait_for_function(PICTURED, arg=words)
    assert widget.get_by_role("application").evaluate("(it) => it === document.activeElement")
    assert_picture_hides(page)

    notebook.command("docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    outputs = nbformat.read(folder / "saved.ipynb", 4).cells[0].outputs
    (still,) = (output for output in outputs if "image/png" in output.get("data", {}))
    image = Image.open(io.BytesIO(base64.b64decode(still.data["image/png"]))).convert("L")
    left, top = FACE
    kept = np.asarray(image)[top : top + 288 : 6, left : left + 288 : 6]
    np.testing.assert_array_equal(kept, seen(notebook))
    # And where no kernel moves it, the picture is what there is.
    html, _ = HTMLExporter().from_filename(folder / "saved.ipynb")
    assert still.data["image/png"].replace("\n", "") in html.replace("\n", "")


def assert_picture_hides(page):
    """The picture for readers without a kernel is there, and not seen beside the live widget."""
    picture = page.locator(".jp-RenderedImage")
    assert picture.count() == 1
    assert not picture.is_visible()


PICTURED = """(words) => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
    .flatMap((cell) => cell.outputs)
    .some((output) => output.data?.["image/png"] && output.metadata["image/png"].alt.includes(words))"""


def take_time(notebook, seconds):
    """From now on the network takes so long for an answer."""
    ask = "probe.__class__._ask"
    notebook.ask(
        f"setattr(probe, '_ask', lambda images: (__import__('time').sleep({seconds}), {ask}(probe, images))[1])"
    )


def test_a_late_answer_takes_the_complaint_back(opened, small):
    notebook = opened(small)
    notebook.run_all()
    widget, page = shown(notebook), notebook.page
    page.evaluate(IMPATIENT)
    take_time(notebook, 3)
    piece(widget, 3).click()
    widget.get_by_role("alert").get_by_text("has not answered").wait_for()
    notebook.settled("probe.hidden == (3,)")
    widget.locator(".fl-problem:empty").wait_for(state="attached")
    notebook.ask("probe.__dict__.pop('_ask')")


# The page's fifteen seconds of patience become a fifth of one.
IMPATIENT = """() => { const real = window.setTimeout;
    window.setTimeout = (step, wait, ...rest) => real(step, wait === 15000 ? 200 : wait, ...rest); }"""


def test_choosing_and_bringing_faces(opened, small):
    notebook = opened(small)
    notebook.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run_all()
    widget, page = shown(notebook), notebook.page
    notebook.ask("setattr(probe, 'chosen', 60)")
    page.wait_for_function(IN_SIGHT, arg="60")
    wrong = [int(n) for n in re.findall(r"\d+", notebook.ask(WRONG))]
    widget.get_by_role("combobox", name="Show").select_option("wrong")
    faces = widget.get_by_role("listbox", name="Choose one of").get_by_role("option")
    assert faces.evaluate_all("all => all.map((one) => Number(one.dataset.place))") == wrong
    widget.get_by_role("status").get_by_text(f"{len(wrong)} of 84").wait_for()
    widget.get_by_role("combobox", name="Show").select_option("unsure")
    least = int(notebook.ask("min(range(84), key=lambda i: probe.grid['sure'][i])"))
    assert faces.first.get_attribute("data-place") == str(least)
    widget.get_by_role("combobox", name="with", exact=True).select_option("surprise")
    assert faces.count() == 12
    faces.nth(2).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    place = faces.nth(3).get_attribute("data-place")
    notebook.settled(f"probe.chosen == {place} and 'labelled surprise' in probe.face['caption']")

    # A photo of two, by the button; then the second of them.
    both = np.concatenate([astronaut()[:256, 64:320]] * 2, axis=1)
    widget.locator("input[type=file]").set_input_files(png(both))
    yours = widget.get_by_role("listbox", name="Faces in your photo").get_by_role("option")
    yours.nth(1).click()
    notebook.settled("probe.chosen == -2")
    # A large photo, which the page shrinks first, and one that is pasted while it does: the last one counts.
    large = both.repeat(5, 0).repeat(5, 1)  # with some noise, which no file format can make smaller
    large = (large // 2 + np.random.default_rng(0).integers(0, 32, large.shape)).astype(np.uint8)
    page.evaluate(SLOWLY)
    widget.locator("input[type=file]").set_input_files(png(large))
    # By paste, from the real clipboard.
    page.evaluate(COPY, list(png(astronaut())["buffer"]))
    widget.get_by_role("button", name="Your photo").focus()
    page.keyboard.press("Control+v")
    notebook.settled("probe.mine['count'] == 1")
    page.evaluate("window.goOn()")
    page.wait_for_function("window.shrunk")
    notebook.settled("probe.mine['count'] == 1")
    widget.get_by_text("The face in your photo", exact=True).wait_for()
    assert widget.get_by_role("button", name="Neutral twin").count() == 0  # only drawn faces have one
    # By paste, without an image: told until something else is done.
    widget.dispatch_event("paste")
    widget.get_by_role("alert").get_by_text("no image on the clipboard").wait_for()
    piece(widget, 2).click()
    widget.locator(".fl-problem:empty").wait_for(state="attached")
    # By drop, one without a face: told in words, and nothing lost.
    transfer = page.evaluate_handle(CARRY, list(png(np.full((99, 99, 3), 80, np.uint8))["buffer"]))
    widget.dispatch_event("drop", {"dataTransfer": transfer})
    widget.get_by_role("alert").get_by_text("no face was found").wait_for()
    same = "bool((probe.image == ferlab.face_from_photo(__import__('skimage').data.astronaut())).all())"
    assert notebook.ask(same) == "True"


IN_SIGHT = """(place) => {
    const chosen = document.querySelector(`.fp-strip [data-place="${place}"][aria-selected="true"]`);
    const [outer, inner] = [chosen?.parentElement, chosen].map((node) => node?.getBoundingClientRect());
    return inner && inner.left >= outer.left && inner.right <= outer.right; }"""
WRONG = "[i for i, (a, b) in enumerate(zip(probe.grid['labels'], probe.grid['said'])) if a != b]"
SLOWLY = """() => {
    const real = window.createImageBitmap;
    const told = new Promise((done) => { window.goOn = done; });
    window.createImageBitmap = async (file) => {
        await told;
        const picture = await real(file);
        setTimeout(() => { window.shrunk = true; }, 1500);
        return picture;
    }; }"""
COPY = """async (bytes) => navigator.clipboard.write([
    new ClipboardItem({ "image/png": new Blob([new Uint8Array(bytes)], { type: "image/png" }) })])"""
CARRY = """(bytes) => { const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "photo.png", { type: "image/png" }));
    return transfer; }"""


def test_a_hundred_fast_strokes_leave_no_backlog(opened, small):
    notebook = opened(small)
    notebook.run_all()
    widget, page = shown(notebook), notebook.page
    take_time(notebook, 0.2)
    before = int(notebook.ask("len(probe.log)"))
    page.evaluate(STROKES, 100)
    page.wait_for_function("() => !document.querySelector('.fl-waiting')")
    drawn = widget.locator(".fp-piece[aria-pressed=true]").count()
    notebook.settled(f"len(probe.hidden) == {drawn}")
    assert_same_pixels(notebook, widget)
    # While one answer is on its way the strokes gather, and the next answer is to all of them.
    assert 1 <= int(notebook.ask("len(probe.log)")) - before <= 5


STROKES = """(strokes) => {
    const pieces = [...document.querySelectorAll(".fp-piece")];
    for (let i = 0; i < strokes; i++) {
        pieces[(7 * i) % pieces.length].dispatchEvent(new MouseEvent("click", { bubbles: true }));
    }
}"""


def test_by_finger(opened, small):
    notebook = opened(small, touch=True, width=600)
    notebook.run_all()
    widget = shown(notebook)
    finger = notebook.context.new_cdp_session(notebook.page)

    def touch(kind, *places):
        points = [{"x": x, "y": y} for x, y in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    widget.locator(".fp-stage").scroll_into_view_if_needed()
    places = [middle_of(notebook, widget, number) for number in (0, 1)]
    touch("touchStart", places[0])
    touch("touchMove", places[1])
    touch("touchEnd")
    notebook.settled("{0, 1} <= set(probe.hidden)")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_start_here_on_a_narrow_screen_is_accessible(opened, dark):
    notebook = opened("00-start-here.ipynb", width=560, height=900, dark=dark)
    notebook.run_all()
    widget, page = shown(notebook), notebook.page
    inside = """(widget) => [...widget.querySelectorAll("select, button, li, svg, input, .fl-tabs")]
        .filter((e) => e.getBoundingClientRect().right > widget.getBoundingClientRect().right)
        .map((e) => e.outerHTML.slice(0, 80))"""
    luminance = "e => getComputedStyle(e).{}.match(/[0-9]+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0)"
    assert (widget.evaluate(luminance.format("backgroundColor")) < 200) == dark  # of 765
    assert (widget.evaluate(luminance.format("color")) > 500) == dark
    piece(widget, 3).click()
    widget.get_by_role("status").get_by_text("1 of").wait_for()
    for tab in ("Holes", "Light and camera", "Guess, then LIME", "History"):
        widget.get_by_role("tab", name=tab).click()
        for width in (216, 360):  # a page of 320 pixels leaves 216 to it
            page.evaluate(f"() => {{ document.querySelector('.fl').style.width = '{width}px'; }}")
            assert widget.evaluate(inside) == []
        assert serious(page, ".fl") == []


def test_in_high_contrast(opened, small):
    notebook = opened(small)
    notebook.page.emulate_media(forced_colors="active")
    notebook.run_all()
    widget = shown(notebook)
    # What is chosen, switched off or long still looks it.
    tools = [widget.get_by_role("button", name=name) for name in ("Superpixels", "Brush", "Undo")]
    pressed, other, off = (tool.evaluate(LOOK) for tool in tools)
    assert pressed["background"] == other["color"] != other["background"]
    assert off["color"] != other["color"]
    tabs = widget.get_by_role("tab")
    assert tabs.nth(0).evaluate(LOOK)["border"] != tabs.nth(1).evaluate(LOOK)["border"]
    faces = widget.get_by_role("listbox").get_by_role("option")
    assert faces.nth(0).evaluate(LOOK)["shadow"] != faces.nth(1).evaluate(LOOK)["shadow"]
    for seen in (".fp-bar", ".fp-was"):
        assert widget.locator(seen).first.evaluate(LOOK)["background"] != other["background"]


LOOK = """(it) => { const look = getComputedStyle(it);
    return { color: look.color, background: look.backgroundColor, border: look.borderBottomColor,
        shadow: look.boxShadow }; }"""


def test_in_notebook_7(opened, small):
    notebook = opened(small, at="notebooks")
    notebook.page_errors.clear()  # those of its start are its own
    notebook.run_all()
    widget = shown(notebook)
    piece(widget, 3).click()
    notebook.settled("probe.hidden == (3,)")
    widget.get_by_role("status").get_by_text("1 of").wait_for()
    assert_picture_hides(notebook.page)
    # Its shortcuts (b: a new cell, down: the next one) stay quiet, and those that are meant for it don't.
    page, cells = notebook.page, notebook.page.locator(".jp-Cell").count()
    piece(widget, 0).focus()
    for key in ("b", "d", "d", "ArrowRight"):
        page.keyboard.press(key)
    assert piece(widget, 1).evaluate("(it) => it === document.activeElement")
    page.keyboard.press("ArrowDown")
    assert widget.locator(".fp-piece:focus").count() == 1
    assert page.locator(".jp-Cell").count() == cells
    page.keyboard.press("Control+z")
    notebook.settled("probe.hidden == ()")
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def test_in_voila(served, small):
    server, browser, _ = served
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server.address}/voila/render/{small}?token={server.token}", timeout=90_000)
    widget = page.get_by_role("region", name="FaceProbe")
    widget.wait_for(timeout=60_000)
    widget.locator(".fp-piece[data-s='3']").click()
    widget.get_by_role("status").get_by_text("1 of").wait_for(timeout=15_000)
    assert_picture_hides(page)
    page.close()
    assert errors == []


def test_a_broken_callback_does_not_go_unseen(served, small):
    server, browser, _ = served
    notebook = Notebook(browser, server, small)
    notebook.run_all()
    widget = shown(notebook)
    # One of FaceProbe's own: the page tells.
    notebook.ask("setattr(probe, '_seen', lambda state: {}['nothing here'])")
    piece(widget, 4).click()
    widget.get_by_role("alert").get_by_text("nothing here").wait_for()
    notebook.ask("probe.__dict__.pop('_seen')")
    # One that nobody guards: iopub has it.
    notebook.ask("probe.observe(lambda change: 1 / 0, 'probe')")
    piece(widget, 3).click()
    notebook.page.wait_for_function("() => window.kernelErrors.length")
    assert "division by zero" in notebook.kernel_errors[0]
    notebook.close()
