// Folding the less used filters; what is in use is never hidden.
export function filters() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unfold]");
    if (!button) return;
    const form = button.closest(".filters");
    const folded = form.classList.toggle("is-folded");
    button.setAttribute("aria-expanded", String(!folded));
    button.querySelector("span").textContent = folded ? "展开" : "收起";
  });
}
