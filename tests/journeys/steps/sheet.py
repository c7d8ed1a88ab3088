"""Filling a sheet of the form engine in the browser: what is asked for gets a harmless answer."""

from playwright.sync_api import Page, expect

# One round over every visible field that is asked for and empty. Returns how many were filled.
FILL = """({words, day, later}) => {
  const shown = (el) => !el.hidden && !el.closest("[data-form-item]")?.hidden;
  const starred = (el) => { const star = el.querySelector("[data-form-star]"); return star && !star.hidden; };
  const type = (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input", {bubbles: true}));
    input.dispatchEvent(new Event("change", {bubbles: true}));
  };
  const harmless = (key, input) => {
    if (words[key]) return words[key];
    if (input.inputMode === "numeric") return key.includes("valid") ? later : day;
    if (input.inputMode === "decimal") return "1";
    if (input.tagName === "SELECT") return input.options[1].value;
    return words[""];
  };
  let filled = 0;
  for (const el of document.querySelectorAll("[data-form-field]")) {
    if (!shown(el) || !starred(el)) continue;
    const key = el.dataset.formField.split(".").at(-1);
    const radios = [...el.querySelectorAll("input[type=radio]")];
    const input = el.querySelector("[data-form-input]");
    const rows = el.querySelector("[data-form-rows]");
    if (radios.length && !radios.some((one) => one.checked)) {
      (radios.find((one) => one.closest("label").dataset.tone === "good") ?? radios[0]).click();
    } else if (input && !input.value) {
      type(input, harmless(key, input));
    } else if (rows && !rows.children.length) {
      el.querySelector("[data-form-row-add]").click();
      for (const cell of rows.querySelectorAll("[data-form-cell]")) type(cell, harmless(cell.dataset.formCell, cell));
    } else continue;
    filled += 1;
  }
  return filled;
}"""
WORDS = {"": "已查阅相关制度和台账，记录完整", "phone": "13900000001", "number": "豫环审〔2019〕1号"}


def turn_to(page: Page, part: str) -> None:
    page.locator("form[data-form-sheet]:not([inert])").wait_for(state="attached")
    page.locator(f'[data-form-tab="{part}"]').click()


def part(page: Page, path: str) -> None:
    """Open the part of the sheet on which a field stands."""
    turn_to(page, path.split(".")[0])


def choose(page: Page, path: str, label: str) -> None:
    part(page, path)
    field = page.locator(f'[data-form-field="{path}"]')
    field.locator("label").filter(has_text=label).first.click()


def write(page: Page, path: str, text: str) -> None:
    part(page, path)
    page.locator(f'[data-form-field="{path}"] [data-form-input]').fill(text)


def complete(page: Page, day: str, **words: str) -> int:
    """Fill all that is still asked for. Returns how many fields it were."""
    filled, rounds = 0, 0
    given = {"words": {**WORDS, **words}, "day": day, "later": f"{int(day[:4]) + 2}{day[4:]}"}
    while (now := page.evaluate(FILL, given)) and rounds < 20:
        filled, rounds = filled + now, rounds + 1
    return filled


def keep(page: Page) -> None:
    """Save now, and see the server answer."""
    with page.expect_response(lambda answer: "/submissions/" in answer.url and answer.request.method == "PUT"):
        page.locator("[data-form-keep]").click()


def is_complete(page: Page) -> None:
    expect(page.locator("[data-form-missing]")).to_have_text("已填齐")


def go_on(page: Page) -> None:
    """Save, and go to the page of signatures."""
    is_complete(page)
    page.locator("[data-form-continue]").click()
    page.wait_for_url(lambda address: "/edit/" not in address and "/record/" not in address)
