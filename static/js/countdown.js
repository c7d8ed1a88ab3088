// Chips that count down by the platform's clock, which data-now on <body> hands over, not by the visitor's.
let offset = null;

export function platformNow() {
  if (offset === null) {
    const said = Date.parse(document.body.dataset.now ?? "");
    offset = Number.isNaN(said) ? 0 : said - Date.now();
  }
  return Date.now() + offset;
}

export function lengthText(milliseconds) {
  const total = Math.floor(Math.abs(milliseconds) / 60000);
  const parts = [[Math.floor(total / 1440), "天"], [Math.floor((total % 1440) / 60), "小时"], [total % 60, "分"]];
  while (parts.length > 1 && parts[0][0] === 0) parts.shift();
  return parts.map(([number, unit]) => `${number} ${unit}`).join(" ");
}

function tick(chip) {
  const left = Date.parse(chip.dataset.countdown) - platformNow();
  chip.classList.toggle("is-late", left <= 0);
  chip.querySelector("[data-countdown-text]").textContent =
    `${left > 0 ? chip.dataset.label : chip.dataset.gone} ${lengthText(left)}`;
}

export function mountCountdowns(root) {
  for (const chip of root.querySelectorAll("[data-countdown]")) {
    if (chip.dataset.ticking) continue;
    chip.dataset.ticking = "on";
    tick(chip);
    const timer = setInterval(() => (chip.isConnected ? tick(chip) : clearInterval(timer)), 10000);
  }
}
