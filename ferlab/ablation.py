"""The story of the customised SqueezeNet, step by step: `python -m ferlab ablate`.

Zima 2024 begins with a plain SqueezeNet and changes one thing at a time. Each step is trained here by the same recipe
on the same faces, and judged on PublicTest, which chose its epoch too; beside the step before it, it is counted face by
face: how many it has right that the one before has wrong, and the other way round. The recipe is `squeezenet-zima`'s,
but for three things that let it be told in few epochs. No augmentation: what a network learns by heart, and what keeps
it from that, shows sooner so. No class weights, and first weights as He et al. draw them (2015, arXiv 1502.01852): with
the thesis's weights and Keras's usual draw the plain network, which nothing normalises, hardly begins to learn.
"""

from dataclasses import replace
from pathlib import Path

import keras

from .models.squeezenet import squeezenet
from .rebuild import as_predictor, facts, training_faces
from .recipes import RECIPES
from .training import fit
from .trials import beside, outcome, write

_PLAIN = {
    "modules": 8,
    "bypass": False,
    "dropout": 0.0,
    "batch_norm": False,
    "kernel_initializer": "he_normal",
}
# What is changed in each step, on top of the steps before it; "batch" is the recipe's, the rest the network's.
STEPS = (
    ("plain, eight fire modules", {**_PLAIN, "batch": 512}),
    ("with bypass", {"bypass": True}),
    ("with dropout", {"dropout": 0.2}),
    ("with batch normalisation", {"batch_norm": True}),
    ("with eleven modules", {"modules": 11}),
    ("with batches of 256", {"batch": 256}),
)


def ablate(args):
    """Train each step of the thesis's story and write what it scores; made again, an interrupted call goes on."""
    training, judged = training_faces(args, "fer2013")
    if args.faces:
        training = training.sample(args.faces, seed=args.seed)
    rows, settings, before, file = [], {}, None, args.results / "zima-story.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    for name, change in STEPS:
        settings = {**settings, **change}
        row, right = _step(name, settings, training, judged, args)
        print(f"{name:<28}training {row['training_accuracy']:.1%}, PublicTest {row['accuracy']:.1%}")
        rows.append({"step": name, **row, **beside(right, before if rows else right)})
        before = right
    write(file, {"steps": rows}, training, judged, args, n=len(judged))


def _step(name, settings, training, judged, args):
    """Train one network of the story. Returns its row of the table, dict, and which faces it has right, bool (n,)."""
    network = {key: value for key, value in settings.items() if key != "batch"}
    recipe = replace(RECIPES["squeezenet-zima"], batch_size=settings["batch"], weighted=False)
    keras.utils.set_random_seed(args.seed)
    model = squeezenet(len(training.classes), **network)
    history = fit(
        model,
        training,
        judged,
        epochs=args.epochs,
        learning_rate=recipe.learning_rate,
        folder=Path("runs") / f"story-{args.epochs}-{len(training)}-{args.seed}" / name.replace(" ", "-"),
        seed=args.seed,
        about={"trained_on": facts(args, training)["trained_on"], **network},
        **recipe.settings(training),
    )
    row, right = outcome(history, as_predictor(model), training, judged)
    row = {
        "parameters": model.count_params(),
        "batch": settings["batch"],
        **row,
        "history": {key: [round(x, 4) for x in values] for key, values in history.items()},
    }
    return row, right
