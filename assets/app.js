// Makes pages smoother; every one of them works without this file, and each part of it without the others.
// WebViews of old phones run it too (Chrome 70): cargo xtask tidy knows what they do not.

// A part that fails says so, and takes nothing else with it.
const part = (run) => {
  try {
    run();
  } catch (error) {
    console.error(error);
  }
};

// A page that looks again by itself has a meta element for browsers in which no script runs. A script that really runs
// and does it better ends that: stopping the page once it is loaded does, and the element is taken away so that nothing
// says what is not so. Stopping would end a tap as well, whose page is on its way. So the meta element keeps its turn where
// somebody tapped before this ran, or leaves the page before it is loaded, or where the browser does not tell.
const endRefresh = () => {
  const touched = () => !navigator.userActivation || navigator.userActivation.hasBeenActive;
  if (touched()) return;
  let leaves = false;
  const leaving = () => {
    leaves = true;
  };
  const end = () => {
    setTimeout(() => {
      removeEventListener('beforeunload', leaving);
      if (leaves) return;
      const refresh = document.querySelector('meta[http-equiv="refresh"]');
      if (refresh) refresh.remove();
      window.stop();
    });
  };
  addEventListener('beforeunload', leaving);
  if (document.readyState === 'complete') end();
  else addEventListener('load', end);
};

// A page's own script that renews it says so by an event once it really runs: this file comes first, and listens by then.
part(() => document.addEventListener('renews', endRefresh));

// A second tap on submit is dropped here at once, and is harmless on the server anyway. A form is let go again when its
// page stays: the person stopped it, the network failed, or nothing has come for a while.
part(() => {
  const HELD_MS = 8000;
  const letGo = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
  };
  const letAllGo = () => {
    for (const form of document.forms) letGo(form);
  };
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method !== 'post') return;
    form.dataset.sent = '1';
    const button = event.submitter || form.querySelector('[type="submit"]');
    // After the browser has read the form: a disabled button would not be sent.
    setTimeout(() => {
      if (button && form.dataset.sent) button.setAttribute('aria-busy', 'true');
    });
    setTimeout(() => letGo(form), HELD_MS);
  });
  // Coming back by the back button shows the page as it was left.
  addEventListener('pageshow', letAllGo);
  // What stops a page, where the browser tells.
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') letAllGo();
  });
  if ('navigation' in window) window.navigation.addEventListener('navigateerror', letAllGo);
});

// What was tapped goes on by itself as soon as the device has shown itself, once. Whoever comes back to the page is told that
// it may be done already.
part(() => {
  const form = document.querySelector('form[data-once]');
  if (!form) return;
  const done = `went-on:${location.pathname}`;
  const tell = (now) => {
    for (const word of document.querySelectorAll('[data-now]')) word.hidden = word.dataset.now !== now;
    // Looking comes first then.
    const looks = now === 'sent';
    for (const one of document.querySelectorAll('main .btn')) {
      const first = looks === (one.localName === 'a');
      one.classList.toggle('btn-main', first);
      one.classList.toggle('btn-plain', !first);
    }
  };
  form.addEventListener('submit', () => {
    sessionStorage.setItem(done, '1');
    tell('goes');
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) tell('sent');
  });
  if (sessionStorage.getItem(done)) tell('sent');
  else if ('goesOn' in form.dataset) form.querySelector('[type="submit"]').click();
});

// A form that came back stands at its own address from here on: whoever pulls the page down, or finds it again after the phone
// has put it away, reads it anew. Sent again by the browser, a wrong code or password would cost one more try.
part(() => {
  // Newer browsers say that the page was only asked for.
  const [asked] = performance.getEntriesByType('navigation');
  if (asked && asked.responseStatus === 200) return;
  const standsHere = (form) => new URL(form.getAttribute('action'), location.href).pathname === location.pathname;
  const typed = [...document.querySelectorAll('form[method="post"][novalidate]')];
  if (typed.some(standsHere)) history.replaceState(history.state, '', location.href);
});

