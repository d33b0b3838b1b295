// What the pages of all widgets share. Python joins this file with a widget's own: one module, no bundler.
const SIDE = 48;
const SVG = "http://www.w3.org/2000/svg";
const PATIENCE = 15000; // milliseconds before a silent kernel is called silent
const SILENT = "The kernel has not answered. Is it busy, or was it restarted? Then run the cell again.";

const bytes = (v) => new Uint8Array(v.buffer ?? v, v.byteOffset ?? 0, v.byteLength);
const percent = (p) => `${Math.round(100 * p)} %`;
const signed = (n) => (n > 0 ? `+${n}` : n < 0 ? `−${-n}` : "0");
const capital = (text) => text[0].toUpperCase() + text.slice(1);

function dress(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
const element = (tag, attributes = {}, ...children) => dress(document.createElement(tag), attributes, children);
const shape = (tag, attributes = {}, ...children) => dress(document.createElementNS(SVG, tag), attributes, children);
const button = (text, attributes = {}) => element("button", { type: "button", ...attributes }, text);

// A button that can be off. It only says so: a disabled one would drop the keyboard's focus.
function actButton(text, act, attributes = {}) {
  const node = button(text, attributes);
  const isOff = () => node.getAttribute("aria-disabled") === "true";
  node.addEventListener("click", () => isOff() || act());
  return { node, turnOff: (off) => node.setAttribute("aria-disabled", off) };
}

// Screen readers say anew what is written anew, so write only what differs.
function tell(region, ...parts) {
  const text = parts.map((part) => part.textContent ?? part).join("");
  if (region.textContent !== text) region.replaceChildren(...parts);
}

function choice(names, texts = names) {
  return element("select", {}, ...names.map((name, i) => element("option", { value: name }, texts[i])));
}

// Grey values, row by row, on a canvas of that many pixels; CSS makes it large.
function drawGrey(canvas, grey, width = SIDE, height = grey.length / width) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(width, height);
  for (let i = 0; i < grey.length; i++) picture.data.fill(grey[i], 4 * i, 4 * i + 3)[4 * i + 3] = 255;
  context.putImageData(picture, 0, 0);
}

// A slider with its name before it and its value after it. `told` hears of every move, `released` of the last.
function slider([least, most, step, name, unit], value, told, released = () => {}) {
  const input = element("input", { type: "range", min: least, max: most, step, value });
  // Not an <output>: screen readers would say it after the slider has said the same.
  const output = element("span", { class: "fl-value", "aria-hidden": "true" });
  const show = () => {
    const text = `${least < 0 ? signed(Number(input.value)) : input.value} ${unit}`;
    tell(output, text);
    input.setAttribute("aria-valuetext", text);
  };
  input.addEventListener("input", () => {
    show();
    told(Number(input.value));
  });
  input.addEventListener("change", () => released(Number(input.value)));
  show();
  const set = (to) => {
    input.value = to;
    show();
  };
  return { node: element("label", { class: "fl-slider" }, element("span", {}, name), input, output), set };
}

// Options in a listbox, or buttons in a row or table: one tab stop, arrow keys move, space and enter choose.
function roving(list, items, choose, columns = 1) {
  const reach = (wanted) => {
    const all = items();
    const one = all.includes(wanted) ? wanted : all[0];
    for (const item of list.querySelectorAll("[tabindex]")) item.setAttribute("tabindex", item === one ? 0 : -1);
    if (one) requestAnimationFrame(() => bring(one)); // once it has a place on the page
  };
  // Into sight along its list; scrollIntoView would move the notebook, too.
  const bring = (item) => {
    const [outer, inner] = [list, item].map((node) => node.getBoundingClientRect());
    if (inner.left >= outer.left && inner.right <= outer.right) return;
    list.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
  };
  list.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(event.target);
    const last = all.length - 1;
    const to = { ArrowRight: at + 1, ArrowDown: at + columns, ArrowLeft: at - 1, ArrowUp: at - columns, Home: 0, End: last }[event.key];
    if (at < 0) return;
    if ([" ", "Enter"].includes(event.key)) choose(event.target);
    else if (to !== undefined) {
      const next = all[Math.max(0, Math.min(last, to))];
      reach(next);
      next.focus();
    } else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const item = items().find((one) => one.contains(event.target));
    if (item) choose(item);
  });
  return reach;
}

