"""Keeps TensorFlow's notes about CUDA and oneDNN out of terminals and notebooks.

TensorFlow 2.21 writes them past sys.stderr while it is imported, before it has read TF_CPP_MIN_LOG_LEVEL,
so that a student's first cell would be a red block about a graphics card. What goes wrong in the import
is raised as an exception all the same.
"""

import contextlib
import logging
import os
import sys
import threading
from importlib.machinery import PathFinder

_ONE_AT_A_TIME = threading.RLock()  # a second thread would take the first one's nowhere for the real stderr


@contextlib.contextmanager
def no_stderr():
    """Drop what compiled code writes to this process's stderr meanwhile."""
    with _ONE_AT_A_TIME:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


class _QuietTensorFlow:
    """Finds `tensorflow` as Python does, and mutes the loading of it, whoever imports it first."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "tensorflow":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None:
            load = spec.loader.exec_module

            def quietly(module):
                with no_stderr():
                    load(module)
                # It also warns, on stdout, of being called for many models: a lesson calls many.
                logging.getLogger("tensorflow").setLevel(logging.ERROR)

            spec.loader.exec_module = quietly
        return spec


def quiet_tensorflow():
    """Arrange it, unless someone asks for the notes with a TF_CPP_MIN_LOG_LEVEL below 3."""
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "3":
        sys.meta_path.insert(0, _QuietTensorFlow)
