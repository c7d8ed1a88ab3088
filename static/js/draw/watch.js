// Before the draw the stage waits for the next step; after it, shows one stratum after another.
const stage = document.querySelector("[data-stage]");
const STEP = 900;
const LOOK = 5000;

async function changed() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const other = page.querySelector("[data-stage]");
  return Boolean(other) && (other.dataset.progress !== stage.dataset.progress || other.dataset.state !== stage.dataset.state);
}

function waitForNext() {
  setInterval(async () => {
    try {
      if (await changed()) location.reload();
    } catch {
      // The network is away for a moment: look again the next time.
    }
  }, LOOK);
}

function show(controls) {
  const strata = [...stage.querySelectorAll("[data-stratum]")];
  const rows = [...stage.querySelectorAll("[data-drawn]")];
  const count = controls.querySelector("[data-count]");
  const play = controls.querySelector("[data-play]");
  let next = 0;
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = next < rows.length ? "继续公布" : "再看一遍";
  };
  const told = () => { count.textContent = `已公布 ${next} / ${rows.length} 家`; };
  const hide = () => {
    next = 0;
    for (const part of [...strata, ...rows]) part.dataset.waiting = "";
    told();
  };
  const one = () => {
    const row = rows[next];
    stage.querySelector("[data-now]")?.removeAttribute("data-now");
    if (!row) return stop();
    delete row.closest("[data-stratum]").dataset.waiting;
    delete row.dataset.waiting;
    row.dataset.now = "";
    row.scrollIntoView({ block: "center" });
    next += 1;
    told();
    return undefined;
  };
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (next >= rows.length) hide();
    play.textContent = "暂停";
    one();
    timer = setInterval(one, STEP);
    return undefined;
  });
  controls.querySelector("[data-all]").addEventListener("click", () => {
    for (const part of [...strata, ...rows]) delete part.dataset.waiting;
    stage.querySelector("[data-now]")?.removeAttribute("data-now");
    next = rows.length;
    told();
    stop();
  });
  controls.hidden = false;
  hide();
}

if (stage) {
  const controls = stage.querySelector("[data-controls]");
  if (controls) show(controls);
  else waitForNext();
}
