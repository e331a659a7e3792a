// A browser for the tests of the client: cookies with domains, storage, locks, a network and tabs.
//
// What the client decides is real; only what a browser gives it is played. Time stands still until
// a test moves it.

import { mock } from "node:test";
import { create } from "../hellotext.js";

export const NOW = Date.parse("2026-03-01T09:30:00.000Z");
export const BUSINESS = "1QsVymEv";
export const RECEIVED = { status: 200, body: { status: "received" } };

/** Let everything happen that waits for nothing but its turn. */
export const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Let time pass, with all that was to happen in it. */
export const pass = async (ms) => {
  await settled();
  mock.timers.tick(ms);
  await settled();
};

class Cookies {
  jar = new Map();
  written = [];

  // `refused` are domains that many sites share.
  constructor(refused = []) {
    this.refused = refused;
  }

  read(location) {
    return [...this.jar.values()]
      .filter(({ domain, host }) =>
        domain ? `.${location.hostname}`.endsWith(domain) : host === location.hostname,
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }

  write(location, text) {
    this.written.push(text);
    const [pair, ...attributes] = text.split("; ");
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const told = Object.fromEntries(attributes.map((each) => each.split("=")));
    const { domain } = told;
    if (domain && (this.refused.includes(domain) || !`.${location.hostname}`.endsWith(domain)))
      return;
    const key = `${name} ${domain ?? location.hostname}`;
    if (told["max-age"] === "0") this.jar.delete(key);
    else this.jar.set(key, { name, value, domain, host: location.hostname });
  }

  get(name) {
    return [...this.jar.values()].find((each) => each.name === name)?.value;
  }
}

class Locks {
  last = {};

  request(name, work) {
    const done = (this.last[name] ?? Promise.resolve()).then(work);
    this.last[name] = done.catch(() => {});
    return done;
  }
}

/** A browser with its cookies, its storage and what its network answers; `tab` opens a page. */
export class World {
  cookies = new Cookies();
  storage = {};
  locks = new Locks();
  sent = [];
  beacons = [];
  answer = () => RECEIVED;

  constructor(changes = {}) {
    mock.timers.reset();
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
    Object.assign(this, changes);
  }

  /** The bodies that arrived at a path, in order. */
  bodies(path = "/track/events") {
    return this.sent.filter(({ url }) => url.endsWith(path)).map(({ body }) => body);
  }

  get queued() {
    return Object.keys(this.storage).filter((key) => key.startsWith("hello_queue:"));
  }

  async fetch(url, { body, headers, ...options }) {
    const request = {
      url,
      body: JSON.parse(body),
      headers: Object.fromEntries(headers),
      ...options,
    };
    this.sent.push(request);
    const { status, body: told, headers: fields = {} } = await this.answer(request);
    return {
      status,
      ok: status >= 200 && status < 300,
      headers: new Headers(fields),
      json: async () => (typeof told === "string" ? JSON.parse(told) : told),
    };
  }

  tab(
    url = "https://www.shop.example/",
    { referrer = "", kind = "navigate", script, ...changes } = {},
  ) {
    const world = this;
    const heard = new Map();
    const hear = (name, listener) => heard.set(name, [...(heard.get(name) ?? []), listener]);
    const location = new URL(url);
    const document = {
      title: "Shop",
      referrer,
      hidden: false,
      addEventListener: hear,
      get cookie() {
        return world.cookies.read(location);
      },
      set cookie(text) {
        world.cookies.write(location, text);
      },
    };
    const go = (_, __, to) => {
      if (to) location.href = new URL(to, location.href).href;
    };
    const host = {
      document,
      location,
      navigator: {
        locks: this.locks,
        sendBeacon: (to, body) => !!this.beacons.push({ url: to, body: JSON.parse(body) }),
      },
      crypto: globalThis.crypto,
      performance: { getEntriesByType: () => [{ type: kind }] },
      history: { pushState: go, replaceState: go },
      localStorage: this.storage,
      fetch: (...told) => this.fetch(...told),
      addEventListener: hear,
      ...changes,
    };
    const client = create(host, script ?? "https://events.example.org/hellotext.js");
    const happen = (name) => (heard.get(name) ?? []).forEach((listener) => listener({}));
    return { host, document, location, client, happen };
  }

  /** Open a page whose client is initialised. */
  async visit(url, { options, ...changes } = {}) {
    const tab = this.tab(url, changes);
    await tab.client.initialize(BUSINESS, options);
    await settled();
    return tab;
  }
}
