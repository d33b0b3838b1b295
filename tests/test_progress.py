"""The record of what a student has done: only if they wish, only on their machine, and never in the way."""

import re
import socket

import pytest

from ferlab import progress, quiz
from ferlab.widgets.quiz import RecordedQuiz


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FERLAB_PROGRESS", str(tmp_path / "deep" / "folder"))
    return tmp_path


def test_nothing_is_kept_unasked(own_folder):
    progress.record("check", "fire_module", True)
    assert list(own_folder.rglob("*")) == []
    assert "No record is kept" in repr(progress.show())


def test_what_was_tried_is_shown_with_how_it_stands_at_last():
    progress.start()
    for right in (False, False, True):
        progress.record("check", "fire_module", right)
    progress.record("quiz", "What <b>is</b> recall?", False)
    done = progress.show()
    assert done.summary() == {
        ("check", "fire_module"): (3, True),
        ("quiz", "What <b>is</b> recall?"): (1, False),
    }
    assert repr(done).startswith("1 of the 2")
    assert "What &lt;b&gt;is" in done._repr_html_()


def test_a_second_start_keeps_what_is_there_and_stop_deletes_it(own_folder):
    progress.start()
    progress.record("check", "fit", True)
    assert progress.start().summary()
    assert progress.stop().entries is None
    progress.record("check", "fit", True)
    assert not [path for path in own_folder.rglob("*") if path.is_file()]


def test_a_line_cut_short_by_a_crash_spoils_nothing():
    progress.start()
    progress.record("check", "fit", True)
    with open(progress.record_file(), "a") as file:
        file.write('{"time": 1, "kind": "che\n[]\nnull\n')
    progress.record("check", "recalls", False)
    with open(progress.record_file(), "a") as file:
        file.write('{"time": 1, "kin')  # the disk was full
    progress.record("quiz", "why", True)
    assert list(progress.show().summary()) == [("check", "fit"), ("check", "recalls"), ("quiz", "why")]


def test_a_record_that_cannot_be_written_does_not_stop_the_lesson():
    progress.start()
    progress.record_file().unlink()
    progress.record_file().mkdir()
    assert progress.record("check", "fit", True) is False


def test_nothing_leaves_the_machine(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    progress.start()
    progress.record("quiz", "question", True)
    assert progress.show().summary()


def test_each_choice_says_whether_it_is_right():
    found = re.findall(r"<summary[^>]*>(.*?)</summary><p><b>(.)", QUIZ._repr_html_())
    assert found == [("No", "✗"), ("Yes", "✓"), ("Never", "✗")]
    for choices in (
        [("a", False, "No.")],
        [("a", True, "Yes."), ("b", True, "Yes.")],
        [("a", True, "Yes."), ("b", False, " ")],
    ):
        with pytest.raises(ValueError, match=r"exactly one|needs a reply"):
            quiz("?", *choices)


QUIZ = quiz("Is 1 < 2?", ("No", False, "Count again."), ("Yes", True, "Right."), ("Never", False, "It is."))
WIDGET = "application/vnd.jupyter.widget-view+json"


def test_a_quiz_is_a_widget_only_for_those_who_keep_a_record():
    assert WIDGET not in QUIZ._repr_mimebundle_()[0]
    progress.start()
    live, _ = QUIZ._repr_mimebundle_()
    assert WIDGET in live
    assert live["text/plain"] == repr(QUIZ)
    assert "text/html" not in live  # IPython adds that of _repr_html_, which is what stays without a kernel


def test_choices_are_noted_until_the_right_one():
    progress.start()
    shown = RecordedQuiz(QUIZ)
    for chosen in (0, 0, 1, 2):  # the last is opened to read its reply
        open_choice(shown, chosen)
    assert progress.show().summary() == {("quiz", "Is 1 < 2?"): (3, True)}
    assert shown.told.startswith("Noted")


def test_a_record_that_was_stopped_meanwhile_is_not_begun_again():
    progress.start()
    shown = RecordedQuiz(QUIZ)
    progress.stop()
    open_choice(shown, 0)
    assert progress.show().entries is None
    assert shown.told.startswith("Not noted")


def open_choice(shown, chosen):
    """What the page sends when a choice is opened."""
    data = {"method": "custom", "content": {"chosen": chosen}}
    shown._handle_msg({"content": {"comm_id": shown.comm.comm_id, "data": data}, "buffers": []})
