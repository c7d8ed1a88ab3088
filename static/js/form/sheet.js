// One sheet of a form: keeps what is typed, says what is missing, sends it, and never loses it.
// Other scripts of the page listen on the form: sheet:answers {answers, negatives}, sheet:problems {problems},
// sheet:saved {result, submission}, sheet:photo-removed {sha256} (photo-field.js); they add answers of their own by data-extra
// (fields.js), and say what they miss by sheet:gaps {key, gaps: [{path, text}]}, which counts like a gap of the sheet itself
// and, with a message, is said beside its field.
import { platformNow } from "../countdown.js";
import { loginUrl } from "../http.js";
import { openConflict } from "./conflict.js";
import { Fields, isExtra } from "./fields.js";
import { Panels } from "./panels.js";
import { shortTime, showFirst } from "./photo-field.js";
import { negatives, progress, same, validate, warnings } from "./rules.js";
import { Sync } from "./sync.js";
import { Uploads } from "./uploads.js";

const LEAVE_AFTER = 1500;
const find = (name, root = document) => root.querySelector(`[data-form-${name}]`);
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const clock = (instant = platformNow()) =>
  new Date(instant).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });

class Sheet {
  constructor(root) {
    this.root = root;
    this.definition = read("form-definition");
    this.state = read("form-state");
    this.key = `${document.body.dataset.user}:${this.state.kind}:${this.state.subject_id}`;
    this.noted = new Set();
    this.problems = [];
    this.others = new Map();
  }

  async start() {
    this.uploads = new Uploads(this.key, this.state.evidence_url, (sha256, facts) => this.uploaded(sha256, facts));
    this.fields = new Fields(this.root, this.definition, () => this.changed(), {
      key: this.key,
      uploads: this.uploads,
      locate: this.root.hasAttribute("data-locate"),
      photoUrls: (sha256, edge) => this.photoUrls(sha256, edge),
      openPhoto: (field, photo, mark) => this.openPhoto(field, photo, mark),
    });
    this.panels = new Panels();
    this.sync = new Sync(this.state, this.key, (name, facts) => this.heard(name, facts));
    const resumed = await this.sync.start();
    this.fields.fill(this.sync.draft.answers);
    if (this.reason) this.reason.value = this.sync.draft.reason ?? "";
    this.listen();
    this.root.inert = false;
    this.refresh();
    this.say(...this.opening(resumed));
    if (resumed) this.sync.soon(0);
  }

  opening(resumed) {
    if (resumed) return ["amber", "已恢复上次保存在本机的内容", "待上传"];
    const saved = this.state.saved_at;
    return saved ? ["green", `已存到服务器 ${shortTime(saved)}`, ""] : ["grey", "还没有填写", ""];
  }

  get reason() {
    return find("reason");
  }

  listen() {
    const heard = (event) => {
      const own = this.root.contains(event.target) || isExtra(event.target);
      if (own && event.target.type !== "file") this.changed();
    };
    document.addEventListener("input", heard);
    document.addEventListener("change", heard);
    document.addEventListener("sheet:gaps", ({ detail }) => {
      if (same(this.others.get(detail.key) ?? [], detail.gaps)) return;
      this.others.set(detail.key, detail.gaps);
      this.complain();
      this.showBar();
    });
    this.root.addEventListener("submit", (event) => event.preventDefault());
    find("keep")?.addEventListener("click", () => this.keep());
    find("go")?.addEventListener("click", () => this.goOn());
    find("missing")?.addEventListener("click", () => this.showMissing());
    find("submit")?.addEventListener("click", () => this.ask());
    find("continue")?.addEventListener("click", () => this.goToNext());
    find("confirm")?.addEventListener("click", () => this.submit());
    window.addEventListener("beforeunload", (event) => this.sync.unkept && event.preventDefault());
  }

  changed() {
    if (this.sync.stopped) return;
    this.refresh();
    this.sync.change(this.answers, this.reason?.value.trim() ?? "");
  }

  keep() {
    this.refresh();
    const { answers, revision } = this.sync.draft;
    if (!this.sync.waiting && revision > 0 && same(answers, this.answers)) return this.say("green", "没有新的改动，服务器上的就是最新的", "");
    if (!this.sync.waiting) this.sync.change(this.answers, this.reason?.value.trim() ?? "");
    return this.sync.now();
  }

  refresh() {
    const day = this.state.day;
    this.answers = this.fields.read();
    this.fields.arrange(this.answers, day);
    this.problems = validate(this.definition, this.answers, day);
    this.warned = warnings(this.definition, this.answers, day);
    this.complain();
    this.panels.count(progress(this.definition, this.answers, day, this.problems));
    this.showBar();
    this.tell("answers", { answers: this.answers, negatives: negatives(this.definition, this.answers, day) });
  }

  complain() {
    this.fields.complain([...this.problems, ...this.gaps], this.warned, this.answers, this.noted);
  }

  tell(name, detail) {
    this.root.dispatchEvent(new CustomEvent(`sheet:${name}`, { bubbles: true, detail }));
  }

