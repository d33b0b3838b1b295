// FaceProbe's page. Drawing is local and immediate; the kernel hears of it once, on release.
const SIDE = 48;
const SVG = "http://www.w3.org/2000/svg";
const LARGEST = 4e6; // bytes of a photo sent as it is: a message over 10 MB would close Jupyter's socket
const PATIENCE = 15000; // milliseconds before a silent kernel is called silent

const bytes = (v) => new Uint8Array(v.buffer ?? v, v.byteOffset ?? 0, v.byteLength);
const percent = (p) => `${Math.round(100 * p)} %`;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function drawGrey(canvas, grey) {
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < grey.length; i++) picture.data.fill(grey[i], 4 * i, 4 * i + 3)[4 * i + 3] = 255;
  context.putImageData(picture, 0, 0);
}

// The outline of one superpixel as an SVG path: its border edges, directed, chained into loops.
function outline(segments, which) {
  const inside = (x, y) => x >= 0 && y >= 0 && x < SIDE && y < SIDE && segments[y * SIDE + x] === which;
  const next = new Map();
  const edge = (x0, y0, x1, y1) => {
    const from = `${x0} ${y0}`;
    if (!next.has(from)) next.set(from, []);
    next.get(from).push(`${x1} ${y1}`);
  };
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      if (!inside(x, y)) continue;
      if (!inside(x, y - 1)) edge(x, y, x + 1, y);
      if (!inside(x + 1, y)) edge(x + 1, y, x + 1, y + 1);
      if (!inside(x, y + 1)) edge(x + 1, y + 1, x, y + 1);
      if (!inside(x - 1, y)) edge(x, y + 1, x, y);
    }
  }
  let path = "";
  for (const [start, ends] of next) {
    while (ends.length) {
      path += `M${start}`;
      for (let at = ends.pop(); at !== start; at = next.get(at).pop()) path += `L${at}`;
      path += "Z";
    }
  }
  return path;
}

function middles(segments, count) {
  const sums = Array.from({ length: count }, () => [0, 0, 0]);
  segments.forEach((s, i) => {
    sums[s][0] += (i % SIDE) + 0.5;
    sums[s][1] += Math.floor(i / SIDE) + 0.5;
    sums[s][2] += 1;
  });
  return sums.map(([x, y, n]) => [x / n, y / n]);
}

function place([x, y]) {
  const row = ["top", "middle", "bottom"][Math.min(2, Math.floor((3 * y) / SIDE))];
  const column = ["left", "centre", "right"][Math.min(2, Math.floor((3 * x) / SIDE))];
  return row === "middle" && column === "centre" ? "centre" : `${row} ${column}`;
}

// Photos that are too large to send are made smaller here, upright as the camera meant them.
async function photoBytes(file) {
  if (file.size <= LARGEST) return new Uint8Array(await file.arrayBuffer());
  const size = `${(file.size / 1e6).toFixed(0)} MB`;
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new Error(`This file has ${size} and your browser cannot read it. Expected a photo; save it as a JPEG under 4 MB.`);
  }
  const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
  const canvas = element("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
  return new Uint8Array(await blob.arrayBuffer());
}

