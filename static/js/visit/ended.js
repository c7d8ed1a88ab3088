// When a visit ended as typed, judged as the server judges it (inspections/rules/timing.py).
const TIME = /^(\d{1,2})\s*[:.时点]\s*(\d{1,2})\s*分?$/;

// The sentence that says what is wrong, or "". `startedAt` and what is typed are Shanghai minutes: 2020-05-12 09:00.
export function endedFault({ ended_on: day, ended_time: time }, startedAt, now) {
  if (!time) return "";
  const found = TIME.exec(time.normalize("NFKC").trim());
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return `「${time}」不是时间，请写成 11:40`;
  const typed = `${day || startedAt.slice(0, 10)} ${found[1].padStart(2, "0")}:${found[2].padStart(2, "0")}`;
  if (typed < startedAt) return `检查结束时间早于开始时间 ${startedAt}`;
  return typed > minuteOf(now) ? `检查结束时间 ${typed} 还没有到` : "";
}

function minuteOf(instant) {
  return new Date(instant).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, 16);
}
