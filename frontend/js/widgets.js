// Heavier inputs, for the pages that ask for them: long selects that can be searched, and dates.
import "tom-select/dist/css/tom-select.css";
import "../css/pickers.css";
import "flatpickr/dist/flatpickr.css";
import TomSelect from "tom-select/base";
import clearButton from "tom-select/dist/esm/plugins/clear_button/plugin.js";
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";

TomSelect.define("clear_button", clearButton);

const rendering = {
  no_results: (data, escape) => `<div class="no-results">没有“${escape(data.input)}”，请换一个词。</div>`,
};

function selects(root) {
  root.querySelectorAll("select[data-search]:not(.tomselected)").forEach((select) => {
    // The label goes over to the search field; the select that stays behind it keeps its name for screen readers.
    const label = select.labels[0]?.textContent.trim();
    if (label) select.setAttribute("aria-label", label);
    new TomSelect(select, { plugins: ["clear_button"], maxOptions: 500, render: rendering, allowEmptyOption: true });
  });
}

function dates(root) {
  root.querySelectorAll("input[data-date]:not(.flatpickr-input)").forEach((input) => {
    flatpickr(input, { locale: Mandarin, dateFormat: "Y-m-d", allowInput: true, disableMobile: false });
  });
  root.querySelectorAll("input[data-datetime]:not(.flatpickr-input)").forEach((input) => {
    flatpickr(input, { locale: Mandarin, dateFormat: "Y-m-d H:i", enableTime: true, time_24hr: true, allowInput: true });
  });
}

function enhance(root) {
  selects(root);
  dates(root);
}

document.addEventListener("DOMContentLoaded", () => enhance(document));
document.addEventListener("htmx:afterSwap", (event) => enhance(event.target));
