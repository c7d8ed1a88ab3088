// The photos of one item: thumbnails, a button that adds, a dialog with the large picture and its caption.
import { photoProblem } from "../photo-input.js";
import { keepPhoto, photoKept } from "./store.js";
import { sha256Of } from "./uploads.js";

const LOCATE = { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 };

export class PhotoField {
  // `sheet`: {key, uploads, photoUrls(sha256), locate, changed()}.
  constructor(element, sheet) {
    Object.assign(this, { element, sheet, photos: [], marks: new Map() });
    this.list = element.querySelector("[data-form-photos]");
    this.errors = element.querySelector("[data-form-photo-errors]");
    this.input = element.querySelector("[data-form-photo-input]");
    this.input.addEventListener("change", () => this.take([...this.input.files]));
  }

  // What the server refused is shown here until it is removed, and never stands on the sheet.
  get value() {
    return this.photos.filter(({ sha256 }) => this.marks.get(sha256)?.state !== "refused");
  }

  get refusedNames() {
    return this.photos.filter(({ sha256 }) => this.marks.get(sha256)?.state === "refused").map(({ name }) => `“${name || "照片"}”`);
  }

  set value(photos) {
    this.photos = (photos ?? []).map((photo) => ({ ...photo }));
    for (const { sha256 } of this.photos) this.resume(sha256);
    this.draw();
  }

  // A photo that was picked before the page closed goes on its way again.
  async resume(sha256) {
    const kept = await photoKept(this.sheet.key, sha256);
    if (kept && !kept.uploaded) this.sheet.uploads.add(sha256);
    if (kept) this.mark(sha256, { url: URL.createObjectURL(kept.blob) });
  }

  async take(files) {
    const problems = [];
    for (const file of files) {
      const problem = photoProblem(file) || (await this.add(file).catch((error) => error.message));
      if (problem) problems.push(problem);
    }
    this.input.value = "";
    this.say(problems);
    this.sheet.changed();
  }

  async add(file) {
    const sha256 = await sha256Of(file);
    if (this.photos.some((photo) => photo.sha256 === sha256)) return "";
    await keepPhoto(this.sheet.key, sha256, { blob: file, name: file.name, uploaded: false });
    const photo = { sha256, name: file.name, taken_at: new Date(file.lastModified || Date.now()).toISOString() };
    this.photos.push(photo);
    this.marks.set(sha256, { url: URL.createObjectURL(file) });
    this.sheet.uploads.add(sha256);
    this.place(photo);
    this.draw();
    return "";
  }

  // Where it was taken, when the sheet asks for it and the person allows it.
  place(photo) {
    if (!this.sheet.locate || !navigator.geolocation) return;
    const found = ({ coords }) => {
      photo.lon = Number(coords.longitude.toFixed(6));
      photo.lat = Number(coords.latitude.toFixed(6));
      this.sheet.changed();
    };
    navigator.geolocation.getCurrentPosition(found, () => {}, LOCATE);
  }

  remove(sha256) {
    this.photos = this.photos.filter((photo) => photo.sha256 !== sha256);
    this.sheet.uploads.forget(sha256);
    this.say([]);
    this.draw();
    this.sheet.changed();
    document.dispatchEvent(new CustomEvent("sheet:photo-removed", { detail: { sha256 } }));
  }

  // What the upload of a photo has come to.
  mark(sha256, facts) {
    if (!this.photos.some((photo) => photo.sha256 === sha256)) return;
    this.marks.set(sha256, { ...this.marks.get(sha256), ...facts });
    if (facts.state === "refused") {
      this.say([facts.message]);
      this.sheet.changed();
      document.dispatchEvent(new CustomEvent("sheet:photo-removed", { detail: { sha256 } }));
    }
    this.draw();
  }

  say(problems) {
    const list = document.createElement("ul");
    list.className = "errorlist";
    for (const problem of problems) list.append(Object.assign(document.createElement("li"), { textContent: problem }));
    this.errors.replaceChildren(...(problems.length ? [list] : []));
  }

  draw() {
    const adder = this.list.querySelector(".form-photo-add");
    for (const old of this.list.querySelectorAll(".photo")) old.remove();
    this.photos.forEach((photo, index) => adder.before(this.thumbnail(photo, index + 1)));
  }

  thumbnail(photo, number) {
    const mark = this.marks.get(photo.sha256) ?? {};
    const item = document.createElement("li");
    item.className = "photo form-photo";
    item.dataset.state = mark.state ?? "done";
    const open = document.createElement("button");
    open.type = "button";
    open.setAttribute("aria-label", `照片 ${number}${photo.caption ? `：${photo.caption}` : ""}，查看、写说明或移除`);
    open.addEventListener("click", () => this.sheet.openPhoto(this, photo, mark));
    const image = Object.assign(document.createElement("img"), { alt: "" });
    showFirst(image, mark.url ? [mark.url] : this.sheet.photoUrls(photo.sha256, 160));
    open.append(image);
    item.append(open, words("photo-name", [shortTime(photo.taken_at), photo.caption].filter(Boolean).join(" ")));
    const said = { waiting: "待上传", sending: `${mark.percent ?? 0}%`, refused: "未接收" }[mark.state];
    if (said) item.append(words("form-photo-state", said));
    return item;
  }
}

// The first address that answers.
export function showFirst(image, urls) {
  const rest = [...urls];
  const next = () => {
    const url = rest.shift();
    if (url) image.src = url;
    else image.alt = "照片暂时打不开";
  };
  image.addEventListener("error", next);
  next();
}

export function shortTime(instant) {
  if (!instant) return "";
  const options = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };
  return new Date(instant).toLocaleTimeString("zh-CN", options);
}

function words(className, text) {
  return Object.assign(document.createElement("span"), { className, textContent: text });
}
