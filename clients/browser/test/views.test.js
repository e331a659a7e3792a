// With autoPageViews every page that is seen is told of once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BUSINESS, World, pass, settled } from "./world.js";

const AUTO = { options: { autoPageViews: true } };
const paths = (world) => world.bodies().map(({ action, page }) => [action, page.path, page.title]);

test("the page that was loaded is viewed", async () => {
  const world = new World();
  await world.visit("https://www.shop.example/bags", AUTO);
  assert.deepEqual(paths(world), [["page.viewed", "/bags", "Shop"]]);
});

test("without the option nothing is tracked by itself", async () => {
  const world = new World();
  const { host } = await world.visit();
  host.history.pushState({}, "", "/next");
  await pass(0);
  assert.deepEqual(world.bodies(), []);
});

test("navigation within the page is followed, with the title that comes after it", async () => {
  const world = new World();
  const { host, document } = await world.visit("https://www.shop.example/", AUTO);
  host.history.pushState({}, "", "/bags");
  document.title = "Bags";
  await pass(0);
  host.history.replaceState({}, "", "/bags?page=2");
  await pass(0);
  assert.deepEqual(paths(world), [
    ["page.viewed", "/", "Shop"],
    ["page.viewed", "/bags", "Bags"],
    ["page.viewed", "/bags", "Bags"],
  ]);
});

test("going back is followed", async () => {
  const world = new World();
  const { location, happen } = await world.visit("https://www.shop.example/", AUTO);
  location.href = "https://www.shop.example/before";
  happen("popstate");
  await pass(0);
  assert.equal(paths(world).length, 2);
});

test("where there is the Navigation API the page's history is left alone", async () => {
  const world = new World();
  const heard = [];
  const navigation = { addEventListener: (name, listener) => heard.push([name, listener]) };
  const { host, location } = await world.visit("https://www.shop.example/", {
    ...AUTO,
    navigation,
  });
  assert.equal(host.history.pushState, host.history.replaceState);
  const [[name, changed]] = heard;
  assert.equal(name, "currententrychange");
  location.href = "https://www.shop.example/next";
  changed();
  await pass(0);
  assert.equal(paths(world).length, 2);
});

test("a state or a place on the page is no other page", async () => {
  const world = new World();
  const { host } = await world.visit("https://www.shop.example/", AUTO);
  for (const to of [undefined, "/", "/#reviews"]) {
    host.history.replaceState({ scroll: 1 }, "", to);
    await pass(0);
  }
  assert.equal(paths(world).length, 1);
});

test("routes that are kept in the fragment are pages", async () => {
  const world = new World();
  const { host } = await world.visit("https://www.shop.example/", AUTO);
  for (const to of ["#/bags", "#!/bags"]) {
    host.history.pushState({}, "", to);
    await pass(0);
  }
  assert.equal(paths(world).length, 3);
});

test("the page's own use of its history goes on as before", async () => {
  const world = new World();
  const calls = [];
  const history = {
    pushState(...told) {
      calls.push([this === history, ...told]);
      return "its own";
    },
    replaceState() {
      throw new Error("its own");
    },
  };
  await world.visit("https://www.shop.example/", { ...AUTO, history });
  assert.equal(history.pushState({ a: 1 }, "", "/x"), "its own");
  assert.deepEqual(calls, [[true, { a: 1 }, "", "/x"]]);
  assert.throws(() => history.replaceState(), /its own/);
});

test("initialising again follows nothing twice", async () => {
  const world = new World();
  const { client, host } = await world.visit("https://www.shop.example/", AUTO);
  await client.initialize(BUSINESS, AUTO.options);
  host.history.pushState({}, "", "/next");
  await pass(0);
  assert.equal(paths(world).length, 2);
});

test("a page that is made ready beforehand counts when it is shown", async () => {
  const world = new World();
  const tab = world.tab();
  tab.document.prerendering = true;
  tab.client.initialize(BUSINESS, AUTO.options);
  await settled();
  assert.deepEqual(world.sent, []);
  tab.happen("prerenderingchange");
  await settled();
  assert.equal(paths(world).length, 1);
});
