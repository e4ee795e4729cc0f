// A form is sent once, and its errors are where the focus is.
function busy(form, submitter) {
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
    button.classList.add("is-busy");
    button.setAttribute("aria-disabled", "true");
  }
  if (submitter && submitter.dataset.busy) submitter.querySelector("span").textContent = submitter.dataset.busy;
}

function ready(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll(".is-busy")) {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-disabled");
  }
}

export function focusErrors(root = document) {
  const summary = root.querySelector(".error-summary");
  if (summary) summary.focus();
}

export function forms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.dataset.repeat !== undefined) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (!event.defaultPrevented) busy(form, event.submitter);
  });
  // Coming back with the browser's button shows the page as it was left: buttons must answer again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(ready));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form) ready(form);
  });
  document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const input = field.matches("input,select,textarea") ? field : field.querySelector("input,select,textarea");
    (input || field).focus();
  });
  focusErrors();
}
