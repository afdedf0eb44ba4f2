//! One thing, one name: what a page calls something in two ways, people take for two things.
//!
//! [`CHINESE`] and [`ENGLISH`] hold the second names that must not come back, each with the name that the GLOSSARY has.
//! They are looked for wherever people read us: in the locales and templates in both languages, and in Chinese also in
//! what the source prints, in policies and in the documents.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A name that must not be used, and the one that is.
struct Twin {
    wrong: &'static str,
    right: &'static str,
    /// Longer words in which `wrong` may stand.
    inside: &'static [&'static str],
}

const fn twin(wrong: &'static str, right: &'static str) -> Twin {
    Twin { wrong, right, inside: &[] }
}

const CHINESE: &[Twin] = &[
    // Three passwords, three names (requirements RNA-3, ACC-8): 支付密码 alone says none of them.
    Twin { wrong: "支付密码", right: "电子社保卡支付密码", inside: &["社保卡支付密码"] },
    twin("社保卡密码", "社保卡支付密码"),
    twin("实体卡的密码", "社保卡支付密码"),
    twin("账户密码", "登录密码"),
    twin("手机验证码", "短信验证码"),
    twin("校验码", "短信验证码"),
    twin("窗口验证码", "窗口认证码"),
    twin("窗口办理码", "窗口认证码"),
    twin("认证验证码", "窗口认证码"),
    twin("登录设备", "我的设备"),
    twin("号源", "号"),
    // A member's authentication has its own label (requirements, "three labels are three acts").
    Twin { wrong: "人脸识别", right: "面部识别", inside: &["人脸识别认证"] },
    twin("刷脸", "面部识别"),
    twin("社保服务窗口", "服务窗口"),
    twin("柜台", "服务窗口"),
    twin("就诊二维码", "就诊条码"),
    twin("签到码", "就诊条码"),
    // A visit is 预约成功 and its order 已付清; in the face check it is a sentence.
    Twin { wrong: "已确认", right: "已付清", inside: &["已确认是您本人"] },
    Twin { wrong: "订单号", right: "单号", inside: &["商户订单号"] },
];

/// In lower case: English is compared without regard to it.
const ENGLISH: &[Twin] = &[
    Twin { wrong: "payment password", right: "e-card payment password", inside: &["e-card payment password"] },
    twin("card password", "card PIN"),
    twin("card's password", "card PIN"),
    twin("account password", "login password"),
    twin("electronic card", "e-card"),
    twin("social-security", "electronic social security card"),
    twin("physical card", "plastic card"),
    twin("identity card", "ID card"),
    twin("code by sms", "SMS code"),
    twin("text code", "SMS code"),
    twin("counter's code", "counter code"),
    twin("code from a counter", "counter code"),
    twin("code from a window", "counter code"),
    twin("face recognition", "face check"),
    twin("service counter", "service window"),
    twin("signed-in devices", "My devices"),
    twin("sign out", "log out"),
    twin("signed out", "log out"),
    twin("sign in", "log in"),
    twin("signed in", "log in"),
    twin("front page", "home page"),
    twin("an appointment", "booking"),
    twin("appointments", "booking"),
];

