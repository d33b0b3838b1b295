"""Of which faces of PublicTest the networks in results/ were trained on a copy, and what that is worth.

python tests/benchmarks/copies_left.py path/to/fer2013 NETWORK ...

Until `cleaning.near_copies` laid faces over one another, it compared them where they lie: what correlated by less than
0.9, shrunk to 24x24, stayed in Training. NETWORK: as `evaluate` takes it, of those that were trained then, or one
trained since to set beside them. Each gets a row of results/copies-left.json; rows of others stay.
"""

import datetime
import json
import shlex
import sys
from pathlib import Path

import numpy as np

from ferlab import cleaning
from ferlab.evaluation import evaluate
from ferlab.fer2013 import load_faces
from ferlab.inference import load_predictor


def found_in_place(images, of):
    """bool (n,): which of `images` correlate with one of `of` by more than 0.9 as they lie, or mirrored."""
    thumbs, found = cleaning._standardised(images), np.zeros(len(images), bool)
    for others in (cleaning._standardised(of), cleaning._standardised(of[:, :, ::-1])):
        for start in range(0, len(thumbs), 2000):
            found[start : start + 2000] |= (thumbs[start : start + 2000] @ others.T > 0.9).any(1)
    return found


def main(source, *networks):
    faces = load_faces(source)
    training, judged = faces.split("Training"), faces.split("PublicTest")
    left_out = found_in_place(training.images, judged.images)
    now = cleaning.near_copies(training.images, judged.images)
    copied = cleaning.near_copies(judged.images, of=training.images)
    trained_on = cleaning.near_copies(judged.images, of=training.images[~left_out])
    groups = {
        "a copy was trained on": trained_on,
        "all copies were left out": copied & ~trained_on,
        "no copy": ~copied & ~trained_on,
    }
    file = Path(__file__).parents[2] / "results" / "copies-left.json"
    earlier = json.loads(file.read_text(encoding="utf-8"))["networks"] if file.exists() else {}
    told = {
        "evaluated_on": f"{len(judged)} {judged.name}, split PublicTest",
        "training_images": {"left_out_then": int(left_out.sum()), "left_out_now": int(now.sum()),
                            "left_in_by_mistake": int((now & ~left_out).sum())},
        "faces": {name: int(rows.sum()) for name, rows in groups.items()},
        "networks": earlier,
    }  # fmt: skip
    print(told["training_images"], told["faces"])
    for network in networks:
        right = evaluate(load_predictor(network), judged).right
        row = {name: round(float(right[rows].mean()), 4) for name, rows in groups.items()}
        row |= {
            "all": round(float(right.mean()), 4),
            "all but the first": round(float(right[~trained_on].mean()), 4),
        }
        print(f"{network:<38}", *(f"{name} {share:.1%}" for name, share in row.items()), sep="  ")
        command = shlex.join(["python", "tests/benchmarks/copies_left.py", "path/to/fer2013", network])
        told["networks"][network] = row | {"command": command, "date": str(datetime.date.today())}
    file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"written: {file.name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
