// 读给我听, in 长辈版: the page is read aloud by the device's own voice, where it has one.
//
// What is said is made by pure functions: `said` makes words of a text (amounts, dates, times, numbers to be read digit by
// digit), `speech` makes a list of sentences of a page. The voice only goes through that list.

// --- words of a text ---

const DIGITS = '零一二三四五六七八九';
// As one reads out numbers over a counter: 一 and 七 sound alike.
const SPELLED = { ...DIGITS.split(''), 1: '幺' };
const LONG = 5; // digits, from which on a number is read one by one
const HEADING_MS = 700; // of silence after a heading
const REST_MS = 250; // after anything else

// 1205 → 一千二百零五; whole numbers below a hundred million.
const counted = (number) => {
  if (number === 0) return '零';
  const below = (rest) => {
    let text = '';
    let zero = false;
    for (const [unit, word] of [[1000, '千'], [100, '百'], [10, '十'], [1, '']]) {
      const digit = Math.floor(rest / unit) % 10;
      if (digit > 0) text += (zero && text ? '零' : '') + (digit === 2 && unit === 1000 ? '两' : DIGITS[digit]) + word;
      zero = digit === 0;
    }
    return text;
  };
  const [high, low] = [Math.floor(number / 10000), number % 10000];
  const gap = high > 0 && low > 0 && low < 1000 ? '零' : '';
  const text = (high > 0 ? `${high === 2 ? '两' : below(high)}万` : '') + gap + below(low);
  return text.replace(/^一十/, '十');
};
const several = (number) => (number === 2 ? '两' : counted(number));
const spelled = (text) => text.split('').map((sign) => SPELLED[sign] || ` ${sign} `).join('').replace(/ +/g, ' ').trim();

// R7K2-9QXM, not 3045 and not HTTP
const isMixed = (code) => /\d/.test(code) && /[A-Z]/.test(code);

// A year has no 幺.
const yearOf = (text) => text.split('').map((digit) => DIGITS[digit]).join('');

// 25.50 → 二十五元五角; 0.05 → 五分
const yuan = (minus, whole, part) => {
  const fen = Number((part || '0').padEnd(2, '0'));
  const number = Number(whole.replace(/,/g, ''));
  const [jiao, rest] = [Math.floor(fen / 10), fen % 10];
  let text = number > 0 || fen === 0 ? `${several(number)}元` : '';
  if (jiao > 0) text += `${DIGITS[jiao]}角`;
  if (rest > 0) text += (jiao === 0 && text ? '零' : '') + `${DIGITS[rest]}分`;
  return (minus ? '负' : '') + text;
};
// 13:05 → 十三点零五分; 8:30 → 八点半
const clock = (hour, minute) => {
  const past = minute === 30 ? '半' : `${minute < 10 ? '零' : ''}${counted(minute)}分`;
  return `${several(hour)}点${minute === 0 ? '' : past}`;
};
const dayOf = (month, day) => `${counted(Number(month))}月${counted(Number(day))}日`;

