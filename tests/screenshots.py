"""Make notebooks/images/faceprobe.png, the README's picture: python tests/screenshots.py [OUT]

FaceProbe in JupyterLab with a drawn face whose mouth was clicked away.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from browser import Notebook, chromium, lab

import ferlab
from ferlab.emotions import REGIONS

OUT = Path(__file__).parents[1] / "notebooks" / "images" / "faceprobe.png"
CELL = """import ferlab, numpy as np

faces = ferlab.load_faces("drawn", split="PublicTest")
probe = ferlab.FaceProbe(faces=faces, image=faces.images[{face}])
probe"""


def happiest():
    """Place of the drawn face, labelled happy, that the shipped network is surest of."""
    faces = ferlab.load_faces("drawn", split="PublicTest")
    happy = faces.labels == faces.classes.index("happy")
    clear = faces.images.std((1, 2)) > 45
    sure = ferlab.load_predictor(faces=faces)(faces.images)[:, faces.classes.index("happy")]
    return int((sure * happy * clear).argmax())


def main(out):
    face = happiest()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.format(face=face))])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(notebook, Path(folder) / "probe.ipynb")
        with lab(folder) as server, chromium() as browser:
            opened = Notebook(browser, server, "probe.ipynb", width=1180, height=1000, scale=2)
            opened.run_all()
            where = f"probe.segments[faces.regions[{face}] == {REGIONS.index('mouth')}]"
            mouth = f"np.bincount({where}).argsort()[::-1][:3].tolist()"
            for number in opened.ask(mouth).strip("[]").split(","):
                opened.page.locator(f".fp-piece[data-s='{number.strip()}']").click()
            opened.page.wait_for_timeout(1000)
            opened.page.mouse.move(5, 5)
            opened.page.wait_for_timeout(500)
            out.parent.mkdir(exist_ok=True)
            opened.page.get_by_role("region", name="FaceProbe").screenshot(path=out)
            opened.close()
    print(f"written: {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
