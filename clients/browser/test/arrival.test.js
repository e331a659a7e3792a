// What brought a visitor is observed once, with its time, and told of in an ack.

import assert from "node:assert/strict";
import { test } from "node:test";
import { World, pass, settled } from "./world.js";

const AT = "2026-03-01T09:30:00.000Z";
const CAMPAIGN = "https://www.shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=spring";
const UTM = { source: "google", medium: "cpc", campaign: "spring", observed_at: AT };
const acks = (world) => world.bodies("/public/acks");

test("a new visitor is told of in one ack, with all that brought them", async () => {
  const world = new World();
  const { client } = await world.visit(`${CAMPAIGN}&gclid=Cj0`, {
    referrer: "https://www.google.com/",
  });
  const [ack, ...more] = acks(world);
  assert.deepEqual(more, []);
  assert.deepEqual(ack, {
    session: client.session,
    utm_params: UTM,
    click_ids: { gclid: "Cj0", observed_at: AT },
    page: {
      url: `${CAMPAIGN}&gclid=Cj0`,
      title: "Shop",
      path: "/",
      referrer: "https://www.google.com/",
    },
    at: AT,
  });
  assert.equal(world.cookies.get("hello_session_ack_at"), AT);
  assert.deepEqual(JSON.parse(world.cookies.get("hello_utm")), UTM);
});

test("events carry the campaign and the click with the time of their first sighting", async () => {
  const world = new World();
  await world.visit(`${CAMPAIGN}&gclid=Cj0`);
  await pass(7 * 86_400_000);
  const { client } = await world.visit("https://www.shop.example/later");
  await client.track("page.viewed");
  const [event] = world.bodies();
  assert.deepEqual(event.utm_params, UTM);
  assert.deepEqual(event.click_ids, { gclid: "Cj0", observed_at: AT });
});

for (const query of [
  "utm_source=google",
  "utm_medium=cpc&utm_campaign=x",
  "utm_source=&utm_medium=cpc",
]) {
  test(`${query} is no campaign, because source and medium must both be there`, async () => {
    const world = new World();
    await world.visit(`https://www.shop.example/?${query}`);
    assert.deepEqual(acks(world)[0].utm_params, {});
    assert.equal(world.cookies.get("hello_utm"), undefined);
  });
}

test("empty values of a campaign are left out", async () => {
  const world = new World();
  await world.visit("https://www.shop.example/?utm_source=a&utm_medium=b&utm_term=&utm_content=c");
  assert.deepEqual(acks(world)[0].utm_params, {
    source: "a",
    medium: "b",
    content: "c",
    observed_at: AT,
  });
});

test("a returning visitor without news sends no ack", async () => {
  const world = new World();
  await world.visit();
  await world.visit("https://www.shop.example/next", { referrer: "https://www.shop.example/" });
  assert.equal(acks(world).length, 1);
});

for (const [news, url, referrer] of [
  ["a campaign", CAMPAIGN, ""],
  ["a click", "https://www.shop.example/?fbclid=IwAR", ""],
  ["a page of another site", "https://www.shop.example/", "https://news.example/article"],
]) {
  test(`a returning visitor with ${news} sends an ack`, async () => {
    const world = new World();
    await world.visit();
    await pass(60_000);
    await world.visit(url, { referrer });
    assert.equal(acks(world).length, 2);
  });
}

test("the same page loaded again is no second sighting", async () => {
  const world = new World();
  const came = { referrer: "https://www.google.com/" };
  await world.visit(`${CAMPAIGN}&gclid=Cj0`, came);
  await pass(3_600_000);
  for (const kind of ["reload", "back_forward"])
    await world.visit(`${CAMPAIGN}&gclid=Cj0`, { ...came, kind });
  assert.equal(acks(world).length, 1);
  assert.equal(JSON.parse(world.cookies.get("hello_utm")).observed_at, AT);
});

