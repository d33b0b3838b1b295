// Which face: a strip of the data with filters, and photos by button, drop or paste.
const LARGEST = 4e6; // bytes of a photo sent as it is: a message over 10 MB would close Jupyter's socket

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
  const brush = canvas.getContext("2d");
  brush.fillStyle = "white"; // behind what is transparent; JPEG would make it black
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
  return new Uint8Array(await blob.arrayBuffer());
}

function facesPart(model, box) {
  const grid = model.get("grid");
  const right = grid.labels.map((label, i) => label === grid.said[i]);
  const judged = grid.labels.some((label) => grid.classes.includes(label)); // else none can be right
  const count = (wanted) => right.filter((is) => is === wanted).length;
  const order = choice(
    judged ? ["all", "right", "wrong", "unsure"] : ["all", "unsure"],
    judged
      ? ["all", `right (${count(true)})`, `wrong (${count(false)})`, "least certain first"]
      : ["all", "least certain first"],
  );
  const label = choice(["any", ...grid.labelled], ["any label", ...grid.labelled]);
  const file = element("input", { type: "file", accept: "image/*" });
  const strip = (name) => element("div", { class: "fp-strip", role: "listbox", "aria-orientation": "horizontal", "aria-label": name });
  const faces = strip(`Choose one of the ${grid.name}`);
  const mine = strip("Faces in your photo");
  const number = element("span", { class: "fp-count", role: "status" });

  const option = (grey, place, name, title) => {
    const canvas = element("canvas", { role: "option", tabindex: -1, "aria-label": name, title, "data-place": place });
    drawGrey(canvas, grey);
    return canvas;
  };
  const every = grid.labels.map((name, i) => {
    const verdict = judged ? (right[i] ? ", the network agrees" : `, the network says ${grid.said[i]}`) : "";
    const words = `Face ${i + 1}, labelled ${name}${verdict}`;
    return option(bytes(grid.images).subarray(i * PIXELS, (i + 1) * PIXELS), i, words, `${name}: ${grid.said[i]} ${percent(grid.sure[i])}`);
  });

  const choose = (canvas) => {
    const place = Number(canvas.dataset.place);
    if (place !== model.get("chosen")) box.set({ chosen: place });
  };
  const reachFaces = roving(faces, () => [...faces.querySelectorAll("canvas")], choose);
  const reachMine = roving(mine, () => [...mine.children], choose);

  function filter() {
    let shown = every.filter((_, i) => label.value === "any" || grid.labels[i] === label.value);
    if (order.value === "right") shown = shown.filter((c) => right[c.dataset.place]);
    if (order.value === "wrong") shown = shown.filter((c) => !right[c.dataset.place]);
    if (order.value === "unsure") shown.sort((a, b) => grid.sure[a.dataset.place] - grid.sure[b.dataset.place]);
    faces.replaceChildren(...(shown.length ? shown : [element("p", {}, "No face is like that.")]));
    number.textContent = `${shown.length} of ${every.length}`;
    newChoice();
  }
  function newChoice() {
    const chosen = String(model.get("chosen"));
    for (const [list, reach] of [[faces, reachFaces], [mine, reachMine]]) {
      const options = [...list.querySelectorAll("canvas")];
      for (const canvas of options) canvas.setAttribute("aria-selected", canvas.dataset.place === chosen);
      if (options.length) reach(options.find((canvas) => canvas.dataset.place === chosen));
    }
  }
  function newMine() {
    const { images, count: n = 0 } = model.get("mine");
    const one = (i) => bytes(images).subarray(i * PIXELS, (i + 1) * PIXELS);
    const name = (i) => (n > 1 ? `Face ${i + 1} of ${n} in your photo` : "The face in your photo");
    mine.replaceChildren(...Array.from({ length: n }, (_, i) => option(one(i), -1 - i, name(i), name(i))));
    own.hidden = !n;
    newChoice();
  }

  let latest = 0; // a large photo takes longer than a small one that was brought after it
  async function send(photo) {
    box.complain("");
    if (!photo) return;
    const turn = ++latest;
    try {
      const content = await photoBytes(photo);
      if (turn === latest) box.set({ photo: new DataView(content.buffer) });
    } catch (error) {
      if (turn === latest) box.complain(error.message);
    }
  }
  file.addEventListener("change", async () => {
    await send(file.files[0]);
    file.value = "";
  });
  const brought = (data) => [...(data?.files ?? [])].find((one) => one.type.startsWith("image/")) ?? data?.files?.[0];
  box.root.addEventListener("paste", (event) => {
    const photo = brought(event.clipboardData);
    event.stopPropagation();
    if (photo) send(photo);
    else box.complain("There is no image on the clipboard. Copy a photo, then paste it here.");
  });
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    box.root.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      box.root.classList.toggle("fp-over", over);
      if (name === "drop") send(brought(event.dataTransfer));
    });
  }
  order.addEventListener("change", filter);
  label.addEventListener("change", filter);
  box.on("change:chosen", newChoice);
  box.on("change:mine", newMine);

  const own = element("div", { class: "fp-own" }, element("span", {}, "Yours"), mine);
  const node = element(
    "div",
    { class: "fp-choose" },
    element(
      "div",
      { class: "fp-filters" },
      element("label", {}, "Show", order),
      element("label", {}, "with", label),
      number,
      element("label", { class: "fl-upload" }, "Your photo", file),
      element("span", {}, "or drop or paste one"),
    ),
    faces,
    own,
  );
  filter();
  newMine();
  return node;
}
