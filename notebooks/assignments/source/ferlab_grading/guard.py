"""Is what the hidden tests judge with still what it was when the kernel started, before any student's cell?"""

import builtins
import sys

import numpy as np

import ferlab.classroom.asking as asking


def tools():
    """(module, name) -> function or class, of all that the hidden tests lean on; of their own modules constants too."""
    grading = [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] == __package__]
    watched = [builtins, np, np.linalg, np.random, asking]
    found = {(m.__name__, name): value for m in watched for name, value in vars(m).items() if callable(value)}
    found |= {(m.__name__, name): v for m in grading for name, v in vars(m).items() if not name.startswith("__")}
    del found["builtins", "input"]  # a kernel makes it anew for each cell
    return found | {("sys", "setprofile"): sys.setprofile, ("sys", "settrace"): sys.settrace}


def problem(before):
    """A sentence that names the first of these tools that was exchanged since, or ""."""
    for (module, name), was in before.items():
        if getattr(sys.modules[module], name, None) is not was:
            return (
                f"{module}.{name} isn't what it was when Python started. A test can't judge with it: "
                "take out what changes it."
            )
    return ""
