// An hour at the counter without a connection: what is done is kept in this browser, and uploaded once for its key.
import { openDB } from "idb";

import { sha256 } from "./parts/sha256.js";

const root = document.querySelector("[data-offline]");
const $ = (selector) => root.querySelector(selector);
const opened = openDB("points-shop", 1, {
  upgrade(db) {
    db.createObjectStore("work");
  },
});
const KEPT = "points-offline";
const NAME = `shop:${root.dataset.shop}`;
const LOOK_ALIKE = { B: "8", S: "5", Z: "2", I: "L", 1: "L" };
let work = null;
let order = null;
let person = null;

const random = (bytes) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");
const save = async () => (await opened).put("work", work, NAME);
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content || "";

function say(words, tone = "over") {
  const box = $("[data-say]");
  box.textContent = words;
  box.className = `notice ${tone}`;
  box.hidden = !words;
}

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify(body),
  });
  const data = await answer.json().catch(() => null);
  // Signed out meanwhile: the answer is the page of signing in, or that the form is too old.
  if (answer.redirected || (!data && answer.status < 500)) {
    throw new Error("登录已过期，请刷新本页重新登录。已办理的都存在本机，登录后再上传。");
  }
  if (!answer.ok) throw new Error(data?.message || "服务器暂时没有回应，请稍后再试。");
  return data;
}

// The page itself for a reload without a connection, where the browser can (HTTPS); without the list of what was
// uploaded before, which names people. Whether it is kept.
async function keepPage() {
  try {
    const kept = await caches.open(KEPT);
    const page = await fetch(`${location.pathname}?kept=1`);
    if (!page.ok || page.redirected) return false;
    await kept.put(location.pathname, page);
    const parts = performance.getEntriesByType("resource").map((entry) => entry.name);
    await kept.addAll([...new Set(parts)].filter((url) => url.startsWith(`${location.origin}${root.dataset.static}`)));
    await navigator.serviceWorker.register(root.dataset.worker, { scope: location.pathname });
    return Boolean(await navigator.serviceWorker.ready);
  } catch {
    return false;
  }
}

async function forgetPage() {
  try {
    await caches.delete(KEPT);
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  } catch {
    // This browser has none of it.
  }
}

const spent = (id) => work.items.filter((item) => item.person === id).reduce((sum, item) => sum + item.points, 0);
const sold = () => work.items.filter((item) => item.kind === "sale").reduce((sum, item) => sum + item.points, 0);
const taken = (id) =>
  work.items.reduce((sum, item) => sum + (item.lines || []).filter(([goods]) => goods === id).reduce((n, [, count]) => n + count, 0), 0);
const waiting = () => work.items.filter((item) => !item.outcome);
const isOver = () => Date.now() > new Date(work.until).getTime();

async function begin() {
  const secret = random(24);
  const snapshot = await post(root.dataset.begin, { secret, limit: Number($("#limit").value) });
  work = { ...snapshot, secret, items: [] };
  await save();
  show();
  const isKept = await keepPage();
  say(`已准备好，可以断网办理。${isKept ? "误关或刷新本页后可重新打开，已办理的不会丢。" : "请保持本页打开。"}`, "ok");
}

function findOrder() {
  const code = $("#code").value.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/[BSZI1]/g, (sign) => LOOK_ALIKE[sign]);
  order = work.orders.find((one) => one.hash === sha256(`${work.salt}:${code}`)) || null;
  $("[data-order]").hidden = !order;
  if (!order) return say("没有这个领取码：可能输错，或是离线以后下的单，请恢复网络后再交付。");
  const done = work.items.find((item) => item.order === order.id);
  if (done) {
    $("[data-order]").hidden = true;
    return say(`这张订单已于 ${new Date(done.at).toLocaleTimeString("zh-CN")} 交付，请勿重复交付。`);
  }
  say("");
  $("[data-order-who]").textContent = order.who;
  $("[data-order-lines]").textContent = order.lines.join("、");
  $("[data-order-points]").textContent = `${order.points} 分`;
}

async function add(item) {
  if (isOver()) return say("离线办理的一小时已到，请恢复网络后上传。");
  work.items.push({ key: random(16), at: new Date().toISOString(), ...item });
  await save();
  say("已记下，恢复网络后上传。", "ok");
  order = null;
  person = null;
  for (const name of ["[data-order]", "[data-person]"]) $(name).hidden = true;
  for (const name of ["#code", "#phone"]) $(name).value = "";
  show();
}

async function collect() {
  if (order) await add({ kind: "collect", order: order.id, told: `${order.who} ${order.lines.join("、")}` });
}

function findPerson() {
  const number = $("#phone").value.replace(/\D/g, "");
  person = work.people.find((one) => one.hash === sha256(`${work.salt}:${number}`)) || null;
  $("[data-person]").hidden = !person;
  if (!person) return say("没有找到：号码不对，或不是本社区有积分的居民，请恢复网络后办理。");
  say("");
  $("[data-person-who]").textContent = person.who;
  $("[data-person-points]").textContent = String(person.points - spent(person.id));
}

