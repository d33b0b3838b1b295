"""JupyterLab in a real browser, for the tests of widgets and for the screenshots.

    with lab(folder) as server, chromium() as browser:
        notebook = Notebook(browser, server, "00-start-here.ipynb")

Debian's Chromium is driven by Playwright. JupyterLab's settings, workspace and kernel live in a
temporary folder, so that nothing of the user's is read or changed. The same server has Notebook 7 and Voila.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import nbformat
import platformdirs
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
AXE = "4.10.3"  # of axe-core, from the npm registry
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    address: str
    token: str


@contextlib.contextmanager
def lab(folder):
    """A JupyterLab that serves `folder`, on a free port, with settings of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as own:
        places = {f"JUPYTER_{name}_DIR": f"{own}/{name.lower()}" for name in ("CONFIG", "RUNTIME", "DATA")}
        places |= {f"JUPYTERLAB_{name}_DIR": f"{own}/{name.lower()}" for name in ("SETTINGS", "WORKSPACES")}
        # Else a question about news lies over the page.
        quiet = Path(own) / "settings" / "@jupyterlab" / "apputils-extension"
        quiet.mkdir(parents=True)
        (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
        log = open(f"{own}/log", "w+")  # noqa: SIM115 (closed below, after the server)
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
        command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
        command += ["--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"]
        command += ["--ServerApp.port_retries=0"]
        process = subprocess.Popen(command, env=os.environ | places, stdout=log, stderr=subprocess.STDOUT)
        try:
            server = Server(f"http://127.0.0.1:{port}", token)
            _wait_for(server, process, log)
            yield server
        finally:
            process.terminate()
            process.wait(60)  # it ends its kernels first
            log.close()


def _wait_for(server, process, log, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{server.address}/api?token={server.token}", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    log.seek(0)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read()[-3000:]}")


@contextlib.contextmanager
def chromium():
    """The browser. Give its pages time: two cores may be shared with other tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


_RUN_CELLS = """(ids) => {
  const { content } = window.jupyterapp.shell.currentWidget;
  const cells = content.widgets.filter((cell) => ids.includes(cell.model.id));
  content.activeCellIndex = content.widgets.indexOf(cells.at(-1));
  content.deselectAll();
  cells.forEach((cell) => content.select(cell));
  window.jupyterapp.commands.execute("notebook:run-cell");
}"""


class Notebook:
    """A notebook that is open in JupyterLab, or at="notebooks" in Notebook 7.

    Collects what went wrong on the page and in the kernel.
    """

    def __init__(
        self,
        browser,
        server,
        name,
        *,
        width=1300,
        height=1000,
        scale=1,
        dark=False,
        touch=False,
        at="doc/tree",
    ):
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale, has_touch=touch
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page_errors = []
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.page.goto(f"{server.address}/{at}/{name}?reset&token={server.token}")
        self.page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.sessionContext")
        self.page.evaluate(_LISTEN)
        if at == "doc/tree":  # JupyterLab remembers the theme of the notebook before
            self.command("apputils:change-theme", {"theme": f"JupyterLab {'Dark' if dark else 'Light'}"})
        self.wait_until_idle()

    def command(self, name, arguments=None):
        """Run one of JupyterLab's commands, without waiting: its promise may never end."""
        run = "([name, given]) => { window.jupyterapp.commands.execute(name, given ?? {}); }"
        self.page.evaluate(run, [name, arguments])

    def wait_until_idle(self, seconds=60):
        self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'",
            timeout=1000 * seconds,
        )

    def run_all(self, seconds=200):
        """Run every cell, and wait for the last one's number."""
        self.command("notebook:run-all-cells")
        self.page.wait_for_function(
            """() => { const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
                 .filter((c) => c.cell_type === "code" && c.source.trim());
               return cells.every((c) => c.execution_count) || window.kernelErrors.length; }""",
            timeout=1000 * seconds,
        )
        self.wait_until_idle(seconds)

    def run_cells(self, *ids, seconds=200):
        """Run these cells alone, in their order, and wait for the last one's number; nbval runs all of them."""
        self.page.evaluate(_RUN_CELLS, ids)
        self.page.wait_for_function(
            """(ids) => { const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
                 .filter((c) => ids.includes(c.id));
               return cells.every((c) => c.execution_count) || window.kernelErrors.length; }""",
            arg=ids,
            timeout=1000 * seconds,
        )
        self.wait_until_idle(seconds)

    def ask(self, expression):
        """What the kernel says an expression is, as text."""
        return self.page.evaluate(_ASK, expression)

    @property
    def kernel_errors(self):
        """Exceptions in cells and in callbacks: iopub is the only place where the latter show."""
        self.ask("None")  # once it answers, it is through with what the page sent before
        self.page.wait_for_timeout(300)  # and its complaints, on another channel, have come
        return self.page.evaluate("() => window.kernelErrors")

    def close(self):
        self.page.evaluate(
            "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.shutdown(); }"
        )
        self.context.close()

    def settled(self, condition, seconds=10):
        """Wait until the kernel finds this true: what it saw of the page."""
        for _ in range(10 * seconds):
            if self.ask(f"bool({condition})") == "True":
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the kernel never found: {condition}")


