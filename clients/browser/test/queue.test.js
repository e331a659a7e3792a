// Events leave the queue once, in order, with the time at which they happened.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BUSINESS, NOW, RECEIVED, World, pass, settled } from "./world.js";

const DOWN = { status: 503, body: { errors: [{ type: "unavailable" }] } };
const offline = () => Promise.reject(new TypeError("Failed to fetch"));

test("an event is sent at once and answered with what the server said", async () => {
  const world = new World();
  const { client } = await world.visit();
  const response = await client.track("page.viewed");
  assert.deepEqual(response, {
    data: { status: "received" },
    succeeded: true,
    failed: false,
    queued: false,
  });
  const [, event] = world.sent;
  assert.equal(event.url, "https://events.example.org/v1/track/events");
  assert.equal(event.headers.authorization, `Bearer ${BUSINESS}`);
  assert.equal(event.headers["content-type"], "application/json");
  assert.equal(event.body.session, client.session);
  assert.equal(event.body.tracked_at, "2026-03-01T09:30:00.000Z");
  assert.match(
    event.body.event_id,
    /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
  );
  assert.deepEqual(world.queued, []);
});

test("what happened offline is sent in order with its own time, when the browser is online", async () => {
  const world = new World();
  const { client, happen } = await world.visit();
  world.answer = offline;
  for (const url of ["/a", "/b", "/c"]) {
    const response = await client.track("page.viewed", { url });
    assert.deepEqual([response.queued, response.succeeded, response.failed], [true, false, false]);
    await pass(10);
  }
  world.sent = [];
  world.answer = () => RECEIVED;
  happen("online");
  await settled();
  assert.deepEqual(
    world.bodies().map(({ url, tracked_at }) => [url, Date.parse(tracked_at) - NOW]),
    [
      ["/a", 0],
      ["/b", 10],
      ["/c", 20],
    ],
  );
  assert.deepEqual(world.queued, []);
});

test("a repeat is the same to the byte, so that the server knows it", async () => {
  const world = new World();
  const { client, happen } = await world.visit();
  world.answer = () => DOWN;
  await client.track("order.placed", { amount: 5 });
  world.answer = () => RECEIVED;
  happen("online");
  await settled();
  const [first, second] = world.bodies();
  assert.deepEqual(first, second);
});

for (const status of [408, 429, 500, 502, 503]) {
  test(`${status} leaves the event in the queue`, async () => {
    const world = new World();
    const { client } = await world.visit();
    world.answer = () => ({ ...DOWN, status });
    assert.equal((await client.track("page.viewed")).queued, true);
    assert.equal(world.queued.length, 1);
  });
}

for (const status of [400, 401, 403, 404, 413, 422]) {
  test(`${status} is final, and the caller is told why`, async () => {
    const world = new World();
    const { client } = await world.visit();
    const body = { errors: [{ type: "invalid", parameter: "amount" }] };
    world.answer = () => ({ status, body });
    const response = await client.track("page.viewed");
    assert.deepEqual([response.failed, response.queued, response.data], [true, false, body]);
    assert.deepEqual(world.queued, []);
  });
}

test("a refusal without JSON is final too", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = () => ({ status: 403, body: "<html>" });
  assert.deepEqual((await client.track("page.viewed")).data, {});
});

test("the page of a hotel's network is not taken for the server's answer", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = () => ({ status: 200, body: "<html>Welcome" });
  assert.equal((await client.track("page.viewed")).queued, true);
  assert.equal(world.queued.length, 1);
});

test("an event that is refused does not hold up those behind it", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = ({ body }) => (body.action === "nope" ? { status: 404, body: {} } : RECEIVED);
  const responses = await Promise.all([client.track("nope"), client.track("page.viewed")]);
  assert.deepEqual(
    responses.map(({ succeeded }) => succeeded),
    [false, true],
  );
});

