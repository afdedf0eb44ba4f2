// The key of this browser: made here, kept in IndexedDB, never exported. Pages work without this file:
// a code by SMS then does what the key does.

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function store(mode) {
  const open = indexedDB.open('device', 1);
  open.onupgradeneeded = () => open.result.createObjectStore('keys');
  const database = await asked(open);
  return database.transaction('keys', mode).objectStore('keys');
}

async function stored() {
  return asked((await store('readonly')).get('own'));
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '');

// The pair there is, or a new one. The private half is not extractable: not even this script can read it.
async function ownPair() {
  const before = await stored();
  if (before) return before;
  const pair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  await asked((await store('readwrite')).put(pair, 'own'));
  return pair;
}

// Answering a challenge: the page goes on by itself.
async function answer(form) {
  const pair = await stored();
  if (!pair) throw new Error('no key here');
  form.hidden = false;
  const text = `renshe device proof\n${location.origin}\n${form.elements.challenge.value}`;
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    pair.privateKey,
    new TextEncoder().encode(text),
  );
  form.elements.signature.value = base64url(signature);
  // As a tap would: a tap that follows is dropped (app.js).
  if ('auto' in form.dataset) form.querySelector('[type="submit"]').click();
  else form.querySelector('[data-device-word="working"]').hidden = true;
}

// Leaving the key: with a code by SMS, or by itself right after real-name authentication, once.
async function leave(form) {
  const pair = await ownPair();
  form.elements.key.value = base64url(await crypto.subtle.exportKey('raw', pair.publicKey));
  if ('auto' in form.dataset && !sessionStorage.getItem('device-key-left')) {
    sessionStorage.setItem('device-key-left', '1');
    form.submit();
  }
}

const answering = document.querySelector('[data-device-answer]');
if (answering) {
  answer(answering).catch(() => {
    answering.hidden = true;
    const lost = document.querySelector('[data-device-word="lost"]');
    if (lost) lost.hidden = false;
  });
}

const leaving = document.querySelector('[data-device-key]');
if (leaving) {
  // No key then: this browser does without.
  leave(leaving).catch(() => {});
}
