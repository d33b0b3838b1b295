"""Count which regions of a face LIME's superpixels lie in, over hundreds of faces a class, and keep the counts.

FERLAB_DATA=drawn python tests/benchmarks/regions.py --out results/regions-drawn.json
FERLAB_DATA=...   python tests/benchmarks/regions.py --out results/regions-fer2013.json

Each face is explained for its own label, by all three methods. Drawn faces are counted by their own region maps, and
once more by one map for all, which shows what that costs; FER-2013 by `canonical_regions`. The file is written after
each method, and what is explained by then lies in the cache: the same command goes on from there. Notebook 08 reads it.
"""

import argparse
import datetime
import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np

import ferlab
from ferlab.cache import cache_folder
from ferlab.emotions import EMFACS, FACS_1978, REGIONS
from ferlab.explanation import METHODS
from ferlab.explanation.regions import canonical_regions, count_hits, moved_by, typical_regions

BOOKS = {"EMFACS": EMFACS, "FACS 1978": FACS_1978}


def arguments(given):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--per-class", type=int, default=200, help="faces of each class, or all of a smaller one"
    )
    parser.add_argument("--samples", type=int, default=500, help="of LIME")
    parser.add_argument("--split", default="PublicTest", choices=["Training", "PublicTest"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args(given)


def chosen_faces(args):
    """The faces, and what to call the split that they are from."""
    faces, split = ferlab.clean(ferlab.load_faces(split=args.split)), args.split
    if faces.twins is not None:  # the standing set is as uneven as FER-2013; new ones cost nothing
        faces, split = ferlab.draw_faces(8 * args.per_class, seed=args.seed), "newly drawn"
    return faces.sample(args.per_class, seed=args.seed, per_class=True), split


def region_maps(faces):
    """{what the map is: (n, 48, 48)}"""
    if faces.regions is None:
        return {"canonical map": np.repeat(canonical_regions()[None], len(faces), 0)}
    typical = np.repeat(typical_regions(faces.regions)[None], len(faces), 0)
    return {"map of each face": faces.regions, "one map for all": typical}


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


def begun(result, path):
    """The counts that an earlier call of the same command left in the file, else `result`'s empty ones."""
    if not path.is_file():
        return result["counts"]
    before = json.loads(path.read_text(encoding="utf-8"))
    same = all(before.get(key) == result[key] for key in result if key not in ("date", "counts"))
    return before["counts"] if same else result["counts"]


def write(result, path):
    path.parent.mkdir(exist_ok=True)
    # Lists of numbers on one line each.
    text = re.sub(r"\[[^][]*\]", lambda found: " ".join(found[0].split()), json.dumps(result, indent=1))
    path.write_text(text + "\n", encoding="utf-8")


def main(given):
    args = arguments(given)
    faces, split = chosen_faces(args)
    maps = region_maps(faces)
    predict = ferlab.load_predictor("squeezenet", faces)
    right = predict(faces.images).argmax(1) == faces.labels
    result = {
        "command": " ".join(["python tests/benchmarks/regions.py", *given]),
        "date": datetime.date.today().isoformat(),
        "faces": faces.name,
        "split": split,
        "seed": args.seed,
        "n": faces.counts(),
        "network": predict.name,
        "answered_with_their_label": round(float(right.mean()), 4),
        "lime_samples": args.samples,
        "regions": list(REGIONS),
        "counts": {which: {} for which in maps},
    }
    result["counts"] = begun(result, args.out)
    for method in METHODS:
        if all(result["counts"][which].get(method) for which in maps):
            continue
        # Other faces, or other samples of them, are another count, and begin anew.
        which_faces = f"{args.out.stem}-{args.split}-{args.per_class}-{args.samples}-{args.seed}"
        kept = cache_folder() / "regions" / which_faces / method
        how = {"n_samples": args.samples, "seed": args.seed, "folder": kept}
        explained = ferlab.explain_many(predict, faces.images, method, **how)
        for which, regions in maps.items():
            result["counts"][which][method] = {
                name: counts([explained[i] for i in of], regions[of], faces.labels[of], name)
                for name, of in ((c, np.flatnonzero(faces.labels == k)) for k, c in enumerate(faces.classes))
            }
        write(result, args.out)
        shutil.rmtree(kept)
    print(f"written: {args.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
