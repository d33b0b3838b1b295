"""Count which regions of a face LIME's superpixels lie in, over hundreds of faces a class, and keep the counts.

FERLAB_DATA=... python tests/benchmarks/regions.py --per-class 200 --out results/regions-fer2013.json

Each face is explained for its own label, by all three methods. Drawn faces are counted by their own region maps, and
once more by one map for all, which shows what that costs; FER-2013 by `canonical_regions`. The file is written after
each method, and the same command goes on from there. Notebook 08 reads it.
"""

import argparse
import datetime
import json
import re
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

import ferlab
from ferlab.emotions import EMFACS, FACS_1978, REGIONS
from ferlab.explanation import METHODS
from ferlab.explanation.regions import canonical_regions, count_hits, moved_by, typical_regions

BOOKS = {"EMFACS": EMFACS, "FACS 1978": FACS_1978}


def counts(explanations, maps, labels, name):
    """Every count for the faces of one label: each region by itself, and the codebooks' regions by the top one."""
    each = np.eye(len(REGIONS), dtype=bool)
    found = {
        "top three": count_hits(explanations, maps, each, labels, top=3),
        "all positive": count_hits(explanations, maps, each, labels, top=None),
    }
    for book, units in BOOKS.items():
        if units.get(name):
            found[book] = count_hits(explanations, maps, [moved_by(units, name)], labels, top=1)
    return {what: {key: np.round(x, 2).tolist() for key, x in hits.items()} for what, hits in found.items()}


def write(result, path):
    path.parent.mkdir(exist_ok=True)
    # Lists of numbers on one line each.
    text = re.sub(r"\[[^][]*\]", lambda found: " ".join(found[0].split()), json.dumps(result, indent=1))
    path.write_text(text + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--per-class", type=int, default=200, help="faces of each class, or all of a smaller one"
    )
    parser.add_argument("--samples", type=int, default=500, help="of LIME")
    parser.add_argument("--split", default="PublicTest", choices=["Training", "PublicTest"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    faces = ferlab.clean(ferlab.load_faces(split=args.split))
    if faces.twins is not None:  # the standing set is as uneven as FER-2013; new ones cost nothing
        faces, args.split = ferlab.draw_faces(8 * args.per_class, seed=args.seed), "newly drawn"
    faces = faces.sample(args.per_class, seed=args.seed, per_class=True)
    predict = ferlab.load_predictor("squeezenet", faces)
    own = faces.regions if faces.regions is not None else np.repeat(canonical_regions()[None], len(faces), 0)
    maps = {"map of each face" if faces.regions is not None else "canonical map": own}
    if faces.regions is not None:
        maps["one map for all"] = np.repeat(typical_regions(own)[None], len(faces), 0)
    result = {
        "command": "python tests/benchmarks/regions.py " + " ".join(sys.argv[1:]),
        "date": datetime.date.today().isoformat(),
        "faces": faces.name,
        "split": args.split,
        "seed": args.seed,
        "n": faces.counts(),
        "network": predict.name,
        "answered_with_their_label": round(
            float((predict(faces.images).argmax(1) == faces.labels).mean()), 4
        ),
        "lime_samples": args.samples,
        "regions": REGIONS,
        "counts": {which: {} for which in maps},
    }
    if args.out.is_file():  # go on where an earlier call was stopped
        before = json.loads(args.out.read_text(encoding="utf-8"))
        same = [key for key in result if key not in ("date", "counts", "regions")]
        if all(before[key] == result[key] for key in same):
            result["counts"] = before["counts"]
    for method in METHODS:
        if all(result["counts"][which].get(method) for which in maps):
            continue
        explained = [
            ferlab.explain(predict, image, method, n_samples=args.samples, seed=args.seed)
            for image in tqdm(faces.images, desc=method)
        ]
        for which, regions in maps.items():
            result["counts"][which][method] = {
                name: counts([explained[i] for i in of], regions[of], faces.labels[of], name)
                for name, of in ((c, np.flatnonzero(faces.labels == k)) for k, c in enumerate(faces.classes))
            }
        write(result, args.out)
    print(f"written: {args.out}")


if __name__ == "__main__":
    main()
