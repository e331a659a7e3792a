// Footfall's client for pages, version 1.0.0: what visitors do → the server, each event once and
// in order.
//
// `create` makes a client from a window; the last line makes the page's own. Nothing here throws
// into the page, and every promise resolves. An event is put into a queue first (localStorage, one
// key per event, so that tabs never overwrite each other's; memory where there is none) and leaves
// it when the server has answered for good. Whoever sends holds a lock that all tabs share, and an
// `event_id` makes a second sending harmless.
//
// Names on the wire and of cookies are those of the Hellotext tracking API, so that this client and
// the official one can take turns on a site.

const UTM = "source medium campaign term content".split(" ");
const CLICK_IDS =
  "gclid gbraid wbraid dclid fbclid msclkid ttclid twclid li_fat_id rdt_cid ScCid epik irclickid yclid".split(
    " ",
  );
// Shops on these hosts are told apart by one more label.
const SHARED_HOSTS = /\b((myshopify|myvtex|wixsite)\.com|vtexcommercestable\.com\.br)$/;

// Names of cookies and of keys in localStorage, each after "hello_".
const SESSION = "session";
const ACK_AT = "session_ack_at";
const UTM_COOKIE = "utm";
const CLICK_COOKIE = "click_ids";
const USER_ID = "user_id";
const USER_SOURCE = "user_source";
const USER_HASH = "user_identification_hash";
const IDENTIFY = "/public/identifications";
const QUEUE = "hello_queue:";
const RETRY_AT = "hello_retry_at";
const LEASE = "hello_lease";

const TEN_YEARS_S = 315360000;
const VISIT_MS = 1800000;
const QUEUE_EVENTS_MAX = 256;
// Together they leave most of what a browser gives the site to the page itself.
const STORED_CHARACTERS_MAX = 8192;
const EVENT_BYTES_MAX = 262144;
const KEEPALIVE_BYTES_MAX = 60000;
const TEXT_MAX = 500;
const URL_MAX = 8192;
const TIMEOUT_MS = 30000;
const LEASE_MS = 40000;
const LEAVING_MS = 2000;
const CLOCK_MS = 86400000;
const BACKOFF_MS = 1000;
const BACKOFF_MAX_MS = 300000;
const WAIT_MAX_MS = 3600000;

const respond = (data, succeeded, queued = false) => ({
  data,
  succeeded,
  failed: !succeeded && !queued,
  queued,
});
const refuse = (type, message) =>
  respond({ errors: [{ type, message, description: message, parameter: "params" }] }, false);
const QUEUED = respond({ status: "queued" }, false, true);

const attempt = (work) => {
  try {
    return work();
  } catch {
    // Storage, cookies and what pages hand in may throw on any access.
  }
};
/** Return the beginning of a text, without half a sign at its end. */
const clip = (value, length) =>
  String(value)
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, "");
/** Return how far a moment is ahead; 0 also where only a clock that was put back explains it. */
const msUntil = (at, max) => {
  const left = at - Date.now();
  return left > 0 && left <= max ? left : 0;
};
const sizeOf = (text) => new Blob([text]).size;

/** Return the domain that cookies are set for, with its leading dot; "" for this host alone. */
export const rootDomain = (host) => {
  const labels = host.split(".");
  // An IPv6 address is in brackets.
  if (!labels[1] || /[\d\]]$/.test(host)) return "";
  const [second, top] = labels.slice(-2);
  const count = top.length == 2 && second.length <= 3 ? 3 : 2;
  return "." + labels.slice(SHARED_HOSTS.test(host) ? -count - 1 : -count).join(".");
};

/** Return JSON for anything; throws a message for what is too large or cannot be read. */
const serialize = (value) => {
  const parents = [];
  let length = 0;
  return JSON.stringify(value, function (key, each) {
    length += key.length + (each?.length ?? 0);
    if (length > EVENT_BYTES_MAX) throw "too_large";
    if (typeof each == "bigint") return "" + each;
    if (each && typeof each == "object") {
      while (parents.length && parents.at(-1) !== this) parents.pop();
      if (parents.includes(each)) return;
      parents.push(each);
    }
    return each;
  });
};

