// The findings of a visit: drafts offered for negative answers, cards to complete them, and what each still lacks.
import { shortTime, showFirst } from "../form/photo-field.js";
import { Extra, element, tellGaps } from "./extra.js";

const LABELS = {
  nature: "性质", gravity: "程度", elements: "涉及要素", basis_kind: "依据类型", basis_text: "依据条款", issue_type: "问题类型",
  is_producing: "是否生产", pollution: "污染现象", behaviour: "违法行为", handling: "查处情况", demand: "整改要求", deadline_on: "整改期限",
};
const OPTIONAL = ["proposal", "deadline_on"];
const TIME_LIMITED = "4";
const BASES = [["law", "法律法规："], ["standard", "检查标准："], ["task", "攻坚要求："]];
const PRODUCING = { normal: "yes", partial: "yes", building: "yes", halted: "no" };

export class Findings {
  constructor(root) {
    this.root = root;
    this.state = JSON.parse(document.getElementById("form-state").textContent);
    this.ownKeys = new Set(JSON.parse(root.dataset.ownKeys || "[]"));
    this.hasOwn = root.hasAttribute("data-has-own");
    this.answers = {};
    this.negatives = [];
    this.standing = [];
    this.rows = [];
    this.reasons = {};
    this.list = root.querySelector("[data-findings]");
    this.offers = root.querySelector("[data-offers]");
    this.found = new Extra("findings", () => [], (rows) => this.restore(rows));
    this.dismissed = new Extra("dismissed", () => ({}), (reasons) => this.restoreReasons(reasons));
    root.querySelector("[data-finding-add]").addEventListener("click", () => this.add({}, true));
    document.addEventListener("sheet:answers", ({ detail }) => this.heard(detail));
    document.addEventListener("visit:standing", ({ detail }) => {
      this.standing = detail;
      this.drawOffers();
    });
    document.addEventListener("sheet:photo-removed", ({ detail }) => this.dropPhoto(detail.sha256));
  }

  restore(rows) {
    this.rows = rows.map((row) => ({ ...row }));
    this.draw();
  }

  restoreReasons(reasons) {
    this.reasons = { ...reasons };
    this.drawOffers();
  }

  heard({ answers, negatives }) {
    this.answers = answers;
    this.negatives = negatives;
    this.drawOffers();
    for (const card of this.list.children) this.drawPhotos(card, this.rowOf(card));
    this.count();
  }

  // What was taken off the sheet by hand, a photo the server refused above all, does not stay under a finding.
  dropPhoto(sha256) {
    if (photosOf(this.answers, "").some((photo) => photo.sha256 === sha256)) return;
    const held = this.rows.filter((row) => (row.photos ?? []).some((photo) => photo.sha256 === sha256));
    for (const row of held) row.photos = row.photos.filter((photo) => photo.sha256 !== sha256);
    if (!held.length) return;
    for (const card of this.list.children) this.drawPhotos(card, this.rowOf(card));
    this.save();
  }

  // One offer for each negative answer, and each clue that still stands, that no finding answers for.
  drawOffers() {
    const taken = new Set(this.rows.map((row) => row.item_path));
    const open = [...this.negatives, ...this.standing].filter((one) => !taken.has(one.path));
    const known = new Map([...this.offers.children].map((card) => [card.dataset.formProblem, card]));
    this.offers.replaceChildren(...open.map((one) => known.get(offerPath(one)) ?? this.offer(one)));
    this.count();
  }

  offer(negative) {
    const card = this.root.querySelector("template[data-offer]").content.firstElementChild.cloneNode(true);
    card.dataset.formProblem = offerPath(negative);
    card.querySelector("[data-offer-path]").textContent = negative.section;
    card.querySelector("[data-offer-title]").textContent = `${negative.item}：${negative.field} — ${negative.answer}`;
    card.querySelector("[data-offer-take]").addEventListener("click", () => this.add(this.draftOf(negative), true));
    const reason = card.querySelector("[data-offer-reason]");
    reason.value = this.reasons[negative.path] ?? "";
    card.querySelector("details").open = Boolean(reason.value);
    card.querySelector("details").hidden = Boolean(negative.mustRaise);
    reason.addEventListener("input", () => {
      this.reasons = { ...this.reasons, [negative.path]: reason.value };
      this.dismissed.set(Object.fromEntries(Object.entries(this.reasons).filter(([, said]) => said.trim())));
      this.count();
    });
    return card;
  }

