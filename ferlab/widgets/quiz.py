"""A quiz that notes what was chosen, for a student who keeps a record."""

from pathlib import Path

import anywidget
import traitlets

from .. import progress


class RecordedQuiz(anywidget.AnyWidget):
    """A Quiz as it always looks; each choice that is opened is noted, until the right one was.

    What is opened after that is read, not answered.
    """

    _esm = Path(__file__).with_name("quiz.js").read_text(encoding="utf-8")

    html = traitlets.Unicode().tag(sync=True)
    told = traitlets.Unicode().tag(sync=True)  # what became of the record, in words

    def __init__(self, quiz):
        super().__init__(html=quiz._repr_html_())
        self._quiz, self._solved = quiz, False
        self.on_msg(self._chosen)

    def _chosen(self, _, content, __):
        if self._solved:
            return
        _, right, _ = self._quiz.choices[content["chosen"]]
        self._solved = right
        if progress.record("quiz", self._quiz.question, right):
            self.told = "Noted in your record on this machine; notebook 00 shows it."
        else:
            self.told = "Not noted: you keep no record any more, or it can't be written."
