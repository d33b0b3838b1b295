"""MistakesBrowser: click a cell of the confusion matrix and see its faces. Notebook 06."""

import numpy as np
import traitlets

from ..emotions import VOTES
from .base import Widget, page

_MOST = 60  # faces shown of one cell


class MistakesBrowser(Widget):
    """A confusion matrix whose cells open: the faces of one label that were taken for another.

    report  a Report, as ferlab.evaluate gives it
    faces   the Faces that were evaluated, with FER+ votes where there are some

    `cell` says which labels are chosen and in which order; `places` (m,) are the shown faces' indices.
    """

    _esm = page("mistakes.js")
    _css = page("mistakes.css")

    table = traitlets.Dict().tag(sync=True)  # the matrix and its labels
    cell = traitlets.Dict().tag(sync=True)  # {"true": i, "said": j, "first": "surest" or "least sure"}
    found = traitlets.Dict().tag(sync=True)  # the faces of that cell

    def __init__(self, report, faces):
        super().__init__()
        if len(faces) != len(report):
            raise ValueError(f"the report is about {len(report)} faces, {len(faces)} were given")
        self._report, self._faces = report, faces
        self.table = {
            "classes": report.classes,
            "confusion": report.confusion.tolist(),
            "about": report.about,
            "voted": faces.votes is not None,
        }
        wrong = report.confusion * (1 - np.eye(len(report.classes), dtype=int))
        true, said = np.unravel_index(wrong.argmax(), wrong.shape)
        self.cell = {"true": int(true), "said": int(said), "first": "surest"}
        self._open()
        self.observe(self._guarded(self._open), "cell")

    @property
    def places(self):
        """int (m,): the shown faces, as indices into the faces that were evaluated."""
        return np.array(self.found["places"], int)

    def _open(self):
        k = len(self._report.classes)
        true, said, first = (self.cell[name] for name in ("true", "said", "first"))
        if not (0 <= true < k and 0 <= said < k):
            raise ValueError(f"cell ({true}, {said}) was asked for, the matrix has {k} rows and columns")
        there = np.flatnonzero((self._report.labels == true) & (self._report.predicted == said))
        sure = self._report.confidence[there]
        order = np.argsort(-sure if first == "surest" else sure, kind="stable")
        chosen = there[order][:_MOST]
        self.found = {
            "true": true,
            "said": said,
            "first": first,
            "total": len(there),
            "places": chosen.tolist(),
            "sure": self._report.confidence[chosen].tolist(),
            "images": self._faces.images[chosen].tobytes(),
            "votes": [self._votes(i) for i in chosen],
        }

    def _votes(self, place):
        """[[label, votes], ...] of one face, most first; [] where nobody voted."""
        if self._faces.votes is None:
            return []
        votes = self._faces.votes[place]
        return [[VOTES[k], int(votes[k])] for k in np.argsort(-votes.astype(int), kind="stable") if votes[k]]

    def _still(self):
        from .still import face_sheet

        found, names = self.found, self._report.classes
        many = "face" if found["total"] == 1 else "faces"
        said = f"{found['total']} {many} labelled {names[found['true']]}, taken for {names[found['said']]}"
        titles = [f"{sure:.0%}" for sure in found["sure"]]
        png = face_sheet(self._faces.images[self.places], titles, f"{said}; {found['first']} first")
        return png, f"MistakesBrowser, one cell of its matrix opened: {said}."