#[test]
fn one_thing_has_one_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for (path, text) in texts(&root) {
        for (at, line) in text.lines().enumerate() {
            let english = english(&path, line).to_lowercase().replace('’', "'");
            for (twins, line) in [(CHINESE, line), (ENGLISH, english.as_str())] {
                for Twin { wrong, right, inside } in twins {
                    let rest = inside.iter().fold(line.to_owned(), |rest, longer| rest.replace(longer, ""));
                    if rest.contains(wrong) {
                        found.push(format!("{path}:{}: {wrong} is {right}", at + 1));
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The names that are used stand in the GLOSSARY, each in one row, so that nobody has to guess what is meant.
#[test]
fn the_glossary_has_each_name_once() {
    let glossary = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../GLOSSARY.md"));
    let glossary = glossary.expect("the GLOSSARY");
    for (column, twins) in [(1, CHINESE), (2, ENGLISH)] {
        let mut rows: BTreeMap<String, usize> = BTreeMap::new();
        for line in glossary.lines().filter(|line| line.starts_with('|')) {
            for name in names(line.split('|').nth(column).unwrap_or("")) {
                *rows.entry(name).or_default() += 1;
            }
        }
        for Twin { right, .. } in twins {
            assert_eq!(rows.get(&right.to_lowercase()), Some(&1), "{right} in column {column} of the GLOSSARY");
        }
    }
}

/// What a page says in English on this line: a locale's text, or what a template or the source picks by language.
fn english<'a>(path: &str, line: &'a str) -> &'a str {
    if path.contains("locales/en/") { line } else { line.split_once("pick(").map_or("", |(_, words)| words) }
}

/// The names in a cell, without what stands in brackets after each.
fn names(cell: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut depth = 0;
    for letter in cell.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => plain.push(letter.to_ascii_lowercase()),
            _ => {}
        }
    }
    plain.split(['/', ',', ';']).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Every text that people read, by its path: comments of locales and templates, and tests, are left out.
fn texts(root: &Path) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for folder in ["locales", "crates", "policy", "docs", "assets"] {
        for file in files(&root.join(folder)) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            let path = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            let text = match file.extension().and_then(|ext| ext.to_str()) {
                Some("rs") => without_what_is_typed(text.split("#[cfg(test)]").next().unwrap_or("")),
                Some("ftl") => text.lines().fold(String::new(), |all, line| all + spoken(line) + "\n"),
                Some("html") => without_comments(&text),
                _ => text,
            };
            texts.push((path, text));
        }
    }
    for name in ["README.md", "README.zh-CN.md"] {
        texts.push((name.to_owned(), fs::read_to_string(root.join(name)).expect("a README")));
    }
    assert!(texts.len() > 300, "the texts are found: {}", texts.len());
    texts
}

/// What a line of a locale says: nothing of its key, and nothing where it is a comment.
fn spoken(line: &str) -> &str {
    match line.split_once(" =") {
        _ if line.starts_with('#') => "",
        Some((key, text)) if !key.contains(' ') => text,
        _ => line,
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut waiting) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let tests = name == "tests" || name == "stories.rs" || name.ends_with("_tests.rs");
            let ext = path.extension().and_then(|ext| ext.to_str());
            if path.is_dir() && !tests {
                waiting.push(path);
            } else if !tests && matches!(ext, Some("rs" | "html" | "ftl" | "toml" | "md" | "js")) {
                found.push(path);
            }
        }
    }
    found
}

/// The source without the other words for a service, by which people look for it whatever it is called: the last of
/// `Service::new(at, path, key, also)`, where it stands behind two other strings.
fn without_what_is_typed(source: &str) -> String {
    let mut calls = source.split("Service::new(");
    let mut plain = calls.next().unwrap_or_default().to_owned();
    for call in calls {
        match call.splitn(7, '"').collect::<Vec<_>>()[..] {
            [at, path, comma, key, before, also, rest] if before.trim() == "," => {
                let lines = "\n".repeat(also.matches('\n').count());
                plain.extend([at, path, comma, key, before, &lines, rest]);
            }
            _ => plain.push_str(call),
        }
    }
    plain
}

#[test]
fn other_words_for_a_service_may_be_any() {
    let source = "A(\"刷脸\"); Service::new(1, \"/a\", \"b\",\n \"刷脸\"); B(\"号源\")";
    assert_eq!(without_what_is_typed(source), "A(\"刷脸\"); 1, /a, b,\n ); B(\"号源\")");
    assert_eq!(
        without_what_is_typed("Service::new(1, \"/a\", \"b\", ALSO); B(\"号源\")"),
        "1, \"/a\", \"b\", ALSO); B(\"号源\")"
    );
}

/// The template with its comments' lines left empty, so that lines keep their numbers.
fn without_comments(template: &str) -> String {
    let mut plain = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{#") {
        let (comment, after) = after.split_once("#}").unwrap_or((after, ""));
        plain.push_str(before);
        plain.extend(comment.matches('\n'));
        rest = after;
    }
    plain + rest
}
