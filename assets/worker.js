// The service worker: shows a page of ours where there is no network. Served at /sw.js with its first line, which tells
// it what belongs to this release of the program, and which of the kept pages the others lead to (crates/ui/src/offline).
//
// It keeps three things and nothing else: this release's style and scripts, the pages that say what can be done without
// a network, and the pages that the server marks as worth keeping (the next visit's barcode). The last are health data:
// they belong to one session, and go with it.

const { name: NAME, assets: ASSETS, kept: TO_SHOW, off: OFF } = RELEASE;
const SHELL = `shell-${NAME}`;
const KEPT = 'kept';
const NO_NETWORK = '/offline';
const NO_CARD = '/offline/card';
// For so long a network that does not answer is waited for, where a kept page can be shown instead.
const SLOW_MS = 5000;

// What is kept changes in one turn after another: a page that was heard before it was asked for is there.
let turn = Promise.resolve();
const inTurn = (act) => {
  turn = turn.then(act, act);
  return turn;
};

// The server's words on its pages: for which session, and for how many seconds from now. Seconds, because a phone's
// clock may be wrong.
const HOLDER = 'x-keep-for';
const KEEP_SECS = 'x-keep-offline';
const UNTIL = 'x-kept-until';

const isOver = (answer) => !(Number(answer.headers.get(UNTIL)) > Date.now());

// A kept page, if it may still be shown.
const kept = async (path) => {
  const cache = await caches.open(KEPT);
  const answer = await cache.match(path, { ignoreVary: true });
  if (!answer) return undefined;
  if (!isOver(answer)) return answer;
  await cache.delete(path, { ignoreVary: true });
  return undefined;
};

const keep = async (cache, path, answer, secs) => {
  const headers = new Headers(answer.headers);
  for (const gone of ['content-encoding', 'content-length']) headers.delete(gone);
  headers.set(UNTIL, String(Date.now() + secs * 1000));
  await cache.put(path, new Response(await answer.text(), { headers }));
};

// What a page says about what is kept: whose session this is, and whether it is worth keeping itself. A page that asked
// nobody says nothing.
const hear = async (path, answer) => {
  const holder = answer.headers.get(HOLDER);
  if (!holder) return;
  const cache = await caches.open(KEPT);
  for (const request of await cache.keys()) {
    const one = await cache.match(request, { ignoreVary: true });
    if (one.headers.get(HOLDER) !== holder || isOver(one)) await cache.delete(request, { ignoreVary: true });
  }
  const secs = Number(answer.headers.get(KEEP_SECS));
  if (secs > 0) await keep(cache, path, answer, secs);
  else if (answer.ok) await cache.delete(path, { ignoreVary: true });
};

// The kept page, with a word for its notice: none, slow or down.
const shown = async (path, why) => {
  const answer = await kept(path);
  if (!answer) return undefined;
  const text = (await answer.text()).replace('<html ', `<html data-kept="${why}" `);
  return new Response(text, { headers: answer.headers });
};

// What is shown where no answer comes.
const without = async (path) => {
  const page = await shown(path, 'none');
  if (page) return page;
  const instead = path === '/card' || path.startsWith('/card/') ? NO_CARD : NO_NETWORK;
  const answer = await caches.match(instead, { ignoreVary: true });
  if (!answer) return Response.error();
  const barcode = TO_SHOW && (await kept(TO_SHOW)) ? 'data-holds ' : '';
  const text = (await answer.text()).replace('<html ', `<html ${barcode}`);
  return new Response(text, { headers: answer.headers });
};

// A page as the network gives it. The request went out while this worker was still starting, where the browser knows
// how: a page is no slower for it.
const asked = async (event) => {
  const early = await event.preloadResponse;
  return early || fetch(event.request);
};

const page = async (event, path) => {
  const coming = asked(event);
  const late = new Promise((done) => setTimeout(done, SLOW_MS)).then(() => shown(path, 'slow'));
  let answer;
  try {
    answer = await Promise.race([coming, late.then((one) => one || coming)]);
  } catch {
    return without(path);
  }
  if (answer.status >= 500) {
    const instead = await shown(path, 'down');
    return instead || answer;
  }
  // The browser's own memory, by its back button, says what once was so.
  if (event.request.cache === 'force-cache') return answer;
  // Too slow to be shown, but what it says of what is kept is heard when it comes.
  if (answer.headers.has(UNTIL)) {
    const heard = coming.then((late) => late.status < 500 && inTurn(() => hear(path, late)));
    event.waitUntil(heard.catch(() => {}));
    return answer;
  }
  const copy = answer.headers.has(KEEP_SECS) ? answer.clone() : answer;
  event.waitUntil(inTurn(() => hear(path, copy)));
  if (path === '/look') event.waitUntil(inTurn(() => caches.open(SHELL).then((cache) => cache.addAll([NO_NETWORK, NO_CARD]))));
  return answer;
};

const asset = async (request) => {
  const own = await caches.match(request, { ignoreVary: true });
  return own || fetch(request);
};

if (!OFF) {
  self.addEventListener('fetch', (event) => {
    const { request } = event;
    const path = new URL(request.url).pathname;
    if (request.method !== 'GET') {
      // A form goes its own way. Who signs out takes what is kept along, with a network or without.
      if (path === '/logout') event.waitUntil(inTurn(() => caches.delete(KEPT)));
      return;
    }
    if (request.mode === 'navigate') event.respondWith(path.startsWith('/desk') ? asked(event) : page(event, path));
    else if (ASSETS.includes(path)) event.respondWith(asset(request));
  });
}

// A page asks for a path to be kept, and is told whether it is.
const promise = async ({ keep: path, anew }) => {
  if (anew || !(await kept(path))) {
    try {
      const options = { credentials: 'same-origin', redirect: 'manual', cache: 'no-store', headers: { accept: 'text/html' } };
      const answer = await fetch(path, options);
      if (answer.type === 'basic') await hear(path, answer);
    } catch {
      // No network: what is kept already stays.
    }
  }
  return Boolean(await kept(path));
};
self.addEventListener('message', (event) => {
  const [port] = event.ports;
  event.waitUntil(inTurn(() => promise(event.data)).then((is) => port.postMessage({ kept: is })));
});

// A new release takes the place of the old at once: its addresses hold their content's hash, so that no page can be
// given another's.
const install = async () => {
  if (!OFF) await (await caches.open(SHELL)).addAll([...ASSETS, NO_NETWORK, NO_CARD]);
  await self.skipWaiting();
};
const activate = async () => {
  const stays = OFF ? [] : [SHELL, KEPT];
  const names = await caches.keys();
  await Promise.all(names.filter((cache) => !stays.includes(cache)).map((cache) => caches.delete(cache)));
  // Switched off by the operator (`http.offline`): what it kept is gone, and so is it.
  if (OFF) {
    await self.registration.unregister();
    return;
  }
  if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
  await self.clients.claim();
};
self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
