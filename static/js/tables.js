// On a phone a table of records becomes a list: each cell is named by its column's head. The ledger grid scrolls instead.
export function mountTables(root) {
  const around = root.closest?.("table.data"); // a swapped-in row
  for (const table of around ? [around] : root.querySelectorAll("table.data")) {
    if (table.closest(".grid-scroll") || table.matches(".data-fixed") || !isPlain(table)) continue;
    table.classList.add("data-stack");
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.replace(/[▲▼↕]/g, "").trim());
    for (const row of table.querySelectorAll("tbody tr, tfoot tr")) name(row, heads);
  }
}

// Tables whose heads span columns compare figures across; they are left as they are.
function isPlain(table) {
  const heads = table.tHead?.rows;
  return heads?.length === 1 && [...heads[0].cells].every((cell) => cell.colSpan === 1);
}

function name(row, heads) {
  if ([...row.cells].some((cell) => cell.colSpan > 1)) return;
  [...row.cells].forEach((cell, index) => {
    if (cell.tagName === "TD" && index > 0 && heads[index] && !cell.dataset.label) cell.dataset.label = heads[index];
  });
}
