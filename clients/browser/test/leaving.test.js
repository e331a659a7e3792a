// What happens while a page is left is not lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BUSINESS, RECEIVED, World, pass, settled } from "./world.js";

/** A network on which nothing is answered while the page is there. */
const hang = (world) => (world.answer = () => new Promise(() => {}));

test("what waits when the page goes is sent by beacons, with the business in the address", async () => {
  const world = new World();
  const { client, happen } = await world.visit();
  hang(world);
  for (const url of ["/a", "/b", "/c"]) client.track("page.viewed", { url });
  await settled();
  happen("pagehide");
  assert.deepEqual(
    world.beacons.map(({ body }) => body.url),
    ["/b", "/c"],
  );
  const [{ url, body }] = world.beacons;
  assert.equal(url, `https://events.example.org/v1/track/events?business=${BUSINESS}`);
  assert.match(body.event_id, /-4/);
});

test("what is tracked by the page's own farewell is sent by a beacon at once", async () => {
  const world = new World();
  const { client, happen } = await world.visit();
  happen("pagehide");
  client.track("page.viewed", { url: "/farewell" });
  await settled();
  assert.deepEqual(
    world.beacons.map(({ body }) => body.url),
    ["/farewell"],
  );
});

test("a beacon's event stays in the queue and is repeated under the same id", async () => {
  const world = new World();
  const { client, happen } = await world.visit();
  happen("pagehide");
  client.track("page.viewed");
  await settled();
  assert.equal(world.queued.length, 1);
  await world.visit("https://www.shop.example/next");
  assert.deepEqual(
    world.bodies(),
    world.beacons.map(({ body }) => body),
  );
  assert.deepEqual(world.queued, []);
});

test("a page that was only hidden goes on after a moment", async () => {
  const world = new World();
  const { client, document, happen } = await world.visit();
  document.hidden = true;
  happen("visibilitychange");
  const tracked = client.track("page.viewed");
  await pass(2000);
  assert.equal((await tracked).succeeded, true);
  assert.equal(world.beacons.length, 1);
});

test("a page that becomes visible sends no beacon", async () => {
  const world = new World();
  const { client, happen } = await world.visit();
  hang(world);
  client.track("page.viewed");
  client.track("page.viewed");
  await settled();
  happen("visibilitychange");
  assert.deepEqual(world.beacons, []);
});

test("a page that is hidden and then goes sends each event by one beacon", async () => {
  const world = new World();
  const { client, document, happen } = await world.visit();
  document.hidden = true;
  hang(world);
  client.track("page.viewed");
  client.track("page.viewed", { url: "/waits" });
  await settled();
  happen("visibilitychange");
  happen("pagehide");
  assert.deepEqual(
    world.beacons.map(({ body }) => body.url),
    ["/waits"],
  );
});

test("no beacon is sent while the server asked to wait", async () => {
  const world = new World();
  const { client, happen } = await world.visit();
  world.answer = () => ({ status: 429, body: {}, headers: { "Retry-After": "60" } });
  await client.track("page.viewed");
  happen("pagehide");
  assert.deepEqual(world.beacons, []);
});

test("a browser without beacons keeps the event for the next page", async () => {
  const world = new World();
  const { client, happen } = await world.visit(undefined, { navigator: {} });
  happen("pagehide");
  client.track("page.viewed");
  await settled();
  assert.equal(world.queued.length, 1);
});

test("a request that is never answered is given up, and the event tried again", async () => {
  const world = new World();
  const { client } = await world.visit();
  const signals = [];
  world.answer = ({ signal }) => {
    signals.push(signal);
    return RECEIVED;
  };
  await client.track("page.viewed");
  assert.ok(signals[0] instanceof AbortSignal);
});
