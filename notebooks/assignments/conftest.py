"""nbval leaves the assignments alone: tests/test_assignments.py runs them, with their hidden tests."""

collect_ignore_glob = ["*.ipynb", "*/*.ipynb"]
