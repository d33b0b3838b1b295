"""python -m ferlab: the course in a terminal."""

import argparse
import json
import os
import shlex
import sys
from datetime import date
from pathlib import Path

from .classroom import add_commands
from .comparison import RESULTS, systems, table
from .evaluation import VIEWS
from .faces import SPLITS
from .fer2013 import LABELS

# Written out, since the modules that know them load Keras.
TRAINABLE = (
    "squeezenet (ferlab's own), squeezenet-zima, squeezenet-zima-unweighted, zima-vgg16, rahman-resnet18, "
    "rahman-vgg19, rahman-ensemble, tekula-cnn, delorenzo-cnn, vgg16-narrow, vgg16, vgg16-focal"
)
SHIPPED = "squeezenet, squeezenet-plus, squeezenet-zima, squeezenet-drawn, or the path of a .tflite file"


def data(args):
    """Say what load_faces finds: how many faces, of which label, how many faulty or twice there."""
    from . import cleaning
    from .fer2013 import SIZES, load_faces

    faces = load_faces(args.source, labels=args.labels)
    for name, size in zip(SPLITS, SIZES, strict=True):
        part = faces.split(name)
        if len(part):
            counts = ", ".join(f"{label} {n}" for label, n in part.counts().items())
            print(f"{name:>12} {len(part):>6}: {counts}")
        if faces.name == "FER-2013 faces" and len(part) not in (0, size):
            print(
                f"{'':>12} FER-2013 has {size} in {name}; is the file cut short, or a part of it on purpose?"
            )
    print(cleaning.summary(faces))


def train(args):
    """Train a network by its recipe, and save it with its card; made again, an interrupted call goes on."""
    from . import rebuild, stacking

    (stacking.train_ensemble if args.name == stacking.NAME else rebuild.train)(args)


def evaluate(args):
    """Print the report of a trained network on one split."""
    from .evaluation import evaluate as evaluate_
    from .fer2013 import load_faces
    from .inference import load_predictor

    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
    faces = load_faces(args.source, labels=args.labels, split=args.split)
    predict = load_predictor(args.name, faces if args.name == "squeezenet" else None)
    report = evaluate_(predict, faces, views=args.views)
    print(f"{predict.name} on {faces.name}, split {args.split}, {args.views} view")
    print(report)
    if args.json:
        figures = {"command": args.command, "date": str(date.today())}
        figures |= {"network": predict.name, "faces": faces.name, "split": args.split, "views": args.views}
        figures |= {"n": len(faces), "accuracy": report.accuracy, "mean_recall": report.mean_recall}
        figures |= {"interval": report.interval, "mean_recall_interval": report.mean_recall_interval}
        args.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


def compare(args):
    """Show the published student systems beside ferlab's networks, as results/ has them."""
    print(table(systems(args.results)))


def ablate(args):
    """Train a network with one change at a time, and write what each is worth."""
    from . import ablation, parts

    (parts.ablate if args.name == "squeezenet" else ablation.ablate)(args)


def leakage(args):
    """Train with copies of test photos among the training faces and without, and write what that changes."""
    from . import leakage as leakage_

    leakage_.leakage(args)


