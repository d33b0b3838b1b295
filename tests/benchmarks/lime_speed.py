"""LIME on SqueezeNet with 1,000 samples, several ways in one run: python tests/benchmarks/lime_speed.py

ferlab.explain; lime as its tutorial uses it (model.predict, 10 images at a time); lime with a compiled float32
function and 250 at a time; and the bare inference of the 1,000 images. The fastest of each is kept, since
whatever else the computer does only adds to it. All three explain the same superpixels. Then explain_many, on 560
drawn faces with SLIC, on all cores.

What was measured goes to results/lime-speed.json and, as a table, into ferlab/explanation/README.md. With --runs 2 or
more each is tried more often.
"""

import argparse
import datetime
import json
import os
import re
import sys
import time
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
import psutil

import ferlab

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "results" / "lime-speed.json"
PAGE = ROOT / "ferlab" / "explanation" / "README.md"
OURS = "`ferlab.explain`"
FACES = 560


def fastest(runs, function):
    """Seconds by the clock and of the processor, each the fewest of several runs."""
    function()  # loads, compiles
    times = []
    for _ in range(runs):
        begun = time.perf_counter(), time.process_time()
        function()
        times.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
    return np.min(times, axis=0).round(3).tolist()


def one_face(runs):
    """{what was timed: seconds by the clock and of the processor}"""
    import keras
    import tensorflow as tf
    from lime.lime_image import LimeImageExplainer

    image = ferlab.draw_faces(1, seed=5).images[0]
    predict = ferlab.load_predictor("squeezenet-drawn")
    model = ferlab.load_model("squeezenet-drawn")
    compiled = tf.function(
        lambda images: model(images, training=False), input_signature=[tf.TensorSpec((None, 48, 48, 1))]
    )
    assert keras.config.floatx() == "float32"
    variants = []
    explanation = ferlab.explain(lambda images: variants.extend(images) or predict(images), image)

    def lime(answers, batch_size):
        with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
            LimeImageExplainer(random_state=0).explain_instance(
                image,
                lambda rgb: answers(rgb[..., :1].astype("float32")),
                top_labels=7,
                batch_size=batch_size,
                segmentation_fn=lambda _: explanation.segments,
            )

    with_compiled = f"{OURS}, compiled float32 function"
    return {
        OURS: fastest(5 * runs, lambda: ferlab.explain(predict, image)),
        "bare inference of its 1,000 images": fastest(5 * runs, lambda: predict(variants)),
        with_compiled: fastest(
            5 * runs, lambda: ferlab.explain(lambda x: compiled(x[..., None].astype("float32")), image)
        ),
        "`lime`, compiled float32 function, batch 250": fastest(
            5 * runs, lambda: lime(lambda images: compiled(images).numpy(), 250)
        ),
        "`lime` as in its tutorial: `model.predict`, batch 10": fastest(
            runs, lambda: lime(lambda images: model.predict(images, verbose=0), 10)
        ),
    }


def many_faces():
    faces = ferlab.draw_faces(FACES, seed=5).images
    begun = time.perf_counter()
    ferlab.explain_many(ferlab.load_predictor("squeezenet-drawn"), faces)
    return round(time.perf_counter() - begun)


def table(result):
    """What was measured, in Markdown."""
    lines = [
        f"`{result['command']}`, {result['date']}, {result['cores']} cores; when it began, others kept "
        f"{result['busy_cores']:.1f} of them busy.",
        "",
        "| one face, 1,000 samples | seconds by the clock | times ferlab's | processor seconds | times ferlab's |",
        "|---|---|---|---|---|",
    ]
    ours = result["seconds"][OURS]
    for name, found in result["seconds"].items():
        cells = [f"{s:.2f} | {s / our:.2g}" for s, our in zip(found, ours, strict=True)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", f"{FACES} faces with SLIC by `explain_many`, on all cores: {result['many_seconds']} s."]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1)
    args = parser.parse_args()
    result = {
        "command": " ".join(["python tests/benchmarks/lime_speed.py", *sys.argv[1:]]),
        "date": datetime.date.today().isoformat(),
        "cores": os.cpu_count(),
        "busy_cores": round(psutil.cpu_percent(1) / 100 * os.cpu_count(), 1),
        "seconds": one_face(args.runs),
        "many_seconds": many_faces(),
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    between = r"(<!-- measured -->\n).*(\n<!-- end -->)"
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(between, lambda at: at[1] + table(result) + at[2], page, flags=re.S), "utf-8")
    print(table(result))


if __name__ == "__main__":
    main()
