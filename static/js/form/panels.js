// The parts of a sheet, one at a time, with a chip each that says how far it is. Rooms may add parts: data-form-panel="key".

export class Panels {
  constructor() {
    this.panels = [...document.querySelectorAll("[data-form-panel]")];
    this.tabs = [...document.querySelectorAll("[data-form-tab]")];
    for (const tab of this.tabs) {
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        this.show(tab.dataset.formTab, true);
      });
    }
    for (const button of document.querySelectorAll("[data-form-next-panel]")) {
      button.addEventListener("click", () => this.show(this.after(button.closest("[data-form-panel]")), true));
    }
    const last = this.panels.at(-1)?.querySelector("[data-form-next-panel]");
    if (last) last.hidden = true;
    window.addEventListener("hashchange", () => this.show(this.fromAddress(), false));
    this.show(this.fromAddress(), false);
  }

  fromAddress() {
    const key = location.hash.replace(/^#s-/, "");
    return this.panels.some((panel) => panel.dataset.formPanel === key) ? key : this.panels[0]?.dataset.formPanel;
  }

  after(panel) {
    return this.panels[this.panels.indexOf(panel) + 1]?.dataset.formPanel;
  }

  show(key, move) {
    if (!key) return;
    for (const panel of this.panels) panel.hidden = panel.dataset.formPanel !== key;
    for (const tab of this.tabs) {
      if (tab.dataset.formTab === key) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    if (!move) return;
    history.replaceState(null, "", `#s-${key}`);
    window.scrollTo({ top: 0 });
    document.getElementById(`s-${key}`)?.focus({ preventScroll: true });
  }

  // Bring one element into sight, whatever part it is in.
  reveal(element) {
    const panel = element.closest("[data-form-panel]");
    if (panel) this.show(panel.dataset.formPanel, false);
    element.closest("details")?.setAttribute("open", "");
    element.scrollIntoView({ block: "center" });
    const target = element.matches("fieldset, [tabindex]") ? (element.querySelector("input:not([type=file]), button") ?? element) : element.querySelector("input, select, textarea, button");
    (target ?? element).focus({ preventScroll: true });
  }

  count(progress) {
    for (const { key, filled, total } of progress) {
      const tab = this.tabs.find((one) => one.dataset.formTab === key);
      if (!tab) continue;
      const done = total > 0 && filled === total;
      tab.classList.toggle("is-done", done);
      tab.querySelector("[data-form-tab-mark]").textContent = done ? "✓" : "";
      tab.querySelector("[data-form-tab-count]").textContent = total === 0 ? "" : done ? total : `${filled}/${total}`;
    }
  }
}
