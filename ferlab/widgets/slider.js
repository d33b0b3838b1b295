// A slider's page, in the looks of ipywidgets' own rows.
function render({ model, el }) {
  const id = `fl-slider-${Math.random().toString(36).slice(2)}`; // ids are the document's: this view's own
  const input = element("input", { type: "range", id, min: model.get("min"), max: model.get("max") });
  const readout = element("span", { class: "widget-readout", "aria-hidden": "true" });
  const show = () => {
    input.value = readout.textContent = model.get("value");
    input.disabled = model.get("disabled");
  };
  input.addEventListener("input", () => {
    model.set("value", Number(input.value));
    model.save_changes();
  });
  el.classList.add("jupyter-widgets", "widget-inline-hbox", "fl-range");
  el.append(element("label", { class: "widget-label", for: id }, model.get("description")), input, readout);
  const giveKeysBack = keepKeys(el);
  model.on("change:value change:disabled", show);
  show();
  return () => {
    giveKeysBack();
    model.off("change:value change:disabled", show);
  };
}

export default { render };
