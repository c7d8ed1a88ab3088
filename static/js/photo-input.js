// Pictures: shown at once, checked before anything is sent, each removable. Interface in templates/components/photo_input.html.
export const MAX_BYTES = 20 * 1024 * 1024;

// The sentence that refuses a file, or "".
export function photoProblem(file, max = MAX_BYTES) {
  const name = `“${file.name}”`;
  if (!file.type.startsWith("image/")) return `${name}不是图片，没有加入。请选择 JPG、PNG 等照片文件。`;
  if (file.size === 0) return `${name}是空文件，没有加入。请重新拍摄。`;
  if (file.size > max) return `${name}有 ${megabytes(file.size)}，超过 ${megabytes(max)} 的上限，没有加入。请压缩或重新拍摄。`;
  return "";
}

export function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(bytes % (1024 * 1024) ? 1 : 0)} MB`;
}

export function mountPhotoInputs(root) {
  for (const box of root.querySelectorAll("[data-photo-input]")) if (!box.dataset.mounted) mountBox(box);
}

function mountBox(box) {
  box.dataset.mounted = "on";
  const input = box.querySelector('input[type="file"]');
  const max = Number(box.dataset.maxBytes) || MAX_BYTES;
  for (const held of box.querySelectorAll("[data-photo-held]")) held.querySelector("button").addEventListener("click", () => held.remove());
  let kept = [];
  input.addEventListener("change", () => {
    const chosen = [...input.files];
    const problems = chosen.map((file) => photoProblem(file, max)).filter(Boolean);
    const good = chosen.filter((file) => !photoProblem(file, max));
    kept = input.multiple ? unique([...kept, ...good]) : good.slice(0, 1);
    say(box, problems);
    show();
  });
  const show = () => {
    hand(input, kept);
    const list = box.querySelector("[data-photo-list]");
    for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    list.replaceChildren(...kept.map((file) => preview(file, () => { kept = kept.filter((one) => one !== file); show(); })));
    box.dispatchEvent(new CustomEvent("photos:change", { bubbles: true, detail: { files: kept } }));
  };
}

function unique(files) {
  const seen = new Set();
  return files.filter((file) => {
    const mark = `${file.name}|${file.size}|${file.lastModified}`;
    return !seen.has(mark) && seen.add(mark);
  });
}

function hand(input, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
}

function say(box, problems) {
  const list = document.createElement("ul");
  list.className = "errorlist";
  for (const problem of problems) {
    const line = document.createElement("li");
    line.textContent = problem;
    list.append(line);
  }
  box.querySelector("[data-photo-errors]").replaceChildren(...(problems.length ? [list] : []));
}

function preview(file, remove) {
  const item = document.createElement("li");
  item.className = "photo";
  const image = document.createElement("img");
  image.src = URL.createObjectURL(file);
  image.alt = `已选照片 ${file.name}`;
  const name = document.createElement("span");
  name.className = "photo-name";
  name.textContent = file.name;
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", `移除 ${file.name}`);
  const sign = document.createElement("span");
  sign.textContent = "✕";
  button.append(sign);
  button.addEventListener("click", remove);
  item.append(image, name, button);
  return item;
}
