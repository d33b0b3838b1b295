# ruff: noqa: F811 (fixtures are imported, then asked for by name)
"""The sliders of notebook 07 in a real browser: each draws anew, and what is drawn is what the kernel computed."""

import pytest
from browser import opened, serious, served  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COMPUTED = "__import__('base64').b64encode(show.widget.result._repr_mimebundle_()[0]['image/png']).decode()"


class Sliders:
    """Notebook 07's panel, and the picture below its controls."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        notebook.run_cells("setup", "choose-face", "sliders")
        self.panel = self.page.locator(".widget-interact")
        self.panel.locator("img").wait_for(timeout=200_000)
        self.panel.scroll_into_view_if_needed()

    def row(self, name):
        return self.panel.locator(f".widget-inline-hbox:has(> label:text-is('{name}'))")

    def handle(self, name):
        return self.panel.get_by_role("slider", name=name, exact=True)

    def drawn(self):
        """The picture on the page, as text."""
        return self.panel.locator("img").get_attribute("src").split(",")[1].replace("\n", "")

    def wait_for_another(self, before, seconds=30):
        for _ in range(10 * seconds):
            # For a moment between two pictures there may be none.
            if self.panel.locator("img").count() and self.drawn() != before:
                return self.drawn()
            self.page.wait_for_timeout(100)
        raise AssertionError("the page still shows the picture from before")

    def wait_for_the_kernels(self, seconds=30):
        for _ in range(10 * seconds):
            if self.drawn() == self.notebook.ask(COMPUTED).strip("'"):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("the page does not show the picture that the kernel made")

    def assert_draws(self, name, value, move):
        """move() sets a control to this value: the page must show another picture, and the kernel's."""
        before = self.drawn()
        move()
        self.wait_for_another(before)
        self.notebook.settled(f"show.widget.kwargs[{name!r}] == {value!r}")
        self.wait_for_the_kernels()


def test_every_slider_of_notebook_07_draws_anew(opened):
    sliders = Sliders(opened("07-explain-with-lime.ipynb"))
    notebook, mouse = sliders.notebook, sliders.page.mouse

    # Held by the mouse, and not let go: the picture follows.
    box = sliders.handle("n_segments").bounding_box()
    x, y = box["x"] + box["width"] * (50 - 10) / (150 - 10), box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    first = sliders.drawn()
    mouse.move(x + 25, y, steps=3)
    second = sliders.wait_for_another(first)
    mouse.move(x + 60, y, steps=3)
    sliders.wait_for_another(second)
    mouse.up()
    notebook.settled("show.widget.kwargs['n_segments'] == controls['n_segments'].value > 60")
    sliders.wait_for_the_kernels()

    for name, key, value in (("compactness", "End", 100), ("n_samples", "Home", 100)):
        sliders.assert_draws(name, value, lambda name=name, key=key: sliders.handle(name).press(key))
    other = notebook.ask("next(name for name in predict.classes if name != label)").strip("'")
    for name, value in (("label", other), ("hide", "blur"), ("method", "felzenszwalb")):
        choice = sliders.row(name).locator("select")
        sliders.assert_draws(name, value, lambda choice=choice, value=value: choice.select_option(value))

    # A method's own sliders can be moved, the others' can't.
    sliders.assert_draws("scale", 5, lambda: sliders.handle("scale").press("Home"))
    assert sliders.handle("kernel_size").is_disabled()
    assert sliders.handle("scale").is_enabled()
    sliders.assert_draws(
        "method", "quickshift", lambda: sliders.row("method").locator("select").select_option("quickshift")
    )
    sliders.assert_draws("kernel_size", 1, lambda: sliders.handle("kernel_size").press("Home"))
    assert serious(sliders.page, ".widget-interact") == []
