//! The services of this site, found by their names, in pinyin, and by what people call them (`services.txt`). A search
//! that begins on the front page may ask for any of them.

use std::sync::LazyLock;

use hall::search::{Patterns, Rank, Words};
use ui::{Lang, locale};

/// A service, and what it is found by.
pub struct Service {
    /// Where it is.
    pub path: &'static str,
    /// The key of its name; with `-detail` behind it, of what it is for.
    pub key: String,
    words: Words,
}

/// All of them, in the order of the file.
pub static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let lines = include_str!("services.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(service).collect()
});

fn service(line: &'static str) -> Option<Service> {
    let mut parts = line.split('|').map(str::trim);
    let (path, key, others) = (parts.next()?, parts.next()?, parts.next()?);
    let key = format!("find-{key}");
    let (name, name_en) = (locale::text(Lang::Zh, &key), locale::text(Lang::En, &key));
    let words = Words::of(&[&name], &name_en).and_also(others.split(' '));
    Some(Service { path, key, words })
}

/// The services that fit, those whose name begins with what was typed first.
pub(super) fn find(asked: &Patterns) -> Vec<&'static Service> {
    let mut found: Vec<(Rank, &Service)> =
        SERVICES.iter().filter_map(|service| Some((service.words.rank(asked)?, service))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, service)| service).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hall::search::patterns;

    fn first(typed: &str) -> &'static str {
        let found = find(&patterns(typed).unwrap());
        found.first().unwrap_or_else(|| panic!("{typed} finds nothing")).path
    }

    #[test]
    fn services_are_found_by_name_by_pinyin_and_by_what_people_call_them() {
        for (typed, path) in [
            ("挂号", "/hospitals"),
            ("线上挂号", "/hospitals"),
            ("guahao", "/hospitals"),
            ("就诊码", "/code"),
            ("jzm", "/code"),
            ("电子社保卡", "/card"),
            ("社保卡", "/card"),
            ("dzsbk", "/card"),
            ("支付密码", "/pay-password"),
            ("长辈版", "/look?elder=1&to=/"),
            ("大字", "/look?elder=1&to=/"),
            ("消息", "/messages"),
            ("实名认证", "/real-name"),
            ("刷脸", "/real-name"),
            ("我的设备", "/devices"),
            ("换手机", "/devices"),
            ("忘记密码", "/forgot"),
            ("用户协议", "/terms"),
            ("terms", "/terms"),
            ("隐私", "/privacy"),
            ("yszc", "/privacy"),
            ("Privacy policy", "/privacy"),
            ("退款", "/orders"),
            ("My devices", "/devices"),
            ("barcode", "/code"),
        ] {
            assert_eq!(first(typed), path, "{typed}");
        }
        assert!(find(&patterns("白内障").unwrap()).is_empty());
    }

    #[test]
    fn every_service_has_a_name_and_a_purpose_in_both_languages() {
        assert!(SERVICES.len() > 15);
        for service in SERVICES.iter() {
            for lang in [Lang::Zh, Lang::En] {
                let detail = format!("{}-detail", service.key);
                assert!(locale::has(lang, &service.key) && locale::has(lang, &detail), "{}", service.key);
            }
        }
    }
}
