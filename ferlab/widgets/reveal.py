"""Guess, probe, reveal: a guess beside LIME, and LIME's linear model beside the network."""

from dataclasses import dataclass

import numpy as np

from ..explanation import Explanation, explain
from ..explanation.superpixels import HIDE
from . import changes

MARKS = 3  # superpixels that are guessed before LIME's are shown


@dataclass(frozen=True)
class Reveal:
    """LIME's explanation of a face, and the superpixels that were marked before it was seen."""

    explanation: Explanation
    guess: list

    def agreement(self):
        """{"guess", "lime": three superpixels each, "shared", "weight"}: see FaceProbe.agreement."""
        weights = self.explanation.weights[self.explanation.label()]
        best = self.explanation.ranking()[:MARKS].tolist()
        theirs = weights[best].sum()
        return {
            "guess": self.guess,
            "lime": best,
            "shared": len(set(self.guess) & set(best)),
            "weight": float(weights[self.guess].sum() / theirs) if theirs > 0 else None,
        }

    def linear(self, state):
        """What LIME's linear model says of a state, list (k,); None where the state has more than holes.

        It knows whole superpixels, with the filling that it was asked about, and nothing else.
        """
        known = {**changes.UNTOUCHED, "hidden": state["hidden"], "fill": self.explanation.hide}
        if state != known:
            return None
        shown = ~np.isin(np.arange(self.explanation.weights.shape[1]), state["hidden"])
        return (self.explanation.intercept + self.explanation.weights @ shown).tolist()


def reveal(predict, image, fill, guess):
    """Ask LIME about a face. ValueError unless three superpixels were guessed.

    fill: what hides superpixels. lime fills by rules of its own; noise is FaceProbe's, so grey stands in for it.
    """
    if len(guess) != MARKS:
        raise ValueError(f"{len(guess)} superpixels are marked, expected {MARKS}: guess before LIME")
    return Reveal(explain(predict, image, hide=fill if fill in HIDE else "grey"), list(guess))
