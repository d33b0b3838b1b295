"""A course as `classroom init` makes it, and what tests ask of its notebooks."""

from argparse import ArgumentParser

import nbformat

from ferlab import classroom


def command(*arguments):
    parser = ArgumentParser()
    classroom.add_commands(parser.add_subparsers(required=True))
    args = parser.parse_args(["classroom", *map(str, arguments)])
    args.run(args)


def read(path):
    return nbformat.read(path, 4)


def product(course, kind, name):
    return read(course / kind / name / f"{name}.ipynb")


def about(cell):
    return cell.metadata.get("nbgrader", {})


def text(notebook):
    return "\n".join(cell.source for cell in notebook.cells)
