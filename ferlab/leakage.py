"""What it changes to train on photos that are in the test as well: `python -m ferlab leakage`.

ferlab's own network is trained on FER-2013 without the copies of test photos, with them, and once more without them
from another seed, so that one sees how much of a difference is luck. No augmentation: a network that may learn faces
by heart shows best what that is worth.
"""

import json
from pathlib import Path

import keras

from .cleaning import near_copies
from .evaluation import evaluate
from .models.own import own_squeezenet
from .preprocessing import one_hot
from .rebuild import as_predictor, facts, outcome, training_faces
from .recipes import RECIPES
from .training import fit


def leakage(args):
    """Train three times and write what each scores; made again, an interrupted call goes on.

    ValueError where no photo of PublicTest stands in Training too.
    """
    clean, judged = training_faces(args, "fer2013")
    everything, _ = training_faces(args, "fer2013", keep_copies=True)
    copied = near_copies(judged.images, of=everything.images)
    if not copied.any():
        raise ValueError(
            f"no photo of PublicTest stands in Training too in these {everything.name}: nothing leaks"
        )
    trainings = (
        ("without copies", clean, args.seed),
        ("with copies", everything, args.seed),
        ("without, from another seed", clean, args.seed + 1),
    )
    about = {**facts(args, clean), "evaluated_on": f"{len(judged)} {judged.name}, split PublicTest"}
    rows, file = [], args.results / "leakage.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    for name, faces, seed in trainings:
        rows.append({"training": name, **_row(faces, judged, copied, seed, args)})
    file.write_text(json.dumps({**about, "trainings": rows}, indent=1) + "\n", encoding="utf-8")
    print(f"written: {file}")


def _row(faces, judged, copied, seed, args):
    """Train once. Returns what came out, dict; copied: bool (n,), judged faces whose photo Training has too."""
    recipe = RECIPES["squeezenet"]
    keras.utils.set_random_seed(seed)
    model = own_squeezenet(len(faces.classes))
    pairs = [(part.images, one_hot(part.labels, len(part.classes))) for part in (faces, judged)]
    history = fit(
        model,
        *pairs,
        epochs=args.epochs,
        learning_rate=recipe.learning_rate,
        folder=Path("runs") / f"leakage-{args.epochs}-{len(faces)}-{seed}",
        seed=seed,
        keep_last=True,  # so that PublicTest, in which the copies are, chooses nothing
        about={"trained_on": facts(args, faces)["trained_on"]},
        **recipe.settings(faces),
    )
    learnt = evaluate(as_predictor(model), faces.sample(min(len(faces), len(judged)), seed=0))
    report = evaluate(as_predictor(model), judged)
    right = report.right
    row = {
        "faces": len(faces),
        "seed": seed,
        **outcome(history, learnt, report),
        "copied": {"faces": int(copied.sum()), "right": int(right[copied].sum())},
        "others": {"faces": int((~copied).sum()), "right": int(right[~copied].sum())},
    }
    print(
        f"{len(faces):,} faces, seed {seed}: {row['accuracy']:.1%}, of copied photos {right[copied].mean():.1%}"
    )
    return row
