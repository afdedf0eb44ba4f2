//! The platform knows partners by what they hand up (`platform::config::Section`), so it has no name of one, not in a test or
//! a comment either; the kernel has none as a value.

use super::{Finding, Source};

/// Names that are everyday words besides: only a value or a setting that begins so means the partner.
const EVERYDAY: [&str; 2] = ["face", "cards"];
/// Whose products partners are.
const VENDORS: [&str; 5] = ["wechat", "alipay", "aliyun", "dysms", "cloudauth"];
/// The kinds of codes that people carry, among them those that they pay with.
const KINDS_OF_CODES: &str = "crates/kernel/src/typing/code_kind.rs";

/// Looks at the platform, with its tests, and at the kernel's literals.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let names = names(tree);
    let everyday = |name: &&String| EVERYDAY.contains(&name.as_str());
    let mut findings = Vec::new();
    for source in tree {
        let mut say = |line: usize, name: &str, where_to: &str| {
            let says = format!("«{name}» is a partner's: {where_to}");
            findings.push(Finding::new(&source.path, line, says));
        };
        if source.path.starts_with("crates/platform/") {
            let elsewhere = "the platform knows partners by their sections only; in a test invent one";
            for (line, text) in (1..).zip(source.text.lines()) {
                let named = names.iter().filter(|name| !everyday(name)).map(String::as_str).chain(VENDORS);
                named.filter(|name| stands_in(text, name)).for_each(|name| say(line, name, elsewhere));
            }
            let named = names.iter().filter(everyday);
            values(source, named).into_iter().for_each(|(line, name)| say(line, &name, elsewhere));
        }
        if source.path.starts_with("crates/kernel/") && source.path != KINDS_OF_CODES {
            let elsewhere = "the kernel has values of every partner and names of none";
            values(source, names.iter()).into_iter().for_each(|(line, name)| say(line, &name, elsewhere));
            for (line, text) in literals(source) {
                VENDORS.iter().filter(|name| stands_in(text, name)).for_each(|name| say(line, name, elsewhere));
            }
        }
    }
    findings
}

/// The partners' names, as the protocols say them.
fn names(tree: &[Source]) -> Vec<String> {
    let mut names = Vec::new();
    for source in tree.iter().filter(|source| source.path.starts_with("crates/wire/src/")) {
        let Some(lexed) = &source.lexed else { continue };
        let made = lexed.words("Partner {").into_iter().map(|at| at + "Partner {".len());
        names.extend(made.filter_map(|open| {
            let literal = lexed.strings.iter().find(|literal| literal.at > open)?;
            (lexed.code[open..literal.at].trim_start() == "name: \"").then(|| literal.text.clone())
        }));
    }
    names
}

fn literals(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let lexed = source.lexed.iter();
    lexed.flat_map(|lexed| lexed.strings.iter().map(move |one| (lexed.line_of(one.at), one.text.as_str())))
}

/// The literals that are one of these names, or a setting below it (`face.timeout_ms`).
fn values<'a>(source: &Source, names: impl Iterator<Item = &'a String>) -> Vec<(usize, String)> {
    let names: Vec<&String> = names.collect();
    let of = |text: &str| {
        let named =
            |name: &&&String| text.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || is_setting(rest));
        names.iter().find(named).map(|name| (*name).clone())
    };
    literals(source).filter_map(|(line, text)| Some((line, of(text)?))).collect()
}

fn is_setting(rest: &str) -> bool {
    rest.strip_prefix('.').is_some_and(|rest| rest.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase()))
}

