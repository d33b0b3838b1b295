// Guess, probe, reveal: three superpixels marked by hand, then LIME's, and where its linear model fails.
const MARKS = 3;

function limePart(app) {
  const mark = button("Mark three");
  const reveal = button("Reveal LIME's three");
  const ask = element("p", { class: "fp-ask", role: "status" });
  const verdict = element("div", { class: "fp-verdict" });
  const line = element("p", { class: "fp-line" });
  const legend = element(
    "p",
    { class: "fl-help" },
    "Red: for the label, blue: against it, by LIME; its three strongest have a yellow outline. Numbers: your three.",
  );
  mark.addEventListener("click", () => app.use(app.tool === "mark" ? "superpixels" : "mark"));
  reveal.addEventListener("click", () => app.askLime());
  const node = element("div", {}, ask, element("div", { class: "fp-row" }, mark, reveal), element("div", { role: "status" }, verdict, line), legend);

  // What the linear model makes of the state on the screen, beside what the network said.
  function gap({ linear, probabilities, fill }, label, k) {
    if (!linear) {
      if (fill !== app.lime.asked) return `LIME was asked with holes filled by ${app.lime.fill}. Reveal again to ask it with ${fill}.`;
      return fill === app.lime.fill
        ? "LIME's linear model knows whole superpixels only: it has no answer to paint, light or camera."
        : `LIME can't fill holes with ${fill} and was asked with ${app.lime.fill}: choose that to compare.`;
    }
    const [guess, said] = [Math.round(100 * linear[k]), Math.round(100 * probabilities[k])];
    return `For this face LIME's linear model predicts ${label} ${guess} %; the network says ${said} %: a gap of ${Math.abs(said - guess)} points.`;
  }

  function show(answer) {
    const label = app.model.get("grid").classes[app.label];
    const { lime, marks } = app;
    mark.setAttribute("aria-pressed", app.tool === "mark");
    mark.disabled = Boolean(lime);
    reveal.disabled = marks.length < MARKS || lime?.asked === answer.fill;
    ask.textContent = lime
      ? ""
      : marks.length < MARKS
        ? `Before you ask LIME: which three superpixels matter most for ${label}? ${marks.length} of ${MARKS} marked.`
        : "Three are marked. Now probe: hide them, hide others. Then reveal what LIME says.";
    verdict.replaceChildren();
    line.textContent = "";
    legend.hidden = !lime;
    if (!lime) return;
    const carry = lime.weight === null ? `LIME's three together don't speak for ${label}.` : lime.weight > 0 ? `Yours carry ${percent(lime.weight)} of the weight of its three.` : `Together yours speak against ${label}.`;
    verdict.append(element("b", {}, `${lime.shared} of your three are among LIME's three.`), ` ${carry}`);
    line.textContent = gap(answer, label, app.label);
  }
  return { node, show };
}
