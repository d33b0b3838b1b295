"""What every widget shares: its page put together, errors told in the widget, a picture kept for paper."""

from pathlib import Path

import anywidget
import traitlets

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
    _display = None  # where a cell shows it

    def _guarded(self, step):
        """An exception in a callback is invisible in a notebook, so it is told in the widget."""

        def call(*_):
            try:
                self.problem = ""
                step()
            except Exception as error:
                self.problem = f"{error}" or type(error).__name__

        return call

    def _ipython_display_(self):
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        self._display = display(data, metadata=metadata, raw=True, display_id=True)

    def _keep(self):
        """Put a picture of the present state into the notebook, in place of the one from when the cell ran."""
        if self._display is None:
            raise ValueError("this widget was not displayed by a cell of its own, so no cell can keep it")
        data, metadata = self._repr_mimebundle_()
        self._display.update(data, metadata=metadata, raw=True)

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and a picture of its state for exported and printed notebooks."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        png, alt = self._still()
        data = {**data, "image/png": png, "text/plain": alt}
        return data, {**metadata, "image/png": {"alt": alt}}
