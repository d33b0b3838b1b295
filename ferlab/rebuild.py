"""`python -m ferlab train`: a network of the comparison by its recipe, saved with a card.

A network's card, a .json beside its weights, says which call made it, on which faces, and what came out.
"""

import json
import os
import zlib
from datetime import date
from pathlib import Path

import keras
import numpy as np

from .cleaning import find_faulty, near_copies
from .drawn import draw_faces
from .emotions import FERPLUS
from .evaluation import VIEWS, evaluate, human_ceiling
from .fer2013 import label_by_votes, load_faces
from .hardware import best_precision, gpu_generation
from .models import own, vgg, zoo
from .preprocessing import one_hot, vote_targets
from .recipes import RECIPES
from .training import fit

FAVOUR = 0.5  # how much the head for FER+ favours rare labels, see own.favour_rare
# A network that goes on from trained weights: for so many epochs, at this share of the recipe's step size.
AGAIN_EPOCHS, AGAIN_STEP = 60, 1 / 3


def train(args):
    """Train a network by its recipe, and save it with its card. An interrupted call goes on when made again."""
    if args.name not in RECIPES:
        names = ", ".join([*RECIPES, "rahman-ensemble"])
        raise ValueError(f"there is no recipe for {args.name!r}; there are {names}")
    recipe, out = RECIPES[args.name], where_to(args)
    training, judged = training_faces(args, recipe.labels)
    # ferlab's own network learns from the annotators too, with a second head for what they said.
    two_heads = args.name == "squeezenet" and training.votes is not None
    keras.utils.set_random_seed(args.seed)
    model = _untrained(args.name, len(training.classes), two_heads)
    targets, expected = lessons(recipe, training, judged, two_heads)
    shares = None
    if two_heads:
        voted = vote_targets(training)
        shares = np.maximum(voted.sum(0) / voted.sum(), 1 / len(training))
    before = _start(model, args.start, shares) if args.start else None
    settings = recipe.settings(training) | ({"loss": own.two_headed_loss} if two_heads else {})
    history = _fit(recipe, model, (training, targets), (judged, expected), settings, args)
    about = _about(recipe, training, history, before, args)
    if two_heads:
        about["targets"] += "; FER+ votes for a second head"
        plus = own.one_headed(model, votes=True)
        own.favour_rare(plus, shares, FAVOUR)
        done = {
            "favours_rare": f"each label's score lowered by {FAVOUR} times the log of its share of the training votes"
        }
        save(plus, f"{out}-plus", label_by_votes(judged, "fer+"), about | done, args.results)
    if args.name == "squeezenet":
        model = own.one_headed(model, votes=False)
    save(model, out, judged, about, args.results)
    if args.name == "vgg16-narrow":
        vgg.save_narrow_base(model.get_layer("base"), f"{out}.npz")


def where_to(args):
    """The path to write to, without an ending. An error where it or --start can't be right, before faces are read."""
    out = args.out or Path("runs") / args.name
    for option, path in (("out", out), ("start", args.start)):
        if path and Path(path).suffix in (".keras", ".tflite", ".json"):
            raise ValueError(f"--{option} {path}: give the path without an ending: several files share it")
    if args.start and Path(args.start).resolve() == Path(out).resolve():
        raise ValueError(f"--start {args.start} would be written over: name another --out")
    if args.start and not Path(f"{args.start}.keras").is_file():
        raise FileNotFoundError(
            f"--start {args.start}: there is no {args.start}.keras; give the --out of an earlier `ferlab train`"
        )
    return out


def _untrained(name, classes, two_heads):
    if name != "squeezenet":
        return zoo.build(name, classes)
    # Of any size: it learns from crops, and is asked about whole faces.
    return own.two_headed(classes) if two_heads else own.own_squeezenet(classes, side=None)


