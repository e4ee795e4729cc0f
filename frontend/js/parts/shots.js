// Photos of a report: made small at once, shown, removed one by one.
import Compressor from "compressorjs";

const MOST = 9;

/** A photo no wider or higher than 1600 px, as JPEG; the original when it cannot be read. */
function shrink(file) {
  return new Promise((resolve) => {
    new Compressor(file, {
      quality: 0.8, maxWidth: 1600, maxHeight: 1600, mimeType: "image/jpeg", convertTypes: ["image/png"],
      success: resolve, error: () => resolve(file),
    });
  });
}

export class Shots {
  constructor(root, changed) {
    this.list = root.querySelector("[data-shots]");
    this.template = root.querySelector("#shot");
    this.changed = changed;
    this.photos = [];
    for (const input of root.querySelectorAll("[data-camera], [data-album]")) {
      input.addEventListener("change", () => this.take(input));
    }
  }

  async take(input) {
    const chosen = [...input.files].slice(0, MOST - this.photos.length);
    input.value = "";
    for (const file of chosen) this.add(await shrink(file));
    this.changed();
  }

  add(photo) {
    this.photos.push(photo);
    const node = this.template.content.firstElementChild.cloneNode(true);
    const url = URL.createObjectURL(photo);
    const image = node.querySelector("img");
    image.src = url;
    image.alt = `现场照片 ${this.photos.length}`;
    node.querySelector("[data-drop]").addEventListener("click", () => {
      this.photos.splice(this.photos.indexOf(photo), 1);
      URL.revokeObjectURL(url);
      node.remove();
      this.limit();
      this.changed();
    });
    this.list.querySelector("[data-shot-add]").before(node);
    this.limit();
  }

  replace(photos) {
    this.list.querySelectorAll(".shot").forEach((node) => node.remove());
    this.photos = [];
    photos.forEach((photo) => this.add(photo));
    this.limit();
  }

  limit() {
    for (const node of this.list.querySelectorAll("[data-shot-add], [data-shot-pick]")) {
      node.hidden = this.photos.length >= MOST;
    }
  }
}
