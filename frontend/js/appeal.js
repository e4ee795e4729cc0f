// One appeal: the dialog that shows a full number for half a minute, and the print button.
let timer = 0;

function hide() {
  clearInterval(timer);
  const body = document.getElementById("reveal-body");
  const shown = document.querySelector("[data-number]");
  if (shown) shown.textContent = "已隐藏";
  if (body && shown) window.governance.Modal.getInstance(document.getElementById("reveal"))?.hide();
}

function countDown(root) {
  const box = root.querySelector("[data-hide-after]");
  if (!box) return;
  let left = Number(box.dataset.hideAfter);
  clearInterval(timer);
  timer = setInterval(() => {
    left -= 1;
    const place = box.querySelector("[data-countdown]");
    if (place) place.textContent = String(left);
    if (left <= 0) hide();
  }, 1000);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-reveal]");
  const dialog = link && document.getElementById("reveal");
  if (dialog) {
    event.preventDefault();
    document.getElementById("reveal-body").replaceChildren();
    window.htmx.ajax("GET", link.href, { target: "#reveal-body" });
    window.governance.Modal.getOrCreateInstance(dialog).show();
    dialog.addEventListener("hidden.bs.modal", () => document.getElementById("reveal-body").replaceChildren(), { once: true });
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  countDown(event.target);
  event.target.querySelector?.("#reveal-body input[name=reason]")?.focus();
});
document.addEventListener("DOMContentLoaded", () => countDown(document));
// On a phone the next action stays in reach, until its form is in view itself.
document.addEventListener("DOMContentLoaded", () => {
  const bar = document.querySelector("[data-next-bar]");
  const form = document.getElementById("action");
  if (!bar || !form || !window.IntersectionObserver) return;
  new IntersectionObserver(([entry]) => {
    bar.hidden = entry.isIntersecting;
  }).observe(form);
});
// A page that is put away keeps no number.
document.addEventListener("visibilitychange", () => document.hidden && hide());