  draftOf(negative) {
    const [section, item] = negative.path.split(".");
    const said = this.answers[section]?.[item] ?? {};
    const [kind, text] = basisOf(negative.basis);
    return {
      item_path: negative.path,
      elements: negative.elements.length ? negative.elements : ["综合"],
      basis_kind: kind,
      basis_text: text,
      is_producing: PRODUCING[this.answers.visit_closing?.production?.state] ?? "",
      behaviour: said.detail || said.note || (negative.mustRaise ? negative.field : `${negative.item}：${negative.answer}`),
      photos: said.photos ?? [],
    };
  }

  add(row, open) {
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(16).slice(2)}`;
    this.rows.push({ key, ...row });
    this.draw();
    this.save();
    const card = this.list.lastElementChild;
    if (open) card.open = true;
    card.scrollIntoView({ block: "start" });
    card.querySelector("input, select, textarea")?.focus({ preventScroll: true });
  }

  remove(row) {
    this.rows = this.rows.filter((one) => one !== row);
    this.draw();
    this.save();
  }

  save() {
    this.found.set(this.rows);
    this.drawOffers();
  }

  draw() {
    const open = new Set([...this.list.children].filter((card) => card.open).map((card) => card.dataset.key));
    this.list.replaceChildren(...this.rows.map((row, index) => this.card(row, index + 1, open.has(row.key))));
    this.count();
  }

  rowOf(card) {
    return this.rows.find((row) => row.key === card.dataset.key);
  }

  card(row, number, open) {
    const card = this.root.querySelector("template[data-finding]").content.firstElementChild.cloneNode(true);
    card.dataset.key = row.key;
    card.dataset.formProblem = `_findings.${row.key}`;
    card.open = open;
    card.querySelector("[data-finding-number]").textContent = `问题 ${number}`;
    for (const input of card.querySelectorAll("[data-f]")) this.bind(card, row, input);
    card.querySelector("[data-finding-remove]").addEventListener("click", () => this.remove(row));
    this.summarise(card, row);
    this.drawPhotos(card, row);
    return card;
  }

  bind(card, row, input) {
    const name = input.dataset.f;
    const id = `${name}-${row.key}`;
    if (["radio", "checkbox"].includes(input.type)) {
      input.name = id;
      input.checked = input.type === "radio" ? String(row[name] ?? "") === input.value : (row[name] ?? []).includes(input.value);
    } else {
      input.value = row[name] ?? "";
      input.id = id;
      card.querySelector(`label[data-for="${name}"]`).htmlFor = id;
    }
    input.addEventListener(input.tagName === "SELECT" || input.type === "radio" || input.type === "checkbox" ? "change" : "input", () => {
      row[name] = valueOf(card, input, name);
      this.summarise(card, row);
      this.save();
    });
  }

  // What stands on the closed card: the chips of the picture, and what is missing.
  summarise(card, row) {
    const type = card.querySelector(`[data-f="issue_type"] option[value="${Number(row.issue_type) || ""}"]`);
    const producing = { yes: "正在生产", no: "未生产" }[row.is_producing];
    const words = [producing, row.pollution, type?.value ? type.textContent : ""].filter(Boolean);
    card.querySelector("[data-finding-chips]").replaceChildren(...words.map((word) => element("span", "badge-tone badge-wrap", word)));
    card.querySelector("[data-finding-basis]").textContent = row.basis_text ? `依据：${row.basis_text}` : "";
    const due = row.deadline_on ? `，${row.deadline_on} 前完成` : "";
    card.querySelector("[data-finding-demand]").textContent = row.demand ? `要求：${row.demand}${due}` : "";
    card.querySelector("[data-deadline-star]").hidden = String(row.handling ?? "") !== TIME_LIMITED;
    const lacking = missingOf(row);
    const early = this.isEarly(row);
    const said = [lacking.length ? `待填：${lacking.join("、")}` : "", early ? this.earlySentence : ""];
    card.querySelector("[data-finding-missing]").textContent = said.filter(Boolean).join("；");
    const badge = card.querySelector("[data-finding-badge]");
    const open = lacking.length > 0 || early;
    badge.textContent = open ? "草稿" : "已填齐";
    badge.className = `badge-tone ${open ? "badge-amber" : "badge-green"}`;
    const own = card.querySelector("[data-finding-own]");
    own.hidden = !this.hasOwn || !row.item_path || row.item_path.startsWith("_");
    const told = this.ownKeys.has((row.item_path ?? "").split(".").slice(0, 2).join("."));
    own.textContent = told ? "自查已报" : "自查未报";
    this.count();
  }

  // The photos of the sheet, those of the finding's own item first; a tap takes one in or out.
  drawPhotos(card, row) {
    const place = card.querySelector("[data-finding-photos]");
    const taken = new Map((row.photos ?? []).map((photo) => [photo.sha256, photo]));
    const shown = photosOf(this.answers, (row.item_path ?? "").split(".").slice(0, 2).join("."));
    for (const photo of taken.values()) if (!shown.some((one) => one.sha256 === photo.sha256)) shown.unshift(photo);
    const drawn = [...place.children].map((item) => item.dataset.sha256).join();
    card.querySelector("[data-finding-nophotos]").hidden = shown.length > 0;
    if (drawn === shown.map((photo) => photo.sha256).join()) return;
    place.replaceChildren(...shown.map((photo) => this.photo(card, row, photo, taken.has(photo.sha256))));
  }

  photo(card, row, photo, taken) {
    const item = element("li", "photo");
    item.dataset.sha256 = photo.sha256;
    const label = element("label", "photo-pick");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: taken });
    const image = Object.assign(document.createElement("img"), { alt: "" });
    showFirst(image, this.urlsOf(photo.sha256));
    label.append(box, image, element("span", "photo-name", [shortTime(photo.taken_at), photo.caption].filter(Boolean).join(" ") || "照片"));
    box.addEventListener("change", () => {
      const others = (row.photos ?? []).filter((one) => one.sha256 !== photo.sha256);
      row.photos = box.checked ? [...others, photo] : others;
      this.save();
    });
    item.append(label);
    return item;
  }

  urlsOf(sha256) {
    const { client_id, photo_sheets, submission_url, evidence_url } = this.state;
    const sheets = [...new Set([client_id, ...photo_sheets])];
    return [...sheets.map((id) => `${submission_url.replace("client-id", id)}/photos/${sha256}?edge=160`), `${evidence_url}${sha256}?edge=160`];
  }

  // A term that is over before the visit; the server refuses it with the same words (rules/findings.py).
  isEarly(row) {
    return Boolean(row.deadline_on) && row.deadline_on < this.root.dataset.visitedOn;
  }

  get earlySentence() {
    return `整改期限不能早于检查日期 ${this.root.dataset.visitedOn}`;
  }

  // The chip of the panel and the bar: how many findings, and how much waits.
  count() {
    const offers = [...this.offers.children].filter((card) => !card.querySelector("[data-offer-reason]").value.trim());
    const waiting = offers.length;
    const gaps = this.rows.flatMap((row, index) => this.gapOf(row, index + 1));
    const drafts = gaps.length;
    const asked = offers.map((card) => ({ path: card.dataset.formProblem, text: `${card.querySelector("[data-offer-title]").textContent}：须生成问题，或写明不作为问题的理由` }));
    tellGaps("findings", [...asked, ...gaps]);
    const tab = document.querySelector('[data-form-tab="findings"] [data-form-tab-count]');
    if (tab) tab.textContent = [this.rows.length || "", waiting + drafts ? `待填 ${waiting + drafts}` : ""].filter(Boolean).join(" · ");
    this.root.querySelector("[data-findings-none]").hidden = this.rows.length + waiting > 0;
  }

  gapOf(row, number) {
    const lacking = missingOf(row);
    const said = [lacking.length ? `待填${lacking.join("、")}` : "", this.isEarly(row) ? this.earlySentence : ""].filter(Boolean);
    return said.length ? [{ path: `_findings.${row.key}`, text: `问题 ${number}：${said.join("；")}` }] : [];
  }
}

const offerPath = (negative) => `_offers.${negative.path}`;

function valueOf(card, input, name) {
  if (input.type === "checkbox") return [...card.querySelectorAll(`[data-f="${name}"]:checked`)].map((one) => one.value);
  return input.value;
}

function missingOf(row) {
  const needed = Object.keys(LABELS).filter((name) => !OPTIONAL.includes(name) || (name === "deadline_on" && String(row.handling) === TIME_LIMITED));
  return needed.filter((name) => (Array.isArray(row[name]) ? !row[name].length : !String(row[name] ?? "").trim())).map((name) => LABELS[name]);
}

function basisOf(basis) {
  for (const [kind, prefix] of BASES) {
    const part = basis.split("；").find((one) => one.startsWith(prefix));
    if (part) return [kind, part.slice(prefix.length)];
  }
  return ["", basis];
}

function photosOf(answers, scope) {
  const found = new Map();
  for (const [section, items] of Object.entries(answers)) {
    if (section.startsWith("_")) continue;
    for (const [item, fields] of Object.entries(items)) {
      for (const photo of fields.photos ?? []) {
        const own = `${section}.${item}` === scope;
        if (own || !found.has(photo.sha256)) found.set(photo.sha256, { ...photo, own });
      }
    }
  }
  return [...found.values()].sort((one, other) => Number(other.own) - Number(one.own)).map(({ own, ...photo }) => photo);
}
