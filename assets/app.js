// Makes pages smoother; every one of them works without this file.

// A second tap on submit is dropped here at once, and is harmless on the server anyway.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method !== 'post') return;
  form.dataset.sent = '1';
  // After the browser has read the form: a disabled button would not be sent.
  setTimeout(() => event.submitter?.setAttribute('aria-busy', 'true'));
});

// Coming back by the back button shows the page as it was left: let it be sent again.
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
});

// A form that comes back with errors says so first.
document.querySelector('[data-focus]')?.focus();

// 长辈版: read the page aloud, where the device can.
const reader = document.querySelector('[data-read]');
if (reader && 'speechSynthesis' in window) {
  reader.hidden = false;
  reader.addEventListener('click', () => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      return;
    }
    const words = new SpeechSynthesisUtterance(document.querySelector('main').innerText);
    words.lang = document.documentElement.lang;
    words.rate = 0.9;
    speechSynthesis.speak(words);
  });
  addEventListener('pagehide', () => speechSynthesis.cancel());
}

// A button that may be used again in a while counts down.
for (const button of document.querySelectorAll('[data-wait]')) {
  const label = button.textContent;
  let left = Number(button.dataset.wait);
  const tick = () => {
    button.disabled = left > 0;
    button.textContent = left > 0 ? `${label} (${left})` : label;
    if (left-- > 0) setTimeout(tick, 1000);
  };
  tick();
}

// Desks: a key for each act, and the cursor always waits in the scan box.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});
const scan = document.querySelector('[data-scan]');
if (scan) {
  addEventListener('focus', () => scan.focus());
  // A scanner that ends with Tab means Enter; a hand that types is slower, and moves on with it.
  let keys = [];
  scan.addEventListener('keydown', (event) => {
    if (!scan.value) keys = [];
    if (event.key !== 'Tab') {
      keys.push(event.timeStamp);
      return;
    }
    if (event.shiftKey || keys.length < 8 || (event.timeStamp - keys[0]) / keys.length > 50) return;
    event.preventDefault();
    if (scan.form.requestSubmit) scan.form.requestSubmit();
    else scan.form.submit();
  });
}

// A page that waits for something looks again by itself, and is drawn anew only when it says something else: focus,
// reading place and the voice that reads stay. Without script its meta element does.
const waiting = document.querySelector('[data-reload-secs]');
let timer;
const later = (secs) => {
  clearTimeout(timer);
  timer = setTimeout(() => look().catch(() => later(5)), secs * 1000);
};
const look = async () => {
  // Looked at again when it is seen again, and when the voice has ended.
  if (document.hidden) return;
  if (globalThis.speechSynthesis?.speaking) return later(3);
  const answer = await fetch(location.href, { redirect: 'manual' });
  const told = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-reload-secs]');
  if (told?.textContent !== waiting.textContent) location.reload();
  else later(Number(told.dataset.reloadSecs));
};
if (waiting) {
  later(Number(waiting.dataset.reloadSecs));
  addEventListener('visibilitychange', () => document.hidden || later(0));
}

// How long a place is still held, where nothing is hurried by it.
for (const clock of document.querySelectorAll('[data-left-secs]')) {
  const end = performance.now() + Number(clock.dataset.leftSecs) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    clock.textContent = clock.dataset.left.replace('{m}', Math.floor(left / 60)).replace('{s}', String(left % 60).padStart(2, '0'));
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}
