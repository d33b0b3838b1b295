"""The ensemble of Rahman and Mahato, trained on their two networks' answers: `python -m ferlab train rahman-ensemble`.

This is stacking (Wolpert 1992, doi 10.1016/S0893-6080(05)80023-1), but on the answers for faces that the networks were
themselves trained on: of faces held out the text says nothing.
"""

import time

import numpy as np

from .evaluation import evaluate
from .models import references, zoo
from .rebuild import as_predictor, facts, save, training_faces, where_to
from .recipes import RECIPES

NAME = "rahman-ensemble"
MEMBERS = ("rahman-resnet18", "rahman-vgg19")


def train_ensemble(args):
    """Fit the layer that joins the two networks, which stay as they are; save the whole with its card.

    They are looked for beside what is written. FileNotFoundError where one isn't trained yet.
    """
    given = [name for name in ("epochs", "start", "folder") if getattr(args, name)]
    if given:
        raise ValueError(
            f"--{' and --'.join(given)} can't be heeded: {NAME} joins networks that are trained already"
        )
    out = where_to(args)
    files = [out.with_name(f"{name}.keras") for name in MEMBERS]
    for name, file in zip(MEMBERS, files, strict=True):
        if not file.is_file():
            raise FileNotFoundError(
                f"{file} is missing: the ensemble is trained on the answers of {' and '.join(MEMBERS)}; "
                f"first `python -m ferlab train {name} --out {file.with_suffix('')}`"
            )
    cards = [zoo.load_card(file) for file in files]
    kept = ("command", "epochs", "seconds")
    for file, card in zip(files, cards, strict=True):
        if missing := set(kept) - card.keys():
            raise ValueError(
                f"{file.with_suffix('.json')} lacks {', '.join(sorted(missing))}: train it again"
            )
    training, judged = training_faces(args, "fer2013")
    begun = time.perf_counter()
    members = [zoo.load_model(file) for file in files]
    model = references.stacked(members, len(training.classes))
    model.get_layer("classes").set_weights(_joining_layer(members, training))
    about = {
        **facts(args, training),
        "targets": "label",
        "members": {
            name: {key: card[key] for key in kept} for name, card in zip(MEMBERS, cards, strict=True)
        },
        "epochs": sum(card["epochs"] for card in cards),
        "epochs_in_recipe": sum(RECIPES[name].epochs for name in MEMBERS),
        "seconds": round(time.perf_counter() - begun) + sum(card["seconds"] for card in cards),
    }
    save(model, out, judged, about, args.results)


def _joining_layer(members, faces):
    """[weights (members * k, k), biases (k,)] that make the labels of the faces most probable.

    With scikit-learn's usual penalty on large weights. ValueError where a class has no face.
    """
    from sklearn.linear_model import LogisticRegression

    if lacking := [name for name, n in faces.counts().items() if not n]:
        raise ValueError(
            f"the ensemble learns from faces of every class; Training lacks {', '.join(lacking)}"
        )
    answers = np.hstack([evaluate(as_predictor(member), faces).probabilities for member in members])
    fitted = LogisticRegression(max_iter=1000).fit(answers, faces.labels)
    return [fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32)]
