// What is missing or wrong, and how far a sheet is. core/form_engine/rules.py says the same and is the authority. No DOM here.
import { evaluate, isDay, isFilled, lookup, resolveDay, slots, visibleFields } from "./conditions.js";

const MISSING = { choice: "未选择", yesno: "未选择", photos: "缺少照片", list: "至少填一行" };
const TEXT_LIMIT = { text: 200, longtext: 4000 };
const CHINA_LON = [73, 136];
const CHINA_LAT = [3, 54];

export const isRequired = (slot, answers, day) => evaluate(slot.field.required ?? false, answers, slot.scope, day);

function problem(slot, message, wholeItem = false) {
  const names = [slot.section.title, slot.item.title];
  if (!wholeItem && slot.field.label !== slot.item.title) names.push(slot.field.label);
  return { path: slot.path, scope: slot.scope, message, text: `${names.join(" · ")}：${message}` };
}

function byItem(shown) {
  const groups = new Map();
  for (const slot of shown) groups.set(slot.scope, [...(groups.get(slot.scope) ?? []), slot]);
  return [...groups.values()];
}

// Everything that keeps the answers from being accepted; an item of which nothing was filled is one problem.
export function validate(definition, answers, day = "") {
  return byItem(visibleFields(definition, answers, day)).flatMap((shown) => {
    if (!shown.some((slot) => isFilled(lookup(answers, slot.path)))) {
      const wanted = shown.find((slot) => isRequired(slot, answers, day));
      return wanted ? [problem(wanted, "未填写", true)] : [];
    }
    return shown.flatMap((slot) => faults(slot, answers, day).map((message) => problem(slot, message)));
  });
}

function faults(slot, answers, day) {
  const value = lookup(answers, slot.path);
  if (isFilled(value)) return valueFaults(slot.field, value, (word) => resolveDay(word, answers, slot.scope, day));
  return isRequired(slot, answers, day) ? [MISSING[slot.field.type] ?? "未填写"] : [];
}

export function valueFaults(field, value, dayOf = (word) => word) {
  if (field.type === "choice" || field.type === "yesno") {
    return field.options.some((option) => option.value === value) ? [] : [`没有「${value}」这个选项`];
  }
  if (field.type in TEXT_LIMIT) {
    const limit = field.max_length ?? TEXT_LIMIT[field.type];
    const length = [...value].length;
    return length <= limit ? [] : [`最多 ${limit} 字，现在 ${length} 字`];
  }
  if (field.type === "number") return numberFaults(field, value);
  if (field.type === "date") return dateFaults(field, value, dayOf);
  return field.type === "list" ? listFaults(field, value, dayOf) : photoFaults(value);
}

function numberFaults(field, value) {
  if (typeof value !== "number") return [`「${value}」不是数字`];
  if ("min" in field && value < field.min) return [`不能小于 ${field.min}`];
  return "max" in field && value > field.max ? [`不能大于 ${field.max}`] : [];
}

function dateFaults(field, value, dayOf) {
  if (!isDay(value)) return [`「${value}」不是日期，请写成 2020-04-03`];
  const [earliest, latest] = ["min", "max"].map((name) => (name in field ? dayOf(field[name]) : null));
  if (isDay(earliest) && value < earliest) return [`不能早于 ${earliest}`];
  return isDay(latest) && value > latest ? [`不能晚于 ${latest}`] : [];
}

function listFaults(field, rows, dayOf) {
  const found = rows.flatMap((row, index) =>
    field.columns.flatMap((column) => {
      const cell = row[column.key];
      const wrong = isFilled(cell) ? valueFaults(column, cell, dayOf) : column.required === true ? ["未填写"] : [];
      return wrong.map((fault) => `第 ${index + 1} 行「${column.label}」${fault}`);
    }),
  );
  const limit = field.max ?? 200;
  return rows.length <= limit ? found : [...found, `最多 ${limit} 行，现在 ${rows.length} 行`];
}

function photoFaults(photos) {
  return photos.flatMap(({ lon, lat }, index) => {
    if (lon == null || lat == null || (within(lon, CHINA_LON) && within(lat, CHINA_LAT))) return [];
    const swapped = within(lat, CHINA_LON) && within(lon, CHINA_LAT);
    return [`第 ${index + 1} 张照片${swapped ? "的经度和纬度似乎填反了" : "的位置不在我国境内"}（${lon}，${lat}）`];
  });
}

const within = (value, [low, high]) => low <= value && value <= high;

// What a person should look at but may send.
export function warnings(definition, answers, day = "") {
  return visibleFields(definition, answers, day).flatMap((slot) => {
    const held = (slot.field.warn ?? []).filter((warn) => evaluate(warn.when, answers, slot.scope, day));
    const twice = (slot.field.columns ?? [])
      .filter((column) => column.distinct)
      .flatMap((column) => repeated(column, lookup(answers, slot.path) ?? []));
    return [...held.map((warn) => problem(slot, warn.text)), ...twice.map((text) => problem(slot, text))];
  });
}

function repeated(column, rows) {
  const places = new Map();
  rows.forEach((row, index) => {
    const cell = row[column.key];
    if (!isFilled(cell)) return;
    const mark = String(cell).toUpperCase();
    places.set(mark, [...(places.get(mark) ?? []), index + 1]);
  });
  return [...places]
    .filter(([, numbers]) => numbers.length > 1)
    .map(([cell, numbers]) => `${column.label} ${cell} 在第 ${numbers.join("、")} 行重复出现`);
}

// Per section: of the items that ask for an answer, those that lack nothing.
export function progress(definition, answers, day = "", problems = validate(definition, answers, day)) {
  const bad = new Set(problems.map((one) => one.scope));
  const groups = byItem(visibleFields(definition, answers, day));
  return definition.sections.map((section) => {
    const asked = groups.filter(
      ([first, ...rest]) =>
        first.section.key === section.key &&
        (bad.has(first.scope) || [first, ...rest].some((slot) => isRequired(slot, answers, day))),
    );
    const filled = asked.filter(([first]) => !bad.has(first.scope)).length;
    return { key: section.key, title: section.title, filled, total: asked.length };
  });
}

// The answers that call for a finding: the chosen option carries `finding`.
export function negatives(definition, answers, day = "") {
  return visibleFields(definition, answers, day).flatMap((slot) => {
    const option = (slot.field.options ?? []).find((one) => one.value === lookup(answers, slot.path));
    if (!option?.finding) return [];
    return [
      {
        path: slot.path,
        section: slot.section.title,
        item: slot.item.title,
        field: slot.field.label,
        answer: option.label,
        basis: slot.item.basis || slot.section.basis || "",
        elements: slot.item.elements ?? [],
      },
    ];
  });
}

// An answer in words.
export function display(field, value) {
  if (!isFilled(value)) return "";
  if (field.options) return field.options.find((option) => option.value === value)?.label ?? String(value);
  if (field.type === "photos") return `${value.length} 张`;
  if (field.type === "list") {
    const rowText = (row) =>
      field.columns.filter((column) => isFilled(row[column.key])).map((column) => `${column.label} ${display(column, row[column.key])}`);
    return value.map((row) => rowText(row).join("，")).join("\n");
  }
  return field.unit ? `${value} ${field.unit}` : String(value);
}

// Every place whose answer differs.
export function differences(definition, theirs, mine) {
  return slots(definition).filter((slot) => !same(lookup(theirs, slot.path), lookup(mine, slot.path)));
}

export function same(one, other) {
  return canonical(one) === canonical(other);
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${entries.join()}}`;
}
