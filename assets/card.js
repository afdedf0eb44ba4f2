// The card's code: counts down, and renews itself. Until this file really runs, the page is reloaded by its meta
// element, and a link renews it.

const box = document.querySelector('[data-code-secs]');
if (box) {
  const left = document.querySelector('[data-code-left]');
  const end = performance.now() + Number(box.dataset.codeSecs) * 1000;
  // Somebody tapped, and another page is on its way: renewing this one would take its place.
  const ON_ITS_WAY_MS = 8000;
  let tapped = -ON_ITS_WAY_MS;
  const tap = () => {
    tapped = performance.now();
  };
  addEventListener('beforeunload', tap);
  // Not every browser tells of a page that is left by a link.
  addEventListener('click', (event) => {
    if (event.target.closest && event.target.closest('a[href]')) tap();
  });
  const renew = () => {
    if (performance.now() - tapped < ON_ITS_WAY_MS) setTimeout(renew, 1000);
    else location.replace(location.href);
  };
  const tick = () => {
    const secs = Math.ceil((end - performance.now()) / 1000);
    if (secs <= 0) {
      // Nobody looks: the next code is made when somebody does.
      if (!document.hidden) renew();
      return;
    }
    left.textContent = left.dataset.words.replace('00', String(secs));
    setTimeout(tick, 500);
  };
  tick();
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && performance.now() >= end) renew();
  });
  // Shown from the browser's memory by the back button it is an old code.
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.replace(location.href);
  });
  // From here on this file renews the code, and the meta element's turn is over (app.js).
  document.dispatchEvent(new Event('renews'));
  // The screen must not go dark while somebody queues at a counter.
  if ('wakeLock' in navigator) navigator.wakeLock.request('screen').catch(() => {});
}
