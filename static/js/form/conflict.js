// Two versions of one sheet side by side: choose field by field, or all of one. Nothing is lost either way: the server keeps both.
import { lookup, put } from "./conditions.js";
import { differences, display, same } from "./rules.js";

const clone = (value) => JSON.parse(JSON.stringify(value));

// Every place where the two differ: what to call it, and how to read and write it.
function places(definition, theirs, mine) {
  const fields = differences(definition, theirs, mine).map((slot) => ({
    title: `${slot.item.title} · ${slot.field.label}`,
    words: (answers) => display(slot.field, lookup(answers, slot.path)) || "（未填）",
    take: (target, from) => put(target, slot.path, lookup(from, slot.path) ?? null),
  }));
  const extras = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])].filter((key) => key.startsWith("_") && !same(theirs[key], mine[key]));
  return [...fields, ...extras.map(extra)];
}

function extra(key) {
  const title = document.querySelector(`[data-extra="${key.slice(1)}"]`)?.dataset.extraTitle ?? "其他内容";
  return {
    title,
    words: (answers) => (Array.isArray(answers[key]) ? `${answers[key].length} 条` : answers[key] ? "有内容" : "（未填）"),
    take: (target, from) => (target[key] = from[key] ?? null),
  };
}

// `decide(answers)` gets the merged answers, or null when only the version of the server shall stand.
export function openConflict(dialog, definition, told, mine, decide) {
  const theirs = told.submission.answers;
  const found = places(definition, theirs, mine);
  const received = told.submission.state !== "draft";
  dialog.querySelector("[data-form-conflict-text]").textContent = told.message;
  dialog.querySelector("[data-form-versions]").replaceChildren(...found.map((place, index) => row(place, index, theirs, mine, received)));
  for (const button of dialog.querySelectorAll("[data-form-take]")) {
    button.hidden = received && button.dataset.formTake !== "theirs";
    if (button.dataset.formTake === "theirs") button.textContent = received ? "看已收讫的一份" : "全用对方的";
    button.onclick = () => {
      dialog.close();
      decide(received ? null : merged(dialog, found, theirs, mine, button.dataset.formTake));
    };
  }
  dialog.querySelector("[data-form-save-file]").onclick = () => saveAsFile(mine, told.submission);
  if (!dialog.open) dialog.showModal();
}

function merged(dialog, found, theirs, mine, whose) {
  if (whose === "mine") return clone(mine);
  const answers = clone(theirs);
  if (whose === "theirs") return answers;
  found.forEach((place, index) => {
    if (dialog.querySelector(`input[name="version-${index}"]:checked`)?.value === "mine") place.take(answers, mine);
  });
  return answers;
}

function row(place, index, theirs, mine, received) {
  const group = document.createElement("fieldset");
  group.className = "form-version";
  group.append(make("legend", "field-label", place.title));
  for (const [whose, name, answers] of [["theirs", "对方的", theirs], ["mine", "我的", mine]]) {
    const label = make("label", "form-version-one");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: `version-${index}`, value: whose, checked: whose === "mine", disabled: received });
    const text = make("span", "");
    text.append(make("strong", "", name), make("span", "form-version-words", place.words(answers)));
    label.append(input, text);
    group.append(label);
  }
  return group;
}

function make(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

export function saveAsFile(answers, { form, client_id }) {
  const blob = new Blob([JSON.stringify({ form, client_id, answers }, null, 2)], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `未上传的内容-${client_id}.json` });
  link.click();
  URL.revokeObjectURL(link.href);
}
