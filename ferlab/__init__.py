"""ferlab: facial expression recognition and explainability, behind a course of notebooks.

`import ferlab` loads NumPy and nothing heavier. A name below loads its module when it is first used
(PEP 562), so a kernel that only draws faces or runs a trained model never waits for TensorFlow.
"""

import os
import platform
from importlib import import_module

from .faces import Faces
from .quiet import quiet_tensorflow

quiet_tensorflow()
# oneDNN's convolutions train faster, on x86 processors too on which TensorFlow doesn't take them by itself.
# (By how much: results/onednn.json.)
if platform.machine() in ("x86_64", "AMD64"):
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__version__ = "0.1.0"

# name -> the module that has it
_WHERE = {
    "check": "checks",
    "clean": "cleaning",
    "draw_faces": "drawn",
    "evaluate": "evaluation",
    "explain": "explanation",
    "explain_many": "explanation",
    "face_from_photo": "photo",
    "FaceProbe": "widgets.faceprobe",
    "fit": "training",
    "load_faces": "fer2013",
    "load_model": "models.zoo",
    "load_predictor": "inference",
    "quiz": "quizzes",
}

__all__ = ["Faces", *_WHERE]


def __getattr__(name):
    if name in _WHERE:
        found = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"ferlab has no {name!r}; it has {', '.join(sorted(__all__))}")


def __dir__():
    return sorted({*globals(), *__all__})
