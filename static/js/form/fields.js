// The fields of one sheet in the page: read them, fill them, show what applies and what is wrong.
import { isFilled, lookup, put, slots, visibleFields } from "./conditions.js";
import { ListField } from "./list-field.js";
import { cleanText, cleanValue } from "./normalise.js";
import { PhotoField } from "./photo-field.js";
import { isRequired } from "./rules.js";

export class Fields {
  // `changed()` is called after every change; `photos` is what PhotoField needs of the sheet.
  constructor(root, definition, changed, photos) {
    this.root = root;
    this.definition = definition;
    this.slots = slots(definition);
    this.controls = new Map();
    this.others = {};
    for (const slot of this.slots) this.controls.set(slot.path, this.control(slot, changed, photos));
  }

  control(slot, changed, photos) {
    const element = this.root.querySelector(`[data-form-field="${slot.path}"]`);
    if (slot.field.type === "list") return new ListField(element, slot.field, changed);
    if (slot.field.type === "photos") return new PhotoField(element, { ...photos, changed });
    const input = element.querySelector("[data-form-input]");
    if (!input) return new RadioField(element);
    if (slot.field.type === "date") mountPicker(element, input, changed);
    if (slot.field.type === "date" || slot.field.type === "number") {
      input.addEventListener("change", () => (input.value = cleanValue(slot.field, input.value) ?? ""));
    }
    return new TextField(element, input);
  }

  get photoFields() {
    return [...this.controls.values()].filter((control) => control instanceof PhotoField);
  }

  // The answers in the shape the server keeps; `others` are the room's own keys.
  read() {
    const answers = {};
    for (const slot of this.slots) {
      const value = cleanValue(slot.field, this.controls.get(slot.path).value);
      if (isFilled(value)) put(answers, slot.path, value);
    }
    return { ...answers, ...this.others, ...readExtras() };
  }

  fill(answers) {
    for (const slot of this.slots) this.controls.get(slot.path).value = lookup(answers, slot.path);
    const here = new Set(extras().map((input) => `_${input.dataset.extra}`));
    this.others = Object.fromEntries(Object.entries(answers).filter(([key]) => key.startsWith("_") && !here.has(key)));
    fillExtras(answers);
  }

  // Hide what does not apply, star what is asked for.
  arrange(answers, day) {
    const shown = new Set(visibleFields(this.definition, answers, day).map((slot) => slot.path));
    for (const slot of this.slots) {
      const { element } = this.controls.get(slot.path);
      element.hidden = !shown.has(slot.path);
      const star = element.querySelector("[data-form-star]");
      if (star) star.hidden = !isRequired(slot, answers, day);
    }
    for (const card of this.root.querySelectorAll("[data-form-item]")) {
      const fields = [...card.querySelectorAll("[data-form-field]")];
      card.hidden = fields.length > 0 && fields.every((field) => field.hidden);
    }
  }

  // Faults beside their fields: those of filled fields at once, gaps only where somebody asked what is missing.
  complain(problems, warned, answers, noted) {
    for (const slot of this.slots) {
      const { element } = this.controls.get(slot.path);
      const filled = isFilled(lookup(answers, slot.path));
      const bad = problems.filter((one) => one.path === slot.path && (filled || noted.has(slot.path)));
      const doubts = warned.filter((one) => one.path === slot.path);
      const place = element.querySelector("[data-form-errors]");
      place.replaceChildren(...lines("errorlist", bad), ...lines("form-warnings", doubts));
      element.classList.toggle("field-bad", bad.length > 0);
      element.querySelector("[data-form-input]")?.setAttribute("aria-invalid", String(bad.length > 0));
    }
  }
}

class RadioField {
  constructor(element) {
    this.element = element;
    this.inputs = [...element.querySelectorAll('input[type="radio"]')];
  }

  get value() {
    return this.inputs.find((input) => input.checked)?.value ?? null;
  }

  set value(value) {
    for (const input of this.inputs) input.checked = input.value === value;
  }
}

class TextField {
  constructor(element, input) {
    this.element = element;
    this.input = input;
    if (input.tagName === "TEXTAREA") input.addEventListener("input", () => grow(input));
  }

  get value() {
    return this.input.value;
  }

  set value(value) {
    this.input.value = value ?? "";
    if (this.input.tagName === "TEXTAREA") this.input.rows = Math.min(12, Math.max(2, this.input.value.split("\n").length));
  }
}

function grow(area) {
  if (area.scrollHeight > area.clientHeight && area.rows < 12) area.rows += 1;
}

function mountPicker(element, input, changed) {
  const native = element.querySelector("[data-form-native]");
  element.querySelector("[data-form-pick]").addEventListener("click", () => {
    native.value = cleanText(input.value);
    native.showPicker?.();
  });
  native.addEventListener("change", () => {
    input.value = native.value;
    changed();
  });
}

function lines(className, problems) {
  if (!problems.length) return [];
  const list = Object.assign(document.createElement("ul"), { className });
  for (const { message } of problems) list.append(Object.assign(document.createElement("li"), { textContent: message }));
  return [list];
}

// Inputs of the room's own blocks: <input type="hidden" data-extra="findings"> holds JSON and travels as answers._findings.
const extras = () => [...document.querySelectorAll("[data-extra]")];

function readExtras() {
  return Object.fromEntries(extras().map((input) => [`_${input.dataset.extra}`, parsed(input.value)]).filter(([, value]) => value !== null));
}

function fillExtras(answers) {
  for (const input of extras()) {
    const value = answers[`_${input.dataset.extra}`];
    if (value === undefined) continue;
    input.value = JSON.stringify(value);
    input.dispatchEvent(new CustomEvent("sheet:restored", { bubbles: true, detail: { value } }));
  }
}

function parsed(text) {
  if (!text.trim()) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const isExtra = (target) => Boolean(target?.closest?.("[data-extra]"));
