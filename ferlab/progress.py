"""What a student has done, kept on their own machine if they wish. Nothing is ever sent.

Nothing is kept until `start()` has been called once; `stop()` deletes it all. The record is one file, a JSON
line for each thing that was tried.
"""

import json
import os
import time
from html import escape
from pathlib import Path


def record_file():
    """The file that keeps the record: in $FERLAB_PROGRESS, else in the user's own data folder."""
    if os.environ.get("FERLAB_PROGRESS"):
        return Path(os.environ["FERLAB_PROGRESS"]).expanduser() / "progress.jsonl"
    import platformdirs

    return Path(platformdirs.user_data_dir("ferlab", appauthor=False)) / "progress.jsonl"


def start():
    """Begin to keep a record on this machine. Returns the `Progress` so far."""
    record_file().parent.mkdir(parents=True, exist_ok=True)
    record_file().touch()
    return show()


def stop():
    """Delete the record and keep none from now on. Returns a `Progress` that says so."""
    record_file().unlink(missing_ok=True)
    return show()


def kept():
    """Does the student wish a record?"""
    return record_file().exists()


def record(kind, name, right):
    """Note one thing tried, if the student wishes a record. Returns whether it was noted.

    kind "check" or "quiz"; name of the task, or the question; right: did it come out right?
    A record that can't be written (disk full, no permission) is left out: it must not disturb a lesson.
    """
    if not kept():
        return False
    line = json.dumps({"time": round(time.time()), "kind": kind, "name": name, "right": bool(right)})
    try:
        with open(record_file(), "a", encoding="utf-8") as file:
            file.write("\n" + line + "\n")  # after a line that a full disk cut short, on one of its own
    except OSError:
        return False
    return True


class Progress:
    """What the record holds; shown as a table. `entries` is None where no record is kept."""

    def __init__(self, entries):
        self.entries = entries

    def summary(self):
        """{(kind, name): (times tried, was it right at last)}, in the order of the first try."""
        found = {}
        for entry in self.entries or ():
            tries, _ = found.get((entry["kind"], entry["name"]), (0, False))
            found[entry["kind"], entry["name"]] = tries + 1, entry["right"]
        return found

    def __repr__(self):
        if self.entries is None:
            return "No record is kept. ferlab.progress.start() begins one, on this machine only."
        done = self.summary().values()
        return (
            f"{sum(right for _, right in done)} of the {len(done)} checks and questions that you have tried are right. "
            f"Kept in {record_file().name} on this machine only; ferlab.progress.stop() deletes it."
        )

    def _repr_html_(self):
        rows = "".join(
            f"<tr><td>{escape(kind)}</td><td>{escape(name)}</td><td>{tries}</td>"
            f"<td>{'yes' if right else 'not yet'}</td></tr>"
            for (kind, name), (tries, right) in self.summary().items()
        )
        head = "".join(f'<th scope="col">{name}</th>' for name in ("kind", "what", "times tried", "right"))
        table = f"<table><tr>{head}</tr>{rows}</table>" if rows else ""
        return f"<p>{escape(repr(self))}</p>{table}"


def show():
    """What has been done so far, as a `Progress`. Lines that a crash cut short are left out."""
    if not kept():
        return Progress(None)
    entries = []
    for line in record_file().read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
            entries.append(
                {"kind": str(entry["kind"]), "name": str(entry["name"]), "right": bool(entry["right"])}
            )
        except (ValueError, KeyError, TypeError):
            continue
    return Progress(entries)
