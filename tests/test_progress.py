"""The record of what a student has done: only if they wish, only on their machine, and never in the way."""

import socket

import pytest

from ferlab import progress


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
    assert list(progress.show().summary()) == [("check", "fit"), ("check", "recalls")]


def test_a_record_that_cannot_be_written_does_not_stop_the_lesson():
    progress.start()
    progress.record_file().unlink()
    progress.record_file().mkdir()
    progress.record("check", "fit", True)


def test_nothing_leaves_the_machine(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    progress.start()
    progress.record("quiz", "question", True)
    assert progress.show().summary()
