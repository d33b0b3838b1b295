// FaceProbe's page. Drawing is local and immediate; the kernel hears of it once, on release.
const REST = 400; // milliseconds without an answer after which the picture in the notebook is drawn anew

function render({ model, el }) {
  const box = frame(model, el, "FaceProbe");
  const { untouched, sliders, grain, classes } = model.get("grid");
  const noise = new Int8Array(bytes(grain));
  const unanswered = new Set(); // numbers of the messages that this page sent
  let sent = 0;
  let before; // the state at the last release, for undo
  let resting = 0;

  const app = {
    model, box, untouched, tool: "superpixels", size: 6, erase: false,
    state: untouched, face: null, marks: [], lime: null, past: [], steps: [], label: 0,

    // What the network is shown, grey values.
    seen() {
      const { state, face } = app;
      const [base, filled] = state.twin ? [face.twin, face.twinFilled] : [face.plain, face.filled];
      const hidden = new Set(state.hidden);
      const mask = maskOf(state.painted);
      const filling = filled[state.fill];
      return taken(base.map((v, i) => (mask[i] || hidden.has(face.segments[i]) ? filling[i] : v)), state, noise);
    },
    // What was changed, in words.
    words(state) {
      const parts = [];
      if (state.twin) parts.push("neutral twin");
      if (state.hidden.length) parts.push(`${state.hidden.length} of ${app.face.count} superpixels hidden`);
      const pixels = state.painted.reduce((sum, v, i) => sum + (i % 2 ? v : -v), 0);
      if (pixels) parts.push(`${pixels} pixels painted`);
      for (const [name, [least, , , called, unit]] of Object.entries(sliders)) {
        if (state[name] === untouched[name]) continue;
        parts.push(`${called.toLowerCase()} ${least < 0 ? signed(state[name]) : state[name]} ${unit}`);
      }
      return parts.join(", ");
    },
    edit(patch) {
      app.state = { ...app.state, ...patch };
      app.show();
    },
    release() {
      if (JSON.stringify(app.state) === JSON.stringify(before)) return;
      app.past.push(before);
      send();
    },
    undo() {
      if (!app.past.length) return;
      app.state = app.past.pop();
      send();
    },
    use(tool) {
      app.tool = tool;
      app.show();
    },
    mark(s) {
      if (app.lime) return;
      if (app.marks.includes(s)) app.marks = app.marks.filter((other) => other !== s);
      else if (app.marks.length < MARKS) app.marks = [...app.marks, s];
      model.set("guess", { face: app.face.number, superpixels: app.marks });
      model.save_changes();
      if (app.marks.length === MARKS) app.tool = "superpixels";
      app.show();
    },
    askLime() {
      box.complain("");
      // The guess comes along: a message may overtake it.
      model.send({ ask: "lime", face: app.face.number, superpixels: app.marks });
      box.wait();
    },
    play(state, answer) {
      app.state = state;
      stage.show();
      bars.show({ ...state, ...answer, original: model.get("answer").original });
    },
    stopPlaying() {
      app.state = before;
      app.show();
      newAnswer();
    },
    show() {
      for (const part of [stage, toolbar, holes, camera, history]) part.show();
      lime.show(model.get("answer"));
      swap.setAttribute("aria-pressed", app.state.twin);
    },
  };

  const faces = facesPart(model, box);
  const stage = stagePart(app);
  const bars = barsPart(app);
  const toolbar = toolbarPart(app);
  const holes = holesPart(app);
  const camera = cameraPart(app);
  const lime = limePart(app);
  const history = historyPart(app);
  const caption = element("p", {});
  const swap = button("Neutral twin", { title: "the same face, drawn without any expression" });
  swap.addEventListener("click", () => {
    app.edit({ twin: !app.state.twin });
    app.release();
  });

  function send() {
    before = app.state;
    unanswered.add(++sent);
    box.set({ probe: { face: app.face.number, sent, ...app.state } });
    app.show();
  }

  const known = (state) => Object.fromEntries(Object.keys(untouched).map((name) => [name, state[name] ?? untouched[name]]));
  const greys = (filled) => Object.fromEntries(Object.entries(filled).map(([name, v]) => [name, bytes(v)]));

  function newFace() {
    const { number, image, segments: raw, count, filled, twin, twin_filled: twinFilled, caption: text } = model.get("face");
    const guess = model.get("guess");
    const low = bytes(raw);
    const segments = Array.from({ length: PIXELS }, (_, i) => low[2 * i] + 256 * low[2 * i + 1]);
    app.face = {
      number, count, segments, plain: bytes(image), filled: greys(filled), centres: middles(segments, count),
      twin: twin.byteLength ? bytes(twin) : null, twinFilled: greys(twinFilled),
    };
    Object.assign(app, { past: [], steps: [], marks: guess.face === number ? guess.superpixels : [], tool: app.tool === "mark" ? "superpixels" : app.tool });
    caption.textContent = capital(text);
    swap.hidden = !app.face.twin;
    stage.newFace();
    newLime();
    newProbe();
    newAnswer();
    askLog();
  }
  const askLog = () => model.send({ ask: "log" }); // what was done before this page, and by Python
  function newProbe() {
    const state = model.get("probe");
    if (state.face !== app.face.number) return;
    app.state = before = known(state);
    app.show();
  }
  function newAnswer(event) {
    const answer = model.get("answer");
    if (answer.face !== app.face.number) return;
    const mine = unanswered.delete(answer.sent);
    app.label = answer.original.indexOf(Math.max(...answer.original));
    bars.show(answer);
    lime.show(answer);
    if (answer.sent == null || answer.sent === sent) box.answered();
    if (mine) app.steps = [...app.steps, { state: known(answer), probabilities: answer.probabilities, linear: answer.linear }];
    else if (event) askLog();
    history.show();
    if (event) keepWhenResting();
  }
  function keepWhenResting() {
    clearTimeout(resting);
    resting = setTimeout(() => model.send({ ask: "keep" }), REST);
  }
  function newLime() {
    const found = model.get("lime");
    app.lime = found.face === app.face.number ? found : null;
    if (app.lime) {
      box.answered();
      askLog(); // what was probed before has LIME's prediction now
    }
    if (app.face && before) app.show();
  }

  function newGuess() {
    const { face, superpixels } = model.get("guess");
    if (face !== app.face.number || superpixels === app.marks) return; // of a face that is gone, or this view's own
    app.marks = superpixels;
    app.show();
  }

  // What is done during a replay is done to the state that was there before it.
  for (const act of ["pointerdown", "keydown"]) {
    box.root.addEventListener(act, ({ target }) => history.replay.contains(target) || history.stop(), { capture: true });
  }
  box.root.addEventListener("keydown", (event) => {
    if (!undoes(event)) return;
    event.preventDefault();
    event.stopPropagation();
    app.undo();
  });

  const right = element(
    "div",
    { class: "fp-right" },
    ...bars.nodes,
    tabs("What to do", [
      ["Holes", holes.node],
      ["Light and camera", camera.node],
      ["Guess, then LIME", lime.node],
      ["History", history.node],
    ]),
  );
  const left = element("div", { class: "fp-left" }, element("div", { class: "fp-caption" }, caption, swap), stage.node, toolbar.node);
  newFace();
  const news = { face: newFace, probe: newProbe, answer: newAnswer, lime: newLime, guess: newGuess };
  for (const [trait, listener] of Object.entries(news)) box.on(`change:${trait}`, listener);
  box.on("msg:custom", ({ log }) => {
    if (!log) return;
    app.steps = log.filter((entry) => entry.did === "probe" && entry.face === app.face.number);
    history.show();
  });
  const finish = box.finish(element("h3", { class: "fl-title" }, "FaceProbe"), faces, element("div", { class: "fp-main" }, left, right));
  return () => {
    clearTimeout(resting);
    history.stop();
    finish();
  };
}

export default { render };
