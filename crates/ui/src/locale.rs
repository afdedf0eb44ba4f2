//! The words of all pages: `locales/<language>/*.ftl`, embedded and read once.
//!
//! Messages without arguments, nearly all of them, are formatted at start and kept in a map;
//! the Fluent bundle is asked only for the others.

use crate::look::Lang;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use include_dir::{Dir, include_dir};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../locales");
static ZH: LazyLock<Texts> = LazyLock::new(|| Texts::load(Lang::Zh));
static EN: LazyLock<Texts> = LazyLock::new(|| Texts::load(Lang::En));

/// The text of `key`; the key itself where there is none, so that a hole is seen and not hidden.
pub fn text(lang: Lang, key: &str) -> Cow<'static, str> {
    let texts = of(lang);
    match texts.plain.get(key) {
        Some(text) => Cow::Borrowed(text.as_str()),
        None => Cow::Owned(texts.format(key, &[])),
    }
}

/// The text of `key` with its variables; whole numbers choose plural forms, all else is taken as it is.
pub fn text_with(lang: Lang, key: &str, args: &[(&str, String)]) -> String {
    of(lang).format(key, args)
}

/// Whether `key` has a text in `lang`.
pub fn has(lang: Lang, key: &str) -> bool {
    let texts = of(lang);
    texts.plain.contains_key(key) || texts.bundle.has_message(key)
}

/// Mistakes in the files: syntax, doubled keys. Empty in a build that passed its tests.
pub fn faults(lang: Lang) -> &'static [String] {
    &of(lang).faults
}

/// Every key with the variables its text uses, sorted.
pub fn keys(lang: Lang) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for source in sources(lang) {
        let mut current: Option<String> = None;
        for line in source.lines() {
            if let Some(key) = key_of(line) {
                found.insert(key.to_owned(), Vec::new());
                current = Some(key.to_owned());
            } else if line.starts_with('#') || line.starts_with('-') {
                current = None;
            }
            if let Some(names) = current.as_ref().and_then(|key| found.get_mut(key)) {
                collect_variables(line, names);
            }
        }
    }
    for names in found.values_mut() {
        names.sort();
        names.dedup();
    }
    found
}

struct Texts {
    plain: HashMap<String, String>,
    bundle: FluentBundle<FluentResource>,
    faults: Vec<String>,
}

impl Texts {
    fn load(lang: Lang) -> Texts {
        let mut faults = Vec::new();
        let mut bundle = FluentBundle::new_concurrent(lang.code().parse().map(|tag| vec![tag]).unwrap_or_default());
        // Isolation marks would end up in SMS texts, titles and copied names.
        bundle.set_use_isolating(false);
        for source in sources(lang) {
            let resource = match FluentResource::try_new(source.to_owned()) {
                Ok(resource) => resource,
                Err((resource, errors)) => {
                    faults.extend(errors.iter().map(|error| format!("{error:?}")));
                    resource
                }
            };
            if let Err(errors) = bundle.add_resource(resource) {
                faults.extend(errors.iter().map(ToString::to_string));
            }
        }
        let plain = plain_texts(&bundle, sources(lang));
        for fault in &faults {
            tracing::error!(lang = lang.code(), fault, "a text file has a mistake");
        }
        Texts { plain, bundle, faults }
    }

    fn format(&self, key: &str, args: &[(&str, String)]) -> String {
        if let Some(text) = self.plain.get(key) {
            return text.clone();
        }
        let pattern = self.bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            return key.to_owned();
        };
        let mut fluent = FluentArgs::new();
        for (name, value) in args {
            fluent.set(*name, value_of(value));
        }
        let mut errors = Vec::new();
        kept_together(&self.bundle.format_pattern(pattern, Some(&fluent), &mut errors))
    }
}

fn of(lang: Lang) -> &'static Texts {
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}

/// The texts of a language's files, as written.
pub(crate) fn sources(lang: Lang) -> impl Iterator<Item = &'static str> {
    let folder = FILES.get_dir(lang.code());
    folder
        .into_iter()
        .flat_map(Dir::files)
        .filter(|file| file.path().extension().is_some_and(|ext| ext == "ftl"))
        .filter_map(|file| file.contents_utf8())
}

/// A message that formats without arguments and without complaint never needs the bundle again.
fn plain_texts(
    bundle: &FluentBundle<FluentResource>,
    sources: impl Iterator<Item = &'static str>,
) -> HashMap<String, String> {
    let mut plain = HashMap::new();
    for key in sources.flat_map(str::lines).filter_map(key_of) {
        if let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) {
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, None, &mut errors);
            if errors.is_empty() {
                plain.insert(key.to_owned(), kept_together(&text));
            }
        }
    }
    plain
}

fn key_of(line: &str) -> Option<&str> {
    if !line.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_').then_some(key)
}

fn collect_variables(line: &str, names: &mut Vec<String>) {
    let mut rest = line;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
        if end > 0 {
            names.push(rest[..end].to_owned());
        }
    }
}

/// Spaces as Chinese text has them. A unit stays on the line of its number: the space between a figure and the character
/// after it does not break, so that 「25.00 元」 and 「11 月 23 日」 are read at one look, also in 长辈版, where lines are
/// short. In the same way 第 stays with its number, 前 with the day that it follows, and in English the short words that say
/// what a figure counts (am, min). A text keeps its date off the words around it, 「请在 3 月 5 日 前」; a day that is
/// called by its name needs no space there, 「请在今天前」, and none that ends with a bracket: 「3 月 5 日（周四）前」.
pub(crate) fn kept_together(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, sign) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + sign.len_utf8()..]);
        match sign {
            ' ' if before.ends_with('）') && after.starts_with('前') => out.push(JOINED),
            ' ' if is_one_piece(before, after) => out.push('\u{a0}'),
            ' ' if before.ends_with(is_han) && NEAR_DAYS.iter().any(|day| after.starts_with(day)) => {}
            ' ' if after.starts_with(is_han) && NEAR_DAYS.iter().any(|day| before.ends_with(day)) => {}
            other => out.push(other),
        }
    }
    out
}

/// What keeps two signs on one line that have no space between them: the word joiner, which nobody sees.
pub(crate) const JOINED: char = '\u{2060}';

/// Whether what stands on both sides of a space is read at one look.
fn is_one_piece(before: &str, after: &str) -> bool {
    let figure_before = before.ends_with(|last: char| last.is_ascii_digit());
    let figure_after = after.starts_with(|first: char| first.is_ascii_digit());
    // 的 leads on to what follows: 「下午 1:30 的号」.
    let han_after = after.starts_with(|first| is_han(first) && first != '的');
    (figure_before && (han_after || UNITS.contains(&first_word(after))))
        || (figure_after && before.ends_with('第'))
        || (after.starts_with('前') && before.ends_with('日'))
}

/// English words that say what the figure before them counts, and look lost at the beginning of a line.
const UNITS: [&str; 4] = ["am", "pm", "min", "h"];

fn first_word(text: &str) -> &str {
    text.split(|sign: char| !sign.is_ascii_alphabetic()).next().unwrap_or_default()
}

/// What days near today are called.
pub(crate) const NEAR_DAYS: [&str; 4] = ["昨天", "今天", "明天", "后天"];

fn is_han(sign: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&sign)
}

/// Short whole numbers become Fluent numbers; codes with leading zeros and amounts stay text.
fn value_of(text: &str) -> FluentValue<'_> {
    match text.parse::<i64>() {
        Ok(number) if text.len() <= 9 && number.to_string() == text => FluentValue::from(number),
        _ => FluentValue::from(text),
    }
}
