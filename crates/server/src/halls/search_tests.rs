//! The services of this program, and by what they are found.

use hall::search::patterns;
use ui::{Lang, locale};

use super::Halls;

#[test]
fn services_are_found_by_name_by_pinyin_and_by_what_people_call_them() {
    let halls = Halls::new().expect("no twins");
    let find = |typed: &str| halls.services().find(&patterns(typed).expect("words"));
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
        let found = find(typed);
        let first = found.first().unwrap_or_else(|| panic!("{typed} finds nothing"));
        assert_eq!(first.path, path, "{typed}");
    }
    assert!(find("白内障").is_empty());
}

/// Whoever searches again finds each where it was.
#[test]
fn services_that_fit_equally_well_have_their_places() {
    let halls = Halls::new().expect("no twins");
    let paths: Vec<_> = halls.services().all().map(|service| service.path).collect();
    assert_eq!(
        paths,
        [
            "/hospitals",
            "/orders",
            "/code",
            "/todos",
            "/messages",
            "/card",
            "/card/insurance-code",
            "/pay-password",
            "/pay-password/forgot",
            "/real-name",
            "/real-name/level",
            "/devices",
            "/me/password",
            "/forgot",
            "/terms",
            "/privacy",
            "/me",
            "/sign-up",
            "/login",
            "/look?elder=1&to=/",
            "/look?lang=en&to=/",
            "/look?lang=zh-CN&to=/",
        ]
    );
}

#[test]
fn every_service_has_a_name_and_a_purpose_in_both_languages_and_every_list_its_words() {
    let halls = Halls::new().expect("no twins");
    let services =
        halls.services().all().flat_map(|service| [service.key.to_owned(), format!("{}-detail", service.key)]);
    for key in services.chain(halls.lists().iter().map(|list| list.words.to_owned())) {
        assert!([Lang::Zh, Lang::En].iter().all(|lang| locale::has(*lang, &key)), "{key}");
    }
}
