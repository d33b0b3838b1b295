// The controls: what a stroke does, what fills a hole, light and camera, and what was done so far.
function toolbarPart(app) {
  const tool = (name, text) => {
    const node = button(text);
    node.addEventListener("click", () => app.use(name));
    return [name, node];
  };
  const tools = [tool("superpixels", "Superpixels"), tool("brush", "Brush")];
  const size = slider([1, 24, 1, "Size", "px"], app.size, (value) => {
    app.size = value;
    app.show();
  });
  const erase = button("Bring back");
  erase.addEventListener("click", () => {
    app.erase = !app.erase;
    app.show();
  });
  const brush = element("div", { class: "fp-row fp-brush" }, size.node, erase);
  const undo = actButton("Undo", () => app.undo(), { title: "also Ctrl+Z" });
  const reset = actButton("Bring all back", () => {
    app.edit({ ...app.untouched, fill: app.state.fill });
    app.release();
  });
  const kinds = element("div", { class: "fl-joined", role: "group", "aria-label": "Hide by" }, ...tools.map(([, node]) => node));
  function show() {
    for (const [name, node] of tools) node.setAttribute("aria-pressed", app.tool === name);
    brush.hidden = app.tool !== "brush";
    erase.setAttribute("aria-pressed", app.erase);
    undo.turnOff(!app.past.length);
    reset.turnOff(!app.words(app.state));
  }
  return { node: element("div", { class: "fp-toolbar" }, element("div", { class: "fp-row" }, kinds, undo.node, reset.node), brush), show };
}

function holesPart(app) {
  const { fills } = app.model.get("grid");
  const fill = choice(fills, ["its mean grey", "one grey", "blur", "black", "noise"].slice(0, fills.length));
  fill.addEventListener("change", () => {
    app.edit({ fill: fill.value });
    app.release();
  });
  const node = element(
    "div",
    {},
    element("label", {}, "Fill holes with", fill),
    element(
      "p",
      { class: "fl-help" },
      "Click or drag over the face to hide superpixels, and again to bring them back. By keyboard: arrow keys move, space hides. ",
      "A hole is never nothing: watch how the answer moves when only the filling changes.",
    ),
  );
  return { node, show: () => (fill.value = app.state.fill) };
}

function cameraPart(app) {
  const { sliders } = app.model.get("grid");
  const all = Object.entries(sliders).map(([name, about]) => {
    const made = slider(about, app.untouched[name], (value) => app.edit({ [name]: value }), () => app.release());
    return [name, made];
  });
  const node = element("div", { class: "fp-sliders" }, ...all.map(([, made]) => made.node));
  return { node, show: () => all.forEach(([name, made]) => made.set(app.state[name])) };
}

function historyPart(app) {
  const replay = button("Replay");
  const body = element("tbody");
  const heads = ["step", "changed", "network", "LIME"].map((name) => element("th", { scope: "col" }, name));
  const table = element("table", { class: "fp-history" }, element("caption"), element("thead", {}, element("tr", {}, ...heads)), body);
  const node = element("div", {}, element("div", { class: "fp-row" }, replay), element("div", { class: "fp-scroll", tabindex: 0, role: "group", "aria-label": "History" }, table));
  let playing = 0;

  // Draws the recorded states one after the other, with the answers that were given then; asks nobody.
  function step(at) {
    const entry = app.steps[at];
    if (!entry) return stop();
    app.play({ ...app.untouched, ...entry.state }, entry);
    [...body.children].forEach((row, i) => row.classList.toggle("fp-playing", i === at));
    playing = setTimeout(() => step(at + 1), 700);
  }
  function stop() {
    if (!playing) return;
    clearTimeout(playing);
    playing = 0;
    replay.textContent = "Replay";
    app.stopPlaying();
  }
  replay.addEventListener("click", () => {
    if (playing) return stop();
    playing = 1;
    replay.textContent = "Stop";
    step(0);
  });
  function show() {
    const { classes } = app.model.get("grid");
    const k = app.label;
    table.caption.textContent = `What was done, and the probability of ${classes[k]}`;
    body.replaceChildren(
      ...app.steps.map((entry, i) => {
        const words = app.words({ ...app.untouched, ...entry.state }) || "nothing";
        const cells = [`${i + 1}`, words, percent(entry.probabilities[k]), entry.linear ? percent(entry.linear[k]) : "–"];
        return element("tr", {}, ...cells.map((text) => element("td", {}, text)));
      }),
    );
    replay.disabled = app.steps.length < 2;
  }
  return { node, replay, show, stop };
}
