// The mistakes browser's page: a confusion matrix of buttons, and the faces of the chosen cell.
function render({ model, el }) {
  const box = frame(model, el, "Mistakes browser");
  const { classes, confusion, about, voted } = model.get("table");
  const cells = [];
  const shares = confusion.map((row) => row.map((count) => count / Math.max(1, row.reduce((a, b) => a + b))));
  const worst = Math.max(...shares.flatMap((row, i) => row.filter((_, j) => i !== j)), 1e-9);
  const body = confusion.map((row, i) => {
    const buttons = row.map((count, j) => {
      const what = i === j ? `${classes[i]}, and recognised` : `${classes[i]}, taken for ${classes[j]}`;
      const cell = button(`${count}`, { "aria-label": `${count} ${count === 1 ? "face" : "faces"} labelled ${what}`, "data-true": i, "data-said": j, tabindex: -1 });
      cell.style.setProperty("--fm-share", `${Math.round((50 * shares[i][j]) / worst)}%`);
      cell.classList.toggle("fm-right", i === j);
      cells.push(cell);
      return element("td", {}, cell);
    });
    return element("tr", {}, element("th", { scope: "row" }, classes[i]), ...buttons);
  });
  const heads = classes.map((name) => element("th", { scope: "col" }, name));
  const table = element(
    "table",
    { class: "fm-table" },
    element("caption", {}, "Rows: the label. Columns: what the network said."),
    element("thead", {}, element("tr", {}, element("td"), ...heads)),
    element("tbody", {}, ...body),
  );
  const say = element("p", { class: "fm-say", role: "status", "aria-live": "polite" });
  const first = choice(["surest", "least sure"], ["surest first", "least sure first"]);
  const cards = element("ul", { class: "fm-cards", tabindex: 0, "aria-label": "Faces of the cell" });

  const ask = (patch) => box.set({ cell: { ...model.get("cell"), ...patch } });
  const reach = roving(table, () => cells, (cell) => ask({ true: Number(cell.dataset.true), said: Number(cell.dataset.said) }), classes.length);
  first.addEventListener("change", () => ask({ first: first.value }));

  function newFound() {
    const { true: i, said: j, total, places, sure, images, votes } = model.get("found");
    const all = bytes(images);
    for (const cell of cells) cell.setAttribute("aria-pressed", Number(cell.dataset.true) === i && Number(cell.dataset.said) === j);
    reach(cells[i * classes.length + j]);
    first.value = model.get("found").first;
    const what = i === j ? `labelled ${classes[i]} and recognised` : `labelled ${classes[i]}, taken for ${classes[j]}`;
    const shown = places.length < total ? ` Here are ${places.length} of them.` : "";
    say.replaceChildren(element("b", {}, `${total} ${total === 1 ? "face" : "faces"}`), ` ${what}.${shown}`);
    cards.replaceChildren(
      ...places.map((_, n) => {
        const canvas = element("canvas", { role: "img", "aria-label": `A face labelled ${classes[i]}` });
        drawGrey(canvas, all.subarray(n * SIDE * SIDE, (n + 1) * SIDE * SIDE));
        const opinions = votes[n].map(([name, count]) => `${count} ${name}`).join(", ");
        const card = element("li", {}, canvas, element("span", {}, `${classes[j]} ${percent(sure[n])}`));
        if (voted) card.append(element("span", { class: "fm-votes" }, opinions || "no votes"));
        return card;
      }),
    );
    box.answered();
  }
  box.on("change:found", newFound);
  newFound();
  const help = voted ? "Under each face: what the network said, how sure it was, and how annotators voted." : "Under each face: what the network said, and how sure it was.";
  return box.finish(
    element("h3", { class: "fl-title" }, "Who is taken for whom"),
    element(
      "div",
      { class: "fm-main" },
      element("div", { class: "fm-scroll", tabindex: 0, role: "group", "aria-label": "Confusion matrix" }, table),
      element("div", {}, element("div", { class: "fm-head" }, say, element("label", {}, "Order", first)), cards),
    ),
    element("p", { class: "fl-help" }, `${about}. ${help}`),
  );
}

export default { render };