async function sell() {
  if (!person) return say("请先按手机号查到居民。");
  const lines = [...root.querySelectorAll("[data-goods-id]")]
    .map((input) => [Number(input.dataset.goodsId), Number(input.value) || 0])
    .filter(([, count]) => count > 0);
  if (!lines.length) return say("请填写兑换数量。");
  const of = (id) => work.goods.find((one) => one.id === id);
  const points = lines.reduce((sum, [id, count]) => sum + of(id).points * count, 0);
  const short = lines.find(([id, count]) => of(id).left !== null && of(id).left - taken(id) < count);
  if (short) return say(`“${of(short[0]).name}”库存不足。`);
  if (points > person.points - spent(person.id)) return say(`积分不足：需要 ${points} 分。`);
  if (points > work.limit - sold()) return say(`超出现场兑换限额：还剩 ${work.limit - sold()} 分，这笔 ${points} 分。`);
  const told = `${person.who} ${lines.map(([id, count]) => `${of(id).name} × ${count}`).join("、")}`;
  await add({ kind: "sale", person: person.id, lines, points, told });
}

async function end() {
  const items = waiting().slice(0, 200).map(({ key, kind, at, order: id, person: who, lines }) => ({
    key, kind, at, order: id || 0, person: who || 0, lines: lines || [],
  }));
  const url = root.dataset.upload.replace("/0/", `/${work.session}/`);
  const answer = await post(url, { secret: work.secret, items, end: waiting().length <= 200 });
  for (const told of answer.items) {
    const item = work.items.find((one) => one.key === told.key);
    if (item) Object.assign(item, { outcome: told.outcome, label: told.label, words: told.words });
  }
  await save();
  if (!answer.closed) return show();
  const odd = work.items.filter((item) => item.outcome !== "done").length;
  await (await opened).delete("work", NAME);
  await forgetPage();
  say(odd ? `已上传，其中 ${odd} 条需核对。` : "已全部上传，离线办理结束。", odd ? "soon" : "ok");
  setTimeout(() => location.reload(), 1500);
}

function drawGoods() {
  const list = $("[data-goods]");
  list.replaceChildren(
    ...work.goods.map((one) => {
      const row = document.createElement("li");
      const left = one.left === null ? "" : ` · 库存 ${one.left - taken(one.id)}`;
      const name = Object.assign(document.createElement("span"), { className: "grow", textContent: `${one.name}　${one.points} 分${left}` });
      const label = Object.assign(document.createElement("label"), { className: "goods-count" });
      const input = Object.assign(document.createElement("input"), { className: "form-control", type: "number", min: 0, max: 99, value: 0 });
      input.dataset.goodsId = one.id;
      input.setAttribute("aria-label", `${one.name}的数量`);
      label.append(input);
      row.append(name, label);
      return row;
    }),
  );
}

function drawQueue() {
  $("[data-queue]").replaceChildren(
    ...work.items.map((item) => {
      const row = document.createElement("li");
      const at = new Date(item.at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
      row.append(
        Object.assign(document.createElement("span"), { className: "grow", textContent: `${at} ${item.told}` }),
        Object.assign(document.createElement("span"), { className: "text-2", textContent: item.label ? `${item.label} ${item.words}` : "待上传" }),
      );
      return row;
    }),
  );
}

function drawTime() {
  if (!work) return;
  const minutes = Math.max(0, Math.ceil((new Date(work.until).getTime() - Date.now()) / 60000));
  $("[data-left-time]").textContent = minutes ? `${minutes} 分钟` : "已到时";
}

function show() {
  $("[data-step=start]").hidden = Boolean(work);
  $("[data-step=work]").hidden = !work;
  if (!work) return;
  $("[data-sale]").hidden = !work.limit;
  $("[data-left-points]").textContent = String(work.limit - sold());
  $("[data-queued]").textContent = String(waiting().length);
  drawGoods();
  drawQueue();
  drawTime();
}

const ACTIONS = { begin, collect, sell, end, "find-order": findOrder, "find-person": findPerson };
root.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-do]");
  if (!button || button.disabled) return;
  button.disabled = true;
  try {
    await ACTIONS[button.dataset.do]();
  } catch (error) {
    say(error instanceof TypeError ? "现在没有网络，已办理的都存在本机，恢复网络后再上传。" : error.message);
  }
  button.disabled = false;
});
setInterval(drawTime, 15000);
opened.then(async (db) => {
  work = (await db.get("work", NAME)) || null;
  show();
  if (!work) await forgetPage();
  else if (waiting().length) say(`本机有 ${waiting().length} 条还没有上传，恢复网络后请点“上传并结束”。`, "soon");
  root.dataset.ready = "1";
});
