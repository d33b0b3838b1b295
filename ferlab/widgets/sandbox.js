// The augmentation sandbox's page: ranges, and the batch that follows them.
function render({ model, el }) {
  const box = frame(model, el, "Augmentation sandbox");
  const { labels, sliders } = model.get("batch");
  const ask = (patch) => box.set({ wanted: { ...model.get("wanted"), ...patch } });
  const all = Object.entries(sliders).map(([name, about]) => [name, slider(about, model.get("wanted")[name], (value) => ask({ [name]: value }))]);
  const flip = element("input", { type: "checkbox" });
  const again = button("Draw again", { title: "other random numbers within the same ranges" });
  const say = element("p", { class: "fa-say", role: "status", "aria-live": "polite" });
  flip.addEventListener("change", () => ask({ flip: flip.checked }));
  again.addEventListener("click", () => ask({ seed: model.get("wanted").seed + 1 }));

  const faces = labels.map((label, i) => {
    const face = button("", { class: "fa-face", "data-place": i, tabindex: -1 });
    face.append(element("canvas", { "aria-hidden": "true" }), element("span", {}, label));
    return face;
  });
  const grid = element("div", { class: "fa-grid", role: "group", "aria-label": "The batch. Press a face whose label can't be read any more." }, ...faces);
  const reach = roving(grid, () => faces, (face) => {
    const place = Number(face.dataset.place);
    const lost = model.get("lost");
    model.set("lost", lost.includes(place) ? lost.filter((other) => other !== place) : [...lost, place].sort((a, b) => a - b));
    model.save_changes();
    show();
  });
  reach(faces[0]);

  function show() {
    const { images, same } = model.get("shown");
    const lost = model.get("lost");
    const grey = bytes(images);
    faces.forEach((face, i) => {
      drawGrey(face.querySelector("canvas"), grey.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
      face.setAttribute("aria-pressed", lost.includes(i));
      face.setAttribute("aria-label", `Face ${i + 1}, labelled ${labels[i]}${lost.includes(i) ? ", not readable any more" : ""}`);
    });
    const kept = same.filter(Boolean).length;
    tell(
      say,
      element("b", {}, `You: ${lost.length} of ${labels.length} lost their label.`),
      ` The network answers ${labels.length - kept} otherwise than unmoved.`,
    );
  }
  function newWanted() {
    const wanted = model.get("wanted");
    for (const [name, made] of all) made.set(wanted[name]);
    flip.checked = wanted.flip;
  }
  box.on("change:shown", () => {
    show();
    box.answered();
  });
  box.on("change:wanted", newWanted);
  box.on("change:lost", show);
  newWanted();
  show();
  return box.finish(
    element("h3", { class: "fl-title" }, "Augmentation sandbox"),
    element(
      "div",
      { class: "fa-main" },
      element("div", {}, ...all.map(([, made]) => made.node), element("div", { class: "fa-row" }, element("label", {}, flip, "Mirror half of them"), again)),
      element("div", {}, say, grid, element("p", { class: "fl-help" }, "Press a face whose label you can't read any more; press again to take it back.")),
    ),
  );
}

export default { render };