// A form that comes back with errors says so first.
part(() => {
  const errors = document.querySelector('[data-focus]');
  if (errors) errors.focus();
});

// A button that may be used again in a while counts down.
part(() => {
  for (const button of document.querySelectorAll('[data-wait]')) {
    const label = button.textContent;
    let left = Number(button.dataset.wait);
    const tick = () => {
      button.disabled = left > 0;
      button.textContent = left > 0 ? `${label} (${left})` : label;
      if (left > 0) setTimeout(tick, 1000);
      left -= 1;
    };
    tick();
  }
});

// An address to paste elsewhere. The old way of copying: it works without https and in every app's own browser.
part(() => {
  for (const button of document.querySelectorAll('[data-copy]')) {
    const from = button.parentElement.querySelector('[data-copy-from]');
    button.hidden = false;
    button.addEventListener('click', () => {
      from.select();
      if (document.execCommand('copy')) button.textContent = button.dataset.copy;
    });
  }
});

// Desks: a key for each act. A letter is one only when it is pressed alone, in an empty box: a scanner types on at once,
// and must never do by its first letter what nobody asked for.
part(() => {
  const ALONE_MS = 150;
  let presses = 0;
  const actOf = (event) => {
    // An input method keeps the letter to itself, but not the key.
    const under = /^Key([A-Z])$/.exec(event.code || '');
    const key = event.key === 'Process' && under ? under[1] : event.key;
    const is = (act) => act.dataset.key.toLowerCase() === key.toLowerCase() && !act.closest('[hidden]');
    return { key, act: Array.from(document.querySelectorAll('[data-key]')).find(is) };
  };
  document.addEventListener('keydown', (event) => {
    presses += 1;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const { key, act } = actOf(event);
    if (!act) return;
    if (key.length > 1) {
      if (event.isComposing) return;
      event.preventDefault();
      act.click();
      return;
    }
    const field = event.target.closest('input, textarea');
    if (field && field.value) return;
    const mine = presses;
    setTimeout(() => {
      if (presses !== mine || (field && field.value.length > 1)) return;
      if (field) field.value = '';
      act.click();
    }, ALONE_MS);
  });
});

// A desk's form goes on by Enter: to the next place where nothing stands yet, and to the button where all is filled. In a
// choice the digits beside the answers choose.
part(() => {
  const form = document.querySelector('form[data-steps]');
  if (!form) return;
  const steps = Array.from(form.querySelectorAll('[data-step]'));
  const radios = (step) => Array.from(step.querySelectorAll('input[type="radio"]'));
  const filled = (step) => {
    const choices = radios(step);
    const field = step.querySelector('input');
    return choices.length ? choices.some((one) => one.checked) : !!field.value.trim();
  };
  const enter = (step) => {
    const choices = radios(step);
    (choices.length ? choices.find((one) => one.checked) || choices[0] : step.querySelector('input')).focus();
  };
  const goOn = (from) => {
    const next = steps.slice(steps.indexOf(from) + 1).concat(steps).find((step) => step !== from && !filled(step));
    if (next) enter(next);
    else form.querySelector('[type="submit"]').focus();
  };
  form.addEventListener('keydown', (event) => {
    const step = event.target.closest('[data-step]');
    if (!step || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const choices = radios(step);
    const chosen = choices[Number(event.key) - 1];
    if (event.key === 'Enter') {
      event.preventDefault();
      if (choices.indexOf(event.target) >= 0) event.target.checked = true;
      goOn(step);
    } else if (chosen) {
      event.preventDefault();
      chosen.checked = true;
      goOn(step);
    }
  });
});

// The cursor always waits in the scan box.
part(() => {
  const scan = document.querySelector('[data-scan]');
  if (!scan) return;
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
    scan.form.submit();
  });
});

