"""The cache: whole or not there."""

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from ferlab.cache import cached

BUILD = """
import sys, numpy as np
from ferlab.cache import cached
def build():
    print("building", flush=True)
    sys.stdin.readline()
    return {"a": np.arange(200_000), "b": np.ones((3, 4))}
arrays = cached(("thing", 1), build)
print(int(arrays["a"].sum()), arrays["b"].shape, flush=True)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def start():
    """A process that builds an entry until a line comes on its standard input."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", BUILD], **pipes)
    assert process.stdout.readline() == "building\n"
    return process


def never():
    raise AssertionError("built again")


def test_two_processes_that_build_at_once_leave_one_whole_entry(folder):
    both = [start(), start()]
    said = [process.communicate("\n")[0] for process in both]
    assert said == ["19999900000 (3, 4)\n"] * 2
    assert len(list(folder.iterdir())) == 1
    assert cached(("thing", 1), never)["a"][-1] == 199_999


# Killed outright once one array is written, and another is about to be.
KILLED = """
import os, signal
from ferlab import cache
to_disk, written = cache._to_disk, []
def to_disk_or_die(file):
    written.append(file)
    if len(written) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    to_disk(file)
cache._to_disk = to_disk_or_die
"""


def test_a_kill_between_two_files_leaves_nothing_that_is_read(folder):
    done = subprocess.run([sys.executable, "-c", KILLED + BUILD], input="\n", text=True)
    assert done.returncode == -signal.SIGKILL
    [left] = folder.iterdir()
    assert ".half-" in left.name
    assert (left / "a.npy").exists()
    assert cached(("thing", 1), lambda: {"a": np.zeros(2)})["a"].tolist() == [0, 0]
    assert cached(("thing", 1), never)["a"].tolist() == [0, 0]


def test_what_was_built_is_mapped_not_built_again():
    cached(("x",), lambda: {"a": np.arange(5)})
    again = cached(("x",), never)
    assert again["a"].tolist() == [0, 1, 2, 3, 4]
    assert not again["a"].flags.writeable


def test_another_key_of_the_same_name_takes_its_place(folder):
    assert cached(("x", 1), lambda: {"a": np.ones(1)})["a"] == 1
    assert cached(("x-y", 1), lambda: {"a": np.full(1, 5)})["a"] == 5
    mapped = cached(("x", 1), never)["a"]
    assert cached(("x", 2), lambda: {"a": np.zeros(1)})["a"] == 0
    assert len(list(folder.iterdir())) == 2
    assert cached(("x-y", 1), never)["a"] == 5
    assert mapped == 1  # whoever still reads the old one goes on


def test_only_old_halves_are_swept(folder):
    cached(("x",), lambda: {"a": np.ones(1)})
    [entry] = folder.iterdir()
    shutil.rmtree(entry)
    # The other key's is of a file that has changed since, so nobody will build it again.
    old, other, new = (folder / f"{name}.half-1" for name in (entry.name, f"y-{'0' * 20}", f"x-{'1' * 20}"))
    for half in (old, other, new):
        half.mkdir()
    for half in (old, other):
        os.utime(half, (0, 0))
    cached(("x",), lambda: {"a": np.ones(1)})
    assert new.exists()
    assert not old.exists()
    assert not other.exists()


@pytest.mark.parametrize("damage", ["cut", "gone", "sizes"])
def test_a_damaged_entry_is_built_again(damage, folder):
    cached(("x",), lambda: {"a": np.arange(1000)})
    [entry] = folder.iterdir()
    if damage == "cut":
        (entry / "a.npy").write_bytes((entry / "a.npy").read_bytes()[:500])
    elif damage == "gone":
        (entry / "a.npy").unlink()
    else:
        (entry / "sizes.json").write_text("{")
    assert cached(("x",), lambda: {"a": np.arange(1000) + 1})["a"][0] == 1
    assert cached(("x",), never)["a"][0] == 1


def test_a_cache_that_cannot_be_written_warns_and_goes_on(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.warns(UserWarning, match="can't be written"):
        assert cached(("x",), lambda: {"a": np.arange(3)})["a"].tolist() == [0, 1, 2]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_full_disk_warns_and_leaves_no_part(folder):
    # A limit on the size of files is what a full disk looks like to a process: writing fails half-way.
    code = """
import resource, signal, warnings, numpy as np
from ferlab.cache import cached
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(len(cached(("big",), lambda: {"a": np.zeros(1_000_000)})["a"]), len(caught))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "1000000 1", done.stderr
    assert not any(folder.iterdir())
