// A household with its people: one more person without asking the server, and a draft in this browser without numbers.
import { draftKey, forgetDrafts } from "./parts/drafts.js";

const SECRET = /^csrfmiddlewaretoken$|^seen$|identity$|phone$|_FORMS$/;

const total = (form) => form.elements["people-TOTAL_FORMS"];

function add(form) {
  const count = Number(total(form).value);
  if (count >= Number(form.elements["people-MAX_NUM_FORMS"].value)) {
    window.governance.toast("一次最多登记这么多人，其余的请在住户页面登记。", "soon");
    return null;
  }
  const made = document.getElementById("newcomer").content.cloneNode(true);
  for (const node of made.querySelectorAll("*")) {
    for (const { name, value } of [...node.attributes]) {
      if (value.includes("__prefix__")) node.setAttribute(name, value.replaceAll("__prefix__", count));
    }
  }
  made.querySelector("[data-number]").textContent = count + 1;
  // As the server fills a form for the same place in the row, so that one left as it is counts for nothing.
  made.querySelector("select[name$=relation]").value = ["head", "spouse"][count] ?? "child";
  const fieldset = made.querySelector("[data-newcomer]");
  form.querySelector("[data-people]").append(made);
  total(form).value = count + 1;
  return fieldset;
}

function keep(form, key) {
  const values = {};
  for (const [name, value] of new FormData(form)) if (!SECRET.test(name) && value) values[name] = value;
  const names = Object.keys(values).filter((name) => /^people-\d+-name$/.test(name));
  if (names.length || values.room || values.address) {
    localStorage.setItem(key, JSON.stringify({ people: Number(total(form).value), values }));
  } else localStorage.removeItem(key);
  form.dataset.kept = names.length;
}

function restore(form, key) {
  const kept = localStorage.getItem(key);
  // What came back from the server is newer than any draft, and so is a home that the address names.
  if (!kept || document.querySelector(".error-summary, .found") || location.search) return;
  const { people, values } = JSON.parse(kept);
  while (Number(total(form).value) < people && add(form));
  for (const [name, value] of Object.entries(values)) if (form.elements[name]) form.elements[name].value = value;
  document.getElementById("draft-note").hidden = false;
}

function entry(form) {
  const key = draftKey(form.dataset.draft);
  forgetDrafts(key);
  restore(form, key);
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => keep(form, key), 400);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    localStorage.removeItem(key);
  });
  form.querySelector("[data-more]").addEventListener("click", (event) => {
    event.preventDefault();
    add(form)?.querySelector("input")?.focus();
  });
  document.querySelector("[data-drop-draft]").addEventListener("click", () => {
    localStorage.removeItem(key);
    location.reload();
  });
}

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("entry");
  if (form) entry(form);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