test("tries grow rarer, with chance in them, and never rarer than five minutes", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = () => DOWN;
  await client.track("page.viewed");
  const waits = [];
  for (let tries = 2; tries < 14; tries++) {
    const from = Date.now();
    while (world.bodies().length < tries) await pass(250);
    waits.push(Date.now() - from);
  }
  waits
    .slice(0, 8)
    .forEach((wait, n) =>
      assert.ok(wait >= 500 * 2 ** n && wait <= 1000 * 2 ** n + 500, `${n}: ${wait}`),
    );
  assert.ok(Math.max(...waits) <= 300_250);
});

test("nothing is sent before the server said that it may be", async () => {
  const world = new World();
  const { client, happen } = await world.visit();
  world.answer = () => ({ ...DOWN, status: 429, headers: { "Retry-After": "120" } });
  await client.track("page.viewed");
  const tries = world.sent.length;
  await client.track("page.viewed");
  happen("online");
  await pass(119_000);
  assert.equal(world.sent.length, tries);
  world.answer = () => RECEIVED;
  await pass(2000);
  assert.deepEqual(world.queued, []);
});

test("a date in Retry-After is understood, and another page obeys it too", async () => {
  const world = new World();
  const { client } = await world.visit();
  const until = new Date(NOW + 60_000).toUTCString();
  world.answer = () => ({ ...DOWN, headers: { "Retry-After": until } });
  await client.track("page.viewed");
  const tries = world.sent.length;
  world.answer = () => RECEIVED;
  await world.visit("https://www.shop.example/next");
  await pass(55_000);
  assert.equal(world.sent.length, tries);
  await pass(6000);
  assert.deepEqual(world.queued, []);
});

test("a server that asks for a year is asked again within the hour", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = () => ({ ...DOWN, headers: { "Retry-After": "31536000" } });
  await client.track("page.viewed");
  world.answer = () => RECEIVED;
  await pass(3_600_000);
  assert.deepEqual(world.queued, []);
});

test("a clock that was put back does not stop the queue", async () => {
  const world = new World({ storage: { hello_retry_at: String(NOW + 86_400_000) } });
  const { client } = await world.visit();
  assert.equal((await client.track("page.viewed")).succeeded, true);
});

test("what is left over is sent by the next page", async () => {
  const world = new World();
  const first = await world.visit();
  world.answer = offline;
  await first.client.track("page.viewed", { url: "/left" });
  world.answer = () => RECEIVED;
  delete world.storage.hello_retry_at;
  world.sent = [];
  await world.visit("https://www.shop.example/next");
  assert.deepEqual(
    world.bodies().map(({ url }) => url),
    ["/left"],
  );
});

test("another business's events are left alone", async () => {
  const world = new World();
  const first = await world.visit();
  world.answer = offline;
  await first.client.track("page.viewed");
  world.answer = () => RECEIVED;
  delete world.storage.hello_retry_at;
  const other = world.tab();
  await other.client.initialize("OTHER123");
  await other.client.track("page.viewed");
  assert.equal(world.queued.filter((key) => key.includes(BUSINESS)).length, 1);
  assert.equal(world.sent.at(-1).headers.authorization, "Bearer OTHER123");
});

test("what is tracked before the client is initialised is sent with its time", async () => {
  const world = new World();
  const { client } = world.tab();
  const response = await client.track("page.viewed");
  assert.equal(response.queued, true);
  await pass(5000);
  await client.initialize(BUSINESS);
  await settled();
  const [event] = world.bodies();
  assert.equal(Date.parse(event.tracked_at), NOW);
  assert.equal(event.session, client.session);
});

test("what the page says of time and id is not changed", async () => {
  const world = new World();
  const { client } = await world.visit();
  await client.track("order.placed", { tracked_at: 1665684173, event_id: "order-1" });
  await client.track("order.placed", { tracked_at: undefined, event_id: null });
  const [first, second] = world.bodies();
  assert.deepEqual([first.tracked_at, first.event_id], [1665684173, "order-1"]);
  assert.equal(Date.parse(second.tracked_at), NOW);
  assert.match(second.event_id, /-4/);
});

