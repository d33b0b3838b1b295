"""The project's own files: what a newcomer relies on."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ferlab.comparison import PUBLISHED

ROOT = Path(__file__).parents[1]
REQUIREMENTS = (ROOT / "requirements.txt").read_text()


def test_import_is_light():
    code = (
        "import ferlab, sys; print(sorted({'tensorflow', 'keras', 'matplotlib', 'lime'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_every_public_name_exists():
    import ferlab

    for name in ferlab.__all__:
        assert callable(getattr(ferlab, name))


def test_requirements_are_pinned_and_hashed_and_name_no_index():
    blocks = re.split(r"\n(?=[a-z0-9])", REQUIREMENTS.strip())
    assert len(blocks) > 100
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+==\S+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]
    assert "index-url" not in REQUIREMENTS
    assert "://" not in REQUIREMENTS


def test_every_dependency_is_among_the_pins():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [
        r for extra in project["optional-dependencies"].values() for r in extra
    ]
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        pins = re.findall(rf"^{name}==(\S+)", REQUIREMENTS, re.MULTILINE)
        assert pins, name
        assert all(requirement.specifier.contains(pin) for pin in pins), requirement


def test_conda_gets_the_same_pins():
    assert "-r requirements.txt" in (ROOT / "environment.yml").read_text()


def test_links_in_the_pages_lead_somewhere():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "data" / "README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_figures_in_the_pages_are_those_of_the_cards():
    pages = (ROOT / "README.md").read_text(), (ROOT / "ferlab" / "weights" / "README.md").read_text()
    for card in (ROOT / "ferlab" / "weights").glob("*.json"):
        figures = json.loads(card.read_text())
        for page in pages:
            assert _share(figures, "accuracy", "interval") in page, card.name
            assert _share(figures, "mean_recall", "mean_recall_interval") in page, card.name
            assert f"{figures['parameters']:,}" in page, card.name


def test_the_stages_of_the_own_network_are_told_as_their_cards_have_them():
    page = (ROOT / "ferlab" / "weights" / "README.md").read_text()
    more = json.loads((ROOT / "results" / "squeezenet.json").read_text())["weights"].split()[-2]
    for stage, ending in (
        ("first command alone", "-first"),
        (f"mean of {more} epochs", ""),
        ("trained with 639 copies, mean of 60 epochs", "-copies"),
    ):
        labels, votes = (
            json.loads((ROOT / "results" / f"squeezenet{head}{ending}.json").read_text())
            for head in ("", "-plus")
        )
        shares = [labels[f"accuracy{view}"] for view in ("", "_flip", "_crops", "_copies")]
        shares += [votes["accuracy"], votes["mean_recall"]]
        assert f"| {stage} | " + " | ".join(f"{100 * share:.1f} %" for share in shares) + " |" in page
    for device, figures in json.loads((ROOT / "results" / "training-speed.json").read_text()).items():
        thesis, own = (figures["networks"][name]["ratio"] for name in ("squeezenet-zima", "squeezenet"))
        ratios = thesis["ferlab"], own["ferlab"], own["ferlab, whole faces"]
        shown = " | ".join([device, figures["ferlab's numbers"], *(f"{ratio:.2f}" for ratio in ratios)])
        assert f"| {shown} |" in page
    switch = json.loads((ROOT / "results" / "onednn.json").read_text())
    gains = [of["on"] / of["off"] for of in switch["images a second"].values()]
    assert (
        f"On {switch['device']} training is {gains[0]:.2f} and {gains[1]:.2f} times as fast with them" in page
    )


def test_other_figures_in_the_pages_are_those_of_their_files():
    front, card = (ROOT / "README.md").read_text(), (ROOT / "ferlab" / "weights" / "README.md").read_text()

    def figures(name):
        return json.loads((ROOT / "results" / f"{name}.json").read_text())

    for name in ("squeezenet", "squeezenet-plus"):
        assert _share(figures(name), "accuracy_copies", "interval_copies") in front
    drawn = figures("drawn-on-fer2013")
    for page in (front, card):
        assert _share(drawn, "accuracy", "interval") in page
    assert _share(drawn, "mean_recall", "mean_recall_interval") in front
    narrow = figures("vgg16-narrow")
    assert _share(narrow, "accuracy", "interval") in card
    for name in ("squeezenet-before", "squeezenet-taught", "squeezenet-odds"):
        for view in ("", "_flip", "_copies"):
            assert f"{100 * figures(name)[f'accuracy{view}']:.1f} %" in card, (name, view)
    left_out = {
        row["training"]: f"{100 * row['accuracy']:.1f}" for row in figures("squeezenet-parts")["trainings"]
    }
    whole, seed, votes, smoothing, erasing, crops, turning = left_out.values()
    assert f"has {whole} % on PublicTest, without the head for the votes it has {votes} %" in card
    assert (
        f"it has {smoothing}, {erasing} and {turning} %, hardly less than the whole from another seed ({seed} %)"
        in card
    )
    assert f"not crops, it has {crops} %" in card
    thesis, shipped = figures("squeezenet-zima"), ROOT / "ferlab" / "weights" / "squeezenet-zima.json"
    assert f"{_share(thesis, 'accuracy', 'interval')} after {thesis['epochs']} epochs" in card
    first, again = figures("delorenzo-cnn"), figures("seed-1/delorenzo-cnn")
    seeds = [f"{100 * of[name]:.1f} %" for name in ("accuracy", "mean_recall") for of in (again, first)]
    assert f"{seeds[0]} where seed 0 has {seeds[1]}, mean recall {seeds[2]} both times" in card
    assert seeds[2] == seeds[3]
    first, again = figures("vgg16-focal"), figures("seed-1/vgg16-focal")
    seeds = [f"{100 * of[name]:.1f} %" for name in ("accuracy", "mean_recall") for of in (again, first)]
    assert f"{seeds[0]} where seed 0 has {seeds[1]}, which is outside seed 0's interval" in card
    assert f"mean recall {seeds[2]} for {seeds[3]}" in card
    assert again["accuracy"] > first["interval"][1]
    even = figures("squeezenet-zima-unweighted")
    assert f"it has {_share(even, 'accuracy', 'interval')} and, over ten copies, " in card
    assert f"over ten copies, {_share(even, 'accuracy_copies', 'interval_copies')}" in card
    with_them, without = (f"{100 * of['mean_recall']:.1f} %" for of in (thesis, even))
    assert f"mean recall either, {with_them} with and {without} without" in card
    (note,) = [system.note for system in PUBLISHED if system.name == "squeezenet-zima"]
    assert f"the one that ships has {json.loads(shipped.read_text())['accuracy']:.1%};" in note
    votes = figures("squeezenet-plus-before")
    assert f"FER+ {100 * votes['accuracy']:.1f} %,\nmean recall {100 * votes['mean_recall']:.1f} %" in card
    without, copies = (
        [f"{100 * row[part]['right'] / row[part]['faces']:.1f}" for part in ("copied", "others")]
        for row in figures("leakage")["trainings"][:2]
    )
    assert (
        f"{copies[0]} % of the 604 PublicTest photos of which a copy had been found in Training then, "
        f"without them on {without[0]} %" in card
    )
    assert f"{copies[1]} and {without[1]} %" in card


def test_what_is_said_of_copies_left_in_training_is_what_was_counted():
    card = (ROOT / "ferlab" / "weights" / "README.md").read_text()
    counted = json.loads((ROOT / "results" / "copies-left.json").read_text())
    images, (trained_on, left_out, others) = counted["training_images"], counted["faces"].values()
    assert (
        f"{images['left_out_now']:,} training images were left out that show a photograph of PublicTest"
        in card
    )
    assert (
        f"found {images['left_out_then']} such training images and missed {images['left_in_by_mistake']}."
        in card
    )
    assert f"Of {trained_on} faces of PublicTest, one in eight, a copy was trained on" in card
    assert round(sum(counted["faces"].values()) / trained_on) == 8
    assert f"| {trained_on} whose copies were missed | {left_out} whose copies" in card
    assert f"| {others:,} without a copy |" in card
    for row, network in (
        (f"with the {images['left_in_by_mistake']} copies", "runs/squeezenet-copies.tflite"),
        ("without", "squeezenet"),
    ):
        shares = [value for value in counted["networks"][network].values() if isinstance(value, float)]
        assert f"| {row} | " + " | ".join(f"{100 * share:.1f} %" for share in shares) + " |" in card


# What a file of figures may lack, and why.
LACKS = {
    "vgg16-narrow": {"bytes"},  # what is shipped is its base alone
}


@pytest.mark.parametrize(
    "name",
    sorted({*(system.name for system in PUBLISHED), "vgg16-narrow", "squeezenet-first", "squeezenet-copies"}),
)
def test_every_trained_network_says_how_its_figures_came_about(name):
    figures = json.loads((ROOT / "results" / f"{name}.json").read_text())
    wanted = {"command", "trained_on", "evaluated_on", "seed", "epochs", "parameters", "seconds", "bytes"}
    wanted |= {"backend", "device", "date", "interval", "mean_recall_interval"}
    assert wanted - figures.keys() == LACKS.get(name, set())
    assert "PublicTest" in figures["evaluated_on"]


def _share(figures, name, interval):
    """As the pages write it: 69.2 % (67.6 to 70.6)."""
    low, high = figures[interval]
    return f"{100 * figures[name]:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def test_a_trained_network_fits_in_eight_megabytes():
    for card in (ROOT / "ferlab" / "weights").glob("*.json"):
        size = sum(card.with_suffix(ending).stat().st_size for ending in (".keras", ".tflite"))
        assert size < 8e6, card.name