test("the same campaign within a visit keeps its time, in another visit it is a touch of its own", async () => {
  const world = new World();
  await world.visit(CAMPAIGN);
  await pass(1_700_000);
  await world.visit(CAMPAIGN);
  assert.deepEqual(
    [acks(world).length, JSON.parse(world.cookies.get("hello_utm")).observed_at],
    [1, AT],
  );
  await pass(1_700_000);
  await world.visit(CAMPAIGN);
  assert.equal(acks(world).length, 2);
  assert.equal(JSON.parse(world.cookies.get("hello_utm")).observed_at, "2026-03-01T10:26:40.000Z");
});

test("a click is one click whenever it is seen", async () => {
  const world = new World();
  await world.visit("https://www.shop.example/?msclkid=1");
  await pass(86_400_000);
  await world.visit("https://www.shop.example/?msclkid=1");
  assert.equal(acks(world).length, 1);
  await world.visit("https://www.shop.example/?msclkid=2");
  assert.equal(acks(world).length, 2);
});

test("another campaign replaces the last", async () => {
  const world = new World();
  await world.visit(CAMPAIGN);
  await world.visit("https://www.shop.example/?utm_source=newsletter&utm_medium=email");
  assert.deepEqual(acks(world)[1].utm_params, {
    source: "newsletter",
    medium: "email",
    observed_at: AT,
  });
});

test("the cookie that the official client wrote is known again", async () => {
  const world = new World();
  await world.visit();
  const { observed_at, ...official } = UTM;
  const cookie = { name: "hello_utm", value: JSON.stringify(official), domain: ".shop.example" };
  world.cookies.jar.set("hello_utm .shop.example", cookie);
  await world.visit(CAMPAIGN);
  assert.equal(acks(world).length, 1);
});

test("a cookie that is no JSON is no campaign", async () => {
  const world = new World();
  world.cookies.jar.set("x", { name: "hello_utm", value: "{broken", domain: ".shop.example" });
  await world.visit();
  assert.deepEqual(acks(world)[0].utm_params, {});
});

test("signs that cookies cannot have are spelled as JSON can", async () => {
  const world = new World();
  await world.visit("https://www.shop.example/?utm_source=caf%C3%A9%3Bbar&utm_medium=%F0%9F%91%9C");
  assert.match(world.cookies.get("hello_utm"), /^[\x20-\x3a\x3c-\x7e]+$/);
  await pass(1);
  const { client } = await world.visit("https://www.shop.example/next");
  await client.track("page.viewed");
  const { source, medium } = world.bodies()[0].utm_params;
  assert.deepEqual([source, medium], ["café;bar", "👜"]);
});

for (const [referrer, isExternal] of [
  ["https://www.google.com/", true],
  ["https://other.example/page?q=1", true],
  ["android-app://com.google.android.gm/", true],
  ["https://www.shop.example/cart", false],
  ["https://blog.shop.example/", false],
  ["", false],
]) {
  test(`“${referrer}” is ${isExternal ? "" : "not "}another site`, async () => {
    const world = new World();
    await world.visit(undefined, { referrer });
    assert.equal(acks(world)[0].page.referrer, isExternal ? referrer : undefined);
  });
}

test("a referrer is told of with the page it led to, and no further one", async () => {
  const world = new World();
  const tab = await world.visit(undefined, { referrer: "https://www.google.com/" });
  await tab.client.track("page.viewed");
  tab.host.history.pushState({}, "", "/next");
  await tab.client.track("page.viewed");
  assert.deepEqual(
    world.bodies().map(({ page }) => page.referrer),
    ["https://www.google.com/", undefined],
  );
});

test("the arrival is that of the address at load, however late the client is initialised", async () => {
  const world = new World();
  const tab = world.tab(CAMPAIGN);
  tab.host.history.pushState({}, "", "/elsewhere");
  await pass(5000);
  await tab.client.initialize("1QsVymEv");
  await settled();
  assert.deepEqual(acks(world)[0].utm_params, UTM);
});

test("long values are cut to what a cookie can hold", async () => {
  const world = new World();
  await world.visit(`https://www.shop.example/?utm_source=${"s".repeat(5000)}&utm_medium=cpc`);
  assert.equal(acks(world)[0].utm_params.source.length, 500);
});