test("a device whose clock is days ahead has its events taken as they arrive", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = ({ body }) =>
    body.tracked_at
      ? { status: 422, body: {}, headers: { Date: new Date(NOW - 2 * 86_400_000).toUTCString() } }
      : RECEIVED;
  const response = await client.track("page.viewed", { metadata: { tracked_at: "kept" } });
  assert.equal(response.succeeded, true);
  const [told, again] = world.bodies();
  const { tracked_at, ...rest } = told;
  assert.deepEqual(again, rest);
});

test("a time of the page's own that is refused stays refused", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = () => ({ status: 422, body: {}, headers: { Date: new Date(NOW).toUTCString() } });
  assert.equal((await client.track("page.viewed", { tracked_at: "soon" })).failed, true);
  assert.equal(world.bodies().length, 1);
});

test("a small event outlives the page that made it, a large one may not", async () => {
  const world = new World();
  const { client } = await world.visit();
  await client.track("page.viewed");
  await client.track("order.placed", { metadata: { note: "x".repeat(60_000) } });
  assert.deepEqual(
    world.sent.slice(-2).map(({ keepalive }) => keepalive),
    [true, false],
  );
});

test("headers of the page's own come along, and never in place of ours", async () => {
  const world = new World();
  const { client } = await world.visit();
  await client.track("page.viewed", { headers: { "X-Page": "1", authorization: "Bearer x" } });
  const { headers, body } = world.sent.at(-1);
  assert.deepEqual([headers["x-page"], headers.authorization], ["1", `Bearer ${BUSINESS}`]);
  assert.equal(body.headers, undefined);
});

test("headers that no request can have cost the first try and not the event", async () => {
  const world = new World();
  const { client } = await world.visit();
  const response = await client.track("page.viewed", { headers: { "no header": "1" } });
  assert.equal(response.queued, true);
  await pass(1000);
  assert.equal(world.bodies().length, 1);
});

test("without storage the queue is kept in memory", async () => {
  const world = new World();
  const refuse = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const storage = new Proxy(
    {},
    { get: refuse, set: refuse, ownKeys: refuse, deleteProperty: refuse },
  );
  const { client, happen } = await world.visit(undefined, { localStorage: storage });
  world.answer = offline;
  await client.track("page.viewed", { url: "/kept" });
  world.sent = [];
  world.answer = () => RECEIVED;
  happen("online");
  await settled();
  assert.deepEqual(
    world.bodies().map(({ url }) => url),
    ["/kept"],
  );
});

test("a full storage sends events to memory and keeps their order", async () => {
  const world = new World();
  let room = 1;
  world.storage = new Proxy(
    {},
    {
      set: (target, key, value) => {
        if (key.startsWith("hello_queue") && room-- <= 0)
          throw new DOMException("", "QuotaExceededError");
        target[key] = value;
        return true;
      },
    },
  );
  room = 2;
  const { client, happen } = await world.visit();
  world.answer = offline;
  for (const url of ["/a", "/b", "/c"]) await client.track("page.viewed", { url });
  assert.equal(world.queued.length, 1);
  world.sent = [];
  world.answer = () => RECEIVED;
  happen("online");
  await settled();
  assert.deepEqual(
    world.bodies().map(({ url }) => url),
    ["/a", "/b", "/c"],
  );
});

test("an event too large for storage is kept in memory", async () => {
  const world = new World();
  const { client } = await world.visit();
  world.answer = offline;
  await client.track("page.viewed", { metadata: { note: "x".repeat(9000) } });
  assert.deepEqual(world.queued, []);
  world.answer = () => RECEIVED;
  await pass(1000);
  assert.equal(world.bodies().at(-1).metadata.note.length, 9000);
});
