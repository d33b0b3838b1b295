"""LIME on SqueezeNet with 1,000 samples, four ways in one run: python tests/benchmarks/lime_speed.py [runs]

ferlab.explain; lime as its tutorial uses it (model.predict, 10 images at a time); lime with a compiled float32
function and 250 at a time; and the bare inference of the 1,000 images. The fastest of each is kept, since
whatever else the computer does only adds to it. All three explain the same superpixels.

    ... lime_speed.py many [faces]

How long explain_many takes for 560 drawn faces with SLIC, on all cores.
"""

import os
import sys
import time
from contextlib import redirect_stderr

import numpy as np

import ferlab
from ferlab.explanation import explain_many


def fastest(runs, function):
    """Seconds by the clock and of the processor, each the fewest of several runs, float (2,)."""
    function()  # loads, compiles
    times = []
    for _ in range(runs):
        begun = time.perf_counter(), time.process_time()
        function()
        times.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
    return np.min(times, axis=0)


def one(runs):
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

    ours = fastest(5 * runs, lambda: ferlab.explain(predict, image))
    bare = fastest(5 * runs, lambda: predict(variants))
    same = fastest(
        5 * runs, lambda: ferlab.explain(lambda x: compiled(x[..., None].astype("float32")), image)
    )
    tutorial = fastest(runs, lambda: lime(lambda images: model.predict(images, verbose=0), 10))
    batched = fastest(5 * runs, lambda: lime(lambda images: compiled(images).numpy(), 250))
    print("seconds by the clock, and of all cores together; times ferlab's")
    for name, found in {
        "ferlab.explain, 1,000 samples": ours,
        "bare inference of its images": bare,
        "ferlab.explain, compiled float32": same,
        "lime, model.predict, batch 10": tutorial,
        "lime, compiled float32, batch 250": batched,
    }.items():
        print(
            f"{name:34}{found[0]:8.3f} {found[1]:8.3f}   x {found[0] / ours[0]:.2f}  x {found[1] / ours[1]:.2f}"
        )


def many(n):
    faces = ferlab.draw_faces(n, seed=5).images
    begun = time.perf_counter()
    explain_many(ferlab.load_predictor("squeezenet-drawn"), faces)
    print(
        f"{n} faces with SLIC, 1,000 samples: {time.perf_counter() - begun:.0f} s on {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["many"]:
        many(int(given[1]) if len(given) > 1 else 560)
    else:
        one(int(given[0]) if given else 2)
