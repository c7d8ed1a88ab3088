// The sheet of a visit: findings, the self-check's problems, place and time at a tap.
import { platformNow } from "../countdown.js";
import { toast } from "../toast.js";
import { Findings } from "./findings.js";
import { OwnCheck } from "./own-check.js";
import { endedFault } from "./ended.js";
import { element, tellGaps } from "./extra.js";

const LOCATE = { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 };

const field = (path) => document.querySelector(`[data-form-field="${path}"]`);

function type(path, value) {
  const input = field(path)?.querySelector("[data-form-input]");
  if (!input) return;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function choose(path, value) {
  const radio = field(path)?.querySelector(`input[value="${value}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

// A button under a field that fills it.
function helper(path, word, press) {
  const place = field(path);
  if (!place) return;
  const button = element("button", "btn btn-plain btn-sm field-helper", word);
  button.type = "button";
  button.addEventListener("click", () => press(button));
  place.append(button);
}

function locate(button) {
  if (!navigator.geolocation) return toast("这台设备不能定位，请手工填写经纬度。");
  button.classList.add("is-busy");
  const done = () => button.classList.remove("is-busy");
  const found = ({ coords }) => {
    done();
    type("visit_basic.place.longitude", coords.longitude.toFixed(6));
    type("visit_basic.place.latitude", coords.latitude.toFixed(6));
    choose("visit_basic.place.coordinate_source", "device");
  };
  const failed = () => {
    done();
    toast("没有取得位置，请到开阔处再试，或手工填写。");
  };
  return navigator.geolocation.getCurrentPosition(found, failed, LOCATE);
}

function now() {
  const options = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };
  type(ENDED, new Date(platformNow()).toLocaleTimeString("zh-CN", options));
}

const ENDED = "visit_closing.ended.ended_time";

// The end of the visit against its beginning, said beside the field at once.
function watchEnd(startedAt) {
  document.addEventListener("sheet:answers", ({ detail }) => {
    const message = endedFault(detail.answers.visit_closing?.ended ?? {}, startedAt, platformNow());
    tellGaps("ended", message ? [{ path: ENDED, message, text: `检查结束时间：${message}` }] : []);
  });
}

const findings = document.querySelector("[data-visit-findings]");
if (findings) {
  new Findings(findings);
  watchEnd(findings.dataset.startedAt);
}
for (const panel of document.querySelectorAll("[data-visit-check]")) new OwnCheck(panel);
helper("visit_basic.place.longitude", "填入当前位置", locate);
helper(ENDED, "填入现在的时间", now);
