"""Every graded task against submissions as students write them: wrong ones marked down, right ones not."""

import importlib

import pytest

pytest.importorskip("nbgrader", reason="only teachers need nbgrader: pip install 'ferlab[classroom]'")

from attacks import grader, predictions  # grader puts ferlab_grading's folder on the path

SLOW = 30  # seconds that a right submission may take on a busy machine
SHORT = 0.3  # that an endless one is given


@pytest.fixture(scope="module", params=grader.NAMES)
def notebook(request):
    grader.grading.SETTINGS["seconds"] = SLOW
    importlib.import_module(f"attacks.{request.param.split('-')[0]}")
    return grader.Notebook(request.param)


def graded(notebook):
    """The tasks that are a function to write, and those that are a prediction."""
    tasks = notebook.tasks()
    return [t for t in tasks if not t.startswith("predicted")], [
        t for t in tasks if t.startswith("predicted")
    ]


def test_the_model_answers_get_full_marks(notebook):
    lost = {name: message for name, message in notebook.marks.items() if message}
    assert not lost
    assert len(notebook.marks) >= 9


def test_wrong_submissions_are_caught_and_right_ones_accepted(notebook, capsys):
    functions, guesses = graded(notebook)
    caught, tried, accepted, offered, failures = 0, 0, 0, 0, []
    for task in functions + guesses:
        attacks = predictions.ATTACKS if task in guesses else [*grader.ATTACKS[task], *grader.EVERYWHERE]
        assert sum(not a.right for a in attacks) >= 8, f"{task}: too few wrong submissions"
        assert sum(a.right for a in attacks) >= 3, f"{task}: too few right submissions"
        for attack in attacks:
            grader.grading.SETTINGS["seconds"] = SHORT if "endless" in attack.name else SLOW
            message = "".join(notebook.grade(task, attack.submitted))
            offered, tried = offered + attack.right, tried + (not attack.right)
            accepted, caught = (
                accepted + (attack.right and not message),
                caught + (not attack.right and bool(message)),
            )
            if attack.right and message:
                failures.append(f"{task}, right but marked down: {attack.name}: {message}")
            if not attack.right and attack.says not in message:
                failures.append(
                    f"{task}, {attack.name}: {message or 'not caught'!r}, expected {attack.says!r}"
                )
    with capsys.disabled():
        print(f"\n{notebook.name}: wrong caught {caught} of {tried}, right accepted {accepted} of {offered}")
    assert not failures, "\n".join(failures)