/// Whether a name stands in a text as whole words, also as a part of a longer one: `sms` in `read_sms` and `SmsConfig`, not in
/// `plasms`.
fn stands_in(text: &str, name: &str) -> bool {
    let bytes = text.as_bytes();
    let same = |word: &str| {
        let letters =
            |text: &str| text.bytes().filter(|byte| *byte != b'_').map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>();
        letters(word) == letters(name)
    };
    let begins = |at: usize| {
        let (here, before) = (bytes[at], at.checked_sub(1).and_then(|at| bytes.get(at)));
        let camel = |before: u8| here.is_ascii_uppercase() && !before.is_ascii_uppercase();
        here.is_ascii_alphanumeric() && before.is_none_or(|before| !before.is_ascii_alphanumeric() || camel(*before))
    };
    let ends = |at: usize| {
        let before = bytes[at - 1];
        let camel = |next: u8| next.is_ascii_uppercase() && !before.is_ascii_uppercase();
        bytes.get(at).is_none_or(|next| !next.is_ascii_alphanumeric() || camel(*next))
    };
    let longest = name.len();
    let shortest = longest - name.matches('_').count();
    (0..bytes.len())
        .filter(|at| begins(*at))
        .any(|at| (shortest..=longest).any(|long| text.get(at..at + long).is_some_and(same) && ends(at + long)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let wire = |module: &str, name: &str| {
            let text = format!("pub const PARTNER: Partner = Partner {{ name: \"{name}\", port: 1 }};\n");
            Source::new(format!("crates/wire/src/{module}.rs"), text)
        };
        let tree = [
            Source::new("crates/wire/src/partner.rs", "pub struct Partner {\n    pub name: &'static str,\n}\n"),
            wire("aliyun_sms", "sms"),
            wire("cloudauth", "face"),
            wire("wechat_pay", "wechat_pay"),
            Source::new(path, text),
        ];
        check(&tree).iter().map(ToString::to_string).collect()
    }

    const PLATFORM: &str = "crates/platform/src/config/rules.rs";
    const KERNEL: &str = "crates/kernel/src/rng.rs";

    #[test]
    fn the_platform_names_no_partner() {
        let told = found(PLATFORM, "//! Settings.\nfn read_sms() {}\n");
        assert_eq!(
            told,
            [format!(
                "{PLATFORM}:2: «sms» is a partner's: the platform knows partners by their sections only; in a test invent one"
            )]
        );
        for text in [
            "struct SmsConfig;",
            "// codes by SMS",
            "const A: &str = \"sms.timeout_ms\";",
            "fn wechat() {}",
            "const KEYS: &str = \"alipay keys\";",
            "const FACE: &str = \"face\";",
            "const FACE: &str = \"face.timeout_ms\";",
            "// 用sms发的",
        ] {
            assert_eq!(found(PLATFORM, text).len(), 1, "{text}");
            assert_eq!(found("crates/platform/tests/door.rs", text).len(), 1, "{text}");
        }
        assert_eq!(found(PLATFORM, "struct WechatPay;").len(), 2, "the partner and whose it is");
    }

    #[test]
    fn other_words_and_other_crates_are_free() {
        for text in [
            "fn plasms(interface: &str) {}",
            "// the face of the house, and cards on its table",
            "const A: &str = \"face to face.\";",
            "const POST: &str = \"post.timeout_ms\";",
        ] {
            assert_eq!(found(PLATFORM, text), [""; 0], "{text}");
        }
        for path in ["crates/partners/src/lib.rs", "crates/identity/src/a.rs", "renshe.toml.example"] {
            assert_eq!(found(path, "fn read_sms() { \"sms\" }"), [""; 0], "{path}");
        }
    }

    #[test]
    fn the_kernel_has_no_name_of_one_as_a_value() {
        for text in
            ["const A: &str = \"sms\";", "const A: &str = \"face.key\";", "const A: &str = \"https://u.wechat.com\";"]
        {
            assert_eq!(found(KERNEL, text).len(), 1, "{text}");
            assert_eq!(found(KINDS_OF_CODES, text).len(), 0, "{text}");
        }
        for text in ["/// Digits of an SMS code.\nfn digits() {}", "const A: &str = \"a code by sms has six digits\";"]
        {
            assert_eq!(found(KERNEL, text), [""; 0], "{text}");
        }
    }
}
