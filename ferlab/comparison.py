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

    @property
    def comparable(self):
        """Was it trained, and judged on the faces that the published figure is about?"""
        return self.measured is not None and self.faces in self.measured["evaluated_on"]

    @property
    def epochs(self):
        """How many it was trained for, such as "65", or "12 of 60" where its recipe asks for more."""
        done, asked = self.measured["epochs"], self.measured.get("epochs_in_recipe", 0)
        return f"{done} of {asked}" if asked > done else str(done)


PUBLISHED = (
    System("squeezenet-zima", "Zima 2024: customised SqueezeNet", 0.6637, "test", 1_377_655),
    System("zima-vgg16", "Zima 2024: VGG16 from scratch", 0.6509, "test", 28_913_223),
    System("rahman-resnet18", "Rahman & Mahato 2021: ResNet18", 0.6461, "unsaid", None),
    System("rahman-vgg19", "Rahman & Mahato 2021: VGG19", 0.6890, "unsaid", None),
    System("rahman-ensemble", "Rahman & Mahato 2021: ensemble", 0.6954, "unsaid", None),
    System("tekula-cnn", "Tekula et al.: CNN, ten copies", 0.6435, "own split", 1_328_743),
    System("delorenzo-cnn", "De Lorenzo 2019: CNN", 0.6411, "PublicTest", 2_716_647),
    System("vgg16", "Laboratory report: VGG16, narrowed", 0.80, "own split", None, "FER+"),
    System("vgg16-focal", "Laboratory report: its focal loss", 0.70, "own split", None, "FER+"),
    System("squeezenet", "ferlab: SqueezeNet", None, "", None),
    System("squeezenet-plus", "ferlab: SqueezeNet, votes", None, "", None, "FER+"),
)


def systems(folder=RESULTS):
    """All systems with what was measured of them, a tuple of System. Files are read from `folder`.

    FileNotFoundError where there is no such folder; ValueError for a file that isn't one of `train --results`.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(
            f"there is no folder {folder}; `python -m ferlab train NAME --results {folder}` makes it"
        )
    return tuple(
        System(**{**vars(system), "measured": _measured(Path(folder) / f"{system.name}.json")})
        for system in PUBLISHED
    )


def leakage(folder=RESULTS):
    """What `python -m ferlab leakage` measured, dict, from its file in `folder`; "trainings" are its rows.

    FileNotFoundError where it was never run.
    """
    return _written_by("leakage", Path(folder) / "leakage.json", {"trainings", "evaluated_on"})


def story(folder=RESULTS):
    """What `python -m ferlab ablate` measured, dict, from its file in `folder`; "steps" are its rows, in order.

    FileNotFoundError where it was never run.
    """
    return _written_by("ablate", Path(folder) / "zima-story.json", {"steps", "evaluated_on"})


def _written_by(command, file, needed):
    if not file.is_file():
        raise FileNotFoundError(
            f"{file} is missing: `python -m ferlab {command} --results {file.parent}` writes it"
        )
    return _read(file, needed, f"run `python -m ferlab {command}` again")


def _measured(file):
    if not file.is_file():
        return None
    needed = {
        "accuracy",
        "interval",
        "mean_recall",
        "mean_recall_interval",
        "accuracy_crops",
        "accuracy_copies",
        "parameters",
        "epochs",
        "evaluated_on",
    }
    return _read(file, needed, "train the network again")


def _read(file, needed, cure):
    try:
        figures = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file} is no JSON ({error}); {cure} to write it anew") from error
    missing = needed - (figures.keys() if isinstance(figures, dict) else set())
    if missing:
        raise ValueError(f"{file} lacks {', '.join(sorted(missing))}; {cure} to write it anew")
    return figures


def table(rows):
    """The systems as lines of text, one a system: what is reported and on which split; then what was measured here
    on PublicTest, in one view the accuracy and the mean recall with their intervals, over ten crops, and over ten
    copies; and for how many epochs it was trained, of those its recipe asks for."""
    lines = [
        f"{'system':<35}{'reported':<19}{'here':<22}{'mean recall':<22}crops copies  parameters     epochs"
    ]
    for system in rows:
        reported = f"{system.reported:.1%} ({system.split})" if system.reported else "-"
        other = f", on {system.measured['evaluated_on']}" if system.measured and not system.comparable else ""
        lines.append(f"{system.title:<35}{reported:<19}{_here(system)}{other}")
    return "\n".join(lines)


def _here(system):
    measured = system.measured
    if measured is None:
        return "not trained yet"
    accuracy = _with_interval(measured["accuracy"], measured["interval"])
    recall = _with_interval(measured["mean_recall"], measured["mean_recall_interval"])
    views = " ".join(f"{measured[key]:6.1%}" for key in ("accuracy_crops", "accuracy_copies"))
    return f"{accuracy:<22}{recall:<21}{views}{measured['parameters']:>12,}{system.epochs:>11}"


def _with_interval(share, interval):
    low, high = interval
    return f"{share:.1%} ({100 * low:.1f} to {100 * high:.1f})"
