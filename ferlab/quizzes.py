"""Multiple-choice questions that answer back."""

from dataclasses import dataclass
from html import escape

from . import progress


@dataclass(frozen=True)
class Quiz:
    """A question and its choices: (answer, is it right, what to say to someone who chose it).

    Each choice opens on a click or with the keyboard and tells its own reply. It is plain HTML: it
    works without a kernel, on GitHub and in an exported page. Only for a student who keeps a record
    (`ferlab.progress`) is it a widget, which notes what was chosen.
    """

    question: str
    choices: tuple

    def _repr_html_(self):
        rows = "".join(
            '<details style="margin:.3em 0;padding:.3em .6em;border:1px solid #888;border-radius:4px">'
            f'<summary style="cursor:pointer">{escape(answer)}</summary>'
            f"<p><b>{'✓ Right.' if right else '✗ Not quite.'}</b> {escape(reply)}</p></details>"
            for answer, right, reply in self.choices
        )
        question = escape(self.question)
        return f'<div role="group" aria-label="Quiz: {question}"><p><b>{question}</b></p>{rows}</div>'

    def _repr_mimebundle_(self, **_):
        """What is shown beside the HTML: the widget, where a record is kept."""
        if not progress.kept():
            return {}, {}
        from .widgets.quiz import RecordedQuiz

        live, about = RecordedQuiz(self)._repr_mimebundle_()
        return {**live, "text/plain": repr(self)}, about

    def __repr__(self):
        return self.question + "".join(f"\n  ( ) {answer}" for answer, _, _ in self.choices)


def quiz(question, *choices):
    """A question that answers back. Each choice is (answer, is it right, reply to who chose it)."""
    if sum(bool(right) for _, right, _ in choices) != 1:
        raise ValueError(f"{question!r}: exactly one choice must be right")
    if not all(reply.strip() for _, _, reply in choices):
        raise ValueError(f"{question!r}: every choice needs a reply, wrong ones above all")
    return Quiz(question, choices)