def lessons(recipe, training, judged, two_heads):
    """What a network is to answer for the training faces and for those it is judged on, float32 (n, k) and (m, k).

    two_heads: the answers for the votes stand beside those for the labels.
    """
    labels = one_hot(training.labels, len(training.classes))
    targets = (1 - recipe.smoothing) * labels + np.float32(recipe.smoothing / len(training.classes))
    expected = one_hot(judged.labels, len(judged.classes))
    if two_heads:
        targets = np.hstack([targets, vote_targets(training)])
        expected = np.hstack([expected, vote_targets(judged)])
    return targets, expected


def _fit(recipe, model, training, judged, settings, args):
    """Train by the recipe, where it says so the new head before the rest. Returns the history of both together."""
    (faces, targets), (judged, expected) = training, judged
    folder = args.folder or Path("runs") / (args.out or Path(args.name)).name
    print(
        f"{model.count_params():,} parameters, {len(faces):,} faces; state in {folder}, resumed if it is there"
    )
    pairs = (faces.images, targets), (judged.images, expected)
    about = {
        "trained_on": facts(args, faces)["trained_on"],
        "targets": _targets_in_words(recipe),
        "focal": recipe.focal,
        "weighted": recipe.weighted,
        "augment": [recipe.augment, recipe.erase],
        "start": str(args.start),
    }
    if args.start:
        about["start_checksum"] = zlib.crc32(Path(f"{args.start}.keras").read_bytes())
    settings = settings | {"classes": len(faces.classes), "seed": args.seed, "about": about}
    head = {}
    if recipe.head_epochs and not args.start:
        model.get_layer("base").trainable = False
        head = fit(model, *pairs, epochs=recipe.head_epochs, augment=recipe.augmentation(args.seed + 2),
                   folder=folder / "head", **settings)  # fmt: skip
        model.get_layer("base").trainable = True
    history = fit(
        model,
        *pairs,
        epochs=args.epochs or (AGAIN_EPOCHS if args.start else recipe.epochs),
        learning_rate=recipe.learning_rate * (AGAIN_STEP if args.start else 1),
        average=bool(args.start),
        keep_last=recipe.keep_last,
        augment=recipe.augmentation(args.seed),
        folder=folder,
        **settings,
    )
    return _joined(head, history)


def _joined(before, after):
    """The history of one training and of another that went on from it."""
    return {name: before.get(name, []) + values for name, values in after.items()}


def _about(recipe, training, history, before, args):
    """The card, less the figures."""
    history = {name: [round(x, 4) for x in values] for name, values in history.items()}
    about = {
        **facts(args, training),
        "targets": _targets_in_words(recipe),
        "epochs": len(history["loss"]),
        "epochs_in_recipe": recipe.epochs + recipe.head_epochs,
        "seconds": round(sum(history["seconds"])),
        "history": history,
    }
    if recipe.keep_last:
        about["weights"] = "those after the last epoch"
    if before:
        about["weights"] = f"mean of those after each of the last {len(history['loss'])} epochs"
        kept = ("command", "targets", "epochs", "went_on_from")
        about["went_on_from"] = {name: before[name] for name in kept if name in before}
        about["epochs"] += before["epochs"]
        about["epochs_in_recipe"] = before.get("epochs_in_recipe", before["epochs"]) + AGAIN_EPOCHS
        about["seconds"] += before.get("seconds", 0)
        about["history"] = _joined(before["history"], history)
    return about


def _targets_in_words(recipe):
    """What the targets of the labels are, for the card."""
    return f"label, smoothed by {recipe.smoothing:.0%}" if recipe.smoothing else "label"


def facts(args, training):
    """What every file of figures says of the call that made it, dict."""
    return {
        "command": args.command,
        "trained_on": f"{len(training)} {training.name}, split Training",
        "seed": args.seed,
        "backend": f"{keras.backend.backend()}, {best_precision()}",
        "device": "a GPU" if gpu_generation() else f"{os.cpu_count()} CPU cores",
        "date": str(date.today()),
    }