def write_notebook(folder, name, *cells):
    """A notebook of these code cells, in a folder that a lab serves."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(notebook, Path(folder) / name)
    return name


def axe_core():
    """axe-core's source, packed by npm once into the cache. None where there is no npm."""
    folder = platformdirs.user_cache_path("ferlab") / "tests"
    archive = folder / f"axe-core-{AXE}.tgz"
    if not archive.exists():
        if not shutil.which("npm"):
            return None
        folder.mkdir(parents=True, exist_ok=True)
        # Two tests may pack at once: each for itself, and whole before it is seen.
        with tempfile.TemporaryDirectory(dir=folder) as own:
            pack = ["npm", "pack", "--silent", "--pack-destination", own, f"axe-core@{AXE}"]
            subprocess.run(pack, check=True, timeout=120)
            os.replace(Path(own) / archive.name, archive)
    with tarfile.open(archive) as packed:
        return packed.extractfile("package/axe.min.js").read().decode()


def serious(page, selector):
    """axe-core's serious and critical findings within a part of the page, as lines of text."""
    source = axe_core()
    if source is None:
        assert not os.environ.get("CI"), "CI must have npm: install nodejs and npm"
        pytest.skip("no npm to fetch axe-core with")
    page.evaluate(source)
    found = page.evaluate("async (within) => (await axe.run(within)).violations", selector)
    return [
        f"{finding['id']}: {node['html'][:120]} ({node['failureSummary']})"
        for finding in found
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"]
    ]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(server, browser, folder): a JupyterLab over copies of the notebooks, and a browser."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("no Chromium: install your system's chromium package")
    assert CHROMIUM, "CI must have a Chromium: install the chromium package"
    folder = tmp_path_factory.mktemp("notebooks")
    for path in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(path, folder)
    with lab(folder) as server, chromium() as browser:
        yield server, browser, folder


@pytest.fixture
def opened(served):
    """opened(name): the notebook in JupyterLab. Afterwards nothing may have gone wrong unseen."""
    server, browser, _ = served
    notebooks = []

    def open_notebook(name, **options):
        notebooks.append(Notebook(browser, server, name, **options))
        return notebooks[-1]

    yield open_notebook
    for notebook in notebooks:
        errors = notebook.page_errors + notebook.kernel_errors
        notebook.close()
        assert errors == []


_LISTEN = """() => {
  window.kernelErrors = [];
  const context = window.jupyterapp.shell.currentWidget.sessionContext;
  context.iopubMessage.connect((_, message) => {
    if (message.header.msg_type === "error") window.kernelErrors.push(message.content.evalue);
  });
}"""
_ASK = """async (expression) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code: "", user_expressions: { answer: expression }, silent: false,
                                         store_history: false });
  const reply = await future.done;
  const answer = reply.content.user_expressions.answer;
  return answer.status === "ok" ? answer.data["text/plain"] : `${answer.ename}: ${answer.evalue}`;
}"""