// A page that waits for something looks again by itself, and is drawn anew only when it says something else: focus,
// reading place and the voice that reads stay.
part(() => {
  const waiting = document.querySelector('[data-reload-secs]');
  if (!waiting) return;
  // Somebody tapped, and the next page is on its way: what this page would do by itself would take its place, and what was
  // sent would be broken off.
  const ON_ITS_WAY_MS = 30000;
  let tapped = -ON_ITS_WAY_MS;
  const tap = () => {
    tapped = performance.now();
  };
  const stay = () => {
    tapped = -ON_ITS_WAY_MS;
  };
  addEventListener('submit', (event) => {
    if (!event.defaultPrevented) tap();
  });
  // Not every browser tells of a page that is left by a link; and a link that opens something else leaves no page.
  addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('a[href]');
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.target || !/^https?:/.test(link.protocol)) setTimeout(stay, 1000);
    else tap();
  });
  addEventListener('beforeunload', tap);
  // The page stays: it is come back to, or its leaving was stopped.
  addEventListener('pageshow', (event) => {
    if (event.persisted) stay();
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') stay();
  });
  if ('navigation' in window) window.navigation.addEventListener('navigateerror', stay);
  const isTapped = () => performance.now() - tapped < ON_ITS_WAY_MS;
  let timer;
  const later = (secs) => {
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(() => later(5)), secs * 1000);
  };
  const look = async () => {
    // Looked at again when it is seen again, and when the voice has ended.
    if (document.hidden) return;
    if (isTapped() || 'reading' in document.documentElement.dataset) {
      later(3);
      return;
    }
    const answer = await fetch(location.href, { redirect: 'manual', credentials: 'same-origin' });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const told = page.querySelector('[data-reload-secs]');
    if (isTapped()) {
      later(3);
      return;
    }
    // Not reload(): that would send a form once more whose answer this page is.
    if (!told || told.textContent !== waiting.textContent) location.replace(location.href.split('#')[0]);
    else later(Number(told.dataset.reloadSecs));
  };
  later(Number(waiting.dataset.reloadSecs));
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) later(0);
  });
  endRefresh();
});

// How long a place is still held, where nothing is hurried by it.
part(() => {
  for (const clock of document.querySelectorAll('[data-left-secs]')) {
    const end = performance.now() + Number(clock.dataset.leftSecs) * 1000;
    const tick = () => {
      const left = Math.max(0, Math.round((end - performance.now()) / 1000));
      const [minutes, secs] = [Math.floor(left / 60), String(left % 60).padStart(2, '0')];
      clock.textContent = clock.dataset.left.replace('{m}', minutes).replace('{s}', secs);
      if (left > 0) {
        setTimeout(tick, 1000);
        return;
      }
      // What could be done for a while is over with it.
      const over = clock.closest('[data-ends]');
      if (over) over.hidden = true;
    };
    tick();
  }
});

// What is said to those in whose browser no script runs.
part(() => {
  for (const note of document.querySelectorAll('[data-unscripted]')) note.hidden = true;
});

// Where there is no network the service worker shows what it has kept (worker.js). It comes after the page, and a page
// promises that it is kept only when the worker has said so. On a plain http address, in an old browser, or where cookies
// are refused there is none, and nothing is promised.
part(() => {
  const place = document.querySelector('[data-worker]');
  if (!place || !('serviceWorker' in navigator)) return;
  const workers = navigator.serviceWorker;
  const keeps = document.querySelector('[data-keeps]');
  const keep = async () => {
    const { active } = await workers.ready;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => {
      if (!event.data.kept) return;
      for (const word of document.querySelectorAll('[data-kept-word]')) word.hidden = false;
    };
    active.postMessage({ keep: keeps.dataset.keeps, anew: 'keepsAnew' in keeps.dataset }, [port2]);
  };
  const begin = () => {
    const none = () => {};
    workers.register(place.dataset.worker, { updateViaCache: 'none' }).catch(none);
    if (keeps) keep().catch(none);
  };
  // After what ends a page's own look (endRefresh).
  const after = () => setTimeout(begin, 100);
  if (document.readyState === 'complete') after();
  else addEventListener('load', after);
});
