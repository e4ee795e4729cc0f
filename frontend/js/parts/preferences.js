// 长辈版 and 深色 live in cookies, so that the server draws the next page right from its first byte.
const YEAR = 31536000;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}

function apply(name, on) {
  const root = document.documentElement;
  if (name === "elder") root.classList.toggle("elder", on);
  else root.setAttribute("data-bs-theme", on ? "dark" : "light");
}

export function preferences() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-preference]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of document.querySelectorAll(`form[data-preference="${form.dataset.preference}"] button`)) {
      other.setAttribute("aria-pressed", String(on));
    }
    remember(form.dataset.preference, on ? "1" : "0");
    apply(form.dataset.preference, on);
  }, true);
}
