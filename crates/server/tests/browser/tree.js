// Whether what comes later in the page also stands later on the screen: each element after the one before it, below it or
// to its right. Returns sentences.
const name = (el) => `${el.localName}.${typeof el.className === 'string' ? el.className.trim() : ''} “${(el.textContent || '').trim().slice(0, 20)}”`;
const found = [];
const flows = (el) => {
  const style = getComputedStyle(el);
  const box = el.getBoundingClientRect();
  const placed = ['absolute', 'fixed', 'sticky'].includes(style.position);
  return !placed && !style.display.startsWith('inline') && style.display !== 'none' && box.width > 1 && box.height > 1;
};
const walk = (parent) => {
  let before;
  for (const el of parent.children) {
    if (el.localName === 'svg' || el.closest('[aria-hidden="true"]')) continue;
    if (flows(el)) {
      const box = el.getBoundingClientRect();
      if (before) {
        const [last, was] = before;
        const below = box.top >= was.bottom - 2;
        const beside = box.left >= was.right - 2;
        if (!below && !beside) found.push(`${name(el)} stands before ${name(last)}`);
      }
      before = [el, box];
    }
    walk(el);
  }
};
walk(document.querySelector('main'));
return found;
