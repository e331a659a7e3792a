// What pages cannot do without a script: copy, pause, and try again when the server was away.
"use strict";

const ROWS_KEPT = 1000;
const TRY_AGAIN_MS = 5000;

let isPaused = false;

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const text = copy.parentElement.querySelector("code").textContent;
    await write(text, copy.parentElement.querySelector("code"));
    tell(copy, copy.dataset.done);
  }
  const pause = event.target.closest("[data-pause]");
  if (pause) {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    pause.textContent = isPaused ? pause.dataset.go : pause.dataset.stop;
    if (!isPaused) again();
  }
});

// A page that nobody looks at asks for nothing, and neither does a paused one.
document.addEventListener("htmx:beforeRequest", (event) => {
  const isFeed = event.target.id === "poll";
  if (document.hidden && (isFeed || event.target.id === "state")) event.preventDefault();
  if (isFeed && isPaused) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !isPaused) again();
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => setTimeout(again, TRY_AGAIN_MS));
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "rows") return;
  const rows = event.target;
  while (rows.children.length > ROWS_KEPT) rows.lastElementChild.remove();
});

const zone = document.querySelector("[data-guess-zone]");
if (zone && zone.value === "UTC") zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

// Menus close when one leaves them.
document.addEventListener("click", (event) => close((menu) => !menu.contains(event.target)));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close((menu) => menu.contains(document.activeElement));
});

function close(which) {
  for (const menu of document.querySelectorAll("details.more[open], details.act[open]")) {
    if (which(menu)) menu.open = false;
  }
}

function again() {
  const poll = document.getElementById("poll");
  if (poll) htmx.trigger(poll, "again");
}

// Without https or localhost a browser has no clipboard for pages; the old way works there.
async function write(text, element) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  document.execCommand("copy");
}

function tell(button, done) {
  const before = button.textContent;
  button.textContent = done;
  const told = document.getElementById("told");
  if (told) told.textContent = done;
  setTimeout(() => {
    button.textContent = before;
    if (told) told.textContent = "";
  }, 2000);
}
