// Photos on their way to the server, each by its hash, two at a time, with progress. Nothing is dropped: what the network loses
// is sent again, what the server refuses stays on the page with its sentence.
import { csrfToken, sentenceFor } from "../http.js";
import { keepPhoto, photoKept } from "./store.js";

const AT_ONCE = 2;
const RETRY = 8000;

export async function sha256Of(blob) {
  if (!crypto.subtle) throw new Error("本页没有通过安全连接（https）打开，浏览器不能处理照片，请换用 https 地址。");
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Uploads {
  // `told(sha256, {state, percent, message})` hears: waiting, sending, done, refused.
  constructor(key, url, told) {
    Object.assign(this, { key, url, told, queue: [], running: 0, refused: new Set(), drained: [] });
    for (const name of ["online", "focus"]) window.addEventListener(name, () => this.next());
  }

  get pending() {
    return this.queue.length + this.running;
  }

  add(sha256) {
    if (this.queue.includes(sha256)) return;
    this.refused.delete(sha256);
    this.queue.push(sha256);
    this.told(sha256, { state: "waiting" });
    this.next();
  }

  forget(sha256) {
    this.queue = this.queue.filter((one) => one !== sha256);
    this.refused.delete(sha256);
    this.settle();
  }

  // Resolves when nothing is left to send.
  drain() {
    return new Promise((resolve) => {
      this.drained.push(resolve);
      this.settle();
    });
  }

  settle() {
    if (this.pending) return;
    for (const resolve of this.drained.splice(0)) resolve();
  }

  next() {
    while (this.running < AT_ONCE && this.queue.length) this.run(this.queue.shift());
  }

  async run(sha256) {
    this.running += 1;
    const photo = await photoKept(this.key, sha256);
    const answer = photo ? await this.send(sha256, photo) : { status: 404, message: "本机已没有这张照片的原件，请移除后重拍。" };
    this.running -= 1;
    if ([200, 201].includes(answer.status)) {
      await keepPhoto(this.key, sha256, { ...photo, uploaded: true }).catch(() => {});
      this.told(sha256, { state: "done" });
    } else if (answer.status === 0 || answer.status === 401 || answer.status >= 500) {
      this.queue.push(sha256);
      this.told(sha256, { state: "waiting", message: answer.message });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.next(), RETRY);
      return;
    } else {
      this.refused.add(sha256);
      this.told(sha256, { state: "refused", message: answer.message });
    }
    this.next();
    this.settle();
  }

  send(sha256, { blob, name }) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("PUT", this.url + sha256);
      request.setRequestHeader("X-CSRFToken", csrfToken());
      request.setRequestHeader("Content-Type", blob.type);
      request.setRequestHeader("X-File-Name", encodeURIComponent(name));
      request.upload.addEventListener("progress", (event) => {
        this.told(sha256, { state: "sending", percent: Math.floor((100 * event.loaded) / Math.max(event.total, 1)) });
      });
      const finish = () => {
        const type = request.getResponseHeader("Content-Type") ?? "";
        resolve({ status: request.status, message: sentenceFor(request.status, type, request.responseText) });
      };
      for (const name of ["load", "error", "abort", "timeout"]) request.addEventListener(name, finish);
      request.send(blob);
    });
  }
}
