"""Explanations of a network's answer to one face, and whether they are true. Notebooks 07 and 08."""

from .lime import Explanation, explain
from .many import explain_many
from .superpixels import METHODS

__all__ = ["METHODS", "Explanation", "explain", "explain_many"]
