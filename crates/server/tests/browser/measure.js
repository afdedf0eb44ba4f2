// What a page must keep, measured in the page. Arguments: smallest text, smallest target (px), whether
// Chinese words need a lang of their own, whether the visitor has text twice as large. Returns lists of sentences; empty ones are good.
const [minText, minTarget, english, large] = arguments;
const found = { text: [], line: [], target: [], width: [], lang: [], covered: [], broken: [] };

const name = (el) => {
  const id = el.id ? `#${el.id}` : '';
  const kind = typeof el.className === 'string' && el.className ? `.${el.className.trim().split(/\s+/).join('.')}` : '';
  return `${el.localName}${id}${kind} “${(el.textContent || el.placeholder || '').trim().replace(/\s+/g, ' ').slice(0, 24)}”`;
};
const hidden = (el) => el.closest('.sr, .skip, head, script, svg') || !el.checkVisibility({ visibilityProperty: true });
const once = (list, line) => { if (!list.includes(line)) list.push(line); };
const px = (value) => Math.round(value * 10) / 10;

const type = (el, what) => {
  const style = getComputedStyle(el);
  const size = parseFloat(style.fontSize);
  if (size < minText - 0.01) once(found.text, `${px(size)} px: ${what}`);
  const ratio = parseFloat(style.lineHeight) / size;
  // A browser draws a select in one line of its own height, whatever it is told.
  if (!(ratio >= 1.299) && el.localName !== 'select') once(found.line, `${style.lineHeight}/${style.fontSize}: ${what}`);
};

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const el = node.parentElement;
  if (!node.data.trim() || el.closest('head, script, svg')) continue;
  if (english && /\p{Script=Han}/u.test(node.data) && !el.closest('[lang]').lang.startsWith('zh')) {
    once(found.lang, name(el));
  }
  if (hidden(el)) continue;
  type(el, name(el));
  // A word is read at one look: it is not broken, but for want of room where the visitor's text is twice as large.
  if (large || el.closest('.id, input')) continue;
  for (const { 0: word, index } of node.data.matchAll(/[A-Za-z]{4,}/g)) {
    const range = document.createRange();
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    if (new Set([...range.getClientRects()].map((box) => Math.round(box.bottom))).size > 1) once(found.broken, `${word}: ${name(el)}`);
  }
}
if (english && /\p{Script=Han}/u.test(document.title)) once(found.lang, `title ${document.title}`);

const pen = document.createElement('canvas').getContext('2d');
for (const el of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
  if (hidden(el)) continue;
  type(el, name(el));
  if (!el.placeholder) continue;
  const style = getComputedStyle(el);
  const small = getComputedStyle(el, '::placeholder');
  pen.font = `${small.fontWeight} ${small.fontSize} ${small.fontFamily}`;
  const room = el.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const wide = pen.measureText(el.placeholder).width;
  // With text twice as large a placeholder may end in an ellipsis: its label says the same.
  if (wide > room + 1 && !(large && style.textOverflow === 'ellipsis')) once(found.width, `placeholder ${px(wide)} in ${px(room)}: ${name(el)}`);
}

for (const el of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
  if (hidden(el)) continue;
  const box = (['radio', 'checkbox'].includes(el.type) && el.closest('label') || el).getBoundingClientRect();
  if (box.width < minTarget - 0.5 || box.height < minTarget - 0.5) {
    once(found.target, `${px(box.width)}×${px(box.height)}: ${name(el)}`);
  }
}

const page = document.documentElement;
if (page.scrollWidth > page.clientWidth) {
  found.width.push(`the page scrolls: ${page.scrollWidth} in ${page.clientWidth}`);
  for (const el of document.body.querySelectorAll('*')) {
    if (!hidden(el) && el.getBoundingClientRect().right > page.clientWidth + 1) once(found.width, `sticks out: ${name(el)}`);
  }
}
for (const card of document.querySelectorAll('.hero')) {
  const edge = card.getBoundingClientRect().right;
  for (const el of card.querySelectorAll('*')) {
    const words = document.createRange();
    words.selectNodeContents(el);
    if (words.getBoundingClientRect().right > edge + 1) once(found.width, `cut off: ${name(el)}`);
  }
}
for (const el of document.body.querySelectorAll('*')) {
  // The card's ring is drawn beyond its edge on purpose.
  // A line that ends in dots says that there is more where it leads.
  if (hidden(el) || el.matches('.hero, input') || getComputedStyle(el).textOverflow === 'ellipsis' || getComputedStyle(el).overflowX === 'visible') continue;
  if (el.scrollWidth > el.clientWidth + 1) once(found.width, `cut off: ${name(el)}`);
}
// What stays at the bottom of the screen leaves room for it below the page's last line.
for (const bar of document.querySelectorAll('.action, .tabs')) {
  const box = bar.getBoundingClientRect();
  if (hidden(bar) || getComputedStyle(bar).position !== 'fixed' || box.top < innerHeight / 2) continue;
  const last = document.querySelector('.foot').lastElementChild.getBoundingClientRect().bottom + scrollY;
  const room = page.scrollHeight - last;
  if (room < box.height) once(found.covered, `${px(box.height)} over ${px(room)}: ${name(bar)}`);
}
return found;
