"""Every figure of the course. Each comes with alt text, so that it can be read without being seen."""

import io


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
        return {"image/png": buffer.getvalue(), "text/plain": self.alt}, {"image/png": {"alt": self.alt}}

    def __repr__(self):
        return self.alt

    def save(self, path):
        """Write the figure to a file, in the format that its ending names."""
        self.figure.savefig(path, bbox_inches="tight")
