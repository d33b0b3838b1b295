"""Make notebooks/images/faceprobe.png, the README's picture: python tests/screenshots.py [OUT]

FaceProbe in JupyterLab with a drawn face whose mouth was clicked away.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np
from browser import Notebook, chromium, lab

import ferlab
from ferlab.emotions import REGIONS
from ferlab.explanation.superpixels import hidden_image, superpixels, with_hidden

OUT = Path(__file__).parents[1] / "notebooks" / "images" / "faceprobe.png"
CELL = """import ferlab

faces = ferlab.load_faces("drawn", split="PublicTest")
probe = ferlab.FaceProbe(faces=faces, image=faces.images[{face}])
probe"""


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


def main(out):
    face, mouth = telling_face()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.format(face=face))])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(notebook, Path(folder) / "probe.ipynb")
        with lab(folder) as server, chromium() as browser:
            opened = Notebook(browser, server, "probe.ipynb", width=1180, height=1000, scale=2)
            opened.run_all()
            widget = opened.page.get_by_role("region", name="FaceProbe")
            for number in mouth:
                widget.locator(f".fp-piece[data-s='{number}']").click()
            widget.get_by_role("status").get_by_text(f"{len(mouth)} of").wait_for()
            opened.page.mouse.move(5, 5)
            opened.page.wait_for_timeout(1000)  # the bars' last few pixels
            out.parent.mkdir(exist_ok=True)
            widget.screenshot(path=out)
            opened.close()
    print(f"written: {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
