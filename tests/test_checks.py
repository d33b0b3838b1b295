"""Checks teach while a student works: they accept what is right, and say what to look at where it isn't."""

import importlib
import sys
import time

import pytest

from ferlab import checks, progress
from ferlab.checks import check


@pytest.fixture(autouse=True)
def own_record(tmp_path, monkeypatch):
    monkeypatch.setenv("FERLAB_PROGRESS", str(tmp_path))


def test_a_check_never_fails_the_cell():
    def unwritten(images):
        raise NotImplementedError

    def mistaken(images):
        rows = []
        return rows[0]

    assert "not written yet" in repr(check("faulty_rows", unwritten))
    assert "stops with IndexError in its line 3" in repr(check("faulty_rows", mistaken))
    assert "no function" in repr(check("faulty_rows", [1, 2]))
    assert "None" in repr(check("agreement", lambda votes: None))
    assert "what you return can't be read as the task asks" in repr(
        check("duplicate_groups", lambda images: [1])
    )
    assert "stops with SystemExit" in repr(check("faulty_rows", lambda images: sys.exit()))
    assert "can't be called as the task says" in repr(check("receptive_field", lambda: 1))


def test_an_endless_loop_is_stopped(monkeypatch):
    def endless(images):
        while True:
            pass

    def deaf(images):
        while True:
            try:  # noqa: SIM105
                time.sleep(1)
            except:  # noqa: E722 - as students write it: it swallows the limit on time
                pass

    monkeypatch.setattr(checks, "SECONDS", 0.2)
    for function in (endless, deaf):
        assert "does every loop come to an end" in repr(check("faulty_rows", function))
    assert sys.gettrace() is None


def test_an_unknown_task_is_named_with_those_that_there_are():
    with pytest.raises(ValueError, match=r"there is no check 'fire'.*fire_module"):
        check("fire", print)


def test_a_check_shows_words_and_a_mark_and_escapes_them():
    found = checks.Checked("fit", "a < b")
    assert not found
    assert "✗" in found._repr_html_()
    assert "a &lt; b" in found._repr_html_()
    assert "✓" in checks.Checked("fit", "")._repr_html_()


def test_checks_are_recorded_if_the_student_wishes():
    progress.start()
    check("fire_parameters", lambda c_in, squeeze, expand: c_in * squeeze + 10 * squeeze * expand)
    check("fire_parameters", lambda c, s, e: (c + 1) * s + (s + 1) * e + (9 * s + 1) * e)
    assert progress.show().summary() == {("check", "fire_parameters"): (2, True)}


def test_the_hint_names_what_came_out_and_asks_for_the_cause():
    hint = repr(
        check("fire_parameters", lambda c_in, squeeze, expand: c_in * squeeze + 10 * squeeze * expand)
    )
    assert "What else does each filter have?" in hint
    assert "3050" not in hint


HINTS = {
    "faulty_rows": {
        "empty_of_floats": "doesn't know that it is to hold integers",
        "a_column": "a flat array",
    },
    "duplicate_groups": {
        "in_the_order_of_their_pixels": "in another order",
        "not_in_order": "in another order",
    },
    "fire_module": {
        "no_relu_after_squeeze": "What follows the squeeze",
        "no_relu_at_the_end": "What follows each expand",
        "no_padding": "what pads the border",
        "halves_of_expand": "only half of `expand` wide",
        "no_biases_at_all": "a bias for each filter",
    },
    "focal_loss": {
        "of_keras": "don't count",
        "of_ferlab": "don't count",
        "mean_over_labels": "the sum over the labels, or their mean",
    },
    "transfer_model": {
        "hidden_layer": "4 arrays can be trained",
        "not_frozen": "the base can still be trained",
    },
    "interval": {"an_array": "make it a tuple"},
    "nearness": {
        "measured_from_the_first_row": "shown[0] need not be the face itself",
        "zero_for_nothing": "Which d does the task name",
    },
    "hottest_square": {"from_zero_up": "With which sum does your search begin"},
}
OF = {
    "faulty_rows": 1,
    "duplicate_groups": 1,
    "fire_module": 3,
    "focal_loss": 4,
    "transfer_model": 4,
    "interval": 5,
}
OF |= {"nearness": 6, "hottest_square": 7}


@pytest.mark.parametrize(("task", "name"), [(task, name) for task, names in HINTS.items() for name in names])
def test_a_hint_names_the_very_slip(task, name):
    pytest.importorskip("nbgrader", reason="the submissions come with the grading, which needs nbgrader")
    from attacks import grader

    importlib.import_module(f"attacks.a{OF[task]}")
    (attack,) = [attack for attack in grader.ATTACKS[task] if attack.name == name]
    assert HINTS[task][name] in repr(check(task, attack.submitted))


@pytest.mark.parametrize("number", range(1, 8))
def test_right_submissions_pass_and_most_wrong_ones_get_a_hint(number, capsys):
    pytest.importorskip("nbgrader", reason="the submissions come with the grading, which needs nbgrader")
    from attacks import grader

    tasks = set(grader.ATTACKS)
    module = importlib.import_module(f"attacks.a{number}")
    own = {
        task for task, attacks in grader.ATTACKS.items() if attacks[0].submitted.__module__ == module.__name__
    }
    own.discard("retrained")  # a model is trained there; what it does is printed below it
    assert own, tasks
    hints, wrong = dict.fromkeys(own, 0), dict.fromkeys(own, 0)
    for task in own:
        for attack in grader.ATTACKS[task]:
            found = check(task, attack.submitted)
            if attack.right:
                assert found, f"{task}, {attack.name} is right: {found}"
            elif not attack.says.startswith("calls "):  # else the answer is right, only the way to it isn't
                hints[task], wrong[task] = hints[task] + (not found), wrong[task] + 1
    told = ", ".join(f"{task} {hints[task]} of {wrong[task]}" for task in sorted(own))
    with capsys.disabled():
        print(f"\na{number}: so many wrong submissions get a hint: {told}")
    assert not [task for task in own if hints[task] <= wrong[task] / 2], told
