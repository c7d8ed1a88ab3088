// Questions before a deed. A button with data-dialog="id" opens <dialog id>; a form with data-confirm="sentence" asks first.
export function mountDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog]");
    if (opener) return open(document.getElementById(opener.dataset.dialog), event);
    event.target.closest?.("[data-dialog-close]")?.closest("dialog")?.close();
  });
  document.addEventListener("submit", ask, { capture: true });
}

function open(dialog, event) {
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
}

function ask(event) {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!question || form.dataset.confirmed) {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  const submitter = event.submitter;
  const dialog = build(question, submitter?.textContent.trim() || "确定", () => {
    form.dataset.confirmed = "on";
    form.requestSubmit(submitter ?? undefined);
  });
  document.body.append(dialog);
  dialog.showModal();
}

function build(question, word, then) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", "请确认");
  const text = document.createElement("p");
  text.textContent = question;
  const actions = document.createElement("div");
  actions.className = "dialog-actions";
  actions.append(
    button("返回", "btn btn-plain", () => dialog.close()),
    button(word, "btn btn-primary", () => {
      dialog.close();
      then();
    }),
  );
  dialog.append(text, actions);
  dialog.addEventListener("close", () => dialog.remove());
  return dialog;
}

function button(word, classes, press) {
  const one = document.createElement("button");
  one.type = "button";
  one.className = classes;
  one.textContent = word;
  one.addEventListener("click", press);
  return one;
}
