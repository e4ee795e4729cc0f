// Short messages in the corner. The server's own messages are in the page already; these come from requests.
const ICONS = { ok: "ok", over: "over", soon: "soon", info: "info" };

/** Shows `text` in the tone ok, info, soon or over; an error stays until it is closed. */
export function toast(text, tone = "info") {
  const place = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!place || !template) return;
  const node = template.content.firstElementChild.cloneNode(true);
  node.classList.add(ICONS[tone] || "info");
  node.querySelector("[data-text]").textContent = text;
  place.append(node);
  if (tone !== "over") setTimeout(() => node.remove(), 6000);
}

export function toasts() {
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close-toast]");
    if (close) close.closest(".notice").remove();
  });
  // The server asks for a toast with HX-Trigger: {"toast": {"text": "…", "tone": "ok"}}
  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.tone));
  for (const node of document.querySelectorAll("#toasts .notice.ok, #toasts .notice:not(.over)")) {
    setTimeout(() => node.remove(), 8000);
  }
}