const inChinese = (text) =>
  text
    .replace(/([-−]?)[¥￥] ?([\d,]+)(?:\.(\d{1,2}))?(?: ?元)?/g, (_, minus, whole, part) => yuan(minus, whole, part))
    .replace(/([-−]?)(\d[\d,]*)(?:\.(\d{1,2}))? ?元/g, (_, minus, whole, part) => yuan(minus, whole, part))
    .replace(/(\d{4})-(\d\d)-(\d\d)/g, (_, year, month, day) => `${yearOf(year)}年${dayOf(month, day)}`)
    .replace(/(\d{4}) ?年 ?/g, (_, year) => `${yearOf(year)}年`)
    .replace(/(\d{1,2}) ?月 ?(\d{1,2}) ?日 ?/g, (_, month, day) => dayOf(month, day))
    .replace(/（周([一二三四五六日])）/g, '，星期$1，')
    .replace(/(凌晨|上午|中午|下午|晚上) (?=\d)/g, '$1')
    .replace(/(\d:\d\d) ?[–—~-] ?/g, '$1到')
    .replace(/(\d{1,2}):(\d\d)(?::\d\d)?/g, (_, hour, minute) => clock(Number(hour), Number(minute)))
    .replace(/([A-Za-z0-9]*)\*{2,}([A-Za-z0-9]*)/g, (_, before, after) => `${spelled(before)}，中间隐藏，${spelled(after)}`)
    .replace(/尾号 ?(\d{2,})/g, (_, end) => `尾号${spelled(end)}`)
    .replace(/\+?\d(?:[\d -]*\d)?/g, (number) => {
      const digits = number.replace(/[ -]/g, '');
      return digits.length >= LONG ? spelled(digits) : number;
    })
    .replace(/[A-Z0-9]{4,}(?:-[A-Z0-9]+)*/g, (code) => (isMixed(code) ? spelled(code.replace(/-/g, '')) : code))
    .replace(/ ?[·→|] ?/g, '，');

const WEEKDAYS = { Mon: 'Monday', Tue: 'Tuesday', Wed: 'Wednesday', Thu: 'Thursday', Fri: 'Friday', Sat: 'Saturday', Sun: 'Sunday' };
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const monthOf = (short) => MONTHS.find((month) => month.startsWith(short)) || short;