def _start(model, path, shares):
    """Give the model the weights of trained ones, and return the card of the first of them.

    shares: those by which the second head was told to favour rare labels, None where there is one head.
    """
    card = zoo.load_card(f"{path}.keras")
    if missing := {"command", "targets", "epochs", "history"} - card.keys():
        raise ValueError(
            f"{path}.json lacks {', '.join(sorted(missing))}; `--start` goes on from what `ferlab train` wrote"
        )
    if shares is not None:
        votes = zoo.load_model(f"{path}-plus.keras")
        own.favour_rare(votes, shares, -FAVOUR)
        own.set_heads(model, zoo.load_model(f"{path}.keras"), votes)
    else:
        model.set_weights(zoo.load_model(f"{path}.keras").get_weights())
    return card


def as_predictor(model):
    """A keras.Model as `evaluate` wants it: faces (n, 48, 48) to probabilities (n, k)."""
    return lambda images: model.predict_on_batch(images[..., None])


def training_faces(args, labels, keep_copies=False):
    """Training faces, and the faces to choose on. No image to be judged on is trained on.

    keep_copies  leave in Training the photos that another split has too, to see what they change
    """
    if args.drawn:
        # Seeds far from those of the course's standing set, on which the network is shown and judged.
        if labels != "fer2013":
            raise ValueError(
                f"{args.name} learns {labels} labels; `--drawn` draws faces with FER-2013's seven"
            )
        return draw_faces(args.drawn, seed=1000 + args.seed), load_faces("drawn", split="PublicTest")
    faces = load_faces(args.source, labels=labels)
    training, judged = faces.split("Training"), faces[faces.splits != 0]
    if not len(training) or not len(faces.split("PublicTest")):
        raise ValueError(
            f"{faces.name} lack Training or PublicTest: the one is to learn from, the other to choose on"
        )
    left_out = np.zeros(len(training), bool)
    if not keep_copies:
        left_out = near_copies(training.images, judged.images)
        print(f"{left_out.sum():,} training images show a photo that another split has too, and are left out")
    left_out[find_faulty(training)["blank"]] = True
    return training[~left_out], faces.split("PublicTest")


def save(model, out, judged, about, results=None):
    """Write weights and card, with what the network scores on the faces that it was chosen on.

    results: a folder for the card without its history, for `compare` to read.
    """
    *files, card = zoo.save_model(model, out, judged.classes, {**about, **_figures(model, judged)})
    print("written:", *files, card)
    if keras.backend.backend() != "tensorflow":
        print("No .tflite, which TensorFlow writes: models.zoo.litert makes one of the .keras file")
    if results:
        results.mkdir(parents=True, exist_ok=True)
        kept = {
            k: v for k, v in json.loads(card.read_text(encoding="utf-8")).items() if not k.endswith("history")
        }
        kept["bytes"] = {file.suffix: file.stat().st_size for file in files}
        (results / card.name).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _figures(model, judged):
    """What a card says of how the model does on these faces, dict."""
    figures = {"evaluated_on": f"{len(judged)} {judged.name}, split PublicTest"}
    for views in VIEWS:
        report = evaluate(as_predictor(model), judged, views=views)
        which = "" if views == "one" else f"_{views}"
        figures |= {
            f"accuracy{which}": round(report.accuracy, 6),
            f"interval{which}": rounded(report.interval, 6),
        }
        if views == "one":
            figures |= {
                "mean_recall": round(report.mean_recall, 6),
                "mean_recall_interval": rounded(report.mean_recall_interval, 6),
                "recall": rounded(report.recall),
                "recall_interval": rounded(np.transpose(report.recall_interval)),
            }
            print(report)
    if len(judged.classes) == len(FERPLUS) and judged.votes is not None:
        human = human_ceiling(judged)
        figures |= {
            "one_annotator": round(human.share, 4),
            "one_annotator_interval": rounded(human.interval),
            "one_annotator_recall": rounded(human.recall),
            "one_annotator_recall_interval": rounded(np.transpose(human.recall_interval)),
        }
    return figures


def rounded(values, digits=4):
    return np.round(values, digits).tolist()
