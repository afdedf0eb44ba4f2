//! No page may show a key for a text, and no language may lack what the other says.

use crate::locale;
use crate::look::Lang;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn both_languages_hold_the_same_keys_with_the_same_variables() {
    let (zh, en) = (locale::keys(Lang::Zh), locale::keys(Lang::En));
    let mut wrong = Vec::new();
    for key in zh.keys().chain(en.keys()).collect::<BTreeSet<_>>() {
        match (zh.get(key), en.get(key)) {
            (Some(zh), Some(en)) if zh == en => {}
            (Some(zh), Some(en)) => wrong.push(format!("{key}: {zh:?} in Chinese, {en:?} in English")),
            (None, _) => wrong.push(format!("{key} is missing in zh-CN")),
            (_, None) => wrong.push(format!("{key} is missing in en")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_files_have_no_mistakes() {
    for lang in [Lang::Zh, Lang::En] {
        assert_eq!(locale::faults(lang), &[] as &[String], "{}", lang.code());
    }
}

/// Every key that stands in a template or in the source, as an argument or as a value, has a text.
#[test]
fn every_key_that_is_used_exists() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut missing = BTreeSet::new();
    for file in files(&crates) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let source = file.extension().is_some_and(|ext| ext == "rs");
        // What stands below the tests' mark is about made-up keys.
        let text = text.split("#[cfg(test)]").next().unwrap_or("");
        for key in keys_in(text, source) {
            if !locale::has(Lang::Zh, &key) || !locale::has(Lang::En, &key) {
                let name = file.strip_prefix(&crates).unwrap_or(&file).display().to_string();
                missing.insert(format!("{key} in {name}"));
            }
        }
    }
    let lines: Vec<String> = missing.into_iter().collect();
    assert!(lines.is_empty(), "keys without a text:\n{}", lines.join("\n"));
}

#[test]
fn texts_take_their_variables() {
    assert_eq!(locale::text(Lang::Zh, "tab-home"), "首页");
    let two = [("at", "2".to_owned()), ("of", "3".to_owned())];
    assert_eq!(locale::text_with(Lang::Zh, "ui-step", &two), "第\u{a0}2\u{a0}步，共 3\u{a0}步");
    assert_eq!(locale::text_with(Lang::En, "ui-step", &two), "Step 2 of 3");
    assert_eq!(locale::text(Lang::En, "no-such-key"), "no-such-key");
}

#[test]
fn spaces_stand_where_chinese_has_them() {
    for (written, kept) in [
        ("还需自己付 25.00 元。", "还需自己付 25.00\u{a0}元。"),
        ("请在 3 月 5 日 前取消", "请在 3\u{a0}月 5\u{a0}日\u{a0}前取消"),
        ("请在 3 月 5 日（周四） 前取消", "请在 3\u{a0}月 5\u{a0}日（周四）\u{2060}前取消"),
        ("下午 1:30 的号待支付", "下午 1:30 的号待支付"),
        ("本时段第 2 号", "本时段第\u{a0}2\u{a0}号"),
        ("at 8:30 am, in 1 h 5 min", "at 8:30\u{a0}am, in 1\u{a0}h 5\u{a0}min"),
        ("held for 15 minutes", "held for 15 minutes"),
        ("请在 今天 10:30 前取消", "请在今天 10:30\u{a0}前取消"),
        ("请在 后天 前完成", "请在后天前完成"),
        ("市一院 · 今天 9:00", "市一院 · 今天 9:00"),
    ] {
        assert_eq!(locale::kept_together(written), kept);
    }
}

/// Chinese sentences are set with Chinese marks.
#[test]
fn chinese_texts_use_chinese_marks() {
    let mut wrong = Vec::new();
    for (key, variables) in locale::keys(Lang::Zh) {
        if !variables.is_empty() {
            continue;
        }
        let text = locale::text(Lang::Zh, &key);
        let chars: Vec<char> = text.chars().collect();
        for pair in chars.windows(2) {
            if pair[0] > '\u{4e00}' && matches!(pair[1], ',' | ';' | '?' | '!' | ':' | '(' | '.') {
                wrong.push(format!("{key}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An amount is said in one way in each language: 25.00 元, ¥25.00.
#[test]
fn an_amount_has_one_unit_in_each_language() {
    let mut wrong = Vec::new();
    for (lang, unit, other) in [(Lang::Zh, "25.00\u{a0}元", "¥"), (Lang::En, "¥25.00", "yuan")] {
        for (key, variables) in locale::keys(lang) {
            let values: Vec<_> = variables.iter().map(|name| (name.as_str(), "25.00".to_owned())).collect();
            let text = locale::text_with(lang, &key, &values);
            let figure = variables.iter().any(|name| name == "yuan");
            if text.to_lowercase().contains(other) || (figure && !text.contains(unit)) {
                wrong.push(format!("{} {key}: {text}", lang.code()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let ext = path.extension().and_then(|ext| ext.to_str());
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "tests" && name != "target") {
                    waiting.push(path);
                }
            } else if matches!(ext, Some("rs" | "html" | "txt")) {
                found.push(path);
            }
        }
    }
    found
}

/// The literal keys of `t("…")`, `t1("…"`, `t2("…"`, of field labels and hints, of flashes, and of error kinds.
fn keys_in(text: &str, source: bool) -> Vec<String> {
    let mut keys = Vec::new();
    for call in [".t(\"", ".t1(\"", ".t2(\""] {
        for part in text.split(call).skip(1) {
            keys.extend(literal(part));
        }
    }
    if source {
        for part in text.split("see_other_with(").skip(1) {
            keys.extend(arguments(part).rsplit_once(", \"").and_then(|(_, rest)| literal(rest)));
        }
        for call in ["errors.add(", "Errors::one("] {
            for part in text.split(call).skip(1) {
                let kind = arguments(part).rsplit_once(", \"").and_then(|(_, rest)| literal(rest));
                keys.extend(kind.map(|kind| format!("error-{kind}")));
            }
        }
    } else {
        for part in text.split("c::field(").skip(1) {
            let words: Vec<&str> = arguments(part).split('"').skip(1).step_by(2).collect();
            let words = words.iter().filter(|word| !is_token(word));
            keys.extend(words.map(|word| (*word).to_owned()));
        }
    }
    keys.retain(|key| key.contains('-'));
    keys
}

/// Words of HTML that hold a hyphen and are no keys.
fn is_token(word: &str) -> bool {
    matches!(
        word,
        "one-time-code"
            | "new-password"
            | "current-password"
            | "tel-national"
            | "given-name"
            | "family-name"
            | "datetime-local"
    )
}

/// What stands between the open parenthesis before `rest` and the one that closes it.
fn arguments(rest: &str) -> &str {
    let mut depth = 1;
    for (at, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &rest[..at];
        }
    }
    rest
}

fn literal(rest: &str) -> Option<String> {
    let (key, _) = rest.split_once('"')?;
    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-').then(|| key.to_owned())
}
