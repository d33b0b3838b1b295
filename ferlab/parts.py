"""What each part of the recipe of ferlab's own network is worth: `python -m ferlab ablate squeezenet`.

The network is trained by its whole recipe, and once more for each part, without that part and with all the others. A
training from another seed shows how much of a difference is luck. All are judged on the same faces, so each is
set beside the whole recipe face by face: how many has it right that the whole has wrong, and the other way round.
"""

from dataclasses import replace
from pathlib import Path

import keras

from .models import own
from .rebuild import as_predictor, facts, lessons, training_faces
from .recipes import RECIPES
from .training import fit
from .trials import beside, outcome, write

_RECIPE = RECIPES["squeezenet"]
# What differs from the whole recipe: "votes" and "seed" are named here, the rest is the recipe's.
PARTS = (
    ("the whole recipe", {}),
    ("from another seed", {"seed": 1}),
    ("without the head for FER+ votes", {"votes": False}),
    ("without smoothed labels", {"smoothing": 0.0}),
    ("without erased rectangles", {"erase": 0.0}),
    ("on whole faces, not crops", {"augment": {**_RECIPE.augment, "side": None}}),
    ("without turning and zooming", {"augment": {**_RECIPE.augment, "rotation": 0, "shear": 0, "zoom": 0}}),
)


def ablate(args):
    """Train the network whole and without each part, and write what each scores; made again, it goes on.

    ValueError for faces without votes, from which the second head could not learn.
    """
    if args.drawn:
        raise ValueError(
            "newly drawn faces have no votes, which one part of the recipe learns from; leave --drawn out"
        )
    training, judged = training_faces(args, "fer2013")
    if args.faces:
        training = training.sample(args.faces, seed=args.seed)
    rows, whole, file = [], None, args.results / "squeezenet-parts.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    for name, change in PARTS:
        row, right = _without(name, change, training, judged, args)
        whole = right if whole is None else whole
        rows.append({"training": name, **row, **beside(right, whole)})
        print(f"{name:<34}training {row['training_accuracy']:.1%}, PublicTest {row['accuracy']:.1%}")
    write(file, {"trainings": rows}, training, judged, args, n=len(judged))


def _without(name, change, training, judged, args):
    """Train once with one change. Returns its row of the table, dict, and which faces it has right, bool (n,)."""
    rest = {"votes": True, "seed": 0, **change}
    votes, seed = rest.pop("votes"), args.seed + rest.pop("seed")
    recipe = replace(_RECIPE, **rest)
    keras.utils.set_random_seed(seed)
    classes = len(training.classes)
    model = own.two_headed(classes) if votes else own.own_squeezenet(classes, side=None)
    targets, expected = lessons(recipe, training, judged, votes)
    history = fit(
        model,
        (training.images, targets),
        (judged.images, expected),
        epochs=args.epochs,
        learning_rate=recipe.learning_rate,
        augment=recipe.augmentation(seed),
        folder=Path("runs") / f"parts-{args.epochs}-{len(training)}-{args.seed}" / name.replace(" ", "-"),
        classes=classes,
        seed=seed,
        keep_last=True,  # so that PublicTest chooses nothing, and luck in the choice is no difference
        about={"trained_on": facts(args, training)["trained_on"], "change": str(change)},
        **(recipe.settings(training) | ({"loss": own.two_headed_loss} if votes else {})),
    )

    def labels_alone(images):
        return as_predictor(model)(images)[:, :classes]

    row, right = outcome(history, labels_alone, training, judged)
    return {"faces": len(training), "seed": seed, **row}, right
