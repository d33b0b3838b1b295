"""The published student systems beside their rebuilt selves and ferlab's own network: `python -m ferlab compare`.

What the authors report is written here; what was measured is read from results/*.json, which
`python -m ferlab train NAME --results results` writes.
"""

import json
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "results"


@dataclass(frozen=True)
class System:
    """A network and what its authors say of it.

    name      what `python -m ferlab train` calls it, and its file in results/ is called
    title     authors and kind
    reported  accuracy, None where there is no published figure
    split     what the figure was taken on, in the authors' words
    size      reported number of parameters, or None
    faces     "FER-2013" with seven labels, or "FER+" with eight
    measured  the content of its file in results/, or None where it was not trained yet
    """

    name: str
    title: str
    reported: float | None
    split: str
    size: int | None
    faces: str = "FER-2013"
    measured: dict | None = None


PUBLISHED = (
    System("squeezenet-zima", "Zima 2024: customised SqueezeNet", 0.6637, "test", 1_377_655),
    System("zima-vgg16", "Zima 2024: VGG16 from scratch", 0.6509, "test", 28_913_223),
    System("rahman-resnet18", "Rahman and Mahato 2021: ResNet18", 0.6461, "not said", None),
    System("rahman-vgg19", "Rahman and Mahato 2021: VGG19", 0.6890, "not said", None),
    System("rahman-ensemble", "Rahman and Mahato 2021: both together", 0.6954, "not said", None),
    System("tekula-cnn", "Tekula et al.: CNN, ten copies", 0.6435, "own test split", 1_328_743),
    System("delorenzo-cnn", "De Lorenzo 2019: CNN", 0.6411, "PublicTest", 2_716_647),
    System("vgg16", "Laboratory report: VGG16 (here narrow), entropy", 0.80, "own test split", None, "FER+"),
    System(
        "vgg16-focal", "Laboratory report: VGG16 (here narrow), focal", 0.70, "own test split", None, "FER+"
    ),
    System("squeezenet", "ferlab: SqueezeNet", None, "", None),
    System("squeezenet-plus", "ferlab: SqueezeNet, votes", None, "", None, "FER+"),
)


def systems(folder=RESULTS):
    """All systems with what was measured of them, a tuple of System. Files are read from `folder`."""
    return tuple(
        System(**{**vars(system), "measured": _measured(Path(folder) / f"{system.name}.json")})
        for system in PUBLISHED
    )


def _measured(file):
    if not file.is_file():
        return None
    try:
        figures = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file} is no JSON ({error}); train the network again to write it anew") from error
    missing = {"accuracy", "interval", "parameters", "epochs", "evaluated_on"} - figures.keys()
    if missing:
        raise ValueError(
            f"{file} lacks {', '.join(sorted(missing))}; train the network again to write it anew"
        )
    return figures


def table(rows):
    """The systems as lines of text, one a system, with what each figure was taken on."""
    lines = [
        f"{'system':<42}{'reported (split)':<24}{'here, PublicTest':<26}{'ten crops':<11}{'ten copies':<12}"
        "parameters, epochs"
    ]
    for system in rows:
        reported = f"{system.reported:.1%} ({system.split})" if system.reported else "-"
        lines.append(f"{system.title:<42}{reported:<24}{_here(system.measured)}")
    return "\n".join(lines)


def _here(measured):
    if measured is None:
        return "not trained yet"
    low, high = measured["interval"]
    crops, copies = (
        f"{measured[views]:.1%}" if views in measured else "-"
        for views in ("accuracy_crops", "accuracy_copies")
    )
    accuracy = f"{measured['accuracy']:.1%} ({low:.1%} to {high:.1%})"
    return f"{accuracy:<26}{crops:<11}{copies:<12}{measured['parameters']:,}, {measured['epochs']}"