// Tabs: [[name, panel], ...]. Returns the node.
let tabSets = 0;
function tabs(label, panels) {
  const own = `fl-tabs-${++tabSets}-${Math.random().toString(36).slice(2, 7)}`;
  const list = element("div", { class: "fl-tabs", role: "tablist", "aria-label": label });
  const all = panels.map(([name, panel], i) => {
    const tab = button(name, { role: "tab", id: `${own}-${i}`, "aria-controls": `${own}-p${i}`, tabindex: -1 });
    dress(panel, { role: "tabpanel", id: `${own}-p${i}`, "aria-labelledby": `${own}-${i}`, class: "fl-panel" }, []);
    return tab;
  });
  list.append(...all);
  const open = (tab) => {
    all.forEach((one, i) => {
      one.setAttribute("aria-selected", one === tab);
      panels[i][1].hidden = one !== tab;
    });
    reach(tab);
  };
  const reach = roving(list, () => all, open);
  open(all[0]);
  return element("div", { class: "fl-tabbed" }, list, ...panels.map(([, panel]) => panel));
}

// JupyterLab's one-letter shortcuts must not hear what is typed here; Ctrl+S and the like may, Ctrl+Z is FaceProbe's.
// Lumino passes over an element with this attribute: the one with the focus must bear it, as shortcuts look for that
// first. Set from the window, because Notebook 7 listens at the document, before anything in the widget can.
const typed = ({ ctrlKey, metaKey, altKey }) => !ctrlKey && !metaKey && !altKey;
const undoes = ({ ctrlKey, metaKey, key }) => (ctrlKey || metaKey) && key.toLowerCase() === "z";
function keepKeys(root) {
  const shield = (event) => {
    if (!root.contains(event.target)) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", typed(event) || undoes(event));
  };
  window.addEventListener("keydown", shield, { capture: true });
  return () => window.removeEventListener("keydown", shield, { capture: true });
}

// The widget's outer box: its name, its errors, its patience with the kernel, and its traits' listeners.
function frame(model, el, name) {
  const problem = element("div", { class: "fl-problem", role: "alert" });
  const root = element("section", { class: "fl", "aria-label": name });
  let timer = 0;
  const heard = [];
  const giveKeysBack = keepKeys(root);
  const box = {
    root,
    complain(text) {
      problem.textContent = text;
      // On a narrow screen the end of the widget is far from the finger.
      if (text && text !== SILENT) problem.scrollIntoView({ block: "nearest" });
    },
    wait() {
      root.classList.add("fl-waiting");
      clearTimeout(timer);
      timer = setTimeout(() => box.complain(SILENT), PATIENCE);
    },
    answered() {
      clearTimeout(timer);
      root.classList.remove("fl-waiting");
      if (problem.textContent === SILENT) box.complain(""); // it has, though late
    },
    on(event, listener) {
      model.on(event, listener);
      heard.push([event, listener]);
    },
    // Takes back the complaint before. Equal values are not sent, so no answer to them is waited for.
    set(traits) {
      box.complain("");
      let changed = false;
      const hear = () => (changed = true);
      for (const [trait, value] of Object.entries(traits)) {
        model.on(`change:${trait}`, hear);
        model.set(trait, value);
        model.off(`change:${trait}`, hear);
      }
      if (!changed) return;
      model.save_changes();
      box.wait();
    },
    finish(...parts) {
      root.append(...parts, problem);
      el.append(root);
      return () => {
        clearTimeout(timer);
        giveKeysBack();
        for (const [event, listener] of heard) model.off(event, listener);
      };
    },
  };
  const told = () => {
    box.complain(model.get("problem"));
    if (model.get("problem")) box.answered();
  };
  box.on("change:problem", told);
  told();
  root.addEventListener("keydown", (event) => {
    if (typed(event)) event.stopPropagation(); // other listeners than Lumino's
  });
  return box;
}
