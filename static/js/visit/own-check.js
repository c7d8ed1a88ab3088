// What is to be looked at one by one (the self-check's problems, clues of the history): a state, and a word where it helps.
import { Extra, tellGaps } from "./extra.js";

export class OwnCheck {
  // `data-visit-check` names the answers (selfcheck, past), `data-form-panel` the tab.
  constructor(root) {
    this.root = root;
    this.name = root.dataset.visitCheck;
    this.said = {};
    this.explained = (root.dataset.explained ?? "").split(" ").filter(Boolean);
    this.extra = new Extra(this.name, () => ({}), (said) => this.restore(said));
    document.addEventListener("sheet:answers", () => this.count());
    root.addEventListener("change", (event) => this.changed(event));
    root.addEventListener("input", (event) => event.target.matches("[data-own-note]") && this.changed(event));
    this.count();
  }

  get cards() {
    return [...this.root.querySelectorAll("[data-own]")];
  }

  restore(said) {
    this.said = said;
    for (const card of this.cards) {
      const { state = "", note = "" } = said[card.dataset.own] ?? {};
      for (const radio of card.querySelectorAll('input[type="radio"]')) radio.checked = radio.value === state;
      card.querySelector("[data-own-note]").value = note;
    }
    this.count();
  }

  changed(event) {
    const card = event.target.closest("[data-own]");
    if (!card) return;
    const state = card.querySelector('input[type="radio"]:checked')?.value ?? "";
    this.said = { ...this.said, [card.dataset.own]: { state, note: card.querySelector("[data-own-note]").value.trim() } };
    this.extra.set(this.said);
    this.count();
  }

  count() {
    const total = this.cards.length;
    const panel = this.root.dataset.formPanel;
    const gaps = this.cards.flatMap((card) => this.gapOf(card));
    tellGaps(panel, gaps);
    this.tellStanding();
    const done = total - gaps.length;
    const tab = document.querySelector(`[data-form-tab="${panel}"]`);
    if (!tab) return;
    tab.classList.toggle("is-done", total > 0 && done === total);
    tab.querySelector("[data-form-tab-mark]").textContent = total > 0 && done === total ? "✓" : "";
    tab.querySelector("[data-form-tab-count]").textContent = total === 0 ? "" : done === total ? total : `${done}/${total}`;
  }

  gapOf(card) {
    const { checked, noted } = stateOf(card);
    const fault = !checked ? this.root.dataset.asks : this.explained.includes(checked) && !noted ? this.root.dataset.asksWord : "";
    const title = card.querySelector("h3").textContent;
    return fault ? [{ path: `_${this.name}.${card.dataset.own}`, text: `${this.root.dataset.checkTitle}（${title}）：${fault}` }] : [];
  }

  // What still stands is offered as a finding (findings.js), where the panel says so.
  tellStanding() {
    const { standing, checkTitle } = this.root.dataset;
    if (!standing) return;
    const cards = this.cards.filter((card) => stateOf(card).checked === standing);
    const key = cards.map((card) => card.dataset.own).join();
    if (key === this.told) return;
    this.told = key;
    const negatives = cards.map((card) => ({
      path: `_${this.name}.${card.dataset.own}`, section: checkTitle, item: card.querySelector(".path").textContent,
      field: card.querySelector("h3").textContent, answer: "仍存在", basis: "", elements: [], mustRaise: true,
    }));
    document.dispatchEvent(new CustomEvent("visit:standing", { detail: negatives }));
  }
}

function stateOf(card) {
  const checked = card.querySelector('input[type="radio"]:checked')?.value ?? "";
  return { checked, noted: card.querySelector("[data-own-note]").value.trim() };
}
