// Declarative conditions and which fields they show. core/form_engine/conditions.py says the same and is the authority;
// both are held to core/form_engine/vectors.json. No DOM here.

const ISO_DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// The answer at "section.item.field", or undefined.
export function lookup(answers, path) {
  return path.split(".").reduce((found, key) => (isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined), answers);
}

export function put(answers, path, value) {
  const [section, item, field] = path.split(".");
  answers[section] ??= {};
  answers[section][item] ??= {};
  answers[section][item][field] = value;
}

// Blank text, an empty list and a row of blanks are no answer; 0 is one.
export function isFilled(value) {
  if (typeof value === "string") return value.trim() !== "";
  if (Array.isArray(value)) return value.some(isFilled);
  if (isObject(value)) return Object.values(value).some(isFilled);
  return value !== null && value !== undefined;
}

export function isDay(value) {
  if (typeof value !== "string" || !ISO_DAY.test(value) || value < "0001") return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

const absolute = (path, scope) => (path.includes(".") ? path : `${scope}.${path}`);

export function resolveDay(word, answers, scope, day) {
  if (word === "@day") return day;
  return ISO_DAY.test(word) ? word : lookup(answers, absolute(word, scope));
}

// `scope` is "section.item" of the field that carries the condition, `day` an ISO date.
export function evaluate(condition, answers, scope = "", day = "") {
  if (typeof condition === "boolean") return condition;
  if ("all" in condition) return condition.all.every((part) => evaluate(part, answers, scope, day));
  if ("any" in condition) return condition.any.some((part) => evaluate(part, answers, scope, day));
  if ("not" in condition) return !evaluate(condition.not, answers, scope, day);
  if ("filled" in condition) return isFilled(lookup(answers, absolute(condition.filled, scope)));
  const value = lookup(answers, absolute(condition.field, scope));
  if ("in" in condition) return typeof value === "string" && condition.in.includes(value);
  const order = "before" in condition ? "before" : "after";
  const other = resolveDay(condition[order], answers, scope, day);
  if (!isDay(value) || !isDay(other)) return false;
  return order === "before" ? value < other : value > other;
}

// Every place for an answer, in the order of the form.
export function slots(definition) {
  return definition.sections.flatMap((section) =>
    section.items.flatMap((item) =>
      item.fields.map((field) => ({
        section,
        item,
        field,
        scope: `${section.key}.${item.key}`,
        path: `${section.key}.${item.key}.${field.key}`,
      })),
    ),
  );
}

// The places a person sees: conditions look only at what stands before them and is seen itself.
export function visibleFields(definition, answers, day = "") {
  const seen = {};
  return slots(definition).filter((slot) => {
    const shown = [slot.item.when ?? true, slot.field.when ?? true].every((one) => evaluate(one, seen, slot.scope, day));
    const value = lookup(answers, slot.path);
    if (shown && isFilled(value)) put(seen, slot.path, value);
    return shown;
  });
}
