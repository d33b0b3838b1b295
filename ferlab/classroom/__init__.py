"""A class with nbgrader: `python -m ferlab classroom init FOLDER` makes a course of the assignments.

nbgrader does the rest with its own commands: generate_assignment, release_assignment, collect, autograde,
generate_feedback, export. notebooks/assignments/TEACHING.md tells how.
"""

import importlib.util
import json
import secrets
import shutil
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SOURCES = NOTEBOOKS / "assignments" / "source"  # with solutions, and the hidden tests
COPIES = NOTEBOOKS / "assignments" / "student"  # cut from them, for whoever opens the repository
GRADING = "ferlab_grading"

CONFIG = '''"""nbgrader's settings for this course. Run nbgrader in this folder."""

import json
import os
import sysconfig
from pathlib import Path

from ferlab.classroom.grading import MendCells, RunAndHear
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

course = Path(__file__).parent
# nbgrader calls its helper alembic by name, so its folder must be on the path, activated environment or not.
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
# Where the graded notebooks find the hidden tests. Students' servers don't read this file.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(course), os.environ.get("PYTHONPATH")]))

c = get_config()
c.CourseDirectory.root = str(course)
c.CourseDirectory.course_id = {course_id!r}
c.ClearSolutions.code_stub = {{"python": {stub!r}}}
# A function of a student may take the seconds of class.json, nine times as many where a test trains; a cell, which may
# train too, five minutes or more.
seconds = json.loads((course / "ferlab_grading" / "class.json").read_text("utf-8"))["seconds"]
c.Execute.timeout = max(300, 15 * seconds)
# What a student deleted comes back before grading, and of copies the last one counts.
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    MendCells,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
# nbgrader's own list, but for RunAndHear in place of Execute.
c.Autograde.autograde_preprocessors = [
    RunAndHear,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
'''
STUB = "# your code here\nraise NotImplementedError"


def init(args):
    """Make an nbgrader course of the assignments: source, and copies for students and teachers."""
    _look_for_sources()
    from .products import write_products

    folder = args.folder.expanduser().resolve()
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; give the course a folder of its own")
    seed = secrets.randbelow(9000) + 1000 if args.seed is None else args.seed
    if not 0 <= seed < 2**32:
        raise ValueError(f"--seed {seed}: a seed is a whole number from 0 to {2**32 - 1}")
    if args.seconds < 1:
        raise ValueError(f"--seconds {args.seconds}: a function of a student needs 1 or more")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # on a server homes may be open to all, and so may be a folder that was there before
    skip = shutil.ignore_patterns("__pycache__", "class.json")
    shutil.copytree(SOURCES / GRADING, folder / GRADING, ignore=skip)
    own = {"seed": seed, "secret": secrets.randbelow(2**31), "seconds": args.seconds}
    (folder / GRADING / "class.json").write_text(json.dumps(own, indent=1) + "\n", "utf-8")
    course_id = args.course or folder.name
    config = CONFIG.format(course_id=course_id, stub=STUB)
    (folder / "nbgrader_config.py").write_text(config, "utf-8")
    names = write_products(SOURCES, folder, seed)
    print(f"{len(names)} assignments for course {course_id}, class seed {seed}: {', '.join(names)}")
    print(f"source/ is for nbgrader, student/, solution/ and instructor/ to read. Next, in {folder}:")
    print(f"  nbgrader generate_assignment {names[0]} && nbgrader release_assignment {names[0]}")


def _look_for_sources():
    if not SOURCES.is_dir():
        raise FileNotFoundError(
            f"{SOURCES} is not there: the assignments come with ferlab's repository, not with the package "
            "alone; clone it and run this in its environment"
        )
    if importlib.util.find_spec("nbgrader") is None:
        raise RuntimeError("nbgrader is not installed; pip install 'ferlab[classroom]' brings it")


def copies(args):
    """Cut the students' copies in notebooks/assignments/student anew from their sources."""
    _look_for_sources()
    from .products import answered, students_copies

    fresh = students_copies(SOURCES, COPIES)
    for path in filter(Path.exists, fresh):
        if answers := answered(path):
            raise FileExistsError(
                f"{path} holds answers ({', '.join(answers)}), which would be lost; move it elsewhere"
            )
    for path, text in fresh.items():
        changed = not path.exists() or path.read_text("utf-8") != text
        path.write_text(text, "utf-8")
        print(f"{path.name}: {'written' if changed else 'as it was'}")


def badges(args):
    """Write the Colab badge and the first cell that installs ferlab into the course's notebooks."""
    from .colab import add_badge, origin

    repository = args.repository or origin(NOTEBOOKS)
    for path in args.notebooks or sorted(NOTEBOOKS.glob("*.ipynb")):
        print(f"{path.name}: {'written' if add_badge(path, repository) else 'as it was'}")


def needs(args):
    """Run notebooks and print the seconds and the memory that each needs."""
    from .measure import measure

    for path in args.notebooks or sorted(NOTEBOOKS.glob("*.ipynb")):
        seconds, peak, private = measure(path.resolve())
        print(
            f"{path.name}: {seconds:.0f} s, {peak} MB at most, {private} MB of them private at the end",
            flush=True,
        )


def add_commands(commands):
    """Add `classroom` to the subcommands of python -m ferlab (argparse's subparsers)."""
    group = commands.add_parser(
        "classroom", help="Make an nbgrader course; students' copies; Colab badges; what notebooks need"
    )
    steps = group.add_subparsers(required=True, metavar="init | copies | badges | needs")

    sub = steps.add_parser("init", help=init.__doc__)
    sub.set_defaults(run=init)
    sub.add_argument("folder", type=Path, help="a new folder for the course")
    sub.add_argument("--course", help="nbgrader's course id; default the folder's name")
    sub.add_argument("--seed", type=int, help="seed of the class's faces and numbers; default drawn by lot")
    sub.add_argument(
        "--seconds",
        type=int,
        default=20,
        help="that a hidden test may take, nine times as many if it trains (default: 20)",
    )

    sub = steps.add_parser("copies", help=copies.__doc__)
    sub.set_defaults(run=copies)

    sub = steps.add_parser("badges", help=badges.__doc__)
    sub.set_defaults(run=badges)
    sub.add_argument("repository", nargs="?", help="OWNER/NAME on GitHub; default git's origin")
    sub.add_argument("notebooks", nargs="*", type=Path, help="default all of notebooks/")

    sub = steps.add_parser("needs", help=needs.__doc__)
    sub.set_defaults(run=needs)
    sub.add_argument("notebooks", nargs="*", type=Path, help="default all of notebooks/")
