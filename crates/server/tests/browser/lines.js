// Texts whose last line holds one character alone, as eyes see it: blanks and the marks that end something do not count.
// Only where Chinese is.
const found = [];
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
    found.push(`${el.localName}.${el.className}: ${lines.map((line) => line.text).join(' | ')}`);
  }
}
return found;
