// htmx: the CSRF header on writes, a sentence for every failure, and never a login page inside a page.
import { csrfToken, isLoginPage, loginUrl, sentenceFor } from "./http.js";
import { toast } from "./toast.js";

const SAFE = new Set(["get", "head", "options"]);

export function mountFragments() {
  document.addEventListener("htmx:configRequest", (event) => {
    if (!SAFE.has(event.detail.verb)) event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isLoginPage(event.detail.xhr.responseURL)) return;
    event.detail.shouldSwap = false;
    sayExpired();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const xhr = event.detail.xhr;
    if (xhr.status === 401) return sayExpired();
    toast(sentenceFor(xhr.status, xhr.getResponseHeader("Content-Type") ?? "", xhr.responseText));
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => toast(sentenceFor(0)));
  }
}

// A new tab, so that what stands half typed on this page stays.
export function sayExpired() {
  toast(sentenceFor(401), { link: { url: loginUrl(), text: "在新窗口登录" } });
}
