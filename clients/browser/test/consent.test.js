// Nothing is stored or sent of who does not want it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BUSINESS, NOW, World, pass, settled } from "./world.js";

const REQUIRED = { options: { consent: "required" } };
const untouched = (world) => {
  assert.deepEqual(
    [world.sent, world.beacons, world.cookies.written, world.storage],
    [[], [], [], {}],
  );
};

test("before consent nothing leaves the memory", async () => {
  const world = new World();
  const { client, happen } = await world.visit(
    "https://www.shop.example/?utm_source=a&utm_medium=b",
    REQUIRED,
  );
  const responses = [await client.track("page.viewed"), await client.identify("1")];
  assert.deepEqual(
    responses.map(({ queued }) => queued),
    [true, true],
  );
  assert.equal(client.session, undefined);
  happen("pagehide");
  happen("online");
  await pass(10_000);
  untouched(world);
});

test("consent sends what was held, in order, as of when it happened", async () => {
  const world = new World();
  const tab = await world.visit("https://www.shop.example/?utm_source=a&utm_medium=b", REQUIRED);
  tab.client.track("page.viewed");
  await pass(60_000);
  tab.host.history.pushState({}, "", "/bags");
  tab.client.track("product.viewed", { object: "P1" });
  tab.client.consent(true);
  await settled();
  const [ack] = world.bodies("/public/acks");
  assert.equal(ack.utm_params.observed_at, new Date(NOW).toISOString());
  assert.deepEqual(
    world
      .bodies()
      .map(({ action, tracked_at, page, session }) => [
        action,
        Date.parse(tracked_at) - NOW,
        page.path,
        session,
      ]),
    [
      ["page.viewed", 0, "/", tab.client.session],
      ["product.viewed", 60_000, "/bags", tab.client.session],
    ],
  );
});

test("what is held does not change with the page's own objects", async () => {
  const world = new World();
  const { client } = await world.visit(undefined, REQUIRED);
  const params = { metadata: { step: 1 } };
  client.track("page.viewed", params);
  params.metadata.step = 2;
  client.consent(true);
  await settled();
  assert.equal(world.bodies()[0].metadata.step, 1);
});

test("refusal drops what was held, and later calls are answered at once", async () => {
  const world = new World();
  const { client } = await world.visit(undefined, REQUIRED);
  await client.track("page.viewed");
  client.consent(false);
  const response = await client.track("page.viewed");
  assert.deepEqual([response.failed, response.data.errors[0].type], [true, "not_allowed"]);
  client.consent(true);
  await settled();
  assert.equal(world.bodies().length, 0);
});

test("consent may be given before the client is initialised", async () => {
  const world = new World();
  const { client } = world.tab();
  client.consent(true);
  await client.initialize(BUSINESS, REQUIRED.options);
  await client.track("page.viewed");
  assert.equal(world.bodies().length, 1);
});

test("consent that is withdrawn clears cookies and queue", async () => {
  const world = new World({ storage: { "hello-form-1": "1", basket: "2" } });
  const { client, happen } = await world.visit(
    "https://www.shop.example/?utm_source=a&utm_medium=b&gclid=c",
  );
  await client.identify("7", { source: "shopify" });
  world.answer = () => ({ status: 503, body: {} });
  await client.track("page.viewed");
  client.consent(false);
  assert.deepEqual([...world.cookies.jar.keys()], []);
  assert.deepEqual(world.storage, { "hello-form-1": "1", basket: "2" });
  assert.deepEqual([client.session, client.isInitialized], [undefined, false]);
  world.sent = [];
  happen("online");
  await pass(3_600_000);
  assert.deepEqual(world.sent, []);
});

test("consent withdrawn while an event is under way leaves nothing behind", async () => {
  const world = new World();
  const { client } = await world.visit();
  let fail;
  world.answer = () => new Promise((_, reject) => (fail = reject));
  const tracked = client.track("page.viewed");
  await settled();
  client.consent(false);
  fail(new TypeError());
  assert.equal((await tracked).data.errors[0].type, "not_allowed");
  await settled();
  assert.deepEqual([world.storage, [...world.cookies.jar]], [{}, []]);
});

test("consent given again begins another session", async () => {
  const world = new World();
  const { client } = await world.visit();
  const before = client.session;
  client.consent(false);
  client.consent(true);
  await client.track("page.viewed");
  assert.notEqual(client.session, before);
  assert.equal(world.bodies()[0].session, client.session);
});

for (const signal of [{ doNotTrack: "1" }, { globalPrivacyControl: true }]) {
  const [name] = Object.keys(signal);

  test(`${name} is obeyed`, async () => {
    const world = new World();
    const { client, happen } = await world.visit(undefined, { navigator: signal });
    const response = await client.track("page.viewed");
    assert.deepEqual([response.failed, response.data.errors[0].type], [true, "not_allowed"]);
    client.consent(true);
    happen("pagehide");
    await pass(10_000);
    assert.deepEqual([world.sent, world.storage, [...world.cookies.jar]], [[], {}, []]);
    assert.equal(client.session, undefined);
  });

  test(`${name} clears what an earlier visit left`, async () => {
    const world = new World();
    await world.visit();
    await world.visit(undefined, { navigator: signal });
    assert.deepEqual([...world.cookies.jar], []);
  });

  test(`${name} can be overridden by whoever runs the site`, async () => {
    const world = new World();
    const options = { privacySignals: false };
    const { client } = await world.visit(undefined, { navigator: signal, options });
    assert.equal((await client.track("page.viewed")).succeeded, true);
  });
}

test("a browser that says nothing, or no, is tracked", async () => {
  for (const doNotTrack of [null, "0", "unspecified"]) {
    const { client } = await new World().visit(undefined, { navigator: { doNotTrack } });
    assert.equal((await client.track("page.viewed")).succeeded, true);
  }
});

test("in a preview nothing is sent or stored, and every call succeeds", async () => {
  const world = new World();
  const { client } = await world.visit("https://www.shop.example/?hello_preview", {
    options: { autoPageViews: true },
  });
  for (const response of [await client.track("page.viewed"), await client.identify("1")]) {
    assert.deepEqual([response.succeeded, response.data], [true, { received: true }]);
  }
  untouched(world);
});
