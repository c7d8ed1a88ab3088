// A field of rows: add, fill, remove. The row is a <template> of the page.

export class ListField {
  constructor(element, field, changed) {
    Object.assign(this, { element, field, changed });
    this.rows = element.querySelector("[data-form-rows]");
    this.template = element.querySelector("[data-form-row]");
    element.querySelector("[data-form-row-add]").addEventListener("click", () => {
      const row = this.append({});
      row.querySelector("[data-form-cell]").focus();
      changed();
    });
  }

  get value() {
    return [...this.rows.children].map((row) => {
      const cells = [...row.querySelectorAll("[data-form-cell]")];
      return Object.fromEntries(cells.map((cell) => [cell.dataset.formCell, cell.value]));
    });
  }

  set value(rows) {
    this.rows.replaceChildren();
    for (const row of rows ?? []) this.append(row);
  }

  append(values) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    for (const cell of row.querySelectorAll("[data-form-cell]")) {
      cell.value = values[cell.dataset.formCell] ?? "";
      const column = this.field.columns.find((one) => one.key === cell.dataset.formCell);
      if (column.max_length) cell.maxLength = column.max_length * 2; // counted and told by the rules; this only stops a flood
    }
    row.querySelector("[data-form-row-remove]").addEventListener("click", () => this.remove(row));
    this.rows.append(row);
    this.number();
    return row;
  }

  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.number();
    (next?.querySelector("[data-form-row-remove]") ?? this.element.querySelector("[data-form-row-add]")).focus();
    this.changed();
  }

  number() {
    [...this.rows.children].forEach((row, index) => {
      row.querySelector("[data-form-row-number]").textContent = `第 ${index + 1} 行`;
      row.querySelector("[data-form-row-remove]").setAttribute("aria-label", `删除第 ${index + 1} 行`);
    });
  }
}
