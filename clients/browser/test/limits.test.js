// Whatever a page hands in, nothing is thrown at it, and what is sent is bounded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World, pass, settled } from "./world.js";

const hostile = () => {
  const cycle = { name: "cycle" };
  cycle.self = cycle;
  cycle.list = [cycle, { cycle }];
  const shared = { a: 1 };
  return {
    cycle,
    big: 10n,
    call() {},
    sign: Symbol("x"),
    none: undefined,
    shared: [shared, shared],
    at: new Date(NaN),
  };
};

test("what JSON cannot hold is left out, and the rest is sent", async () => {
  const world = new World();
  const { client } = await world.visit();
  assert.equal((await client.track("page.viewed", { metadata: hostile() })).succeeded, true);
  assert.deepEqual(world.bodies()[0].metadata, {
    cycle: { name: "cycle", list: [null, {}] },
    big: "10",
    shared: [{ a: 1 }, { a: 1 }],
    at: null,
  });
});

const throws = () => {
  throw new Error("mine");
};
for (const [name, params] of [
  [
    "a getter that throws",
    {
      get metadata() {
        return throws();
      },
    },
  ],
  [
    "a deep getter that throws",
    {
      metadata: {
        get deep() {
          return throws();
        },
      },
    },
  ],
  ["a proxy that throws", new Proxy({}, { ownKeys: throws })],
  ["a toJSON that throws", { metadata: { toJSON: throws } }],
  ["headers that throw", { headers: new Proxy({}, { ownKeys: throws }) }],
  ["an address that throws", { url: { toString: throws, toJSON: () => "/" } }],
  [
    "a nest without end",
    {
      metadata: (function nest(depth) {
        return depth ? { deep: nest(depth - 1) } : {};
      })(5000),
    },
  ],
]) {
  test(`${name} costs that event, and neither the page nor the next one`, async () => {
    const world = new World();
    const { client } = await world.visit();
    const response = await client.track("page.viewed", params);
    if (name !== "a nest without end") assert.equal(response.data.errors[0].type, "invalid");
    assert.equal((await client.track("page.viewed")).succeeded, true);
  });
}

for (const params of [null, undefined, 7, "text", [], () => {}, Symbol("x")]) {
  test(`params that are ${String(params) || "an empty list"} are no params`, async () => {
    const { client } = await new World().visit();
    assert.equal((await client.track("page.viewed", params)).succeeded, true);
  });
}

test("what is too large is refused here, in the server's own words", async () => {
  const world = new World();
  const { client } = await world.visit();
  const before = world.sent.length;
  for (const metadata of [
    { text: "x".repeat(262_145) },
    { list: Array(100_000).fill(1) },
    { wide: "é".repeat(200_000) },
    Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`key${n}`, n])),
    { text: "x".repeat(262_100) },
  ]) {
    const response = await client.track("page.viewed", { metadata });
    assert.equal(response.failed, true);
    const [fault] = response.data.errors;
    assert.deepEqual(Object.keys(fault), ["type", "message", "description", "parameter"]);
    assert.deepEqual([fault.type, fault.parameter], ["too_large", "params"]);
  }
  assert.equal(world.sent.length, before);
});

test("a loop of thousands keeps the queue bounded and tells the rest", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = () => ({ status: 503, body: {} });
  const responses = await Promise.all(
    Array.from({ length: 5000 }, () => client.track("page.viewed")),
  );
  const refused = responses.filter(({ failed }) => failed);
  assert.equal(world.queued.length, 256);
  assert.equal(refused.length, 5000 - 256);
  assert.equal(refused[0].data.errors[0].type, "rate_limited");
  world.answer = () => ({ status: 200, body: {} });
  await pass(1000);
  assert.equal((await client.track("page.viewed")).succeeded, true);
});

test("one request at a time is under way, however many events wait", async () => {
  const world = new World();
  const { client } = await world.visit();
  let [now, most] = [0, 0];
  world.answer = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    return { status: 200, body: {} };
  };
  await Promise.all(Array.from({ length: 100 }, () => client.track("page.viewed")));
  assert.equal(most, 1);
});

test("before the client is initialised the memory is bounded too", async () => {
  const { client } = new World().tab();
  const responses = await Promise.all(
    Array.from({ length: 300 }, () => client.track("page.viewed")),
  );
  assert.equal(responses.filter(({ queued }) => queued).length, 256);
});

test("a listener that throws stops neither the others nor the client", async (context) => {
  const tab = new World().tab();
  const heard = [];
  const turns = [];
  context.mock.method(globalThis, "setTimeout", (turn) => turns.push(turn));
  tab.client.on("session-set", throws);
  tab.client.on("session-set", (session) => heard.push(session));
  await tab.client.initialize("1QsVymEv");
  // Each is called in a turn of its own, so the browser reports what it throws as the page's error.
  assert.throws(turns[0], /mine/);
  turns[1]();
  assert.deepEqual(heard, [tab.client.session]);
});

test("half a sign at a cut's end is left out", async () => {
  const world = new World();
  const tab = world.tab();
  tab.document.title = `${"x".repeat(499)}👜`;
  await tab.client.initialize("1QsVymEv");
  await settled();
  assert.equal(world.bodies("/public/acks")[0].page.title, "x".repeat(499));
});

test("a page that hides the document's title behind an element is tracked", async () => {
  const world = new World();
  const tab = world.tab();
  tab.document.title = { toString: () => "[object HTMLImageElement]" };
  await tab.client.initialize("1QsVymEv");
  assert.equal((await tab.client.track("page.viewed")).succeeded, true);
});

test("an id that a cookie cannot hold identifies all the same", async () => {
  const world = new World();
  const { client } = await world.visit();
  assert.equal((await client.identify("a; domain=evil.example")).succeeded, true);
  assert.equal(
    world.cookies.written.some((text) => text.includes("evil")),
    false,
  );
  assert.equal(world.bodies("/public/identifications")[0].user_id, "a; domain=evil.example");
});

test("where there is no page at all nothing throws", async () => {
  const { default: client } = await import("../hellotext.js");
  await client.initialize("1QsVymEv");
  client.forget();
  client.consent(true);
  assert.equal(client.session, undefined);
  assert.equal((await client.track("page.viewed")).succeeded, false);
});
