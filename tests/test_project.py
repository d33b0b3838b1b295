"""The project's own files: what a newcomer relies on."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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
    import json

    pages = (ROOT / "README.md").read_text(), (ROOT / "ferlab" / "weights" / "README.md").read_text()
    for card in (ROOT / "ferlab" / "weights").glob("*.json"):
        figures = json.loads(card.read_text())
        for page in pages:
            assert _share(figures, "accuracy", "interval") in page, card.name
            assert _share(figures, "mean_recall", "mean_recall_interval") in page, card.name
            assert f"{figures['parameters']:,}" in page, card.name


def test_the_stages_of_the_own_network_are_told_as_their_cards_have_them():
    import json

    page = (ROOT / "ferlab" / "weights" / "README.md").read_text()
    for stage, ending in (
        ("first command alone", "-first"),
        ("mean of 30 epochs", "-mean30"),
        ("mean of 60 epochs", ""),
    ):
        labels, votes = (
            json.loads((ROOT / "results" / f"squeezenet{head}{ending}.json").read_text())
            for head in ("", "-plus")
        )
        shares = [labels[f"accuracy{view}"] for view in ("", "_flip", "_crops", "_copies")]
        shares += [votes["accuracy"], votes["mean_recall"]]
        assert f"| {stage} | " + " | ".join(f"{100 * share:.1f} %" for share in shares) + " |" in page
    speed = json.loads((ROOT / "results" / "training-speed.json").read_text())["networks"]
    assert f"{speed['squeezenet-zima']['ratio']} times as many images a second" in page
    assert f"{speed['squeezenet']['ratio']} times for ferlab's own" in page


def _share(figures, name, interval):
    """As the pages write it: 69.2 % (67.6 to 70.6); without brackets where an older card has no interval."""
    share = f"{100 * figures[name]:.1f} %"
    if interval in figures:
        low, high = figures[interval]
        share += f" ({100 * low:.1f} to {100 * high:.1f})"
    return share


def test_a_trained_network_fits_in_eight_megabytes():
    for card in (ROOT / "ferlab" / "weights").glob("*.json"):
        size = sum(card.with_suffix(ending).stat().st_size for ending in (".keras", ".tflite"))
        assert size < 8e6, card.name
