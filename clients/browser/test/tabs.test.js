// Two tabs share a queue and never send it side by side.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RECEIVED, World, pass, settled } from "./world.js";

/** A server that answers one request after the other and remembers how many it had at once. */
const slow = (world) => {
  const at = { now: 0, most: 0 };
  world.answer = async () => {
    at.most = Math.max(at.most, ++at.now);
    await new Promise((resolve) => setImmediate(resolve));
    at.now--;
    return RECEIVED;
  };
  return at;
};

for (const [means, changes] of [
  ["Web Locks", {}],
  ["a lease in storage", { navigator: { sendBeacon: () => true } }],
]) {
  test(`with ${means} two tabs send each event once, one at a time`, async () => {
    const world = new World();
    const [one, two] = [
      await world.visit(undefined, changes),
      await world.visit(undefined, changes),
    ];
    const at = slow(world);
    for (let n = 0; n < 10; n++) {
      one.client.track("page.viewed", { url: `/one${n}` });
      two.client.track("page.viewed", { url: `/two${n}` });
    }
    for (let second = 0; second < 5; second++) await pass(1000);
    const urls = world.bodies().map(({ url }) => url);
    assert.equal(at.most, 1);
    assert.equal(urls.length, 20);
    assert.equal(new Set(urls).size, 20);
    assert.deepEqual(world.queued, []);
  });
}

test("the caller in a tab that waits is told that its event is queued", async () => {
  const world = new World({
    storage: { hello_lease: `other ${Date.parse("2026-03-01T09:30:30.000Z")}` },
  });
  const { client } = await world.visit(undefined, { navigator: {} });
  assert.equal((await client.track("page.viewed")).queued, true);
  assert.deepEqual(world.sent, []);
});

test("a tab that crashed while it sent holds nobody up for long", async () => {
  const world = new World({
    storage: { hello_lease: `crashed ${Date.parse("2026-03-01T09:30:30.000Z")}` },
  });
  const { client } = await world.visit(undefined, { navigator: {} });
  await client.track("page.viewed");
  for (let second = 0; second < 31; second++) await pass(1000);
  assert.equal(world.bodies().length, 1);
});

test("a lease from a clock that was put back holds nobody up", async () => {
  const world = new World({
    storage: { hello_lease: `crashed ${Date.parse("2027-03-01T00:00:00.000Z")}` },
  });
  const { client } = await world.visit(undefined, { navigator: {} });
  assert.equal((await client.track("page.viewed")).succeeded, true);
});

test("where locks are refused events are sent without", async () => {
  const world = new World();
  const locks = { request: () => Promise.reject(new DOMException("", "SecurityError")) };
  const { client } = await world.visit(undefined, { navigator: { locks } });
  assert.equal((await client.track("page.viewed")).succeeded, true);
});

test("events of both tabs go out in the order in which they happened", async () => {
  const world = new World();
  const [one, two] = [await world.visit(), await world.visit()];
  world.answer = () => ({ status: 503, body: {} });
  for (const [tab, url] of [
    [one, "/1"],
    [two, "/2"],
    [one, "/3"],
  ]) {
    tab.client.track("page.viewed", { url });
    await pass(1);
  }
  world.sent = [];
  world.answer = () => RECEIVED;
  two.happen("online");
  await settled();
  assert.deepEqual(
    world.bodies().map(({ url }) => url),
    ["/1", "/2", "/3"],
  );
});