function render({ model, el }) {
  const parts = {
    filter: element("select"),
    file: element("input", { type: "file", accept: "image/*" }),
    grid: element("div", { class: "fp-grid", role: "listbox", "aria-orientation": "horizontal" }),
    caption: element("p", { class: "fp-caption" }),
    canvas: element("canvas", { "aria-hidden": "true" }),
    fill: element("select"),
    reset: element("button", { type: "button" }, "Bring all back"),
    lime: element("button", { type: "button", "aria-pressed": "false" }, "Show LIME's weights"),
    bars: element("ul", { class: "fp-bars", "aria-label": "Probability of each label" }),
    say: element("p", { class: "fp-say", role: "status", "aria-live": "polite" }),
    problem: element("div", { class: "fp-problem", role: "alert", "aria-live": "assertive" }),
  };
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${SIDE} ${SIDE}`);
  svg.setAttribute("role", "group");
  // Ids are the document's: the hatching must be this view's own.
  const hatch = `fp-hatch-${Math.random().toString(36).slice(2)}`;
  svg.style.setProperty("--fp-hatching", `url(#${hatch})`);

  const ring = document.createElementNS(SVG, "path"); // the keyboard's place, over its neighbours' outlines
  ring.setAttribute("class", "fp-ring");
  const seams = document.createElementNS(SVG, "path"); // dark beneath the light outlines, for light faces
  seams.setAttribute("class", "fp-seams");

  const root = element(
    "div",
    { class: "fp", role: "region", "aria-label": "FaceProbe" },
    element(
      "div",
      { class: "fp-choose" },
      element("span", { class: "fp-title" }, "FaceProbe"),
      element("label", {}, "Faces labelled", parts.filter),
      element("label", { class: "fp-upload" }, "Upload a photo", parts.file),
    ),
    parts.grid,
    element(
      "div",
      { class: "fp-main" },
      element(
        "div",
        { class: "fp-left" },
        parts.caption,
        element("div", { class: "fp-stage" }, parts.canvas, svg),
      ),
      element(
        "div",
        { class: "fp-right" },
        parts.say,
        parts.bars,
        element("p", { class: "fp-legend" }, element("i"), "with nothing hidden, and the change since, in points"),
        element("div", { class: "fp-controls" }, element("label", {}, "Fill with", parts.fill), parts.reset, parts.lime),
        element(
          "p",
          { class: "fp-help" },
          "Click or drag over the face to hide superpixels, and again to bring them back. ",
          "By keyboard: arrow keys move, space hides.",
        ),
      ),
    ),
    parts.problem,
  );
  el.append(root);

  let segments, centres, pieces, filled, plain;
  let hidden = new Set();
  let cursor = 0;
  let stroke = null; // true while hiding, false while bringing back
  let limeShown = false;
  let timer = 0;

  function complain(text) {
    parts.problem.textContent = text;
  }

  function send() {
    const list = [...hidden].sort((a, b) => a - b);
    model.set("probe", { face: model.get("face").number, hidden: list, fill: parts.fill.value });
    model.save_changes();
    wait();
  }

  function wait() {
    root.classList.add("fp-waiting");
    clearTimeout(timer);
    timer = setTimeout(
      () => complain("The kernel has not answered. Is it busy, or was it restarted? Then run the cell again."),
      PATIENCE,
    );
  }

  function answered() {
    clearTimeout(timer);
    root.classList.remove("fp-waiting");
  }

  function paint() {
    const filling = filled[parts.fill.value] ?? plain;
    drawGrey(parts.canvas, plain.map((value, i) => (hidden.has(segments[i]) ? filling[i] : value)));
    pieces.forEach((piece, s) => piece.setAttribute("aria-pressed", hidden.has(s)));
    parts.reset.disabled = hidden.size === 0;
  }

  function turn(s, hide) {
    if (hidden.has(s) === hide) return;
    if (hide) hidden.add(s);
    else hidden.delete(s);
    paint();
  }

  function moveCursor(s, focus = true) {
    pieces[cursor]?.setAttribute("tabindex", -1);
    cursor = s;
    pieces[s].setAttribute("tabindex", 0);
    ring.setAttribute("d", pieces[s].getAttribute("d"));
    if (focus) pieces[s].focus({ preventScroll: true });
  }

  // Left and right walk through all of them; up and down take the nearest one there.
  function neighbour(key) {
    const count = pieces.length;
    if (key === "ArrowLeft") return (cursor + count - 1) % count;
    if (key === "ArrowRight") return (cursor + 1) % count;
    if (key === "Home") return 0;
    if (key === "End") return count - 1;
    const [x, y] = centres[cursor];
    const way = key === "ArrowUp" ? -1 : 1;
    const far = ([cx, cy]) => ((cy - y) * way > 1 ? Math.abs(cy - y) + 2 * Math.abs(cx - x) : Infinity);
    const best = centres.reduce((best, c, s) => (far(c) < far(centres[best]) ? s : best), cursor);
    return best;
  }

  function newFace() {
    const face = model.get("face");
    plain = bytes(face.image);
    const raw = bytes(face.segments);
    segments = Array.from({ length: SIDE * SIDE }, (_, i) => raw[2 * i] + 256 * raw[2 * i + 1]);
    filled = Object.fromEntries(Object.entries(face.filled).map(([name, v]) => [name, bytes(v)]));
    centres = middles(segments, face.count);
    parts.caption.textContent = `${face.caption[0].toUpperCase()}${face.caption.slice(1)}. This is all the network sees.`;
    svg.setAttribute("aria-label", `The face in ${face.count} superpixels. Arrow keys move, space hides or brings back.`);
    svg.innerHTML =
      `<defs><pattern id="${hatch}" width="2" height="2" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
      `<path class="fp-hatch-dark" d="M0.2 0V2"/><path class="fp-hatch-light" d="M0.55 0V2"/></pattern></defs>`;
    const group = document.createElementNS(SVG, "g");
    pieces = centres.map((centre, s) => {
      const piece = document.createElementNS(SVG, "path");
      const attributes = {
        d: outline(segments, s), class: "fp-piece", role: "button", tabindex: -1, "aria-pressed": false,
        "aria-label": `Hide superpixel ${s + 1} of ${face.count}, ${place(centre)}`, "data-s": s,
      };
      for (const [name, value] of Object.entries(attributes)) piece.setAttribute(name, value);
      return group.appendChild(piece);
    });
    seams.setAttribute("d", pieces.map((piece) => piece.getAttribute("d")).join(""));
    svg.append(seams, group, ring);
    moveCursor(Math.min(cursor, face.count - 1), false);
    newProbe();
    answered();
  }

  function newProbe() {
    const { face, fill, hidden: list } = model.get("probe");
    if (face !== model.get("face").number) return;
    parts.fill.value = fill;
    hidden = new Set(list);
    paint();
  }

  function newAnswer() {
    const { classes, colours, probabilities, original, hidden: of } = model.get("answer");
    if (parts.bars.children.length !== classes.length) {
      parts.bars.replaceChildren(
        ...classes.map((name) =>
          element(
            "li", {},
            element("span", { class: "fp-name" }, name),
            element("span", { class: "fp-track", "aria-hidden": "true" },
              element("span", { class: "fp-bar" }), element("span", { class: "fp-was" })),
            element("span", { class: "fp-now" }),
            element("span", { class: "fp-change" }),
          ),
        ),
      );
    }
    const best = probabilities.indexOf(Math.max(...probabilities));
    const first = original.indexOf(Math.max(...original));
    classes.forEach((name, k) => {
      const row = parts.bars.children[k];
      const points = Math.round(100 * probabilities[k]) - Math.round(100 * original[k]);
      row.classList.toggle("fp-best", k === best);
      row.querySelector(".fp-bar").style.cssText = `width:${100 * probabilities[k]}%;background:${colours[k]}`;
      row.querySelector(".fp-was").style.left = `${100 * original[k]}%`;
      row.querySelector(".fp-now").textContent = percent(probabilities[k]);
      row.querySelector(".fp-change").textContent = !of.length || !points ? "" : points > 0 ? `▲ +${points}` : `▼ −${-points}`;
    });
    const was = first === best ? `was ${percent(original[first])}` : `was ${classes[first]}, ${percent(original[first])}`;
    parts.say.replaceChildren(
      element("b", {}, `${classes[best]}, ${percent(probabilities[best])}`),
      of.length ? ` (${was}). ${of.length} of ${model.get("face").count} superpixels hidden.` : ". Nothing is hidden.",
    );
    answered();
  }

  function newLime() {
    const { face, weights, label } = model.get("lime");
    const there = face === model.get("face").number;
    limeShown = there && limeShown;
    const largest = there ? Math.max(...weights.map(Math.abs), 1e-9) : 1;
    pieces.forEach((piece, s) => {
      const weight = limeShown ? weights[s] / largest : 0;
      piece.classList.toggle("fp-for", weight > 0);
      piece.classList.toggle("fp-against", weight < 0);
      piece.style.setProperty("--fp-weight", (0.65 * Math.abs(weight)).toFixed(2));
    });
    parts.lime.setAttribute("aria-pressed", limeShown);
    parts.lime.textContent = limeShown ? `LIME: red for ${label}, blue against` : "Show LIME's weights";
    if (there) answered();
  }

  function newGrid() {
    const { images, labels, classes, name, fills } = model.get("grid");
    const all = bytes(images);
    parts.grid.setAttribute("aria-label", `Choose one of the ${name}`);
    parts.filter.replaceChildren(...["any", ...classes].map((c) => element("option", { value: c }, c === "any" ? "anything" : c)));
    parts.fill.replaceChildren(...fills.map((f) => element("option", { value: f }, f)));
    parts.grid.replaceChildren(
      ...labels.map((label, i) => {
        const canvas = element("canvas", {
          role: "option", tabindex: -1, "aria-label": `Face ${i + 1}, labelled ${label}`,
          title: label, "data-i": i, "data-label": label,
        });
        drawGrey(canvas, all.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
        return canvas;
      }),
    );
    newChoice();
  }

  const shownFaces = () => [...parts.grid.children].filter((c) => !c.hidden);

  function newChoice() {
    const chosen = model.get("chosen");
    for (const [i, canvas] of [...parts.grid.children].entries()) canvas.setAttribute("aria-selected", i === chosen);
    for (const canvas of parts.grid.children) canvas.setAttribute("tabindex", -1);
    const reachable = shownFaces().find((c) => c.dataset.i === String(chosen)) ?? shownFaces()[0];
    reachable?.setAttribute("tabindex", 0);
  }

  function choose(canvas) {
    if (Number(canvas.dataset.i) === model.get("chosen")) return;
    complain("");
    model.set("chosen", Number(canvas.dataset.i));
    model.save_changes();
    wait();
  }

  parts.filter.addEventListener("change", () => {
    for (const c of parts.grid.children) {
      c.hidden = parts.filter.value !== "any" && c.dataset.label !== parts.filter.value;
      c.style.display = c.hidden ? "none" : "";
    }
    newChoice();
  });
  parts.grid.addEventListener("click", (event) => event.target.dataset.i && choose(event.target));
  parts.grid.addEventListener("keydown", (event) => {
    const faces = shownFaces();
    const at = faces.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: faces.length - 1 }[event.key];
    if (at >= 0 && [" ", "Enter"].includes(event.key)) choose(event.target);
    else if (to !== undefined) faces[Math.max(0, Math.min(faces.length - 1, to))].focus();
    else return;
    event.preventDefault();
  });
  parts.file.addEventListener("change", async () => {
    const [file] = parts.file.files;
    if (!file) return;
    complain("");
    try {
      model.set("photo", new DataView((await photoBytes(file)).buffer));
      model.save_changes();
      wait();
    } catch (error) {
      complain(error.message);
    }
    parts.file.value = "";
  });
  parts.fill.addEventListener("change", () => {
    paint();
    send();
  });
  parts.reset.addEventListener("click", () => {
    hidden.clear();
    paint();
    send();
  });
  parts.lime.addEventListener("click", () => {
    limeShown = !limeShown;
    if (model.get("lime").face === model.get("face").number) return newLime();
    model.send({ ask: "lime" });
    wait();
  });

  const pieceAt = (event) => {
    const found = el.getRootNode().elementFromPoint(event.clientX, event.clientY);
    return svg.contains(found) && found.dataset.s !== undefined ? Number(found.dataset.s) : -1;
  };
  svg.addEventListener("pointerdown", (event) => {
    svg.classList.remove("fp-keys");
    const s = pieceAt(event);
    if (s < 0 || event.button) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    stroke = !hidden.has(s);
    moveCursor(s);
    turn(s, stroke);
  });
  svg.addEventListener("pointermove", (event) => {
    if (stroke === null) return;
    const s = pieceAt(event);
    if (s >= 0) turn(s, stroke);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, () => {
      if (stroke !== null) send();
      stroke = null;
    });
  }
  svg.addEventListener("keyup", () => svg.classList.add("fp-keys"));
  svg.addEventListener("keydown", (event) => {
    svg.classList.add("fp-keys");
    if ([" ", "Enter"].includes(event.key)) {
      turn(cursor, !hidden.has(cursor));
      send();
    } else if (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
      moveCursor(neighbour(event.key));
    } else return;
    event.preventDefault();
  });
  // Screen readers press buttons by a click without a pointer.
  svg.addEventListener("click", (event) => {
    if (event.detail || event.target.dataset.s === undefined) return;
    const s = Number(event.target.dataset.s);
    moveCursor(s);
    turn(s, !hidden.has(s));
    send();
  });
  // JupyterLab's one-letter shortcuts must not hear what is typed here.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });

  newGrid();
  newFace();
  newAnswer();
  newLime();
  const told = () => {
    complain(model.get("problem"));
    if (model.get("problem")) answered();
  };
  told();
  const listeners = {
    "change:grid": newGrid, "change:face": newFace, "change:probe": newProbe, "change:answer": newAnswer,
    "change:lime": newLime, "change:chosen": newChoice, "change:problem": told,
  };
  for (const [event, heard] of Object.entries(listeners)) model.on(event, heard);
  return () => {
    clearTimeout(timer);
    for (const [event, heard] of Object.entries(listeners)) model.off(event, heard);
  };
}

export default { render };
