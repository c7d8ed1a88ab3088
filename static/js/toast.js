// A sentence in the corner; errors stay until closed, the rest goes after six seconds.
export function toast(text, { tone = "error", link = null } = {}) {
  const box = document.getElementById("toasts");
  if (!box) return;
  const item = document.createElement("div");
  item.className = `notice notice-${tone}`;
  const body = document.createElement("div");
  body.className = "notice-body";
  body.textContent = text;
  if (link) body.append(" ", anchor(link));
  const close = document.createElement("button");
  close.type = "button";
  close.className = "notice-close";
  close.setAttribute("aria-label", "关闭提示");
  close.textContent = "✕";
  close.addEventListener("click", () => item.remove());
  item.append(body, close);
  for (const other of box.children) if (other.textContent === item.textContent) other.remove();
  box.append(item);
  if (tone !== "error") setTimeout(() => item.remove(), 6000);
}

function anchor({ url, text }) {
  const link = document.createElement("a");
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = text;
  return link;
}
