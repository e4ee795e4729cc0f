// The phone form: photos made small before they travel, a position, and a draft that survives a closed page.
import Compressor from "compressorjs";
import { openDB } from "idb";

const drafts = openDB("governance", 1, { upgrade: (db) => db.createObjectStore("drafts") });

/** A photo no wider or higher than 1600 px, as JPEG; the original when it cannot be read. */
export function shrink(file) {
  return new Promise((resolve) => {
    new Compressor(file, { quality: 0.8, maxWidth: 1600, maxHeight: 1600, mimeType: "image/jpeg", success: resolve,
      error: () => resolve(file) });
  });
}

window.governanceReport = { drafts, shrink };
