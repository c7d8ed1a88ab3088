// One press, one POST. The buttons wake when the page comes back or when the answer was a download.
const WAKE_AFTER = 8000;

export function mountSubmitGuard() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.guard === "off") return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "on";
    // After this tick, so that the pressed button's own name and value still travel.
    setTimeout(() => setBusy(form, true), 0);
    setTimeout(() => setBusy(form, false), WAKE_AFTER);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) setBusy(form, false);
  });
  document.addEventListener("htmx:beforeRequest", (event) => whenForm(event, true));
  document.addEventListener("htmx:afterRequest", (event) => whenForm(event, false));
}

function whenForm(event, busy) {
  const form = event.detail.elt;
  if (form instanceof HTMLFormElement && event.detail.requestConfig?.verb !== "get") setBusy(form, busy);
}

function setBusy(form, busy) {
  if (!busy) delete form.dataset.sending;
  for (const button of buttonsOf(form)) {
    button.disabled = busy;
    button.classList.toggle("is-busy", busy);
  }
}

function buttonsOf(form) {
  return [...form.elements].filter((one) => one.type === "submit" && (one.dataset.guarded || !one.disabled)).map((one) => {
    one.dataset.guarded = "on";
    return one;
  });
}
