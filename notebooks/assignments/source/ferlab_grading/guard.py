"""Is what the hidden tests judge with still what it was when the kernel started, before any student's cell?"""

import builtins
import hmac
import sys
from types import FunctionType

import numpy as np

import ferlab.classroom.asking as asking

# A kernel makes `input` anew for each cell, Python adds annotations and warnings, and `mark` is made after all else.
SKIPPED = ("input", "mark", "__builtins__", "__annotations__", "__warningregistry__")


def tools():
    """What the hidden tests lean on: {where: names that may not become more}, {(where, name): names, what it stood for}.

    Of Keras too, where it is loaded already.
    """
    grading = [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] == __package__]
    own, others = [*grading, asking], [builtins, np, np.linalg, np.random, hmac]
    closed = {module.__name__: vars(module) for module in own}
    if keras := sys.modules.get("keras"):
        others += [keras, keras.ops, keras.layers]
        closed |= {f"keras.{kind.__name__}": vars(kind) for kind in keras.Model.__mro__ if kind is not object}
    found = {(where, name): names for where, names in closed.items() for name in names if name not in SKIPPED}
    for module in others:
        names = vars(module)
        found |= {(module.__name__, n): names for n in names if callable(names[n]) and n not in SKIPPED}
    found |= {("sys", name): vars(sys) for name in ("_getframe", "getprofile", "setprofile", "settrace")}
    found |= {("sys.modules", module.__name__): sys.modules for module in (*own, *others)}
    return closed, {at: (names, _parts(names[at[1]])) for at, names in found.items()}


def problem(before):
    """A sentence that names the first of these tools that was exchanged since, or ""."""
    closed, found = before
    new = [at for where, names in closed.items() for at in ((where, name) for name in names) if at not in found]
    changed = [at for at, (names, was) in found.items() if not _same(was, _parts(names.get(at[1])))]
    for where, name in (*changed, *new):
        if name not in SKIPPED:
            return (
                f"{where}.{name} isn't what it was when Python started. A test can't judge with it: "
                "take out what changes it."
            )
    return ""


def _parts(value):
    """It, and what code can exchange inside it: the content of a dict; a function's code, defaults and closure."""
    if isinstance(value, dict):
        return [value, *value, *value.values()]
    parts = [value]
    if isinstance(value, FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        parts += [value.__code__, value.__defaults__, *_parts(value.__kwdefaults__), *cells]
    inner = getattr(value, "__wrapped__", None)
    return parts if inner is None else parts + _parts(inner)


def _same(was, now):
    """By identity: an object can say of itself that it is equal."""
    return len(was) == len(now) and all(a is b for a, b in zip(was, now, strict=True))
