// The phone form. What is written survives a closed page and a lost session; a report without a network waits its turn.
import { dequeue, dropDraft, enqueue, loadDraft, queueOf, saveDraft } from "./parts/outbox.js";
import { LATER, REFUSED, SENT, SIGNED_OUT, send } from "./parts/sending.js";
import { Shots } from "./parts/shots.js";

const { owner, url } = document.currentScript.dataset;
// The draft keeps no number of a resident; a report that waits must, until it is sent.
const NOT_IN_DRAFT = new Set(["csrfmiddlewaretoken", "phone", "client_key", "device_at"]);
const $ = (selector, root = document) => root.querySelector(selector);

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const fieldsOf = (form, skip = new Set(["csrfmiddlewaretoken"])) =>
  [...new FormData(form)].filter(([name, value]) => !skip.has(name) && typeof value === "string");

function put(form, name, value) {
  const field = form.elements[name];
  if (!field) return;
  if (field.tomselect) field.tomselect.setValue(value, true);
  else if (field instanceof RadioNodeList) field.value = value;
  else if (field.type === "checkbox") field.checked = true;
  else field.value = value;
}

class Page {
  constructor(form) {
    this.form = form;
    this.shots = new Shots(form, () => this.keep());
    this.waiting = 0;
    this.newKey();
    form.addEventListener("input", () => this.keepSoon());
    form.addEventListener("change", () => this.follow());
    form.addEventListener("submit", (event) => this.submit(event));
    $("[data-keep]").addEventListener("click", async () => {
      await this.keep();
      window.governance.toast("草稿已存在本机。", "ok");
    });
    $("[data-locate]").addEventListener("click", () => this.locate());
    $("[data-send-queue]").addEventListener("click", () => this.sendQueue());
    window.addEventListener("online", () => this.sendQueue());
    window.addEventListener("online", () => this.showNetwork());
    window.addEventListener("offline", () => this.showNetwork());
  }

  async open() {
    const draft = await loadDraft(owner);
    if (draft && !$(".error-summary:not([hidden])")) this.fill(draft);
    this.follow();
    this.showNetwork();
    await this.showQueue();
    await this.sendQueue();
    document.documentElement.dataset.reportReady = "1";
  }

  newKey() {
    this.form.elements.client_key.value = uuid();
  }

  fill({ fields, photos }) {
    for (const [name, value] of fields) put(this.form, name, value);
    this.shots.replace(photos || []);
    this.follow();
    if (this.form.elements.lon.value) this.name();
  }

  /** What is shown depends on what is chosen. */
  follow() {
    const { tile, on_the_spot: spot } = this.form.elements;
    const more = $("[data-more]");
    if (more) more.hidden = !(tile && tile.value === "more");
    const place = $("[data-spot]");
    if (place) place.hidden = !(spot && spot.checked);
  }

