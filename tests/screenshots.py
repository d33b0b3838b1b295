"""Make the pictures of the README: python tests/screenshots.py [FOLDER]

The widgets in JupyterLab with drawn faces: FaceProbe whose mouth was clicked away, in the light and the
dark theme and on a narrow screen, after a guess, and the three of notebooks 02, 03 and 06.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from browser import NOTEBOOKS, Notebook, chromium, lab, write_notebook

import ferlab
from ferlab.emotions import REGIONS
from ferlab.explanation.superpixels import hidden_image, superpixels, with_hidden

PROBE = """import ferlab

faces = ferlab.load_faces("drawn", split="PublicTest")
probe = ferlab.FaceProbe(faces=faces, image=faces.images[{face}])
probe"""
OTHERS = {
    "sandbox": """from ferlab import preprocessing
from ferlab.widgets.sandbox import AugmentationSandbox

def augmented(images, *, seed, **ranges):
    layer = preprocessing.RandomAffine(**ranges, seed=seed)
    return layer(images[..., None].astype("float32"), training=True)[..., 0]

predict = ferlab.load_predictor(faces=faces)
AugmentationSandbox(faces[:20], augmented, predict)""",
    "network": """from ferlab.widgets.network import NetworkExplorer

explorer = NetworkExplorer(ferlab.load_model(faces=faces), faces.sample(2, per_class=True))
explorer.layer, explorer.chosen = "fire2_squeeze_relu", 10
explorer""",
    "mistakes": """from ferlab.widgets.mistakes import MistakesBrowser

MistakesBrowser(ferlab.evaluate(predict, faces), faces)""",
}


def telling_face():
    """Place of the drawn face that loses most of its label with its mouth, and the mouth's superpixels."""
    faces = ferlab.load_faces("drawn", split="PublicTest")
    predict = ferlab.load_predictor(faces=faces)
    probabilities = predict(faces.images)
    evenly_lit = (faces.images.std((1, 2)) > 40) & (abs(faces.images.mean((1, 2)) - 125) < 25)
    happy = faces.classes.index("happy")
    found = []
    for i in np.flatnonzero((faces.labels == happy) & evenly_lit & (probabilities[:, happy] > 0.8)):
        image = faces.images[i]
        segments = superpixels(image)
        mouth = np.bincount(segments[faces.regions[i] == REGIONS.index("mouth")]).argsort()[::-1][:3]
        shown = ~np.isin(np.arange(segments.max() + 1), mouth)
        without = with_hidden(image, hidden_image(image, segments), segments, shown[None])
        found.append((float(predict(without)[0, happy]), int(i), mouth.tolist()))
    return min(found)[1:]


def hide(widget, mouth):
    for number in mouth:
        widget.locator(f".fp-piece[data-s='{number}']").click()
    widget.get_by_role("status").get_by_text(f"{len(mouth)} of").wait_for()


def guess(widget, mouth):
    """Mark the mouth, and let LIME answer; the mouth stays hidden."""
    widget.get_by_role("tab", name="Guess, then LIME").click()
    widget.get_by_role("button", name="Mark three").click()
    for number in mouth:
        widget.locator(f".fp-piece[data-s='{number}']").click()
    hide(widget, mouth)
    widget.get_by_role("button", name="Reveal LIME's").click()
    widget.get_by_text("of your three are among").wait_for()


def take(opened, widget, path):
    opened.page.mouse.move(5, 5)
    opened.page.wait_for_timeout(1000)  # the bars' last few pixels
    complaint = widget.locator(".fl-problem").inner_text()
    assert not complaint, complaint
    path.parent.mkdir(exist_ok=True, parents=True)
    widget.screenshot(path=path)
    print(f"written: {path}")


VIEWS = {
    "faceprobe": (hide, {"width": 1180}),
    "faceprobe-dark": (guess, {"width": 1180, "dark": True}),
    "faceprobe-narrow": (hide, {"width": 464}),  # leaves 360 to the widget
}


def probes(server, browser, folder, out):
    face, mouth = telling_face()
    for name, (act, options) in VIEWS.items():
        write_notebook(folder, f"{name}.ipynb", PROBE.format(face=face))
        opened = Notebook(browser, server, f"{name}.ipynb", height=1500, scale=2, **options)
        opened.run_all()
        widget = opened.page.get_by_role("region", name="FaceProbe")
        act(widget, mouth)
        take(opened, widget, out / f"{name}.png")
        opened.close()


def others(server, browser, folder, out):
    write_notebook(folder, "others.ipynb", "\n".join(PROBE.splitlines()[:3]), *OTHERS.values())
    opened = Notebook(browser, server, "others.ipynb", width=1180, height=1000, scale=1.5)
    opened.run_all()
    for cell, name in enumerate(OTHERS, start=1):
        widget = opened.page.locator(".jp-Cell").nth(cell).locator(".fl")
        widget.scroll_into_view_if_needed()
        take(opened, widget, out / f"{name}.png")
    opened.close()


def main(out):
    with tempfile.TemporaryDirectory() as folder, lab(folder) as server, chromium() as browser:
        probes(server, browser, folder, out)
        others(server, browser, folder, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else NOTEBOOKS / "images")
