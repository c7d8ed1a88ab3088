// <form data-keep>: what is typed survives an expired session, a closed dialog, a broken network.
// data-keep="device" keeps it on this machine for three days; otherwise it lives as long as the tab.
// Passwords, files and hidden fields are never kept; another person's draft is never offered.
import { platformNow } from "./countdown.js";
import { isLoginPage } from "./http.js";

const PREFIX = "keep:";
const DAYS = 3 * 24 * 3600 * 1000;
const FRESH = 10 * 60 * 1000;
const stores = [sessionStorage, localStorage];

export function mountDrafts(root) {
  if (root === document) settle();
  const forms = root.matches?.("form[data-keep]") ? [root] : root.querySelectorAll("form[data-keep]");
  for (const form of forms) mountForm(form);
}

// A POST that was answered by a redirect (and not to the login page) did its work: its draft goes.
function settle() {
  const navigation = performance.getEntriesByType("navigation")[0];
  const answered = navigation?.redirectCount > 0 && !isLoginPage(location.href);
  for (const [store, key, draft] of all()) {
    if (draft.sentAt && answered) store.removeItem(key);
    else if (draft.sentAt) put(store, key, { ...draft, sentAt: 0, failedAt: isLoginPage(location.href) ? Date.now() : 0 });
    else if (Date.now() - draft.savedAt > DAYS) store.removeItem(key);
  }
  if (isLoginPage(location.href)) returnToDraft();
}

// On the login page: come back to the form whose sending ended there.
function returnToDraft() {
  const waiting = all().map(([, , draft]) => draft).filter((draft) => Date.now() - (draft.failedAt ?? 0) < FRESH);
  const latest = waiting.sort((one, other) => other.savedAt - one.savedAt)[0];
  const next = document.querySelector('form input[name="next"]');
  if (latest && next) next.value = latest.page;
}

function* entries() {
  for (const store of stores) {
    for (const key of Object.keys(store)) {
      if (key.startsWith(PREFIX)) yield [store, key];
    }
  }
}

function all() {
  return [...entries()].flatMap(([store, key]) => {
    const draft = read(store, key);
    return draft ? [[store, key, draft]] : [];
  });
}

function read(store, key) {
  try {
    return JSON.parse(store.getItem(key));
  } catch {
    return null;
  }
}

function put(store, key, draft) {
  try {
    store.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    return false; // The store is full: typing goes on, and nothing claims to be saved.
  }
}

function keyOf(form) {
  const place = [...document.querySelectorAll("form[data-keep]")].indexOf(form);
  return `${PREFIX}${document.body.dataset.user}:${location.pathname}:${form.id || place}`;
}

function mountForm(form) {
  if (form.dataset.keeping) return;
  form.dataset.keeping = "on";
  const store = form.dataset.keep === "device" ? localStorage : sessionStorage;
  const key = keyOf(form);
  const fresh = JSON.stringify(valuesOf(form));
  const draft = read(store, key);
  // A form that came back with faults already holds these values; then there is nothing to offer.
  if (draft && JSON.stringify(draft.values) !== fresh) offer(form, store, key, draft);
  watch(form, store, key, fresh);
}

function watch(form, store, key, fresh) {
  let dirty = false;
  let timer = 0;
  const save = () => {
    const values = valuesOf(form);
    dirty = JSON.stringify(values) !== fresh;
    if (dirty) tell(form, put(store, key, { values, page: location.pathname + location.search, savedAt: Date.now(), sentAt: 0 }));
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, 400);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented && !form.hasAttribute("hx-post")) return;
    clearTimeout(timer);
    save();
    const draft = read(store, key);
    if (draft) put(store, key, { ...draft, sentAt: Date.now() });
    dirty = false;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt === form && event.detail.successful) store.removeItem(key);
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && store === sessionStorage) event.preventDefault();
  });
}

function valuesOf(form) {
  const kept = [];
  for (const one of form.elements) {
    if (!one.name || ["hidden", "password", "file", "submit", "button"].includes(one.type)) continue;
    if (["checkbox", "radio"].includes(one.type)) {
      if (one.checked) kept.push([one.name, one.value]);
    } else if (one.type === "select-multiple") {
      for (const option of one.selectedOptions) kept.push([one.name, option.value]);
    } else {
      kept.push([one.name, one.value]);
    }
  }
  return kept;
}

function restore(form, values) {
  for (const one of form.elements) {
    if (!one.name || ["hidden", "password", "file", "submit", "button"].includes(one.type)) continue;
    const mine = values.filter(([name]) => name === one.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(one.type)) one.checked = mine.includes(one.value);
    else if (one.type === "select-multiple") for (const option of one.options) option.selected = mine.includes(option.value);
    else if (mine.length) one.value = mine[sameNameBefore(form, one) % mine.length];
    one.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function sameNameBefore(form, element) {
  return [...form.elements].filter((one) => one.name === element.name).indexOf(element);
}

function offer(form, store, key, draft) {
  const bar = document.createElement("div");
  bar.className = "notice notice-warning draft-offer";
  bar.setAttribute("role", "status");
  const body = document.createElement("div");
  body.className = "notice-body spread";
  const text = document.createElement("span");
  const saved = spoken(draft.savedAt, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
  text.textContent = `上次填写的内容没有提交（${saved} 保存在本机）。`;
  const actions = document.createElement("span");
  actions.className = "cluster";
  actions.append(
    choice("恢复填写", "btn btn-primary btn-sm", () => { restore(form, draft.values); bar.remove(); }),
    choice("不要了", "btn btn-plain btn-sm", () => { store.removeItem(key); bar.remove(); }),
  );
  body.append(text, actions);
  bar.append(body);
  form.prepend(bar);
}

function choice(word, classes, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = classes;
  button.textContent = word;
  button.addEventListener("click", press);
  return button;
}

function tell(form, saved) {
  const place = form.querySelector("[data-keep-status]");
  if (!place) return;
  const time = spoken(Date.now(), { timeStyle: "medium" });
  place.textContent = saved ? `已保存在本机 ${time}` : "本机存储已满，未能暂存，请尽快提交";
}

// A moment of this machine's clock as the platform's clock in Beijing would have shown it.
function spoken(moment, options) {
  return new Date(moment + platformNow() - Date.now()).toLocaleString("zh-CN", { ...options, hour12: false, timeZone: "Asia/Shanghai" });
}
