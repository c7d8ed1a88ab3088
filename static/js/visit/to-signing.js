// The way from a sheet to its signatures: the signature page judges what the server has, so everything is sent first.
import { toast } from "../toast.js";

const WAIT = 15000;

export function guard(link) {
  link.addEventListener("click", async (event) => {
    event.stopPropagation();
    const status = document.querySelector("[data-form-status]");
    if (["green", "grey"].includes(status.dataset.tone)) return;
    event.preventDefault();
    link.classList.add("is-busy");
    const saved = kept();
    document.querySelector("[data-form-keep]").click();
    if (await saved) location.assign(link.href);
    else toast("还没有存到服务器：签字前需要网络。内容都在本机，恢复网络后再试。");
    link.classList.remove("is-busy");
  });
}

function kept() {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), WAIT);
    const heard = ({ detail }) => {
      if (detail.unchanged === false) return;
      clearTimeout(timer);
      document.removeEventListener("sheet:saved", heard);
      resolve(true);
    };
    document.addEventListener("sheet:saved", heard);
  });
}
