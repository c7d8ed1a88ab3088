// The self-check's problems, each looked at: 已整改, 未整改, 不存在, with a word where it helps.
import { Extra, tellGaps } from "./extra.js";

export class OwnCheck {
  constructor(root) {
    this.root = root;
    this.said = {};
    this.extra = new Extra("selfcheck", () => ({}), (said) => this.restore(said));
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
    const open = this.cards.filter((card) => !card.querySelector('input[type="radio"]:checked'));
    tellGaps("own", open.map((card) => ({ path: `_selfcheck.${card.dataset.own}`, text: `自查核对（${card.querySelector("h3").textContent}）：须选择已整改、未整改或不存在` })));
    const done = this.cards.filter((card) => card.querySelector('input[type="radio"]:checked')).length;
    const tab = document.querySelector('[data-form-tab="own"]');
    if (!tab) return;
    tab.classList.toggle("is-done", total > 0 && done === total);
    tab.querySelector("[data-form-tab-mark]").textContent = total > 0 && done === total ? "✓" : "";
    tab.querySelector("[data-form-tab-count]").textContent = total === 0 ? "" : done === total ? total : `${done}/${total}`;
  }
}
