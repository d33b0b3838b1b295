"""A class with nbgrader: `python -m ferlab classroom init FOLDER` makes a course of the assignments.

nbgrader does the rest with its own commands: generate_assignment, release_assignment, collect, autograde,
generate_feedback, export. notebooks/assignments/TEACHING.md tells how.
"""

import json
import secrets
import shutil
from pathlib import Path

ASSIGNMENTS = Path(__file__).parents[2] / "notebooks" / "assignments"
GRADING = "ferlab_grading"

CONFIG = '''"""nbgrader's settings for this course. Run nbgrader in this folder."""

import os
import sys
from pathlib import Path

from ferlab.classroom.products import MendCells
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    OverwriteCells,
    OverwriteKernelspec,
)

course = Path(__file__).parent
# nbgrader calls its helper alembic by name, so its folder must be on the path, activated environment or not.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
# Where the graded notebooks find the hidden tests. Students' servers don't read this file.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(course), os.environ.get("PYTHONPATH")]))

c = get_config()
c.CourseDirectory.root = str(course)
c.CourseDirectory.course_id = {course_id!r}
c.ClearSolutions.code_stub = {{"python": {stub!r}}}
# A cell may take five minutes (two of them train); a single function of a student {seconds} seconds, see class.json.
c.Execute.timeout = 300
# What a student deleted comes back before grading, and of copies the last one counts.
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    MendCells,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
'''
STUB = "# your code here\nraise NotImplementedError"


def init(args):
    """Make an nbgrader course of the assignments: source, and copies for students and teachers."""
    from .products import write_products

    folder = args.folder.expanduser().resolve()
    if not ASSIGNMENTS.is_dir():
        raise FileNotFoundError(
            f"{ASSIGNMENTS} is not there: the assignments come with ferlab's repository, not with the package "
            "alone; clone it and run this in its environment"
        )
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; give the course a folder of its own")
    seed = secrets.randbelow(9000) + 1000 if args.seed is None else args.seed
    folder.mkdir(parents=True, exist_ok=True)
    skip = shutil.ignore_patterns("__pycache__", "class.json")
    shutil.copytree(ASSIGNMENTS / GRADING, folder / GRADING, ignore=skip)
    own = {"seed": seed, "secret": secrets.randbelow(2**31), "seconds": args.seconds}
    (folder / GRADING / "class.json").write_text(json.dumps(own, indent=1) + "\n")
    course_id = args.course or folder.name
    config = CONFIG.format(course_id=course_id, stub=STUB, seconds=args.seconds)
    (folder / "nbgrader_config.py").write_text(config)
    names = write_products(ASSIGNMENTS, folder, seed)
    print(f"{len(names)} assignments for course {course_id}, class seed {seed}: {', '.join(names)}")
    print(f"source/ is for nbgrader, student/, solution/ and instructor/ to read. Next, in {folder}:")
    print(f"  nbgrader generate_assignment {names[0]} && nbgrader release_assignment {names[0]}")


def badges(args):
    """Write the Colab badge and the first cell that installs ferlab into the course's notebooks."""
    from .colab import add_badge

    for path in args.notebooks or sorted(ASSIGNMENTS.parent.glob("*.ipynb")):
        print(f"{path.name}: {'written' if add_badge(path, args.repository) else 'as it was'}")


def needs(args):
    """Run notebooks and print the seconds and the memory that each needs."""
    from .measure import measure

    for path in args.notebooks or sorted(ASSIGNMENTS.parent.glob("*.ipynb")):
        seconds, megabytes = measure(path.resolve())
        print(f"{path.name}: {seconds:.0f} s, {megabytes} MB", flush=True)


def add_commands(commands):
    """Add `classroom` to the subcommands of python -m ferlab (argparse's subparsers)."""
    group = commands.add_parser(
        "classroom", help="Make an nbgrader course; Colab badges; what notebooks need"
    )
    steps = group.add_subparsers(required=True, metavar="init | badges | needs")

    sub = steps.add_parser("init", help=init.__doc__)
    sub.set_defaults(run=init)
    sub.add_argument("folder", type=Path, help="a new folder for the course")
    sub.add_argument("--course", help="nbgrader's course id; default the folder's name")
    sub.add_argument("--seed", type=int, help="seed of the class's faces and numbers; default drawn by lot")
    sub.add_argument("--seconds", type=int, default=20, help="that one function of a student may take")

    sub = steps.add_parser("badges", help=badges.__doc__)
    sub.set_defaults(run=badges)
    sub.add_argument("repository", help="OWNER/NAME on GitHub")
    sub.add_argument("notebooks", nargs="*", type=Path, help="default all of notebooks/")

    sub = steps.add_parser("needs", help=needs.__doc__)
    sub.set_defaults(run=needs)
    sub.add_argument("notebooks", nargs="*", type=Path, help="default all of notebooks/")
