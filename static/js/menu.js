// The phone's menu, and the panels that close when one looks elsewhere. Works by keyboard: Enter, Space, Escape.
export function mountMenu() {
  const toggle = document.querySelector("[data-menu-toggle]");
  toggle?.addEventListener("click", () => setOpen(toggle, document.body.dataset.menu !== "open"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeAll(toggle);
  });
  document.addEventListener("click", (event) => {
    for (const panel of document.querySelectorAll("[data-menu-panel][open]")) {
      if (!panel.contains(event.target)) panel.open = false;
    }
  });
}

function setOpen(toggle, open) {
  document.body.dataset.menu = open ? "open" : "";
  toggle.setAttribute("aria-expanded", String(open));
}

function closeAll(toggle) {
  for (const panel of document.querySelectorAll("[data-menu-panel][open]")) {
    panel.open = false;
    panel.querySelector("summary")?.focus();
  }
  if (toggle && document.body.dataset.menu === "open") {
    setOpen(toggle, false);
    toggle.focus();
  }
}
