"""Label faces by hand, before seeing what others called them. Notebook 01."""

import base64
import io

import anywidget
import ipywidgets as widgets
import numpy as np
import traitlets
from PIL import Image


class _Status(anywidget.AnyWidget):
    """A line of text that screen readers say whenever it changes; ipywidgets has none."""

    _esm = """export default {
      render({ model, el }) {
        el.setAttribute("role", "status");
        const show = () => (el.textContent = model.get("value"));
        model.on("change:value", show);
        show();
        return () => model.off("change:value", show);
      },
    };"""

    value = traitlets.Unicode().tag(sync=True)


class Labeller(widgets.VBox):
    """Shows faces one by one, with a button for each label.

    faces    Faces to label, in this order
    answers  int (n,), the index of the label given to each, -1 where none was given yet
    """

    def __init__(self, faces):
        if not len(faces):
            raise ValueError("there are no faces to label; give one or more")
        self.faces, self.answers, self._at = faces, np.full(len(faces), -1), 0
        self._image = widgets.HTML()  # an Image widget has no alternative text
        self._says = _Status()
        self._buttons = [
            widgets.Button(description=name, tooltip=f"This face looks {name}") for name in faces.classes
        ]
        for k, button in enumerate(self._buttons):
            button.on_click(lambda _, k=k: self._answer(k))
        self._back = widgets.Button(description="back", tooltip="Change the answer before", icon="arrow-left")
        self._back.on_click(lambda _: self._go_back())
        rows = [widgets.HBox(self._buttons[:4]), widgets.HBox([*self._buttons[4:], self._back])]
        super().__init__([self._image, self._says, *rows])
        self._show(0)

    def __repr__(self):
        """What readers without a kernel get."""
        return f"Labeller: {(self.answers >= 0).sum()} of {len(self.faces)} faces labelled"

    def _answer(self, label):
        if self._at < len(self.faces):
            self.answers[self._at] = label
            self._show(self._at + 1)
            if self._at == len(self.faces):
                self._back.focus()  # a button that is switched off drops the keyboard's focus

    def _go_back(self):
        self._show(self._at - 1)
        if self._at == 0:
            self._buttons[0].focus()

    def _show(self, at):
        self._at = max(at, 0)
        done = self._at >= len(self.faces)
        last = len(self.faces) - 1
        number = f"Face {min(self._at, last) + 1} of {len(self.faces)}"
        self._image.value = _as_html(self.faces.images[min(self._at, last)], number)
        self._says.value = "All labelled: run the next cell." if done else number
        for button in self._buttons:
            button.disabled = done
        self._back.disabled = self._at == 0


def _as_html(face, alt):
    buffer = io.BytesIO()
    Image.fromarray(face).resize((240, 240), Image.Resampling.NEAREST).save(buffer, "PNG")
    return f'<img alt="{alt}" src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}">'
