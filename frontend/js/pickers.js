// Selects of hundreds of options, searched by word or by pinyin initials, with what to know before choosing.
import "tom-select/dist/css/tom-select.css";
import "../css/pickers.css";
import TomSelect from "tom-select/base";
import clearButton from "tom-select/dist/esm/plugins/clear_button/plugin.js";
import removeButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";

TomSelect.define("clear_button", clearButton);
TomSelect.define("remove_button", removeButton);

const render = {
  option: (data, escape) =>
    `<div>${escape(data.text)}${data.hint ? ` <span class="option-hint">${escape(data.hint)}</span>` : ""}</div>`,
  item: (data, escape) => `<div>${escape(data.text)}</div>`,
  no_results: (data, escape) => `<div class="no-results">没有“${escape(data.input)}”，请换一个词。</div>`,
};

function pick(select) {
  const empty = select.querySelector('option[value=""]');
  // The first one says what an empty choice means: as a placeholder, and no choice among the others.
  const placeholder = empty ? empty.textContent : "可选多个，输入名称或拼音首字母";
  if (empty && !select.value) empty.textContent = "";
  // The widget takes over the classes, and draws its own frame.
  select.classList.remove("form-select");
  const label = select.closest(".field, .filter")?.querySelector("label")?.textContent.trim();
  if (label) select.setAttribute("aria-label", label);
  const widget = new TomSelect(select, {
    plugins: select.multiple ? ["remove_button"] : ["clear_button"],
    maxOptions: 600,
    searchField: ["text", "py"],
    sortField: [{ field: "$score", direction: "desc" }, { field: "$order" }],
    placeholder,
    hidePlaceholder: true,
    render,
  });
  // A list of names that is read out needs the label of the select that it stands for.
  if (label) widget.control_input.setAttribute("aria-label", label);
}

function pickAll(root) {
  root.querySelectorAll("select[data-pick]:not(.tomselected)").forEach(pick);
}

// A full phone or identity number must not stand in an address: the form then goes by POST, and comes back with its hash.
const NUMBER = /^(?:\+?86)?(?:1[3-9]\d{9}|0\d{9,11}|[1-9]\d{16}[\dxX])$/;

function guardNumbers() {
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches || !form.matches("form[data-guard-numbers]")) return;
    delete event.detail.parameters.csrfmiddlewaretoken;
    const words = form.elements.q ? form.elements.q.value.replace(/[\s\-‐-―()（）]/g, "") : "";
    if (!NUMBER.test(words)) return;
    event.preventDefault();
    HTMLFormElement.prototype.submit.call(form);
  });
}

guardNumbers();
document.addEventListener("DOMContentLoaded", () => pickAll(document));
document.addEventListener("htmx:afterSettle", (event) => pickAll(event.target));