const yuanInEnglish = (minus, whole, part) => {
  const fen = Number((part || '0').padEnd(2, '0'));
  const number = Number(whole.replace(/,/g, ''));
  const parts = [];
  if (number > 0 || fen === 0) parts.push(`${number} yuan`);
  if (fen > 0) parts.push(`${fen} fen`);
  return (minus ? 'minus ' : '') + parts.join(' ');
};
const oneByOne = (text) => text.replace(/[ -]/g, '').split('').join(' ');
const inEnglish = (text) =>
  text
    .replace(/([-−]?)[¥￥] ?([\d,]+)(?:\.(\d{1,2}))?/g, (_, minus, whole, part) => yuanInEnglish(minus, whole, part))
    .replace(/([-−]?)(\d[\d,]*)(?:\.(\d{1,2}))? yuan/g, (_, minus, whole, part) => yuanInEnglish(minus, whole, part))
    .replace(/(\d{4})-(\d\d)-(\d\d)/g, (_, year, month, day) => `${Number(day)} ${MONTHS[month - 1]} ${year}`)
    .replace(/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?= \d)/g, (short) => WEEKDAYS[short])
    .replace(/\b(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/g, (_, day, short) => `${day} ${monthOf(short)}`)
    .replace(/(\d:\d\d(?: [ap]m)?) ?[–—~-] ?(?=\d)/g, '$1 to ')
    .replace(/(\d{1,2}):(\d\d)(?: ([ap])m\b)?/g, (_, hour, minute, half) => {
      const past = minute === '00' ? '' : ` ${minute.replace(/^0/, 'oh ')}`;
      return `${hour}${past}${half ? ` ${half}.m.` : ''}`;
    })
    .replace(/([A-Za-z0-9]*)\*{2,}([A-Za-z0-9]*)/g, (_, before, after) => `${oneByOne(before)}, hidden, ${oneByOne(after)}`)
    .replace(/\b(ending in|ends in) (\d{2,})/g, (_, word, end) => `${word} ${oneByOne(end)}`)
    .replace(/\+?\d(?:[\d -]*\d)?/g, (number) => {
      const digits = number.replace(/[ -]/g, '');
      // What is spelled already has a space behind each digit.
      return digits.length >= LONG && !/^\d(?: \d)+$/.test(number) ? oneByOne(digits) : number;
    })
    .replace(/[A-Z0-9]{4,}(?:-[A-Z0-9]+)*/g, (code) => (isMixed(code) ? oneByOne(code) : code))
    .replace(/ ?[·→|] ?/g, ', ');

// A text as it is said: `lang` is a page's, zh-CN or en.
export const said = (text, lang) => {
  const plain = text.replace(/\u2060/g, '').replace(/[\s\u00a0]+/g, ' ').trim();
  const words = lang.startsWith('zh') ? inChinese(plain) : inEnglish(plain);
  return words.replace(/^[，, ]+|[，, ]+$/g, '').replace(/，{2,}/g, '，');
};

// --- sentences of a page ---

const WORDS = {
  zh: { button: '按钮：', field: '输入框：', empty: '还没有填', filled: '已经填了', choice: '选项：', chosen: '，已选', of: '：', and: '，' },
  en: { button: 'Button: ', field: 'Field: ', empty: 'empty', filled: 'filled in', choice: 'Option: ', chosen: ', chosen', of: ': ', and: ', ' },
};
const wordsOf = (lang) => (lang.startsWith('zh') ? WORDS.zh : WORDS.en);
const SILENT = 'script, style, template, noscript, [hidden], [aria-hidden="true"], [data-read]';
const BUTTON = 'button, a.btn, a.pill, [role="button"]';

const isHidden = (element) => {
  if (element.matches(SILENT)) return true;
  const shut = element.parentElement && element.parentElement.matches('details:not([open])');
  if (shut && element.localName !== 'summary') return true;
  const style = getComputedStyle(element);
  return style.display === 'none' || style.visibility === 'hidden';
};

// What a field holds; secrets are not read out.
const held = (field, words) => {
  if (field.localName === 'select') return field.selectedOptions.length > 0 ? field.selectedOptions[0].text : words.empty;
  if (!field.value) return words.empty;
  return field.type === 'password' ? words.filled : field.value;
};

// What stands in an element, in its order, as sentences: { text, lang, pause }, the pause in ms after it.
export const speech = (root, lang) => {
  const sentences = [];
  let open = { text: '', lang };
  const push = (text, by, pause) => {
    const whole = said(text, by);
    if (/[\p{L}\p{N}]/u.test(whole)) sentences.push({ text: whole, lang: by, pause });
  };
  const end = (pause = REST_MS) => {
    push(open.text, open.lang, pause);
    open = { text: '', lang: open.lang };
  };
  const add = (text, by) => {
    if (open.lang !== by) {
      end();
      open.lang = by;
    }
    open.text += text;
  };
  const inside = (element, by) => {
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) add(node.data, by);
      else if (node.nodeType === Node.ELEMENT_NODE) walk(node, node.lang || by);
    }
  };
  const alone = (by, pause, read) => {
    end();
    open.lang = by;
    read();
    end(pause);
  };
  const control = (element, by) => {
    const words = wordsOf(by);
    if (element.matches(BUTTON)) {
      alone(by, REST_MS, () => add(words.button + (element.getAttribute('aria-label') || element.textContent), by));
    } else if (element.matches('input[type="submit"]')) {
      alone(by, REST_MS, () => add(words.button + element.value, by));
    } else if (element.matches('input[type="radio"], input[type="checkbox"]')) {
      // Its label's words follow.
      end();
      add(words.choice, by);
      return true;
    } else if (element.matches('input[type="hidden"]')) {
      return true;
    } else if (element.matches('input, select, textarea')) {
      alone(by, REST_MS, () => add(words.field + held(element, words), by));
    } else {
      return false;
    }
    return true;
  };
  const walk = (element, by) => {
    if (isHidden(element)) return;
    if (control(element, by)) return;
    if (element.localName === 'svg') {
      // The digits of a barcode stand below it.
      const label = element.getAttribute('aria-label') || '';
      if (!/^[\d ]*$/.test(label)) alone(by, REST_MS, () => add(label, by));
      return;
    }
    if (/^h[1-6]$/.test(element.localName)) {
      alone(by, HEADING_MS, () => add(element.textContent, by));
      return;
    }
    if (element.matches('.code, .code-small, .id')) {
      const text = element.textContent.replace(/[\s-]/g, '');
      alone(by, REST_MS, () => add(by.startsWith('zh') ? spelled(text) : oneByOne(text), by));
      return;
    }
    if (element.localName === 'br') {
      end();
      return;
    }
    if (element.localName === 'dt') {
      inside(element, by);
      add(wordsOf(by).of, by);
      return;
    }
    // An answer of a choice is one sentence, however its label is drawn.
    const isAnswer = element.parentElement.closest('label');
    const isInline = isAnswer || getComputedStyle(element).display.startsWith('inline') || element.localName === 'dd';
    if (!isInline) end();
    else if (isAnswer && element.previousElementSibling && !/[：:]\s*$/.test(open.text)) add(wordsOf(by).and, by);
    inside(element, by);
    const choice = element.matches('label') && element.querySelector('input:checked');
    if (choice) add(wordsOf(by).chosen, by);
    if (!isInline || element.localName === 'dd') end();
  };
  walk(root, root.lang || lang);
  end();
  return sentences;
};

