// The secret is made here and stays here; only the commitment is sent.
import { sha256 } from "./sha256.js";

const FORMAT = "yitihua-draw/1";
const card = document.querySelector("[data-commit]");

function secret() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

if (card) {
  const { poolDigest, role, file } = card.dataset;
  const make = card.querySelector("[data-secret-make]");
  const shown = card.querySelector("[data-secret-value]");
  make.hidden = false;
  make.addEventListener("click", () => {
    const value = secret();
    shown.textContent = value;
    card.querySelector("[data-secret]").hidden = false;
    // The canonical text of campaigns/draw_rules/sealing.py: an array of plain strings without spaces.
    card.querySelector("#commitment").value = sha256(JSON.stringify([FORMAT, "commitment", poolDigest, role, value]));
    make.textContent = "重新生成";
  });
  card.querySelector("[data-secret-save]").addEventListener("click", () => {
    save(file, `密值 ${shown.textContent}\n名单指纹 ${poolDigest}\n角色 ${role}\n`);
  });
}
