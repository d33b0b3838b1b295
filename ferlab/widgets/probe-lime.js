// Guess, probe, reveal: three superpixels marked by hand, then LIME's, and where its linear model fails.
const MARKS = 3;

function limePart(app) {
  const mark = actButton("Mark three", () => app.use(app.tool === "mark" ? "superpixels" : "mark"));
  const reveal = actButton("Reveal LIME's three", () => app.askLime());
  const ask = element("p", { class: "fp-ask", role: "status" });
  const verdict = element("div", { class: "fp-verdict" });
  const line = element("p", { class: "fp-line" });
  const legend = element(
    "p",
    { class: "fl-help" },
    "Red: for the label, lined blue: against it, by LIME; its three strongest have a yellow outline. Numbers: your three.",
  );
  const buttons = element("div", { class: "fp-row" }, mark.node, reveal.node);
  const node = element("div", {}, ask, buttons, element("div", { role: "status" }, verdict, line), legend);

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

  function asking(label) {
    const { lime, marks } = app;
    if (lime) return "";
    return marks.length < MARKS
      ? `Before you ask LIME: which three superpixels matter most for ${label}? ${marks.length} of ${MARKS} marked.`
      : "Three are marked. Now probe: hide them, hide others. Then reveal what LIME says.";
  }
  function score({ shared, weight }, label) {
    const carried = weight > 0 ? `Yours carry ${percent(weight)} of the weight of its three.` : `Together yours speak against ${label}.`;
    const all = weight === null ? `LIME's three together don't speak for ${label}.` : carried;
    return [element("b", {}, `${shared} of your three are among LIME's three.`), ` ${all}`];
  }

  function show(answer) {
    const label = app.model.get("grid").classes[app.label];
    const { lime, marks } = app;
    mark.node.setAttribute("aria-pressed", app.tool === "mark");
    mark.turnOff(Boolean(lime));
    reveal.turnOff(marks.length < MARKS || lime?.asked === answer.fill);
    legend.hidden = !lime;
    tell(ask, asking(label));
    tell(verdict, ...(lime ? score(lime, label) : []));
    tell(line, lime ? gap(answer, label, app.label) : "");
  }
  return { node, show };
}
