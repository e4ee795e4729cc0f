// What every page needs. Pages work without it; it makes them quicker.
import "bootstrap/js/dist/dropdown";
import "bootstrap/js/dist/tab";
import Modal from "bootstrap/js/dist/modal";
import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";

import { forgetAtSignOut } from "./parts/drafts.js";
import { confirmations } from "./parts/confirm.js";
import { forms } from "./parts/forms.js";
import { requests } from "./parts/requests.js";
import { preferences } from "./parts/preferences.js";
import { selection } from "./parts/selection.js";
import { here } from "./parts/here.js";
import { filters } from "./parts/filters.js";
import { toast, toasts } from "./parts/toasts.js";

window.htmx = htmx;
window.Alpine = Alpine;
window.governance = { toast, Modal };

document.documentElement.classList.add("has-js");
requests(htmx);
toasts();
forms();
forgetAtSignOut();
confirmations(Modal);
preferences();
selection();
filters();
here();
document.addEventListener("click", (event) => event.target.closest("[data-print]") && window.print());
// Other entry points register their Alpine.data(...) while the document is still loading.
document.addEventListener("DOMContentLoaded", () => Alpine.start());
