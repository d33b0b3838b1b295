"""What every widget shares: its page put together, errors told in the widget, a picture kept for paper."""

from pathlib import Path

import anywidget
import traitlets
from IPython.display import DisplayHandle, display

_HERE = Path(__file__).parent


def page(*names):
    """The widgets' shared JavaScript or CSS, then these files, as one text.

    Without a bundler a widget is one module: its files share one scope, and the last one exports `render`.
    """
    ending = Path(names[0]).suffix
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in (f"base{ending}", *names))


class Widget(anywidget.AnyWidget):
    """A widget that tells its errors on the page and leaves a picture in saved and exported notebooks.

    Subclasses have `_still()`, which returns (PNG as bytes, alt text) of what is on the screen.
    """

    problem = traitlets.Unicode().tag(sync=True)  # what went wrong, in words
    _picture = None  # where cells show it
    _shows = "how it began"  # what that picture shows

    def _guarded(self, step):
        """A callback that takes back the complaint before, and tells its own."""

        def call(*_):
            self.problem = ""
            self._told(step)

        return call

    def _told(self, step):
        """Do it. An exception in a callback is invisible in a notebook, so it is told in the widget."""
        try:
            step()
        except Exception as error:
            self.problem = f"{error}" or type(error).__name__

    def _ipython_display_(self):
        """The live widget, and under it a picture of its state, which base.css hides as long as the widget lives.

        They are two outputs: whenever an output changes, Jupyter builds its views anew, and a widget in the
        picture's output would lose the finger that is on it.
        """
        live, about = self._repr_mimebundle_()
        live["text/plain"] = (
            f"{type(self).__name__} moves where this notebook runs. The picture shows {self._shows}."
        )
        display(live, metadata=about, raw=True)
        self._picture = self._picture or DisplayHandle()
        self._in_notebook(self._picture.display)

    def _keep(self):
        """Let the picture in the notebook show the present state. Inside another widget there is none."""
        if self._picture is not None:
            self._in_notebook(self._picture.update)

    def _in_notebook(self, show):
        png, alt = self._still()
        show({"image/png": png, "text/plain": alt}, metadata={"image/png": {"alt": alt}}, raw=True)
