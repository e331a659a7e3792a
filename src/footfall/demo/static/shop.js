// The shop's half in the browser: starts Footfall's client, tracks, and shows what was sent.
//
// Everything a shop has to copy is in `start`. The rest draws the strip at the bottom of the page.

const page = JSON.parse(document.getElementById("page").textContent);
const MEASURING = "shop_measuring";

async function start(Hellotext) {
  // Whoever said no stays unmeasured: the client keeps nothing and sends nothing until yes is said.
  if (localStorage.getItem(MEASURING) === "off") Hellotext.consent(false);
  await Hellotext.initialize(page.business, { apiRoot: page.apiRoot });

  // After a logout: the next person at this browser is not the last one. The session stays.
  if (page.forget) Hellotext.forget();
  // Logged in. The client says it once for each session and customer, however often it is called.
  if (page.customer) {
    const { reference, source } = page.customer;
    show("/v1/public/identifications", { user_id: reference, source }, Hellotext.identify(reference, { source }));
  }

  track("page.viewed");
  // What this page is about, and what the last form changed, as the shop's server says.
  for (const { action, ...params } of page.events) track(action, params);
  // A page that comes back from the browser's memory was opened again.
  addEventListener("pageshow", (event) => event.persisted && track("page.viewed"));

  function track(action, params) {
    show("/v1/track/events", { action, ...params }, Hellotext.track(action, params));
  }
}

// The strip

const strip = document.getElementById("strip");
const told = document.getElementById("told");
const sample = document.getElementById("exchange");
const latest = document.getElementById("latest");
const button = document.getElementById("measuring");

async function show(path, body, promise) {
  const line = sample.content.firstElementChild.cloneNode(true);
  const set = (name, text) => (line.querySelector(`[data-is="${name}"]`).textContent = text);
  set("call", `POST ${path}`);
  set("subject", body.action ?? "identify");
  set("body", JSON.stringify(body, null, 2));
  set("outcome", "on its way");
  told.prepend(line);
  summarize(line);

  const response = await promise;
  const known = response.data?.already_identified;
  const outcome = response.queued ? "queued" : response.failed ? "refused" : known ? "known" : "received";
  set("outcome", outcome);
  line.dataset.outcome = outcome;
  set("answer", JSON.stringify(response.data, null, 2));
  if (response.queued) set("why", "Kept in this browser, and sent as soon as that works, by whichever page is open then.");
  summarize(line);
}

function summarize(line) {
  if (line !== told.firstElementChild) return;
  const text = (name) => line.querySelector(`[data-is="${name}"]`).textContent;
  latest.textContent = `${text("subject")} · ${text("outcome")}`;
  latest.dataset.outcome = line.dataset.outcome ?? "";
}

function showMeasuring() {
  const isOff = localStorage.getItem(MEASURING) === "off";
  button.textContent = isOff ? "Tell Footfall again" : "Stop telling Footfall";
  strip.dataset.measuring = isOff ? "off" : "on";
  if (isOff) latest.textContent = "nothing is told";
}

button.hidden = false;
button.addEventListener("click", () => {
  const isOn = localStorage.getItem(MEASURING) === "off";
  localStorage.setItem(MEASURING, isOn ? "on" : "off");
  window.Hellotext?.consent(isOn);
  if (isOn) latest.textContent = "told again from now on";
  showMeasuring();
});
showMeasuring();

if (window.Hellotext) start(window.Hellotext);
// A shop works without being measured.
else latest.textContent = "Footfall's client did not load";
