// The desk form: a draft in this browser, a point on the map, and what else is like it (htmx).
import { draftKey, forgetDrafts } from "./parts/drafts.js";

const SECRET = new Set(["phone", "identity", "csrfmiddlewaretoken", "files", "attachments"]);

function keepDraft(form) {
  const key = draftKey(form.dataset.draft);
  const values = {};
  for (const [name, value] of new FormData(form)) if (!SECRET.has(name) && value) values[name] = value;
  if (values.title || values.content) localStorage.setItem(key, JSON.stringify(values));
  else localStorage.removeItem(key);
}

function put(form, name, value) {
  const field = form.elements[name];
  if (!field) return;
  if (field.tomselect) field.tomselect.setValue(value, true);
  else if (field instanceof RadioNodeList) field.value = value;
  else if (field.type === "checkbox") field.checked = value === "on";
  else field.value = value;
}

function restore(form) {
  const kept = localStorage.getItem(draftKey(form.dataset.draft));
  // What came back with errors is newer than any draft.
  if (!kept || document.querySelector(".error-summary")) return;
  for (const [name, value] of Object.entries(JSON.parse(kept))) put(form, name, value);
  document.getElementById("draft-note").hidden = false;
}

function drafts(form) {
  forgetDrafts(draftKey(form.dataset.draft));
  restore(form);
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => keepDraft(form), 400);
  });
  // Kept until the server has it: a form that comes back with errors brings what was typed itself.
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    localStorage.removeItem(draftKey(form.dataset.draft));
  });
  document.querySelector("[data-drop-draft]")?.addEventListener("click", () => {
    localStorage.removeItem(draftKey(form.dataset.draft));
    location.reload();
  });
}

async function name(node, point) {
  const said = document.getElementById("point-name");
  const body = new URLSearchParams({ lon: point.lng, lat: point.lat });
  const token = document.querySelector('meta[name="csrf-token"]').content;
  try {
    const answer = await fetch(node.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token } });
    said.textContent = `已选位置：${(await answer.json()).name}`;
  } catch {
    said.textContent = "已选位置。网络不通，网格在登记时确定。";
  }
}

function map(node, form) {
  const { L } = window.governanceMap;
  const [south, west, north, east] = node.dataset.pickMap.split(",").map(Number);
  const plan = L.map(node, { attributionControl: false, scrollWheelZoom: false });
  if (node.dataset.tiles) L.tileLayer(node.dataset.tiles, { maxZoom: 18 }).addTo(plan);
  else L.rectangle([[south, west], [north, east]], { weight: 1, fillOpacity: 0.06 }).addTo(plan);
  plan.fitBounds([[south, west], [north, east]]);
  let marker = null;
  plan.on("click", (event) => {
    form.elements.lon.value = event.latlng.lng.toFixed(6);
    form.elements.lat.value = event.latlng.lat.toFixed(6);
    if (form.elements.unit.tomselect) form.elements.unit.tomselect.clear();
    marker ??= L.circleMarker(event.latlng, { radius: 8, weight: 2 }).addTo(plan);
    marker.setLatLng(event.latlng);
    name(node, event.latlng);
  });
}

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("register-form");
  if (!form) return;
  drafts(form);
  const node = document.getElementById("pick-map");
  if (node && window.governanceMap) map(node, form);
});
