// One block of the room's own answers: a hidden field whose JSON travels with the sheet (form/fields.js, data-extra).

export class Extra {
  // `restored(value)` runs when the sheet is opened with what was kept.
  constructor(name, empty, restored) {
    this.input = document.querySelector(`[data-extra="${name}"]`);
    this.empty = empty;
    this.input.addEventListener("sheet:restored", ({ detail }) => restored(this.usable(detail.value)));
    if (this.input.value) restored(this.value);
  }

  get value() {
    try {
      return this.usable(JSON.parse(this.input.value));
    } catch {
      return this.empty();
    }
  }

  usable(value) {
    const wanted = this.empty();
    const fits = Array.isArray(wanted) ? Array.isArray(value) : value && typeof value === "object" && !Array.isArray(value);
    return fits ? value : wanted;
  }

  set(value) {
    this.input.value = JSON.stringify(value);
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// What a part of the page still lacks, counted in the bar with the gaps of the sheet (form/sheet.js).
export function tellGaps(key, gaps) {
  document.dispatchEvent(new CustomEvent("sheet:gaps", { detail: { key, gaps } }));
}

export function element(tag, className, text) {
  return Object.assign(document.createElement(tag), { className: className ?? "", textContent: text ?? "" });
}