  get missing() {
    const scopes = new Set(this.problems.map((one) => one.scope));
    return scopes.size + this.gaps.length + (this.reason && !this.reason.value.trim() ? 1 : 0);
  }

  // What the room's own parts of the page say is missing.
  get gaps() {
    return [...this.others.values()].flat();
  }

  showBar() {
    const note = find("missing");
    if (!note) return;
    note.textContent = this.missing ? `缺 ${this.missing} 项` : "已填齐";
    note.disabled = !this.missing;
    find("go").hidden = !this.missing;
    this.last.hidden = Boolean(this.missing);
  }

  // The button that ends the work on this page: send, or save and go on to the next page.
  get last() {
    return find("submit") ?? find("continue");
  }

  goOn() {
    const here = document.activeElement?.closest?.("[data-form-item]");
    const order = [...this.root.querySelectorAll("[data-form-item]")];
    const gaps = [...new Set([...this.problems, ...this.gaps].map((one) => one.path))].map((path) => this.elementOf(path)).filter(Boolean);
    if (this.reason && !this.reason.value.trim()) gaps.unshift(this.reason.closest("[data-form-item]"));
    const later = here && gaps.find((gap) => order.indexOf(gap.closest("[data-form-item]")) > order.indexOf(here));
    this.panels.reveal(later ?? gaps[0]);
  }

  elementOf(path) {
    if (path === "reason" && this.reason) return this.reason.closest("[data-form-item]");
    return document.querySelector(`[data-form-field="${path}"]`) ?? document.querySelector(`[data-form-problem="${path}"]`);
  }

  // From now on these gaps are marked beside their fields.
  note() {
    this.refresh();
    this.noted = new Set(this.problems.map((one) => one.path));
    this.refresh();
  }

  showMissing() {
    this.note();
    const own = this.reason && !this.reason.value.trim() ? [{ path: "reason", text: "更正须写明理由" }] : [];
    this.list([...own, ...this.problems, ...this.gaps]);
  }

  // Problems as a list of ways to their places.
  list(problems) {
    const dialog = this.dialog("missing");
    const title = dialog.querySelector("h2");
    title.textContent = `还有 ${problems.length} 处没有填好`;
    find("problems", dialog).replaceChildren(...problems.map((one) => this.way(one, dialog)));
    dialog.showModal();
    this.tell("problems", { problems });
  }

