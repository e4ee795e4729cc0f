// <button data-confirm="dialog-id"> opens a dialog that says what will happen; its own button sends the form.
export function confirmations(Modal) {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-confirm]");
    const dialog = opener && document.getElementById(opener.dataset.confirm);
    if (!dialog) return;
    event.preventDefault();
    Modal.getOrCreateInstance(dialog).show();
  });
}