  keepSoon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.keep(), 400);
  }

  async keep() {
    clearTimeout(this.waiting);
    await saveDraft(owner, { fields: fieldsOf(this.form, NOT_IN_DRAFT), photos: this.shots.photos });
  }

  async submit(event) {
    event.preventDefault();
    if (this.isSending) return;
    this.say("");
    const wrong = this.check();
    if (wrong.length) {
      this.showErrors(wrong);
      return;
    }
    this.isSending = true;
    this.form.elements.device_at.value = new Date().toISOString();
    const item = { key: this.form.elements.client_key.value, owner, at: Date.now(), fields: fieldsOf(this.form),
      photos: [...this.shots.photos] };
    clearTimeout(this.waiting);
    // First into the queue, then onto the network: whatever happens between, nothing is lost.
    await enqueue(item);
    await this.finish(item, await send(url, item));
    this.isSending = false;
  }

  async finish(item, result) {
    if (result.outcome === REFUSED) {
      await dequeue(item.key);
      this.showErrors(result.errors);
    } else {
      if (result.outcome === SENT) await dequeue(item.key);
      await this.clear();
      this.say(this.words(result));
    }
    await this.showQueue();
  }

  words(result) {
    if (result.outcome === SENT) return `已上报，工单号 ${result.number}。`;
    if (result.outcome === SIGNED_OUT) return "登录已过期，上报已存在本机，重新登录后自动发出。";
    return "没有网络，上报已存在本机，联网后自动发出。";
  }

  async clear() {
    await dropDraft(owner);
    this.form.reset();
    for (const select of this.form.querySelectorAll(".tomselected")) select.tomselect.clear(true);
    this.form.elements.lon.value = this.form.elements.lat.value = "";
    $("[data-place]").textContent = $("[data-place]").dataset.default;
    this.shots.replace([]);
    this.newKey();
    this.follow();
  }

  /** What the server would refuse anyway is said at once, also without a network. */
  check() {
    const found = [];
    const content = this.form.elements.content.value.trim();
    if (content.length < 5) found.push({ field: "content", message: "请写明情况，不少于 5 个字。" });
    const phone = this.form.elements.phone.value.replace(/[\s-]/g, "");
    if (phone && !/^(1[3-9]\d{9}|0?\d{7,12}|[48]00\d{7})$/.test(phone)) {
      found.push({ field: "phone", message: "电话号码不对，请核对。" });
    }
    const { on_the_spot: spot, result, public_reply: reply } = this.form.elements;
    if (spot && spot.checked) {
      if (result.value.trim().length < 5) found.push({ field: "result", message: "请写明怎么处理的，不少于 5 个字。" });
      if (reply.value.trim().length < 5) found.push({ field: "public_reply", message: "请写给居民的答复，不少于 5 个字。" });
    }
    return found;
  }

  showErrors(errors) {
    const box = $("#report-errors");
    $("[data-heading]", box).textContent = `有 ${errors.length} 处需要修改`;
    $("ul", box).replaceChildren(...errors.map(({ field, message }) => this.errorLine(field, message)));
    box.hidden = false;
    box.focus();
    box.scrollIntoView({ block: "start" });
  }

  errorLine(field, message) {
    const line = document.createElement("li");
    const target = field && document.getElementById(`id_${field}`);
    const place = target ? document.createElement("a") : line;
    place.textContent = message;
    if (target) {
      place.href = `#id_${field}`;
      line.append(place);
    }
    return line;
  }

  say(text) {
    const box = $("#report-done");
    $("[data-text]", box).textContent = text;
    box.hidden = !text;
    $("#report-errors").hidden = true;
    if (text) {
      window.scrollTo({ top: 0 });
      box.focus();
    }
  }

  showNetwork() {
    $("#report-offline").hidden = navigator.onLine;
  }

  async showQueue() {
    const items = await queueOf(owner);
    $("#report-queue").hidden = items.length === 0;
    $("[data-queue-count]").textContent = String(items.length);
    $("[data-queue-items]").replaceChildren(...items.map((item) => this.queueLine(item)));
  }

  queueLine(item) {
    const node = $("#queue-item").content.firstElementChild.cloneNode(true);
    const content = (item.fields.find(([name]) => name === "content") || ["", ""])[1];
    $("[data-title]", node).textContent = content.slice(0, 30);
    const at = new Date(item.at).toLocaleString("zh-CN", { hour12: false });
    $("[data-note]", node).textContent = item.problem || `${at} · ${item.photos.length} 张照片`;
    $("[data-edit]", node).addEventListener("click", () => this.takeBack(item));
    return node;
  }

  /** Back into the form, under the same key: if it did arrive after all, it is not doubled. */
  async takeBack(item) {
    await dequeue(item.key);
    this.fill(item);
    this.form.elements.client_key.value = item.key;
    await this.keep();
    await this.showQueue();
  }

  async sendQueue() {
    if (this.isEmptying || !navigator.onLine) return;
    this.isEmptying = true;
    const numbers = [];
    for (const item of await queueOf(owner)) {
      const result = await send(url, item);
      if (result.outcome === LATER || result.outcome === SIGNED_OUT) break;
      if (result.outcome === SENT) {
        await dequeue(item.key);
        numbers.push(result.number);
      } else {
        await enqueue({ ...item, problem: `没有发送成功：${result.errors.map((e) => e.message).join("")}` });
      }
    }
    this.isEmptying = false;
    if (numbers.length) this.say(`待发送的 ${numbers.length} 条已上报：${numbers.join("、")}。`);
    await this.showQueue();
  }

  locate() {
    const said = $("[data-place]");
    if (!navigator.geolocation) {
      said.textContent = "这台手机不能定位，请在下面选网格。";
      return;
    }
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.form.elements.lon.value = coords.longitude.toFixed(6);
        this.form.elements.lat.value = coords.latitude.toFixed(6);
        this.name();
        this.keep();
      },
      () => {
        said.textContent = "没有定位成功，按默认网格上报；也可以在下面选网格。";
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  }

  /** The grid's name, where there is a network; the server decides by the point in any case. */
  async name() {
    const said = $("[data-place]");
    const { lon, lat } = this.form.elements;
    const at = `${Number(lat.value).toFixed(5)}, ${Number(lon.value).toFixed(5)}`;
    try {
      const token = document.querySelector('meta[name="csrf-token"]').content;
      const answer = await fetch($("[data-locate]").dataset.url, {
        method: "POST", body: new URLSearchParams({ lon: lon.value, lat: lat.value }), headers: { "X-CSRFToken": token },
      });
      const { found, name } = await answer.json();
      said.textContent = found ? name : `${name}，按默认网格上报。`;
      if (!found) lon.value = lat.value = "";
    } catch {
      said.textContent = `已定位（${at}）`;
    }
  }
}

/** On other pages: only how many reports wait. */
async function tell(node) {
  const waiting = (await queueOf(owner)).length;
  $("[data-outbox-count]", node).textContent = String(waiting);
  node.hidden = waiting === 0;
}

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("report-form");
  if (form) new Page(form).open();
  const outbox = $("[data-outbox]");
  if (outbox) tell(outbox);
});
