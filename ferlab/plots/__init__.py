"""Every figure of the course. Each comes with alt text, so that it can be read without being seen."""

import base64
import html
import io
from pathlib import Path


class Picture:
    """A matplotlib figure and what it shows in words. A notebook displays both."""

    def __init__(self, figure, alt):
        if not alt or not alt.strip():
            raise ValueError("a figure needs alt text: one or two sentences that say what it shows")
        self.figure, self.alt = figure, " ".join(alt.split())
        import matplotlib.pyplot as plt

        plt.close(figure)  # else the notebook shows it a second time, without its alt text

    def _repr_mimebundle_(self, include=None, exclude=None):
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=100, bbox_inches="tight", metadata={"Software": None})
        png = buffer.getvalue()
        # JupyterLab reads no alt text from an image's metadata, only from HTML.
        source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        page = f'<img src="{source}" alt="{html.escape(self.alt)}">'
        return {"image/png": png, "text/html": page, "text/plain": self.alt}, {"image/png": {"alt": self.alt}}

    def __repr__(self):
        return self.alt

    def save(self, path):
        """Write the figure to a file, in the format that its ending names, as `file_for` has it."""
        self.figure.savefig(file_for(path), bbox_inches="tight")


def file_for(path):
    """The Path of a figure's file: with .png where there is no ending. ValueError for one that can't be written."""
    from matplotlib.backend_bases import FigureCanvasBase

    path, known = Path(path), FigureCanvasBase.get_supported_filetypes()
    if not path.suffix:
        return path.with_name(f"{path.name}.png")
    if path.suffix[1:].lower() not in known:
        raise ValueError(f"{path}: no figure can be written as {path.suffix}; there are .{', .'.join(known)}")
    return path
