"""A slider that says its name. Notebook 07."""

import anywidget
import ipywidgets
import traitlets

from .base import page


class NamedSlider(anywidget.AnyWidget, ipywidgets.ValueWidget):
    """A slider over whole numbers for ipywidgets.interact, which names it after its argument.

    Like IntSlider(value, min, max); but to a screen reader sliders of ipywidgets have no name, and those that are
    switched off still take the keyboard's focus.
    """

    _esm = page("slider.js")
    _css = """.fl-range { width: var(--jp-widgets-inline-width); }
        .fl-range .widget-label { width: 7em; }
        .fl-range input { flex: 1; min-width: 0; }"""

    value = traitlets.Int().tag(sync=True)
    min = traitlets.Int().tag(sync=True)
    max = traitlets.Int().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool().tag(sync=True)

    def __init__(self, value, min, max):
        super().__init__(value=value, min=min, max=max)
