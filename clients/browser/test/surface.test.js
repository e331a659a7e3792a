// What a page may call is what the official client offers for tracking.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import { BUSINESS, World, pass, settled } from "./world.js";

const OFFICIAL = [
  "initialize",
  "track",
  "identify",
  "forget",
  "on",
  "removeEventListener",
  "session",
  "isInitialized",
];

test("it has what the official client has for tracking", async () => {
  const { client } = await new World().visit();
  for (const name of OFFICIAL) assert.ok(name in client, name);
  assert.equal(client.isInitialized, true);
});

test("its calls need no receiver", async () => {
  const { client } = await new World().visit();
  const { track, identify, forget } = client;
  assert.equal((await track("page.viewed")).succeeded, true);
  assert.equal((await identify("1")).succeeded, true);
  assert.equal(forget(), undefined);
});

test("an event has the page that it happened on", async () => {
  const world = new World();
  const { client } = await world.visit("https://www.shop.example/bags?x=1");
  const pages = [];
  for (const url of [
    undefined,
    "https://other.example/p?y=2",
    "/relative?z",
    "www.example.org",
    7,
  ]) {
    await client.track("page.viewed", url === undefined ? {} : { url });
    pages.push(world.bodies().at(-1).page);
  }
  assert.deepEqual(
    pages.map(({ url, path }) => [url, path]),
    [
      ["https://www.shop.example/bags?x=1", "/bags"],
      ["https://other.example/p?y=2", "/p"],
      ["/relative?z", "/relative"],
      ["www.example.org", "/"],
      ["7", "/"],
    ],
  );
});

test("the page cannot say what only the client knows", async () => {
  const world = new World();
  const { client } = await world.visit();
  await client.track("page.viewed", {
    page: { url: "x" },
    utm_params: { source: "x" },
    click_ids: { gclid: "x" },
  });
  const { page, utm_params, click_ids } = world.bodies()[0];
  assert.deepEqual([page.path, utm_params, click_ids], ["/", {}, undefined]);
});

test("the page hears of the session and the campaign", async () => {
  const world = new World();
  const tab = world.tab("https://www.shop.example/?utm_source=a&utm_medium=b");
  const heard = [];
  const listener = (value) => heard.push(value);
  const deaf = () => heard.push("never");
  tab.client.on("session-set", listener);
  tab.client.on("utm-set", listener);
  tab.client.on("session-set", deaf);
  tab.client.removeEventListener("session-set", deaf);
  tab.client.removeEventListener("nothing", deaf);
  await tab.client.initialize(BUSINESS);
  await pass(0);
  assert.equal(heard[0], tab.client.session);
  assert.equal(JSON.parse(heard[1]).source, "a");
  assert.equal(heard.length, 2);
});

test("who is identified is named with every later event", async () => {
  const world = new World();
  const { client } = await world.visit();
  await client.track("page.viewed");
  const response = await client.identify(7, { source: "shopify", email: "a@example.org" });
  assert.equal(response.succeeded, true);
  await client.track("page.viewed");
  await client.track("page.viewed", { user_parameters: { id: "other" } });
  assert.deepEqual(world.bodies("/public/identifications"), [
    { session: client.session, user_id: 7, source: "shopify", email: "a@example.org" },
  ]);
  assert.deepEqual(
    world.bodies().map(({ user_parameters }) => user_parameters),
    [{}, { id: "7", source: "shopify" }, { id: "other" }],
  );
});

test("the same identity is told once, another one again", async () => {
  const world = new World();
  const { client } = await world.visit();
  await client.identify("1", { email: "a@example.org" });
  const { client: next } = await world.visit("https://www.shop.example/next");
  const again = await next.identify("1", { email: "a@example.org" });
  assert.deepEqual([again.succeeded, again.data], [true, { already_identified: true }]);
  await next.identify("1", { email: "b@example.org" });
  assert.equal(world.bodies("/public/identifications").length, 2);
});

test("an identity that is refused is not remembered", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = () => ({ status: 422, body: { errors: [] } });
  assert.equal((await client.identify("1", { source: "x" })).failed, true);
  assert.equal(world.cookies.get("hello_user_id"), undefined);
});

test("who is identified offline is identified later, unless forgotten meanwhile", async () => {
  for (const isForgotten of [false, true]) {
    const world = new World();
    const { client, happen } = await world.visit();
    world.answer = () => Promise.reject(new TypeError());
    assert.equal((await client.identify("1")).queued, true);
    if (isForgotten) client.forget();
    world.answer = () => ({ status: 200, body: {} });
    happen("online");
    await settled();
    assert.equal(world.cookies.get("hello_user_id"), isForgotten ? undefined : "1");
    assert.equal(!!world.cookies.get("hello_user_identification_hash"), !isForgotten);
  }
});

test("forgetting clears the user and keeps the session", async () => {
  const world = new World();
  const { client } = await world.visit();
  await client.identify("1", { source: "shopify" });
  client.forget();
  assert.deepEqual(
    [...world.cookies.jar.values()].map(({ name }) => name),
    ["hello_session", "hello_session_ack_at"],
  );
});

for (const [script, options, root] of [
  ["https://events.example.org/hellotext.js?v=1", {}, "https://events.example.org/v1"],
  [{ src: "https://events.example.org/hellotext.js" }, {}, "https://events.example.org/v1"],
  [
    "https://cdn.example/x.js",
    { apiRoot: "https://events.example.org/v1" },
    "https://events.example.org/v1",
  ],
  [
    "https://cdn.example/x.js",
    { apiRoot: "https://events.example.org/v1/" },
    "https://events.example.org/v1",
  ],
  [{}, { apiRoot: "/v1" }, "/v1"],
]) {
  test(`a script from ${script.src ?? script} with ${JSON.stringify(options)} calls ${root}`, async () => {
    const world = new World();
    await world.visit(undefined, { script, options });
    assert.equal(world.sent[0].url, `${root}/public/acks`);
  });
}

test("a script can be initialised by its own attributes", async () => {
  const world = new World();
  const dataset = { business: BUSINESS, autoPageViews: "true", privacySignals: "false" };
  world.tab(undefined, {
    script: { src: "https://events.example.org/hellotext.js", dataset },
    navigator: { doNotTrack: "1" },
  });
  await settled();
  assert.deepEqual(
    world.sent.map(({ url }) => url.slice(-5)),
    ["/acks", "vents"],
  );
});

const BUILT = new URL("../../../src/footfall/api/static/hellotext/", import.meta.url);

test("the script build hangs the client on the window, and uses no eval", async () => {
  const text = readFileSync(new URL("hellotext.js", BUILT), "utf8");
  const window = {};
  const context = {
    window,
    document: { currentScript: null },
    ...Object.fromEntries(
      ["URL", "URLSearchParams", "Blob"].map((name) => [name, globalThis[name]]),
    ),
  };
  vm.runInNewContext(text, context, { codeGeneration: { strings: false } });
  for (const name of OFFICIAL) assert.ok(name in window.Hellotext, name);
  assert.deepEqual(Object.keys(window), ["Hellotext"]);
  assert.doesNotMatch(text, /\beval\b|new Function|innerHTML|document\.write/);
});

test("the module build exports the client", async () => {
  const { default: client, ...others } = await import(new URL("hellotext.mjs", BUILT));
  for (const name of OFFICIAL) assert.ok(name in client, name);
  assert.deepEqual(others, {});
});
