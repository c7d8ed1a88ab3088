// A hand-written signature. In a form: the hidden field gets a PNG data URL. Elsewhere: attachSignature(canvas, {onChange}).
import SignaturePad from "../vendor/signature_pad/signature_pad.js";

// Returns {pad, clear(), isEmpty(), toDataURL(), toBlob()}; onChange(signature) runs after each stroke and on clear.
export function attachSignature(canvas, { onChange = () => {} } = {}) {
  const pad = new SignaturePad(canvas, { backgroundColor: "rgb(255,255,255)", penColor: "rgb(16,24,40)", minWidth: 1, maxWidth: 3 });
  const signature = {
    pad,
    isEmpty: () => pad.isEmpty(),
    toDataURL: () => pad.toDataURL("image/png"),
    toBlob: () => new Promise((resolve) => canvas.toBlob(resolve, "image/png")),
    clear: () => { pad.clear(); onChange(signature); },
  };
  const fit = () => {
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    const [width, height] = [Math.round(canvas.offsetWidth * ratio), Math.round(canvas.offsetHeight * ratio)];
    if (!width || (canvas.width === width && canvas.height === height)) return;
    [canvas.width, canvas.height] = [width, height];
    canvas.getContext("2d").scale(ratio, ratio);
    pad.redraw(); // strokes, and the picture of a signature that came back with the form
  };
  fit();
  new ResizeObserver(fit).observe(canvas);
  pad.addEventListener("endStroke", () => onChange(signature));
  return signature;
}

export function mountSignatures(root) {
  for (const box of root.querySelectorAll("[data-signature]")) if (!box.dataset.mounted) mountBox(box);
}

function mountBox(box) {
  box.dataset.mounted = "on";
  const field = box.querySelector("[data-signature-value]");
  const status = box.querySelector("[data-signature-status]");
  const signature = attachSignature(box.querySelector("canvas"), {
    onChange: (one) => {
      field.value = one.isEmpty() ? "" : one.toDataURL();
      status.textContent = one.isEmpty() ? "尚未签名" : "已签名";
      box.classList.toggle("is-signed", !one.isEmpty());
      box.dispatchEvent(new CustomEvent("signature:change", { bubbles: true, detail: one }));
    },
  });
  if (field.value.startsWith("data:image/png")) showAgain(box, signature, field.value, status);
  box.querySelector("[data-signature-clear]").addEventListener("click", signature.clear);
  field.form?.addEventListener("submit", (event) => {
    if (!("signatureRequired" in field.dataset) || field.value) return;
    event.preventDefault();
    status.textContent = "请先手写签名再提交";
    status.classList.add("tone-red", "strong");
    box.scrollIntoView({ block: "center" });
  }, { capture: true });
}

// The form came back with errors elsewhere: the signature given is still there.
function showAgain(box, signature, url, status) {
  signature.pad.fromDataURL(url);
  status.textContent = "已签名";
  box.classList.add("is-signed");
}
