// Folding the less used filters; what is in use is never hidden.
function move(button) {
  const item = button.closest("li");
  const up = button.dataset.move === "up";
  const neighbour = up ? item.previousElementSibling : item.nextElementSibling;
  if (!neighbour) return;
  if (up) neighbour.before(item);
  else neighbour.after(item);
  button.focus();
}

export function filters() {
  // An address says what is filtered, and nothing else.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id !== "filters") return;
    const given = event.detail.parameters;
    for (const name of new Set(Object.keys(given))) {
      if ([].concat(given[name]).every((value) => value === "")) delete given[name];
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(button);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unfold]");
    if (!button) return;
    const form = button.closest(".filters");
    const folded = form.classList.toggle("is-folded");
    button.setAttribute("aria-expanded", String(!folded));
    button.querySelector("span").textContent = folded ? "展开" : "收起";
  });
}