/** Return what is left of anything as JSON: later changes to the original do not reach it. */
const copy = (value) => JSON.parse(serialize(value));

/** Return a short fingerprint, by which it is noticed that the same is said again. */
const fingerprint = (text) => {
  let hash = 7;
  for (const sign of text) hash = (hash * 31 + sign.charCodeAt()) % 2 ** 47;
  return hash;
};

/** Return a client for a window; `script` is the element that loaded it, or its address. */
export const create = (host, script) => {
  const { document, navigator, location } = host;
  const iso = () => new Date().toISOString();
  const listeners = {};
  const memory = new Map();
  const waiting = new Map();
  const held = [];
  const tab = "" + Math.random();

  let business, options, apiRoot, session, lastView, consented;
  let isStarted, isSending, isLeaving, isFull, inFlight;
  // All of one length, so that keys sort as they were made.
  let count = 1e6;
  let failures = 0;
  let toldMs = 0;
  let timer;

  const query = attempt(() => new URLSearchParams(location.search));
  const isPreview = query?.has("hello_preview");

  const uuid = () =>
    [...host.crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => (byte + 256).toString(16).slice(1))
      .join("")
      .replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12})/, "$1-$2-4$3-a$4-$5");

  const emit = (name, value) =>
    // Later, so that what a listener throws is the page's own error and stops nothing here.
    listeners[name]?.forEach((listener) => setTimeout(() => listener(value)));

  // Cookies

  const cookie = (name) =>
    attempt(() => `; ${document.cookie}`.split(`; hello_${name}=`)[1]?.split(";")[0]);

  const setCookie = (name, value, age = TEN_YEARS_S) =>
    attempt(() => {
      // It would end the value.
      if (/;/.test(value)) return;
      const root = rootDomain(location.hostname);
      const secure = location.protocol == "https:" ? "; Secure" : "";
      for (const domain of root ? [`; domain=${root}`, ""] : [""]) {
        document.cookie = `hello_${name}=${value}; path=/${secure}${domain}; max-age=${age}; SameSite=Lax`;
        // Browsers refuse a domain that many sites share; then it is for this host alone.
        if (age && cookie(name) == value) break;
      }
    });

  const dropCookies = (...names) => names.forEach((name) => setCookie(name, "", 0));

  const cookieJson = (name) => attempt(() => JSON.parse(cookie(name)));

  // The queue: key → "path body"

  const storage = (work) => attempt(() => work(host.localStorage));
  const stored = (key) => storage((local) => local[key]) ?? memory.get(key);
  const prefix = () => QUEUE + business + ":";

  const every = () => [...(storage(Object.keys) || []), ...memory.keys()];

  const keys = () => every().filter((key) => key.startsWith(prefix())).sort();

  const store = (key, text) =>
    (text.length < STORED_CHARACTERS_MAX && storage((local) => (local[key] = text))) ||
    memory.set(key, text);

  const drop = (key) => {
    storage((local) => delete local[key]);
    memory.delete(key);
    isFull = false;
  };

  const enqueue = (path, body, headers) => {
    if (sizeOf(body) > EVENT_BYTES_MAX) return TOO_LARGE;
    if (isFull || (isFull = keys().length >= QUEUE_EVENTS_MAX)) return FULL;
    const key = `${prefix()}${Date.now()}:${count++}:${tab}`;
    store(key, `${path} ${body}`);
    if (isLeaving) beacon(key);
    return new Promise((resolve) => {
      waiting.set(key, { resolve, headers });
      flush();
    });
  };

  const settleAll = (response) => {
    waiting.forEach(({ resolve }) => resolve(response));
    waiting.clear();
  };

  // Sending

  /** Return for how long nothing may be sent: 0, or what the last failure led to, in any tab. */
  const waitMs = () => msUntil(stored(RETRY_AT), WAIT_MAX_MS);

  const backOff = (retryAfter) => {
    toldMs = retryAfter * 1000 || Date.parse(retryAfter) - Date.now() || 0;
    const ownMs =
      Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** failures++) * (0.5 + Math.random() / 2);
    // Not what a page that is being left breaks off itself: the next one need not wait for that.
    if (isStarted && (toldMs || !isLeaving))
      store(RETRY_AT, "" + (Date.now() + Math.min(Math.max(toldMs, ownMs), WAIT_MAX_MS)));
  };

  const read = (key) => stored(key)?.split(/ (.*)/s) || [];

  /** Send one event; returns its response, or nothing if it has to be tried again. */
  const send = async (key) => {
    const [path, body] = read(key);
    if (!body) return QUEUED;
    let retryAfter;
    inFlight = key;
    try {
      const headers = new Headers(waiting.get(key)?.headers);
      headers.set("Authorization", `Bearer ${business}`);
      headers.set("Content-Type", "application/json");
      const answer = await host.fetch(apiRoot + path, {
        method: "POST",
        headers,
        body,
        keepalive: sizeOf(body) < KEEPALIVE_BYTES_MAX,
        signal: AbortSignal.timeout?.(TIMEOUT_MS),
      });
      retryAfter = answer.headers.get("Retry-After");
      const data = await answer.json().catch(() => {});
      // What cannot become better is final: all that is the caller's fault.
      if (answer.ok ? data : /^4(?!08|29)/.test(answer.status)) {
        failures = 0;
        const { tracked_at: at, ...told } = JSON.parse(body);
        if (!answer.ok && at && Date.now() - Date.parse(answer.headers.get("Date")) > CLOCK_MS) {
          // This device's clock is a day ahead, which no server believes: its arrival has to do.
          store(key, `${path} ${serialize(told)}`);
          return send(key);
        }
        if (path == IDENTIFY) identified(body, told.user_id, answer.ok);
        return respond(data || {}, answer.ok);
      }
    } catch {
      // The network, or an answer that is not the server's own.
    } finally {
      inFlight = 0;
    }
    backOff(retryAfter);
  };

  const drain = async () => {
    for (let key; !isLeaving && !waitMs() && (key = keys()[0]);) {
      if (!navigator.locks) store(LEASE, `${tab} ${Date.now() + LEASE_MS}`);
      const response = await send(key);
      if (!response) return;
      drop(key);
      waiting.get(key)?.resolve(response);
      waiting.delete(key);
    }
  };

  /** Do something while no other tab does it; returns whether another one is at it. */
  const exclusively = async (work, name) => {
    if (navigator.locks) return navigator.locks.request(name, work);
    const [owner, until] = (stored(LEASE) || "").split(" ");
    if (owner != tab && msUntil(until, LEASE_MS)) return true;
    await work();
    drop(LEASE);
  };

  const flush = async () => {
    if (isSending || isLeaving || !isStarted) return;
    isSending = true;
    const isElsewhere = await exclusively(drain, QUEUE).catch(drain).catch(backOff);
    isSending = false;
    if (keys()[0]) {
      const delay = isElsewhere ? BACKOFF_MS : waitMs();
      // Tracked in the very moment in which the queue was empty.
      if (!delay) return flush();
      clearTimeout(timer);
      timer = setTimeout(flush, delay);
    }
    // These stay in the queue, or another tab has sent them.
    settleAll(QUEUED);
  };

  const beacon = (key) =>
    attempt(() => {
      if (key == inFlight || waitMs()) return;
      const [path, body] = read(key);
      const url = `${apiRoot}${path}?business=${encodeURIComponent(business)}`;
      // It stays in the queue: nobody learns whether a beacon arrived, and twice is once.
      body && navigator.sendBeacon(url, body);
    });

  const leave = () => {
    if (session) begin();
    if (!isStarted || isLeaving) return;
    isLeaving = true;
    keys().forEach(beacon);
    setTimeout(() => {
      isLeaving = false;
      flush();
    }, LEAVING_MS);
  };

  // Who and where

  const landing = attempt(() => {
    const root = (name) => rootDomain(name) || name;
    const { referrer } = document;
    const isExternal = referrer && root(new URL(referrer).hostname) != root(location.hostname);
    return {
      at: iso(),
      path: location.pathname,
      referrer: isExternal ? clip(referrer, URL_MAX) : undefined,
    };
  });

  const describePage = (url = location.href) => ({
    url: clip(url, URL_MAX),
    title: clip(document.title, TEXT_MAX),
    path: attempt(() => new URL(url, url[0] == "/" ? location.href : undefined).pathname) || "/",
    // What brought the visitor brought them to the first page only.
    referrer: landing?.path == location.pathname ? landing.referrer : undefined,
  });

  const forget = () => dropCookies(USER_ID, USER_SOURCE, USER_HASH);

  const identified = (body, id, succeeded) => {
    // Forgotten or replaced since.
    if (cookie(USER_ID) != id) return;
    if (succeeded) setCookie(USER_HASH, fingerprint(body));
    else forget();
  };

  /** Keep what the address tells unless it is known; returns whether it is news. */
  const observe = (name, found, mayRepeat) => {
    const { observed_at: at, ...known } = cookieJson(name) || {};
    const isKnown = serialize(known) == serialize(found);
    if (isKnown && !(mayRepeat && Date.parse(landing.at) - Date.parse(at) > VISIT_MS)) return;
    const told = { ...found, observed_at: landing.at };
    landing[name] = told;
    // What ends a cookie's value, or is no ASCII, in JSON's own spelling.
    const escape = (sign) => "\\u" + sign.charCodeAt().toString(16).padStart(4, 0);
    setCookie(name, serialize(told).replace(/[;\x7f-\uffff]/g, escape));
    if (name == UTM_COOKIE) emit("utm-set", serialize(told));
    return true;
  };

  const parameters = (names, start = "") => {
    const found = {};
    for (const name of names) {
      const value = query.get(start + name);
      if (value) found[name] = clip(value, TEXT_MAX);
    }
    return found;
  };

  /** Look once at what brought the visitor; returns whether that is news. */
  const arrive = () => {
    const kind = attempt(() => host.performance.getEntriesByType("navigation")[0].type);
    const isFresh = !/reload|back/.test(kind) || !cookie(ACK_AT);
    const utm = parameters(UTM, "utm_");
    const clicks = parameters(CLICK_IDS);
    let isNews = isFresh && landing.referrer;
    // The same campaign in another visit is another touch; the page loaded again is not, and a
    // click has an id of its own.
    if (utm.source && utm.medium && observe(UTM_COOKIE, utm, isFresh)) isNews = true;
    if (serialize(clicks) != "{}" && observe(CLICK_COOKIE, clicks)) isNews = true;
    return isNews;
  };

  const evidence = () => ({
    utm_params: landing[UTM_COOKIE] || cookieJson(UTM_COOKIE) || {},
    click_ids: landing[CLICK_COOKIE] || cookieJson(CLICK_COOKIE),
  });

  const acknowledge = () => {
    const { at } = landing;
    setCookie(ACK_AT, at);
    // Nothing that the page tracked meanwhile came before it.
    enqueue("/public/acks", serialize({ session, ...evidence(), page: describePage(), at }));
  };

  // Whether anything may happen at all

  // In the script's own `data-` attributes it is a text.
  const isOff = (name) => "" + options[name] == "false";

  const isRefused = () =>
    consented === false ||
    (options &&
      !isOff("privacySignals") &&
      (navigator.globalPrivacyControl || navigator.doNotTrack == 1));

  const wipe = () => {
    isStarted = false;
    session = undefined;
    held.splice(0).forEach((work) => work());
    dropCookies(SESSION, ACK_AT, UTM_COOKIE, CLICK_COOKIE);
    forget();
    every().forEach((key) => /^hello_/.test(key) && drop(key));
    settleAll(NOT_ALLOWED);
  };

  const valid = (id) => /^(?!undefined$)[\w-]{8,128}$/.test(id) && id;

  const known = () =>
    valid(query.get("hello_session")) || valid(options.session) || valid(cookie(SESSION));

  const begin = () => {
    if (isStarted || isRefused()) return;
    isStarted = true;
    const before = cookie(SESSION);
    session = known() || session;
    if (session) {
      setCookie(SESSION, session);
      emit("session-set", session);
    }
    const isNews = arrive();
    if (session && (isNews || session != before || !cookie(ACK_AT))) acknowledge();
    held.splice(0).forEach((work) => work());
    flush();
  };

  const start = () => {
    if (!business || isStarted || isPreview) return;
    if (isRefused()) return wipe();
    if (options.consent == "required" && !consented) return;
    if (!isOff("autoGenerateSession")) session ||= uuid();
    // One tab after the other: opened at once, each would begin a session of its own.
    if (!session || known()) begin();
    else exclusively(begin, SESSION).then(begin, begin);
  };

  /** Do it now, or when it is known that it may be done; always resolves with a response. */
  const admit = async (work) => {
    try {
      if (isPreview) return respond({ received: true }, true);
      if (isRefused()) return NOT_ALLOWED;
      const ready = work();
      if (isStarted) return await ready();
      if (held.length >= QUEUE_EVENTS_MAX) return FULL;
      return new Promise((resolve) => {
        held.push(() => resolve(isRefused() ? NOT_ALLOWED : attempt(ready) || TOO_LARGE));
        // Nobody knows for how long consent is thought over.
        if (!session) resolve(QUEUED);
      });
    } catch (problem) {
      return problem == "too_large" ? TOO_LARGE : refuse("invalid", "Unreadable.");
    }
  };

  // Page views

  const view = () => {
    // A fragment is a place on the page, unless routes are kept in it.
    const url = location.href.replace(/#(?![!/]).*/, "");
    if (url == lastView) return;
    lastView = url;
    track("page.viewed");
  };

  const watchAddress = () => {
    view();
    // Frameworks set the title after the address.
    const changed = () => setTimeout(view);
    if (host.navigation) return host.navigation.addEventListener("currententrychange", changed);
    for (const name of ["pushState", "replaceState"]) {
      const own = host.history[name];
      host.history[name] = function (...told) {
        const result = own.apply(this, told);
        changed();
        return result;
      };
    }
    host.addEventListener("popstate", changed);
  };

  attempt(() => {
    host.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", () => document.hidden && leave());
    host.addEventListener("online", () => {
      if (!toldMs) drop(RETRY_AT);
      flush();
    });
  });

  // What the page calls

  const initialize = async (id, told = {}) => {
    try {
      if (document.prerendering) {
        await new Promise((resolve) => document.addEventListener("prerenderingchange", resolve));
      }
      business = "" + id;
      options = { ...told };
      apiRoot = (
        options.apiRoot || new URL(script?.src || script || location.href).origin + "/v1"
      ).replace(/\/$/, "");
      start();
      if (options.autoPageViews && !lastView) watchAddress();
    } catch {
      // No page, such as on a server that renders one.
    }
  };

  const track = (action, params) =>
    admit(() => {
      const { headers, ...told } = params || {};
      const extra = { ...headers };
      const event = copy({
        action,
        ...told,
        tracked_at: told.tracked_at ?? iso(),
        event_id: told.event_id ?? uuid(),
        page: describePage(told.url),
      });
      return () => {
        const id = cookie(USER_ID);
        const user_parameters = id ? { id, source: cookie(USER_SOURCE) } : {};
        const body = serialize({ session, user_parameters, ...event, ...evidence() });
        return enqueue("/track/events", body, extra);
      };
    });

  const identify = (id, told) =>
    admit(() => {
      const user = copy({ user_id: id, ...told });
      return () => {
        const body = serialize({ session, ...user });
        if (cookie(USER_HASH) == fingerprint(body))
          return respond({ already_identified: true }, true);
        forget();
        setCookie(USER_ID, user.user_id);
        if (user.source) setCookie(USER_SOURCE, user.source);
        return enqueue(IDENTIFY, body);
      };
    });

  const consent = (granted) => {
    consented = !!granted;
    if (granted) start();
    else wipe();
  };

  const TOO_LARGE = refuse("too_large", "Too large.");
  const FULL = refuse("rate_limited", "Too many wait.");
  const NOT_ALLOWED = refuse("not_allowed", "No consent.");

  const { business: own, ...attributes } = script?.dataset || {};
  if (own) initialize(own, attributes);

  return {
    initialize,
    track,
    identify,
    forget,
    consent,
    on: (name, listener) => (listeners[name] ||= new Set()).add(listener),
    removeEventListener: (name, listener) => listeners[name]?.delete(listener),
    get session() {
      return session;
    },
    get isInitialized() {
      return !!session;
    },
  };
};

export default create(globalThis, import.meta.url);
