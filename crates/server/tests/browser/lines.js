// Texts whose last line holds one character alone, as eyes see it: blanks and the marks that end something do not count;
// and lines that begin with what belongs to the line before: the weekday of a date, the unit of a figure. Only where
// Chinese is.
const found = [];
const say = (el, lines) => found.push(`${el.localName}.${el.className}: ${lines.map((line) => line.text).join(' | ')}`);
const inline = (el) => getComputedStyle(el).display.startsWith('inline') && !el.matches('.btn, .pill, .tag, input');
for (const el of document.querySelectorAll('header.top *, main *')) {
  if (el.closest('svg, .sr, select') || !el.checkVisibility({ visibilityProperty: true }) || inline(el)) continue;
  if (![...el.childNodes].some((node) => node.nodeType === 3 && node.data.trim() || node.nodeType === 1 && inline(node))) continue;
  const lines = [];
  const walker = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    let at = node.parentElement;
    while (at !== el && inline(at)) at = at.parentElement;
    if (at !== el) continue;
    for (let from = 0; from < node.data.length; from += 1) {
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, from + 1);
      const box = range.getClientRects()[0];
      if (!box || /[\s。，、；：！？…”」』）.,;:!?)]/u.test(node.data[from])) continue;
      const line = lines.find((line) => Math.abs(line.bottom - box.bottom) < box.height * 0.7);
      if (line) line.text += node.data[from];
      else lines.push({ bottom: box.bottom, text: node.data[from] });
    }
  }
  const text = lines.map((line) => line.text).join('');
  if (lines.length > 1 && lines[lines.length - 1].text.length === 1 && /\p{Script=Han}/u.test(text)) {
    say(el, lines);
  }
  const torn = (line, at) => at > 0 && (/^（?周[一二三四五六日]/.test(line.text) || (/\d$/.test(lines[at - 1].text) && /^(元|分|小时|天|年|月|日|号|步|位|前)/.test(line.text)));
  if (lines.some(torn)) say(el, lines);
}
return found;
