// The network explorer's page: the modules from first to last, and one layer of them laid open.
function render({ model, el }) {
  const box = frame(model, el, "Network explorer");
  const { layers, parameters, classes } = model.get("network");
  const modules = [...new Set(layers.map((layer) => layer.module))];
  const of = (name) => layers.filter((layer) => layer.module === name);
  const weight = (name) => of(name).reduce((sum, layer) => sum + layer.parameters, 0);
  const heaviest = Math.max(...modules.map(weight));
  const large = (n) => n.toLocaleString("en");

  const rows = modules.map((name) => {
    const bar = element("i", { style: `width:${(100 * weight(name)) / heaviest}%` });
    const row = button("", { "data-module": name, tabindex: -1, "aria-label": `${name}, ${large(weight(name))} parameters` });
    row.append(element("span", {}, name), element("span", { class: "fn-track" }, bar), element("span", { class: "fn-count" }, large(weight(name))));
    return row;
  });
  const list = element("div", { class: "fn-modules", role: "group", "aria-label": "The network, from first to last" }, ...rows);
  const reachRow = roving(list, () => rows, (row) => box.set({ layer: of(row.dataset.module).at(-1).name }));

  const parts = element("div", { class: "fn-parts", role: "group", "aria-label": "Layers of the module" });
  const reachPart = roving(parts, () => [...parts.children], (part) => box.set({ layer: part.dataset.layer }));
  const title = element("p", { class: "fn-title", role: "status", "aria-live": "polite" });
  const facts = element("dl", { class: "fn-facts" });
  const maps = element("canvas", { class: "fn-maps", role: "img" });
  const values = element("ul", { class: "fn-values" });
  const scale = element("p", { class: "fl-help" });

  const { images, labels } = model.get("album");
  const faces = labels.map((label, i) => {
    const canvas = element("canvas", { role: "option", tabindex: -1, "aria-label": `Face ${i + 1}, labelled ${label}`, title: label, "data-place": i });
    drawGrey(canvas, bytes(images).subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
    return canvas;
  });
  const album = element("div", { class: "fn-album", role: "listbox", "aria-orientation": "horizontal", "aria-label": "Choose a face" }, ...faces);
  const reachFace = roving(album, () => faces, (face) => box.set({ chosen: Number(face.dataset.place) }));

  // All maps of the layer on one canvas, a pixel apart.
  function drawMaps([count, height, width], grey) {
    const columns = Math.min(count, Math.max(8, Math.ceil(Math.sqrt(1.6 * count))));
    const across = Math.ceil(count / columns);
    const gap = width > 12 ? 2 : 1;
    maps.width = columns * (width + gap) - gap;
    maps.height = across * (height + gap) - gap;
    const context = maps.getContext("2d");
    for (let c = 0; c < count; c++) {
      const picture = context.createImageData(width, height);
      for (let i = 0; i < height * width; i++) {
        picture.data.fill(grey[c * height * width + i], 4 * i, 4 * i + 3)[4 * i + 3] = 255;
      }
      context.putImageData(picture, (c % columns) * (width + gap), Math.floor(c / columns) * (height + gap));
    }
  }

  function show() {
    const { layer: name, size, grey, low, high, values: list_ } = model.get("pictures");
    const layer = layers.find((one) => one.name === name);
    for (const row of rows) row.setAttribute("aria-pressed", row.dataset.module === layer.module);
    reachRow(rows.find((row) => row.dataset.module === layer.module));
    const focused = parts.contains(document.activeElement);
    parts.replaceChildren(
      ...of(layer.module).map((one) => {
        const short = one.name.slice(layer.module.length + 1) || one.name;
        return button(short, { "data-layer": one.name, "aria-pressed": one.name === name, tabindex: -1 });
      }),
    );
    const pressed = [...parts.children].find((part) => part.dataset.layer === name);
    reachPart(pressed);
    if (focused) pressed.focus();
    title.replaceChildren(element("b", {}, name), ` ${layer.kind}`);
    const rowsOf = [["Shape", layer.shape], ["Learned", layer.formula]];
    facts.replaceChildren(...rowsOf.flatMap(([what, text]) => [element("dt", {}, what), element("dd", {}, text)]));
    const flat = list_.length > 0;
    maps.hidden = flat;
    values.hidden = !flat;
    if (flat) {
      const named = list_.length === classes.length;
      values.replaceChildren(...list_.map((v, i) => element("li", {}, `${named ? classes[i] : i + 1} ${v.toFixed(2)}`)));
    } else {
      drawMaps(size, bytes(grey));
      maps.setAttribute("aria-label", `${size[0]} feature maps of ${size[1]} by ${size[2]} for face ${model.get("chosen") + 1}`);
    }
    scale.textContent = flat ? "" : `${size[0]} maps of ${size[1]} × ${size[2]}. Black is ${low.toFixed(2)}, white ${high.toFixed(2)} and more.`;
    const chosen = model.get("chosen");
    for (const face of faces) face.setAttribute("aria-selected", Number(face.dataset.place) === chosen);
    reachFace(faces[chosen]);
  }
  box.on("change:pictures", () => {
    show();
    box.answered();
  });
  show();
  return box.finish(
    element("h3", { class: "fl-title" }, `A network with ${large(parameters)} parameters`),
    element(
      "div",
      { class: "fn-main" },
      element("div", {}, element("p", { class: "fn-head" }, "module, and its parameters"), list),
      element("div", {}, album, title, parts, facts, maps, values, scale),
    ),
  );
}

export default { render };
