// Cookies are those of the official client: names, attributes, domain.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rootDomain } from "../hellotext.js";
import { World } from "./world.js";

const DOMAINS = {
  "shop.example": ".shop.example",
  "www.shop.example": ".shop.example",
  "a.b.shop.example": ".shop.example",
  "shop.co.uk": ".shop.co.uk",
  "www.shop.co.uk": ".shop.co.uk",
  "www.shop.com.br": ".shop.com.br",
  "www.shop.de": ".shop.de",
  "bags.myshopify.com": ".bags.myshopify.com",
  "www.bags.myshopify.com": ".bags.myshopify.com",
  "bags.vtexcommercestable.com.br": ".bags.vtexcommercestable.com.br",
  "bags.myvtex.com": ".bags.myvtex.com",
  "bags.wixsite.com": ".bags.wixsite.com",
  localhost: "",
  "127.0.0.1": "",
  "192.168.178.20": "",
  "[::1]": "",
};

for (const [host, domain] of Object.entries(DOMAINS)) {
  test(`cookies of ${host} are for ${domain || "this host alone"}`, () => {
    assert.equal(rootDomain(host), domain);
  });
}

test("a cookie has the attributes of the official client's", async () => {
  const world = new World();
  const { client } = await world.visit();
  assert.equal(
    world.cookies.written[0],
    `hello_session=${client.session}; path=/; Secure; domain=.shop.example; max-age=315360000; SameSite=Lax`,
  );
});

test("a page without https gets cookies that such pages can have", async () => {
  const world = new World();
  await world.visit("http://localhost:8080/");
  assert.match(
    world.cookies.written[0],
    /^hello_session=[^;]+; path=\/; max-age=315360000; SameSite=Lax$/,
  );
});

test("where the browser refuses the domain the cookie is for this host", async () => {
  const world = new World();
  world.cookies.refused = [".github.io"];
  const { client } = await world.visit("https://bags.github.io/");
  assert.equal(world.cookies.get("hello_session"), client.session);
  const again = await world.visit("https://bags.github.io/next");
  assert.equal(again.client.session, client.session);
});

test("where there are no cookies the session lasts as long as the page", async () => {
  const world = new World();
  world.cookies.write = () => {};
  const { client } = await world.visit();
  await client.track("page.viewed");
  assert.equal(world.bodies()[0].session, client.session);
});

test("the session of the address comes first, then the option, then the cookie", async () => {
  const world = new World();
  const [link, option, cookie] = ["a", "b", "c"].map((sign) => sign.repeat(32));
  const known = { name: "hello_session", value: cookie, domain: ".shop.example" };
  world.cookies.jar.set("hello_session .shop.example", known);
  const visit = (query, options) => world.visit(`https://www.shop.example/${query}`, { options });
  assert.equal((await visit("", {})).client.session, cookie);
  assert.equal((await visit("", { session: option })).client.session, option);
  assert.equal((await visit(`?hello_session=${link}`, { session: option })).client.session, link);
  assert.equal((await visit("", {})).client.session, link);
});

for (const word of ["undefined", "null", "", "two words", "x", "<script>"]) {
  test(`“${word}” is no session`, async () => {
    const world = new World();
    world.cookies.jar.set("x", { name: "hello_session", value: word, domain: ".shop.example" });
    const { client } = await world.visit(
      `https://www.shop.example/?hello_session=${encodeURIComponent(word)}`,
    );
    assert.match(client.session, /^[\da-f-]{36}$/);
  });
}

test("without automatic sessions there is none, and events say so", async () => {
  const world = new World();
  const { client } = await world.visit(undefined, { options: { autoGenerateSession: false } });
  assert.deepEqual([client.session, client.isInitialized], [undefined, false]);
  assert.equal(world.cookies.get("hello_session"), undefined);
  await client.track("page.viewed");
  assert.equal("session" in world.bodies()[0], false);
});

test("a session is random also where only secure pages have randomUUID", async () => {
  const crypto = { getRandomValues: (bytes) => globalThis.crypto.getRandomValues(bytes) };
  const ids = new Set();
  for (let n = 0; n < 100; n++) {
    ids.add((await new World().visit("http://shop.example/", { crypto })).client.session);
  }
  assert.equal(ids.size, 100);
});