  way({ path, text }, dialog) {
    const item = document.createElement("li");
    const element = this.elementOf(path);
    if (!element) {
      item.textContent = text;
      return item;
    }
    const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: text });
    button.addEventListener("click", () => {
      dialog.close();
      this.panels.reveal(element);
    });
    item.append(button);
    return item;
  }

  dialog(name) {
    return document.querySelector(`[data-form-dialog="${name}"]`);
  }

  ask() {
    if (this.busy || this.sync.stopped) return;
    this.refresh();
    if (this.missing) return this.showMissing();
    const doubts = this.warned.map(({ text }) => Object.assign(document.createElement("li"), { textContent: text }));
    find("warnings", this.dialog("confirm")).replaceChildren(...doubts);
    this.dialog("confirm").showModal();
  }

  async submit() {
    this.dialog("confirm").close();
    if (this.busy) return;
    this.setBusy(true);
    if (this.uploads.pending) this.say("amber", `正在上传 ${this.uploads.pending} 张照片，传完自动提交，请不要关闭本页`, "");
    await this.uploads.drain();
    if (this.sayRefused()) return this.setBusy(false);
    await this.sync.submit();
    this.setBusy(this.sync.draft.final || this.sync.stopped);
  }

  // Which photos the server refused; true when there are any.
  sayRefused() {
    const names = this.fields.photoFields.flatMap((field) => field.refusedNames);
    if (names.length) this.say("red", `照片${names.join("、")}服务器没有接收，请移除或重拍`, "");
    return names.length > 0;
  }

  // Save, and leave only when everything is on the server.
  async goToNext() {
    if (this.busy) return;
    this.setBusy(true);
    await this.keep();
    await this.uploads.drain();
    await this.sync.sending;
    if (this.sync.waiting) await this.sync.now();
    this.setBusy(false);
    if (!this.sayRefused() && !this.sync.waiting) location.assign(find("continue").dataset.formContinue);
  }

  setBusy(busy) {
    this.busy = busy;
    const button = this.last;
    button.disabled = busy;
    button.classList.toggle("is-busy", busy && !this.sync.stopped);
  }

  // What became of keeping and sending.
  heard(name, facts) {
    const said = `已保存在本机 ${clock()}`;
    const waiting = this.sync.draft.final ? "提交待上传" : "待上传";
    const speak = {
      kept: () => this.say("amber", said, this.withPhotos(waiting)),
      failed: () => this.say("red", "本机存不下了，没有暂存。请保持网络畅通，尽快保存到服务器", ""),
      sending: () => this.side("正在上传……"),
      saved: () => this.say("green", `已存到服务器 ${clock()}`, this.withPhotos("")),
      offline: () => this.say("amber", `● 无网络 · ${said}`, this.withPhotos(waiting)),
      busy: () => this.say("amber", `服务器暂时没有回应 · ${said}`, this.withPhotos(waiting)),
      login: () => this.say("red", `登录已失效，内容都在本机（${clock()}）。请重新登录，之后自动接着保存`, "", { url: loginUrl(), text: "重新登录" }),
      refused: () => this.refused(facts),
      incomplete: () => this.refused(facts),
      conflict: () => this.conflict(facts),
      received: () => this.received(facts),
    };
    speak[name]();
    if (name === "saved" || name === "received") this.tell("saved", facts);
    if (this.busy && !this.sync.draft.final && name !== "sending" && name !== "kept") this.setBusy(this.sync.stopped);
  }

  withPhotos(words) {
    const photos = this.uploads.pending;
    return [words, photos ? `${photos} 图待上传` : ""].filter(Boolean).join(" · ");
  }

  say(tone, text, side, link) {
    const status = find("status");
    status.dataset.tone = tone;
    const place = find("status-text", status);
    if (place.textContent !== text) place.textContent = text;
    this.side(side, link);
  }

  side(text, link) {
    const place = find("status-side");
    place.replaceChildren(text);
    if (link?.url) place.append(Object.assign(document.createElement("a"), { href: link.url, target: "_blank", rel: "noopener", textContent: link.text }));
    if (link?.press) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: link.text });
      button.addEventListener("click", link.press);
      place.append(button);
    }
  }

  refused(facts) {
    const message = facts.message ?? "服务器没有接收";
    this.say("red", `${message} 内容都在本机`, "");
    if (!facts.problems?.length) return;
    this.note();
    this.list(facts.problems.map(({ path, message: text }) => ({ path, text })));
  }

  conflict(facts) {
    const open = () => openConflict(this.dialog("conflict"), this.definition, facts, this.answers, (answers) => this.settle(facts, answers));
    this.say("red", "别人也改过这张表，两份都留着", "", { text: "比较两份", press: open });
    open();
  }

  async settle(facts, answers) {
    if (answers === null) {
      await this.sync.adopt();
      return location.reload();
    }
    this.fields.fill(answers);
    this.refresh();
    return this.sync.rebase(facts.submission, this.answers);
  }

  received({ submission }) {
    this.say("green", `已收讫 · 回执 ${submission.receipt}`, clock(Date.parse(submission.received_at)));
    this.root.inert = true;
    this.root.classList.add("is-received");
    for (const button of [find("keep"), find("go"), this.last]) button.disabled = true;
    find("missing").textContent = "已收讫";
    const done = this.root.dataset.doneUrl;
    if (done) setTimeout(() => location.assign(done), LEAVE_AFTER);
  }

  uploaded(sha256, facts) {
    for (const field of this.fields.photoFields) field.mark(sha256, facts);
    if (facts.state === "done") this.changed();
    else if (facts.state !== "sending") this.side(this.withPhotos(this.sync?.waiting ? "待上传" : ""));
  }

  photoUrls(sha256, edge) {
    const sheets = [...new Set([this.sync.draft.client_id, ...this.state.photo_sheets])];
    const size = edge ? `?edge=${edge}` : "";
    const shown = sheets.map((id) => `${this.state.submission_url.replace("client-id", id)}/photos/${sha256}${size}`);
    return [...shown, `${this.state.evidence_url}${sha256}${size}`];
  }

  openPhoto(field, photo, mark) {
    const dialog = this.dialog("photo");
    const image = find("photo-large", dialog).cloneNode();
    image.removeAttribute("src");
    find("photo-large", dialog).replaceWith(image);
    showFirst(image, mark.url ? [mark.url] : this.photoUrls(photo.sha256, 1280));
    const place = photo.lon == null ? "" : `经度 ${photo.lon}，纬度 ${photo.lat}`;
    find("photo-facts", dialog).textContent = [shortTime(photo.taken_at) && `拍摄 ${shortTime(photo.taken_at)}`, place, mark.message].filter(Boolean).join(" · ");
    const caption = find("photo-caption", dialog);
    caption.value = photo.caption ?? "";
    caption.oninput = () => {
      photo.caption = caption.value.trim();
      this.changed();
    };
    find("photo-remove", dialog).onclick = () => {
      dialog.close();
      field.remove(photo.sha256);
    };
    dialog.onclose = () => field.draw();
    dialog.showModal();
  }
}

// One window at a time writes a sheet: two would overwrite each other without knowing.
function mount(root) {
  const sheet = new Sheet(root);
  if (!navigator.locks) return sheet.start();
  return navigator.locks.request(`form-sheet:${sheet.key}`, { ifAvailable: true }, (lock) => {
    if (!lock) {
      root.inert = true;
      return sheet.say("red", "这张表正在另一个窗口填写，请到那个窗口继续，或关掉它后刷新本页", "");
    }
    sheet.start();
    return new Promise(() => {});
  });
}

const root = document.querySelector("[data-form-sheet]");
if (root) mount(root);
