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
