// The face itself: superpixels as buttons, a brush, and marks, by mouse, finger and keyboard.
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function stagePart(app) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const svg = shape("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "group" });
  const hatch = `fp-hatch-${Math.random().toString(36).slice(2)}`; // ids are the document's: this view's own
  svg.style.setProperty("--fp-hatching", `url(#${hatch})`);
  const pattern = shape(
    "pattern",
    { id: hatch, width: 2, height: 2, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    shape("path", { class: "fp-hatch-dark", d: "M0.2 0V2" }),
    shape("path", { class: "fp-hatch-light", d: "M0.55 0V2" }),
  );
  const lines = shape(
    "pattern",
    { id: `${hatch}-lines`, width: 2, height: 2, patternUnits: "userSpaceOnUse" },
    shape("path", { class: "fp-lines-dark", d: "M0 1H2" }),
    shape("path", { class: "fp-lines-light", d: "M0 1H2" }),
  );
  const seams = shape("path", { class: "fp-seams" }); // dark beneath the light outlines, for light faces
  const group = shape("g");
  const painted = shape("path", { class: "fp-painted" });
  const against = shape("path", { class: "fp-lined", fill: `url(#${hatch}-lines)` }); // red and blue are equally dark
  const tops = shape("g", { class: "fp-tops" });
  const marks = shape("g", { class: "fp-marks" });
  const ring = shape("path", { class: "fp-ring" }); // the keyboard's place, over its neighbours' outlines
  const circle = shape("circle", { class: "fp-circle" });
  const moving = shape("g", {}, seams, group, painted, against, tops, marks, ring, circle);
  svg.append(shape("defs", {}, pattern, lines), moving);
  const easel = element("div", { class: "fp-easel", role: "application", tabindex: 0 }); // the brush's keyboard
  const where = element("span", { class: "fl-unseen", "aria-live": "polite" });
  const node = element("div", { class: "fp-stage" }, canvas, svg, easel, where);

  let pieces = [];
  let cursor = 0;
  let stroke = null; // while a stroke lasts: true hides, false brings back
  let last = null; // the brush's last place in it
  let spot = [SIDE / 2, SIDE / 2];
  let mask = new Uint8Array(PIXELS);

  // Superpixels

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
    const { centres } = app.face;
    if (key === "ArrowLeft") return (cursor + count - 1) % count;
    if (key === "ArrowRight") return (cursor + 1) % count;
    if (key === "Home") return 0;
    if (key === "End") return count - 1;
    const [x, y] = centres[cursor];
    const way = key === "ArrowUp" ? -1 : 1;
    const far = ([cx, cy]) => ((cy - y) * way > 1 ? Math.abs(cy - y) + 2 * Math.abs(cx - x) : Infinity);
    return centres.reduce((best, c, s) => (far(c) < far(centres[best]) ? s : best), cursor);
  }
  function turn(s, hide) {
    const has = app.state.hidden.includes(s);
    if (has === hide) return;
    const hidden = has ? app.state.hidden.filter((other) => other !== s) : [...app.state.hidden, s];
    app.edit({ hidden: hidden.sort((a, b) => a - b) });
  }
  // What a click or the space bar does to one superpixel.
  function press(s) {
    if (app.tool === "mark") return app.mark(s);
    turn(s, !app.state.hidden.includes(s));
    app.release();
  }
  const pieceAt = (event) => {
    const found = node.getRootNode().elementFromPoint(event.clientX, event.clientY);
    return svg.contains(found) && found.dataset.s !== undefined ? Number(found.dataset.s) : -1;
  };
  // Of several fingers the first one draws; else a line would join them.
  const onPointer = (surface, kind, act) => surface.addEventListener(kind, (event) => event.isPrimary && act(event));
  onPointer(svg, "pointerdown", (event) => {
    svg.classList.remove("fp-keys");
    const s = pieceAt(event);
    if (s < 0 || event.button) return;
    event.preventDefault();
    moveCursor(s);
    if (app.tool === "mark") return app.mark(s);
    svg.setPointerCapture(event.pointerId);
    stroke = !app.state.hidden.includes(s);
    turn(s, stroke);
  });
  onPointer(svg, "pointermove", (event) => {
    const s = stroke === null ? -1 : pieceAt(event);
    if (s >= 0) turn(s, stroke);
  });
  // A screen reader moves the focus without a key that is heard here. An svg that listened would be one more tab stop.
  node.addEventListener("focusin", ({ target }) => {
    if (target.dataset.s !== undefined) moveCursor(Number(target.dataset.s), false);
  });
  svg.addEventListener("keyup", () => svg.classList.add("fp-keys"));
  svg.addEventListener("keydown", (event) => {
    svg.classList.add("fp-keys");
    if ([" ", "Enter"].includes(event.key)) press(cursor);
    else if (WAYS[event.key] || ["Home", "End"].includes(event.key)) moveCursor(neighbour(event.key));
    else return;
    event.preventDefault();
  });
  // Screen readers press buttons by a click without a pointer.
  svg.addEventListener("click", (event) => {
    if (event.detail || event.target.dataset.s === undefined) return;
    moveCursor(Number(event.target.dataset.s));
    press(cursor);
  });

  // The brush

  function dab([x, y]) {
    const radius = app.size / 2;
    for (let row = Math.floor(y - radius); row <= y + radius; row++) {
      for (let column = Math.floor(x - radius); column <= x + radius; column++) {
        const under = row === Math.floor(y) && column === Math.floor(x);
        if (!under && Math.hypot(column + 0.5 - x, row + 0.5 - y) > radius) continue;
        if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) mask[row * SIDE + column] = stroke ? 1 : 0;
      }
    }
  }
  function paintTo(point) {
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(point[0] - last[0], point[1] - last[1])));
    for (let i = 1; i <= steps; i++) dab([0, 1].map((k) => last[k] + ((point[k] - last[k]) * i) / steps));
    last = point;
    app.edit({ painted: runsOf(mask) });
  }
  // A place on the page as a place in the face, however the face is turned.
  function inFace(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(moving.getScreenCTM().inverse());
    return [point.x, point.y];
  }
  function moveSpot(to) {
    spot = to.map((v) => within(v, 0, SIDE - 0.01));
    circle.setAttribute("cx", spot[0]);
    circle.setAttribute("cy", spot[1]);
  }
  onPointer(easel, "pointerdown", (event) => {
    if (event.button) return;
    easel.setPointerCapture(event.pointerId);
    stroke = !app.erase;
    last = inFace(event);
    moveSpot(last);
    paintTo(last);
  });
  onPointer(easel, "pointermove", (event) => {
    moveSpot(inFace(event));
    if (stroke !== null) paintTo(inFace(event));
  });
  easel.addEventListener("keydown", (event) => {
    if (WAYS[event.key]) {
      const far = event.shiftKey ? 5 : 1;
      moveSpot(spot.map((v, k) => v + far * WAYS[event.key][k]));
      where.textContent = `${Math.floor(spot[0])} right, ${Math.floor(spot[1])} down`;
    } else if ([" ", "Enter"].includes(event.key)) {
      stroke = !app.erase;
      last = spot;
      paintTo(spot);
      stroke = null;
      app.release();
    } else return;
    event.preventDefault();
  });
  for (const surface of [svg, easel]) {
    for (const end of ["pointerup", "pointercancel"]) {
      onPointer(surface, end, () => {
        if (stroke === null) return;
        stroke = null;
        app.release();
      });
    }
  }

  // Drawing

  function newFace() {
    const { segments, centres, count } = app.face;
    stroke = null; // it was over another face
    mask = new Uint8Array(PIXELS);
    pieces = centres.map((centre, s) => shape("path", { d: outline(segments, s), class: "fp-piece", role: "button", tabindex: -1, "data-s": s }));
    group.replaceChildren(...pieces);
    seams.setAttribute("d", pieces.map((piece) => piece.getAttribute("d")).join(""));
    moveCursor(Math.min(cursor, count - 1), false);
    moveSpot([SIDE / 2, SIDE / 2]);
  }
  function show() {
    const { state, face, lime } = app;
    drawGrey(canvas, app.seen());
    const { turn: degrees, right, down } = state;
    moving.setAttribute("transform", `translate(${right} ${down}) rotate(${degrees} ${SIDE / 2} ${SIDE / 2})`);
    const largest = Math.max(...(lime?.weights ?? []).map(Math.abs), 1e-9);
    const marking = app.tool === "mark";
    pieces.forEach((piece, s) => {
      const weight = lime ? lime.weights[s] / largest : 0;
      const named = `superpixel ${s + 1} of ${face.count}, ${place(face.centres[s])}`;
      const told = lime && Math.abs(weight) > 0.2 ? `, ${weight > 0 ? "for" : "against"} ${lime.label} by LIME` : "";
      piece.setAttribute("aria-label", `${marking ? "Mark" : "Hide"} ${named}${told}`);
      piece.setAttribute("aria-pressed", marking ? app.marks.includes(s) : state.hidden.includes(s));
      piece.classList.toggle("fp-hidden", state.hidden.includes(s));
      piece.classList.toggle("fp-for", weight > 0);
      piece.classList.toggle("fp-against", weight < 0);
      piece.style.setProperty("--fp-weight", (0.65 * Math.abs(weight)).toFixed(2));
    });
    const lined = pieces.filter((_, s) => lime?.weights[s] / largest < -0.2 && !state.hidden.includes(s));
    against.setAttribute("d", lined.map((piece) => piece.getAttribute("d")).join(""));
    tops.replaceChildren(...(lime?.lime ?? []).map((s) => shape("path", { d: pieces[s].getAttribute("d") })));
    marks.replaceChildren(
      ...app.marks.flatMap((s, i) => {
        const [x, y] = face.centres[s];
        return [shape("circle", { cx: x, cy: y, r: 2.1 }), shape("text", { x, y: y + 1.05 }, `${i + 1}`)];
      }),
    );
    if (stroke === null) mask = maskOf(state.painted);
    painted.setAttribute("d", bands(state.painted));
    const brushing = app.tool === "brush";
    easel.hidden = !brushing;
    node.classList.toggle("fp-brushing", brushing);
    circle.setAttribute("r", app.size / 2);
    svg.setAttribute(
      "aria-label",
      `The face in ${face.count} superpixels. Arrow keys move, space ${marking ? "marks" : "hides or brings back"}.`,
    );
    easel.setAttribute("aria-label", `Brush over the face. Arrow keys move it, with shift by five pixels; space ${app.erase ? "brings back" : "paints"}.`);
  }
  return { node, newFace, show };
}

// Runs of painted pixels as rectangles, split where they go on in the next row.
function bands(runs) {
  let path = "";
  for (let i = 0; i < runs.length; i += 2) {
    for (let from = runs[i]; from < runs[i + 1]; ) {
      const to = Math.min(runs[i + 1], (Math.floor(from / SIDE) + 1) * SIDE);
      path += `M${from % SIDE} ${Math.floor(from / SIDE)}h${to - from}v1h${from - to}Z`;
      from = to;
    }
  }
  return path;
}
