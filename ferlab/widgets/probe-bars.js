// The answer: one sentence in words, and a bar for every label.
function barsPart(app) {
  const { classes, colours } = app.model.get("grid");
  const say = element("p", { class: "fp-say", role: "status", "aria-live": "polite" });
  const rows = classes.map((name, k) => {
    const row = {
      bar: element("span", { class: "fp-bar", style: `background:${colours[k]}` }),
      was: element("span", { class: "fp-was" }),
      linear: element("span", { class: "fp-linear" }),
      now: element("span", { class: "fp-now" }),
      change: element("span", { class: "fp-change" }),
    };
    const track = element("span", { class: "fp-track", "aria-hidden": "true" }, row.bar, row.was, row.linear);
    row.node = element("li", {}, element("span", { class: "fp-name" }, name), track, row.now, row.change);
    return row;
  });
  const legendLinear = element("span", {}, element("i", { class: "fp-linear" }), "LIME's linear model");
  const legend = element(
    "p",
    { class: "fp-legend" },
    element("span", {}, element("i", { class: "fp-was" }), "the face as it came, and the change since, in points"),
    legendLinear,
  );
  const list = element("ul", { class: "fp-bars", "aria-label": "Probability of each label" }, ...rows.map((row) => row.node));

  function show(answer) {
    const { probabilities, original, linear } = answer;
    const best = probabilities.indexOf(Math.max(...probabilities));
    const first = original.indexOf(Math.max(...original));
    const touched = app.words(answer);
    rows.forEach((row, k) => {
      const points = Math.round(100 * probabilities[k]) - Math.round(100 * original[k]);
      row.node.classList.toggle("fp-best", k === best);
      row.bar.style.width = `${100 * probabilities[k]}%`;
      row.was.style.left = `${100 * original[k]}%`;
      row.linear.hidden = !linear;
      if (linear) row.linear.style.left = `${within(100 * linear[k], 0, 100)}%`;
      row.now.textContent = percent(probabilities[k]);
      row.change.textContent = !points ? "" : `${points > 0 ? "▲" : "▼"} ${signed(points)}`;
    });
    legendLinear.hidden = !linear;
    const was = first === best ? `was ${percent(original[first])}` : `was ${classes[first]}, ${percent(original[first])}`;
    tell(
      say,
      element("b", {}, `${capital(classes[best])}, ${percent(probabilities[best])}`),
      touched ? ` (${was}). ${capital(touched)}.` : ". Nothing is changed.",
    );
  }
  return { nodes: [say, list, legend], show };
}
