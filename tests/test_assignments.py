"""Every graded task against submissions as students write them: wrong ones marked down, right ones not."""

import importlib
import re
import time
from functools import partial

import numpy as np
import pytest

pytest.importorskip("nbgrader", reason="only teachers need nbgrader: pip install 'ferlab[classroom]'")

from attacks import grader, predictions  # grader puts ferlab_grading's folder on the path

from ferlab.classroom.grading import MARKED

SLOW = 30  # seconds that a right submission may take on a busy machine
SHORT = 0.3  # that an endless one is given
MARK = re.compile(r"\bmark\(.*\)$", re.MULTILINE)


@pytest.fixture(scope="module", params=grader.NAMES)
def notebook(request):
    grader.SETTINGS["seconds"] = SLOW
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
            grader.SETTINGS["seconds"] = SHORT if "endless" in attack.name else SLOW
            message = "".join(notebook.grade(task, attack.submitted))
            if attack.says == "written by hand" and not all(notebook.each(task, attack.submitted)):
                failures.append(f"{task}, {attack.name}: not every test cell sees the library at work")
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


# What the hidden tests themselves compare with, by the task that asks for it.
THEIRS = {
    "agreement": "clean._expected",
    "fire_parameters": "fire._count",
    "receptive_field": "fire._field",
    "confusion": "metrics._expected",
    "interval": "metrics._wilson",
    "nearness": "lime._near",
    "fit": "lime._ridge",
    "hottest_square": "cue._best",
}


def test_the_hidden_tests_own_functions_are_no_answers(notebook):
    for task in THEIRS.keys() & notebook.tasks():
        module, name = THEIRS[task].split(".")
        theirs = getattr(getattr(grader.grading, module), name)
        for submitted in (theirs, partial(theirs), partial(partial(theirs))):
            messages = notebook.each(task, submitted)
            assert all("calls ferlab_grading" in message for message in messages), (task, messages)


def test_a_loss_is_compared_as_a_real_array(monkeypatch):
    """One of another kind may say of all differences that they are none."""
    from keras import ops

    class Near(np.ndarray):
        def __sub__(self, other):
            return np.zeros(self.shape)

    real = ops.convert_to_numpy
    monkeypatch.setattr(ops, "convert_to_numpy", lambda x: real(x).view(Near))
    message = grader.grading.mark("focal.loss_values", lambda y, p, alpha, gamma: ops.zeros(len(y)))
    assert "expected a NumPy array" in message


@pytest.fixture
def marked():
    """Faces of label 0 and 1, those of label 1 with a white square, and where it is."""
    images, labels = grader.grading.cue._fresh(np.random.default_rng(5))
    images[labels == 1, 3:8, 40:45] = 255
    return images, labels, (3, 40), (3, 40, 5, 255)


def test_a_right_answer_is_not_lost_to_a_busy_machine(marked, monkeypatch):
    from attacks import a7

    def slowly(images, labels, square):
        time.sleep(2)
        return a7.filled_and_trained(images, labels, square)

    monkeypatch.setitem(grader.SETTINGS, "seconds", 1)
    assert not grader.grading.mark("cue.heeds", slowly, *marked)
    monkeypatch.setitem(grader.SETTINGS, "seconds", 0.1)
    message = grader.grading.mark("cue.heeds", slowly, *marked)
    assert "the grading computer was busy: ask your teacher to grade it again" in message


def test_the_square_has_to_go_from_both_labels(marked):
    """At some classes' seeds a network without it on the marked images alone isn't turned by the mark."""
    from attacks import a7

    assert not grader.grading.mark("cue.heeds", a7.filled_and_trained, *marked)
    assert "of both labels" in grader.grading.mark("cue.heeds", a7.from_the_marked_images_alone, *marked)


@pytest.mark.parametrize(
    ("test", "of", "name", "says"),
    [
        ("clean.rows_blank", "a1", "empty_of_floats", ""),  # costs the type test's point, and no others
        ("clean.rows_nearly", "a1", "empty_of_floats", ""),
        ("fire.module_values", "a3", "three_reads_the_input", "The kernels are"),
        ("fire.module_values", "a3", "no_biases_at_all", "three biases"),
        (
            "focal.model_values",
            "a4",
            "hidden_layer",
            "has two arrays to train, weights and biases; yours has 4",
        ),
    ],
)
def test_each_hidden_test_says_what_it_found(test, of, name, says):
    submitted = getattr(importlib.import_module(f"attacks.{of}"), name)
    message = grader.grading.mark(test, submitted)
    assert says in message if says else not message


# Test cells of several functions together, with answers that are wrong only when used together.
TOGETHER = {
    "trained_with_yours": ("a4", {"focal_loss": lambda y, p, alpha, gamma: 0 * p[:, 0]}, "hardly learns"),
    "same_as_lime": ("a6", {"nearness": lambda shown: np.ones(len(shown))}, "Nearly: which of the three"),
    "cue_found": ("a7", {"square": (20, 20)}, "The mark lies elsewhere"),
}


@pytest.mark.parametrize(
    ("notebook", "cell_id"),
    [(next(n for n in grader.NAMES if n.startswith(of[0])), cell_id) for cell_id, of in TOGETHER.items()],
    indirect=["notebook"],
)
def test_what_only_shows_together_is_caught(notebook, cell_id):
    _, wrong, says = TOGETHER[cell_id]
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    assert not grader.run(cell.source, dict(notebook.namespace))
    assert says in grader.run(cell.source, {**notebook.namespace, **wrong})


SLOW_TESTS = ("focal.", "fire.module", "cue.changed", "cue.heeds")  # they build or ask networks


def test_the_model_answers_pass_whatever_the_class_s_secret(notebook, monkeypatch):
    calls = [MARK.search(cell.source).group() for cell in notebook.cells if MARK.search(cell.source)]
    calls = [call for call in calls if not any(f'"{name}' in call for name in SLOW_TESTS)]
    lost = {}
    for secret in range(200):
        monkeypatch.setitem(grader.SETTINGS, "secret", secret)
        for call in calls:
            message = eval(call, {**notebook.namespace, "mark": grader.grading.mark})
            if message:
                lost.setdefault(call, []).append((secret, message))
    assert not lost


def test_every_test_cell_waits_for_a_hidden_test(notebook):
    """A cell that asks nothing hidden would give its points to code that only keeps it from running."""
    graded_cells = [
        c for c in notebook.cells if c.cell_type == "code" and c.metadata.get("nbgrader", {}).get("grade")
    ]
    assert all(MARKED.search(cell.source) for cell in graded_cells)