def explain(args):
    """Explain one photo with all three kinds of superpixels; write the figure."""
    from .explanation import METHODS
    from .explanation import explain as explain_
    from .inference import load_predictor
    from .photo import face_from_photo, find_faces
    from .plots import file_for
    from .plots.explanations import explanation_rows

    out = file_for(args.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    predict = load_predictor(args.name)
    face = face_from_photo(args.photo, face=args.face)
    if (found := len(find_faces(args.photo))) > 1:
        print(f"{found} faces found; this is --face {args.face}, where 0 is the largest")
    explanations = [explain_(predict, face, method, args.samples, args.seed) for method in METHODS]
    picture = explanation_rows(explanations)
    picture.save(out)
    print(picture.alt)
    print(f"written: {out}")


def count(text):
    """An argument that is a whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected 1 or more")
    return number


def parser():
    top = argparse.ArgumentParser(prog="python -m ferlab", description=__doc__.split(": ", 1)[1])
    commands = top.add_subparsers(
        required=True, metavar="data | train | evaluate | compare | ablate | leakage | explain | classroom"
    )

    def command(function):
        sub = commands.add_parser(function.__name__, help=function.__doc__.splitlines()[0])
        sub.set_defaults(run=function)
        return sub

    def source(sub, labels=True):
        sub.add_argument("--source", help="file or folder of FER-2013, or 'drawn'; else $FERLAB_DATA, data/")
        if labels:
            sub.add_argument(
                "--labels",
                default="fer2013",
                choices=LABELS,
                help="FER-2013's seven, or eight by the FER+ votes: of most annotators, or of more than any other",
            )

    def training_faces(sub):
        either = sub.add_mutually_exclusive_group()
        either.add_argument(
            "--drawn", type=count, metavar="N", help="train on N newly drawn faces, not on those of --source"
        )
        source(either, labels=False)

    source(command(data))

    sub = command(train)
    sub.add_argument("name", help=TRAINABLE)
    sub.add_argument("--out", type=Path, help="where to write, without an ending; default runs/<name>")
    sub.add_argument(
        "--epochs", type=count, help="if not as many as the network's recipe says, or 60 with --start"
    )
    sub.add_argument(
        "--start",
        metavar="PATH",
        help="go on from a trained network (path without an ending), to the mean of its weights after each epoch",
    )
    sub.add_argument("--folder", type=Path, help="where the state is kept; default runs/<name of --out>")
    sub.add_argument("--results", type=Path, help="folder for its figures, for `compare` to read")
    sub.add_argument("--seed", type=int, default=0)
    training_faces(sub)

    sub = command(evaluate)
    sub.add_argument("name", nargs="?", default="squeezenet", help=SHIPPED)
    sub.add_argument("--split", default="PublicTest", choices=SPLITS)
    sub.add_argument(
        "--views",
        default="one",
        choices=VIEWS,
        help="how each face is shown: once, mirrored too, in ten crops, in ten copies",
    )
    sub.add_argument("--json", type=Path, help="write the figures here too")
    source(sub)

    sub = command(compare)
    sub.add_argument("--results", type=Path, default=RESULTS, help="folder of the .json files of trainings")

    sub = command(ablate)
    sub.add_argument(
        "name",
        nargs="?",
        default="squeezenet-zima",
        choices=["squeezenet-zima", "squeezenet"],
        help="squeezenet-zima: the steps that led to it; squeezenet: each part of its recipe left out once",
    )
    sub.add_argument("--epochs", type=count, default=20, help="of each training")
    sub.add_argument("--faces", type=count, help="train on so many faces only")
    sub.add_argument("--results", type=Path, default=Path("runs/results"), help="folder for its .json file")
    sub.add_argument("--seed", type=int, default=0)
    training_faces(sub)

    sub = command(leakage)
    sub.add_argument("--epochs", type=count, default=10, help="of each of the three trainings")
    sub.add_argument("--results", type=Path, default=Path("runs/results"), help="folder for leakage.json")
    sub.add_argument("--seed", type=int, default=0)
    source(sub, labels=False)
    sub.set_defaults(drawn=None)

    sub = command(explain)
    sub.add_argument("photo", help="an image file")
    sub.add_argument("--face", type=int, default=0, help="which, where there are several; 0 is the largest")
    sub.add_argument("--name", default="squeezenet", help=SHIPPED)
    sub.add_argument("--samples", type=count, default=1000)
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--out", type=Path, default=Path("explanation.png"))

    add_commands(commands)
    return top


def main(given=None):
    given = sys.argv[1:] if given is None else given
    args = parser().parse_args(given)
    args.command = shlex.join(["python", "-m", "ferlab", *map(str, given)])
    try:
        args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, OSError, RuntimeError, FloatingPointError) as error:
        # The message says it all, a traceback would hide it.
        sys.exit(f"ferlab: {error}")


if __name__ == "__main__":
    main()
