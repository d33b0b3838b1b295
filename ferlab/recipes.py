"""How the course's networks are trained: `python -m ferlab train`.

A network's card, a .json beside its weights, says which call made it, on which faces, and what came out.
"""

import json
import time
from datetime import date
from pathlib import Path

import keras
import numpy as np

from .cleaning import near_copies
from .drawn import draw_faces
from .evaluation import evaluate
from .fer2013 import label_by_votes, load_faces
from .models import own, zoo
from .preprocessing import RandomAffine, one_hot, soft_targets, vote_targets
from .training import best_precision, fit

SMOOTHING = 0.1  # of the labels that ferlab's own network learns from (Szegedy et al. 2016, arXiv 1512.00567)


def train(args):
    """Train a network as the shipped one was trained, and save it with its card."""
    training, judged = training_faces(args)
    classes, own_network = len(training.classes), args.name == "squeezenet"
    # ferlab's own network learns from the annotators too, with a second head for what they said.
    two_heads = own_network and training.votes is not None and args.labels == "fer2013"
    if own_network and args.vote_share:
        raise ValueError(
            "--vote-share is for the other networks: squeezenet learns votes with a head of its own"
        )
    keras.utils.set_random_seed(args.seed)
    model = own.two_headed(classes) if two_heads else zoo.build(args.name, classes)
    if args.start:
        model.set_weights(zoo.load_model(args.start).get_weights())
    for layer in model.layers:
        if args.dropout is not None and "dropout" in layer.name:
            layer.rate = args.dropout

    share = args.vote_share
    targets = soft_targets(training, share) if share else one_hot(training.labels, classes)
    expected = one_hot(judged.labels, classes)
    if own_network:
        targets = (1 - SMOOTHING) * targets + np.float32(SMOOTHING / classes)
    if two_heads:
        targets = np.hstack([targets, vote_targets(training)])
        expected = np.hstack([expected, vote_targets(judged)])
    folder = args.folder or Path("runs") / args.out.stem
    print(
        f"{model.count_params():,} parameters, {len(training):,} faces; state in {folder}, resumed if it is there"
    )
    begun = time.perf_counter()
    history = fit(
        model,
        (training.images, targets),
        (judged.images, expected),
        epochs=args.epochs,
        batch_size=args.batch_size,
        learning_rate=args.learning_rate,
        weight_decay=args.weight_decay,
        loss=own.two_headed_loss if two_heads else "categorical_crossentropy",
        augment=augmentation(own_network, args.seed),
        folder=folder,
        classes=classes,
        seed=args.seed,
    )
    said = f"label, smoothed by {SMOOTHING:.0%}" if own_network else "label"
    about = {
        "command": "python -m ferlab " + " ".join(args.given),
        "trained_on": f"{len(training)} {training.name}, split Training",
        "targets": f"{1 - share:.0%} label, {share:.0%} FER+ votes" if share else said,
        "epochs": len(history["loss"]),
        "seed": args.seed,
        "backend": f"{keras.backend.backend()}, {best_precision()}",
        "date": str(date.today()),
        "seconds_in_last_call": round(time.perf_counter() - begun),
        "history": {name: [round(x, 4) for x in values] for name, values in history.items()},
    }
    if two_heads:
        about["targets"] += "; FER+ votes for a second head"
        voted = label_by_votes(judged, "fer+")
        save(own.one_headed(model, votes=True), f"{args.out}-plus", voted, about, args.results)
        model = own.one_headed(model, votes=False)
    save(model, args.out, judged, about, args.results)


def training_faces(args):
    """Training faces, and the faces to choose on. No image to be judged on is trained on."""
    if args.drawn:
        # Seeds far from those of the course's standing set, on which the network is shown and judged.
        return draw_faces(args.drawn, seed=1000 + args.seed), load_faces("drawn", split="PublicTest")
    faces = load_faces(args.source, labels=args.labels)
    training, judged = faces.split("Training"), faces[faces.splits != 0]
    seen = near_copies(training.images, judged.images)
    print(f"{seen.sum():,} training images show a photo that another split has too, and are left out")
    return training[~seen], faces.split("PublicTest")


def augmentation(own_network, seed):
    """The layer in front of the network while it trains."""
    if not own_network:
        return RandomAffine(seed=seed)
    erase = keras.layers.RandomErasing(0.5, scale=(0.02, 0.15), fill_value=127, seed=seed + 1)
    return keras.Sequential([RandomAffine(zoom=0.15, seed=seed), erase])


def save(model, out, judged, about, results=None):
    """Write weights and card, with what the network scores on the faces that it was chosen on.

    results: a folder for the card without its history, for `compare` to read.
    """
    figures = {"evaluated_on": f"{len(judged)} {judged.name}, split PublicTest"}
    for views in ("one", "flip", "ten"):
        report = evaluate(lambda x: model.predict_on_batch(x[..., None]), judged, views=views)
        figures["accuracy" if views == "one" else f"accuracy_{views}"] = round(report.accuracy, 6)
        if views == "one":
            figures["interval"] = [round(x, 6) for x in report.interval]
            figures["mean_recall"] = round(report.mean_recall, 6)
            print(report)
    *_, card = zoo.save_model(model, out, judged.classes, {**about, **figures})
    print(f"written: {out}.keras, .tflite and .json")
    if results:
        results.mkdir(parents=True, exist_ok=True)
        kept = {
            k: v for k, v in json.loads(card.read_text(encoding="utf-8")).items() if not k.endswith("history")
        }
        (results / card.name).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
