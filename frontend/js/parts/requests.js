import { toast } from "./toasts.js";

const SAID = {
  400: "提交的内容有误，请检查后再试。",
  403: "您没有这项操作的权限，或页面已过期，请刷新后再试。",
  404: "没有找到对应的内容，可能已被移走。",
  409: "内容已被他人更新，请刷新页面后再试。",
  413: "文件过大，请压缩后再上传。",
  429: "操作过于频繁，请稍后再试。",
};

function said(xhr) {
  try {
    return JSON.parse(xhr.responseText).message || SAID[xhr.status];
  } catch {
    return SAID[xhr.status];
  }
}

export function csrfToken() {
  const meta = document.querySelector('meta[name="csrf-token"]');
  return meta ? meta.content : "";
}

function offline() {
  const bar = document.getElementById("offline-bar");
  if (bar) bar.hidden = navigator.onLine;
}

// A hint that nobody asked for: without network it is left out, and never complains.
function isQuiet(event) {
  return event.detail.elt.hasAttribute("data-quiet");
}

export function requests(htmx) {
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // The session ended meanwhile: the answer is the sign-in page, which belongs in no part of this one.
    if (/<meta name="page" content="public"/.test(event.detail.xhr.responseText)) {
      event.detail.shouldSwap = false;
      window.location.reload();
    } else if (event.detail.xhr.getResponseHeader("X-Form") === "errors") {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isQuiet(event) && !navigator.onLine) event.preventDefault();
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (isQuiet(event)) return;
    toast(said(event.detail.xhr) || "服务暂时不可用，请稍后再试。", "over");
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!isQuiet(event)) toast("网络不通，请检查网络后再试。", "over");
  });
  document.addEventListener("htmx:timeout", (event) => {
    if (!isQuiet(event)) toast("等待时间过长，请稍后再试。", "over");
  });
  window.addEventListener("online", offline);
  window.addEventListener("offline", offline);
  offline();
  htmx.config.historyCacheSize = 0;
}
