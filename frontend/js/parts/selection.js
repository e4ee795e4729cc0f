// Choosing rows: the bar with what can be done to them, and "all that match" beyond this page.
function update(list) {
  const boxes = [...list.querySelectorAll("input[name=ids]")];
  const chosen = boxes.filter((box) => box.checked);
  const all = list.querySelector("[data-choose-page]");
  const everything = list.querySelector("input[name=everything]");
  boxes.forEach((box) => box.closest("tr").classList.toggle("is-chosen", box.checked));
  if (all) {
    all.checked = boxes.length > 0 && chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    if (everything && !all.checked) everything.checked = false;
  }
  const bar = list.querySelector(".bulk-bar");
  if (!bar) return;
  bar.hidden = chosen.length === 0;
  bar.querySelector("[data-chosen]").textContent = chosen.length;
  const offer = bar.querySelector("[data-everything]");
  if (offer) offer.hidden = !(all && all.checked);
}

export function selection() {
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-list]");
    if (!list) return;
    if (event.target.matches("[data-choose-page]")) {
      list.querySelectorAll("input[name=ids]").forEach((box) => {
        box.checked = event.target.checked;
      });
    }
    update(list);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-list]").forEach(update));
}
