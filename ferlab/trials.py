"""What the commands share that train a network several times and write a row of each: ablation, parts, leakage."""

import json

from .evaluation import evaluate
from .rebuild import facts, rounded


def outcome(history, predict, training, judged):
    """What a row says of one training, dict, and which of the judged faces it has right, bool (n,).

    history            as `training.fit` returns it
    predict            the trained network, faces (n, 48, 48) to probabilities (n, k)
    training, judged   Faces; of the first as many are asked about as there are of the second, if there are
    """
    learnt = evaluate(predict, training.sample(min(len(training), len(judged)), seed=0))
    report = evaluate(predict, judged)
    row = {
        "epochs": len(history["loss"]),
        "seconds": round(sum(history["seconds"])),
        "training_accuracy": round(learnt.accuracy, 6),
        "accuracy": round(report.accuracy, 6),
        "interval": rounded(report.interval, 6),
        "mean_recall": round(report.mean_recall, 6),
        "mean_recall_interval": rounded(report.mean_recall_interval, 6),
    }
    return row, report.right


def beside(right, before):
    """How many faces one network has right and another wrong, and the other way round, dict; both bool (n,).

    Of the same faces this is what tells two networks apart (McNemar 1947, doi 10.1007/BF02295996): their intervals
    may overlap though one is better on nearly all faces on which they differ.
    """
    return {"become_right": int((right & ~before).sum()), "become_wrong": int((before & ~right).sum())}


def write(file, rows, training, judged, args, **about):
    """Write the file of a command: what all its trainings share, and their rows, {what they are called: list}."""
    about = {
        **facts(args, training),
        "evaluated_on": f"{len(judged)} {judged.name}, split PublicTest",
        **about,
    }
    file.write_text(json.dumps({**about, **rows}, indent=1) + "\n", encoding="utf-8")
    print(f"written: {file}")
