// Takes answers from the page to this machine at once and to the server soon, and says where they are. One request at a time;
// the server judges by revision, device and sequence (core/form_engine/services.py), so a lost answer is only sent again.
import { csrfToken, isLoginPage } from "../http.js";
import { forget, readDraft, saveDraft } from "./store.js";

const LOCAL_DELAY = 250;
const SERVER_DELAY = 2000;
const RETRY = [5000, 10000, 20000, 40000, 60000];
const REQUEST_LIMIT = 45000;

export class Sync {
  // `report(name, facts)` hears: kept, failed, sending, saved, offline, busy, login, refused, conflict, incomplete, received.
  constructor(state, key, report) {
    this.state = state;
    this.key = key;
    this.report = report;
    this.draft = null;
    this.timers = {};
    this.failures = 0;
    this.sending = null;
    window.addEventListener("online", () => this.soon(0));
    for (const name of ["focus", "pageshow"]) window.addEventListener(name, () => this.waiting && this.soon(0));
    document.addEventListener("visibilitychange", () => (document.hidden ? this.keep() : this.waiting && this.soon(0)));
  }

  // What this machine kept, or what the server sent with the page.
  async start() {
    const kept = await readDraft(this.key);
    const { client_id, form, revision, answers, reason } = this.state;
    const fresh = { client_id, form, revision, answers, reason, device: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, sequence: 0, dirty: false, final: false };
    const usable = kept && (kept.dirty || kept.final) && kept.form === form;
    this.draft = usable ? kept : fresh;
    return Boolean(usable);
  }

  get waiting() {
    return Boolean(this.draft && (this.draft.dirty || this.draft.final) && !this.stopped);
  }

  // A change on the page.
  change(answers, reason) {
    this.draft = { ...this.draft, answers, reason, sequence: this.draft.sequence + 1, dirty: true, final: false };
    this.unkept = true;
    this.paused = false;
    clearTimeout(this.timers.local);
    this.timers.local = setTimeout(() => this.keep(), LOCAL_DELAY);
    this.soon(SERVER_DELAY);
  }

  async keep() {
    clearTimeout(this.timers.local);
    if (!this.unkept || this.stopped) return;
    this.unkept = false;
    try {
      await saveDraft(this.key, this.draft);
      if (this.waiting) this.report("kept", {});
    } catch {
      this.report("failed", {});
    }
  }

  // Send within `delay` milliseconds, unless told to wait.
  soon(delay) {
    clearTimeout(this.timers.server);
    if (!this.stopped && !this.paused) this.timers.server = setTimeout(() => this.push(), delay);
  }

  // Save now; resolves when the server has answered or could not be reached.
  async now() {
    this.paused = false;
    await this.keep();
    await this.sending;
    return this.push();
  }

  // Hand in for good. The wish survives a broken network: it is sent until the server answers.
  async submit() {
    await this.sending;
    this.draft = { ...this.draft, final: true, sequence: this.draft.sequence + 1 };
    this.unkept = true;
    return this.now();
  }

  push() {
    clearTimeout(this.timers.server);
    if (this.sending || !this.waiting) return this.sending;
    this.sending = this.exchange().finally(() => {
      this.sending = null;
      if (this.waiting && !this.paused && !this.failures) this.soon(this.draft.final ? 0 : SERVER_DELAY);
    });
    return this.sending;
  }

  async exchange() {
    await this.keep();
    const sent = this.draft;
    this.report("sending", {});
    const { status, data } = await this.put(sent);
    this.failures = status === 0 || status >= 500 || status === 401 ? this.failures + 1 : 0;
    if (status === 200 || status === 201) return this.took(sent, data);
    if (status === 401) return this.again("login", data);
    if (status === 0) return this.again("offline", data);
    if (status >= 500) return this.again("busy", data);
    this.paused = true;
    this.draft = { ...this.draft, final: false };
    await this.store();
    if (status === 409 && data.submission) return this.report("conflict", data);
    return this.report(sent.final && status === 422 ? "incomplete" : "refused", data);
  }

  again(name, data) {
    this.report(name, data);
    clearTimeout(this.timers.server);
    this.timers.server = setTimeout(() => this.push(), RETRY[Math.min(this.failures, RETRY.length) - 1]);
  }

  async put(sent) {
    const { client_id, form, answers, revision, final, reason, device, sequence } = sent;
    const { kind, subject_id } = this.state;
    const body = { form, kind, subject_id, answers, revision, final, reason: reason ?? "", device, sequence };
    try {
      const answer = await fetch(this.state.submission_url.replace("client-id", client_id), {
        method: "PUT",
        body: JSON.stringify({ ...body, device_at: new Date().toISOString() }),
        headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        credentials: "same-origin",
        signal: AbortSignal.timeout(REQUEST_LIMIT),
      });
      if (answer.redirected && isLoginPage(answer.url)) return { status: 401, data: {} };
      return { status: answer.status, data: await answer.json().catch(() => ({})) };
    } catch {
      return { status: 0, data: {} };
    }
  }

  async took(sent, data) {
    const { revision, client_id, state } = data.submission;
    if (state !== "draft") {
      this.stopped = true;
      this.draft = { ...this.draft, dirty: false, final: false };
      await forget(this.key);
      return this.report("received", data);
    }
    const unchanged = this.draft.sequence === sent.sequence;
    this.draft = { ...this.draft, revision, client_id, dirty: !unchanged || this.draft.final };
    await this.store();
    return this.report("saved", { ...data, unchanged });
  }

  // After a conflict: go on from what stands on the server.
  async rebase(submission, answers) {
    const { client_id, form, revision } = submission;
    this.draft = { ...this.draft, client_id, form, revision, answers, sequence: this.draft.sequence + 1, dirty: true, final: false };
    this.paused = false;
    await this.store();
    return this.now();
  }

  // Take what stands on the server and give up one's own.
  async adopt() {
    this.stopped = true;
    await forget(this.key);
  }

  store() {
    return saveDraft(this.key, this.draft).catch(() => this.report("failed", {}));
  }
}
