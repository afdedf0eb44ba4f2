// The camera page of a face check: prompts shown and spoken, pictures taken, sent to the provider.
// What is said here decides nothing: the server asks the provider. Until this file really runs the page
// leads to the second way.

const WIDTH = 480; // a picture's width at most, in px
const SHOTS = 5; // pictures of each movement
const GAP_MS = 450; // between two of them
const SENDS = 3; // times a batch is sent before the person is asked

const box = document.querySelector('[data-face]');
const part = (name) => box.querySelector(`[data-face-${name}]`);
const [frame, prompt, begin, resend, mute] = ['frame', 'prompt', 'begin', 'resend', 'mute'].map(part);
const [refused, none, unsent] = ['refused', 'none', 'unsent'].map(part);
const video = box.querySelector('video');
const moves = [...document.querySelectorAll('[data-movement]')];
const elder = document.documentElement.classList.contains('elder');
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

let stream = null;
let silent = !('speechSynthesis' in window);
let frames = [];

// Shows a prompt and says it; goes on when it has been said, or after a while where nothing speaks.
const say = async (text) => {
  prompt.textContent = text;
  const read = wait(elder ? 2600 : 1600);
  if (silent) return read;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = document.documentElement.lang;
  words.rate = elder ? 0.8 : 0.95;
  const said = new Promise((done) => {
    words.onend = done;
    words.onerror = done;
  });
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
  await Promise.race([said, wait(6000)]);
  return read;
};

const open = async () => {
  if (!stream) {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 640 } },
    });
  }
  video.srcObject = stream;
  await video.play();
  frame.classList.add('face-live');
};

const close = () => {
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
  frame.classList.remove('face-live');
};

const shoot = (canvas) => {
  const scale = Math.min(1, WIDTH / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/jpeg', 0.7).split(',')[1];
};

const film = async () => {
  const canvas = document.createElement('canvas');
  frames = [];
  for (const move of moves) move.removeAttribute('aria-current');
  await say(box.dataset.look);
  for (const move of moves) {
    move.setAttribute('aria-current', 'step');
    await say(move.textContent);
    for (let shot = 0; shot < (elder ? SHOTS + 2 : SHOTS); shot += 1) {
      frames.push({ movement: move.dataset.movement, jpeg: shoot(canvas) });
      await wait(GAP_MS);
    }
    move.removeAttribute('aria-current');
  }
};

// The provider's last words on a check: unknown, used, too late. The result says more.
const OVER = [404, 409, 410];

// Another try after a moment: phones lose the network in lifts.
const send = async () => {
  for (let sent = 1; ; sent += 1) {
    try {
      const answer = await fetch(box.dataset.upload, {
        method: 'POST',
        mode: 'cors',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ frames }),
      });
      if (answer.ok || OVER.includes(answer.status)) return true;
    } catch {
      // No network, or none to there.
    }
    if (sent === SENDS) return false;
    await wait(1000 * sent);
  }
};

const deliver = async () => {
  unsent.hidden = true;
  resend.hidden = true;
  prompt.textContent = box.dataset.done;
  if (!(await send())) {
    unsent.hidden = false;
    resend.hidden = false;
    begin.hidden = false;
    begin.textContent = box.dataset.again;
    resend.focus();
    return;
  }
  frames = [];
  const result = document.querySelector('[data-face-result]');
  result.hidden = false;
  // As a tap would: a tap that follows is dropped (app.js).
  result.click();
};

const run = async () => {
  for (const note of [refused, none, unsent, resend]) note.hidden = true;
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) {
    none.hidden = false;
    return;
  }
  begin.hidden = true;
  try {
    await open();
    await film();
  } catch (error) {
    const missing = ['NotFoundError', 'OverconstrainedError', 'NotReadableError'].includes(error.name);
    (missing ? none : refused).hidden = false;
    begin.hidden = false;
    begin.textContent = box.dataset.start;
    close();
    return;
  }
  close();
  await deliver();
};

const unscripted = document.querySelector('[data-face-unscripted]');
if (unscripted) unscripted.hidden = true;
begin.hidden = false;
begin.addEventListener('click', run);
resend.addEventListener('click', deliver);
if (!silent) {
  mute.hidden = false;
  mute.addEventListener('click', () => {
    silent = !silent;
    if (silent) speechSynthesis.cancel();
    mute.setAttribute('aria-pressed', String(silent));
    mute.querySelector('span').textContent = silent ? box.dataset.unmute : box.dataset.mute;
  });
}
addEventListener('pagehide', () => {
  if ('speechSynthesis' in window) speechSynthesis.cancel();
  close();
});