// --- the voice ---

const START_MS = 5000; // for so long a voice may take to begin: a phone loads it first

const reader = document.querySelector('[data-read]');
if (reader && 'speechSynthesis' in window) {
  const told = document.querySelector('[data-read-told]');
  let rest = null;
  let heard = false;
  let timer = 0;
  // Why nothing is read; an empty word takes the line away.
  const tell = (word) => {
    told.textContent = word;
    if (word) told.parentElement.dataset.told = '';
    else delete told.parentElement.dataset.told;
  };
  const stop = () => {
    rest = null;
    clearTimeout(timer);
    speechSynthesis.cancel();
    reader.textContent = reader.dataset.readStart;
    // A page that looks again by itself waits until the voice has ended (app.js).
    delete document.documentElement.dataset.reading;
  };
  const fail = () => {
    stop();
    tell(heard ? told.dataset.failed : told.dataset.none);
  };
  // Whether the device has voices, and none of them speaks this language. A device that names none may have one all the
  // same: there only trying tells.
  const lacks = (lang) => {
    const family = lang.startsWith('zh') ? /^(zh|cmn|yue)\b/i : /^en\b/i;
    const voices = speechSynthesis.getVoices();
    return voices.length > 0 && !voices.some((voice) => family.test(voice.lang.replace('_', '-')));
  };
  const next = () => {
    if (!rest) return;
    const sentence = rest.shift();
    if (!sentence) {
      stop();
      return;
    }
    const own = rest;
    const words = new SpeechSynthesisUtterance(sentence.text);
    words.lang = sentence.lang;
    words.rate = 0.9;
    // What ends because it was stopped leads nowhere.
    const mine = (act) => (event) => {
      if (rest !== own) return;
      clearTimeout(timer);
      act(event);
    };
    const on = () => {
      timer = setTimeout(next, sentence.pause);
    };
    const begun = () => {
      heard = true;
    };
    words.onstart = mine(begun);
    words.onboundary = mine(begun);
    words.onend = mine(() => {
      begun();
      on();
    });
    // A word in another language that no voice can say is passed over.
    words.onerror = mine(sentence.lang === document.documentElement.lang ? fail : on);
    timer = setTimeout(mine(fail), START_MS);
    speechSynthesis.speak(words);
  };
  const start = () => {
    const { lang } = document.documentElement;
    tell('');
    if (lacks(lang)) {
      tell(told.dataset.none);
      return;
    }
    const title = document.querySelector('header h1');
    const main = document.querySelector('main');
    speechSynthesis.cancel();
    heard = false;
    rest = (title ? speech(title, lang) : []).concat(speech(main, lang));
    reader.textContent = reader.dataset.readStop;
    document.documentElement.dataset.reading = '';
    next();
  };
  reader.hidden = false;
  // Some browsers load their list of voices only when it is asked for.
  speechSynthesis.getVoices();
  reader.addEventListener('click', () => (rest ? stop() : start()));
  addEventListener('pagehide', stop);
}
