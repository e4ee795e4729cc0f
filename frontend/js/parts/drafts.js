// Drafts of the desk form live in this browser, by user, without phone and identity numbers, until they are registered.
const PREFIX = "register-draft:";

export const draftKey = (owner) => `${PREFIX}${owner}`;

/** Removes the drafts of all people, or of all but one. */
export function forgetDrafts(except = "") {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && key !== except) localStorage.removeItem(key);
  }
}

/** Signing out clears them: the next person at this desk must not find them. */
export function forgetAtSignOut() {
  document.addEventListener("submit", (event) => {
    if (/\/sign-out\/$/.test(new URL(event.target.action, location.href).pathname)) forgetDrafts();
  });
}
