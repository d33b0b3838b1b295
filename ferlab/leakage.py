"""What it changes to train on photos that are in the test as well: `python -m ferlab leakage`.

ferlab's own network is trained on FER-2013 without the copies of test photos, with them, and once more without them
from another seed, so that one sees how much of a difference is luck. No augmentation: a network that may learn faces
by heart shows best what that is worth.
"""

from pathlib import Path

import keras

from .cleaning import near_copies
from .models.own import own_squeezenet
from .rebuild import as_predictor, facts, training_faces
from .recipes import RECIPES
from .training import fit
from .trials import outcome, write


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
    rows, file = [], args.results / "leakage.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    for name, faces, seed in trainings:
        rows.append({"training": name, **_row(faces, judged, copied, seed, args)})
    write(file, {"trainings": rows}, clean, judged, args)


def _row(faces, judged, copied, seed, args):
    """Train once. Returns what came out, dict; copied: bool (n,), judged faces whose photo Training has too."""
    recipe = RECIPES["squeezenet"]
    keras.utils.set_random_seed(seed)
    model = own_squeezenet(len(faces.classes))
    history = fit(
        model,
        faces,
        judged,
        epochs=args.epochs,
        learning_rate=recipe.learning_rate,
        folder=Path("runs") / f"leakage-{args.epochs}-{len(faces)}-{seed}",
        seed=seed,
        keep_last=True,  # so that PublicTest, in which the copies are, chooses nothing
        about={"trained_on": facts(args, faces)["trained_on"]},
        **recipe.settings(faces),
    )
    row, right = outcome(history, as_predictor(model), faces, judged)
    row = {
        "faces": len(faces),
        "seed": seed,
        **row,
        "copied": {"faces": int(copied.sum()), "right": int(right[copied].sum())},
        "others": {"faces": int((~copied).sum()), "right": int(right[~copied].sum())},
    }
    print(
        f"{len(faces):,} faces, seed {seed}: {row['accuracy']:.1%}, of copied photos {right[copied].mean():.1%}"
    )
    return row
