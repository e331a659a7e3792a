// Two tabs share a queue and never send it side by side.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BUSINESS, RECEIVED, World, pass, settled } from "./world.js";

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

// Pages of a new visitor, none of which has seen what another one set.
const openedAtOnce = (world, ...urls) => {
  const opened = urls.map((url) => world.tab(`https://www.shop.example${url}`));
  for (const { client } of opened) client.initialize(BUSINESS);
  return opened;
};

test("tabs that a new visitor opens at once have one session, which begins once", async () => {
  const world = new World();
  const [one, two] = openedAtOnce(world, "/", "/cart");
  const tracked = [one, two].map(({ client }) => client.track("page.viewed"));
  assert.match(one.client.session, /^[\w-]{36}$/);
  await settled();
  assert.equal(one.client.session, world.cookies.get("hello_session"));
  assert.equal(two.client.session, one.client.session);
  assert.equal(world.bodies("/public/acks").length, 1);
  assert.deepEqual(new Set(world.bodies().map(({ session }) => session)), new Set([one.client.session]));
  for (const response of await Promise.all(tracked)) assert.equal(response.failed, false);
});

test("a page that is left before its turn has begun its session, and loses nothing", async () => {
  const world = new World();
  world.locks.request = () => new Promise(() => {});
  const [{ client, happen }] = openedAtOnce(world, "/");
  client.track("page.viewed");
  happen("pagehide");
  assert.equal(world.cookies.get("hello_session"), client.session);
  assert.deepEqual(
    world.beacons.map(({ url }) => url.replace(/.*v1|\?.*/g, "")),
    ["/public/acks", "/track/events"],
  );
});

test("who takes back consent before a page's turn leaves no session", async () => {
  const world = new World();
  const [{ client }] = openedAtOnce(world, "/");
  const tracked = client.track("page.viewed");
  client.consent(false);
  assert.equal((await tracked).data.errors[0].type, "not_allowed");
  await settled();
  assert.equal(client.session, undefined);
  assert.equal(world.cookies.get("hello_session"), undefined);
  assert.deepEqual(world.sent.filter(({ body }) => body.session), []);
});
