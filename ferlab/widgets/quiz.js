// The quiz's own HTML; the kernel hears which choice was opened.
function render({ model, el }) {
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  told.style.cssText = "margin: .3em 0; font-size: .9em; opacity: .75";
  const show = () => (told.textContent = model.get("told"));
  el.innerHTML = model.get("html");
  el.append(told);
  el.querySelectorAll("details").forEach((choice, i) =>
    choice.addEventListener("toggle", () => {
      if (choice.open) model.send({ chosen: i });
    }),
  );
  model.on("change:told", show);
  show();
  return () => model.off("change:told", show);
}

export default { render };
