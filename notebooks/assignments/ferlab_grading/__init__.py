"""Hidden tests. They live outside the notebooks, so that feedback shows their words and not their code.

`classroom init` copies this folder into the course and writes class.json beside it: the class's own secret,
from which every test draws its faces and numbers, and the seconds that a student's function may take.
"""

import json
import zlib
from importlib import import_module
from pathlib import Path

import numpy as np

from ferlab.classroom.asking import OutOfTime, time_limit

SETTINGS = {"secret": 0, "seconds": 20}
if (Path(__file__).parent / "class.json").exists():
    SETTINGS |= json.loads((Path(__file__).parent / "class.json").read_text())


def mark(test, *answers):
    """Run one hidden test, "module.function", on what the student wrote.

    Returns "" where all is well, else what is wrong in a sentence. It returns the words instead of raising,
    because a traceback would quote the lines of this file in the feedback.
    """
    module, name = test.split(".")
    run = getattr(import_module(f".{module}", __name__), name)
    rng = np.random.default_rng([SETTINGS["secret"], zlib.crc32(test.encode())])
    try:
        with time_limit(SETTINGS["seconds"]):
            run(rng, *answers)
    except AssertionError as problem:
        return str(problem) or "An assertion in your own code failed on valid input."
    except NotImplementedError:
        return "Not written yet: `raise NotImplementedError` is still there."
    except OutOfTime:
        return f"No answer within {SETTINGS['seconds']} seconds: does every loop come to an end?"
    except (Exception, SystemExit) as error:
        return f"On a valid input your code stops with {type(error).__name__}: {str(error)[:300]}"
    return ""
