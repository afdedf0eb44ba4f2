//! What stands below the halls, handed up as halls hand up theirs, so that one code folds all of it.

use std::sync::Arc;

use hall::{Hall, Text, Tile, Wired, Works};
use identity::IssueCarrier;
use platform::outbox::OutboxPolicy;
use platform::policy::Known;
use ui::Nav;
use ui::nav::{Link, Place, TabItem};

use crate::{services, upkeep};

/// What all halls share: assets and looks, and the pages of the program itself, whose own routes are in `app`, since they ask
/// the halls. Orders and search stand under the tab where the first of the halls begins.
pub fn house(halls: &[Hall]) -> Hall {
    let begins = halls.iter().find_map(|hall| hall.nav.place(hall.nav.start?.path));
    let (tab, about) = begins.map_or(("home", "about-home"), |place| (place.tab, place.about));
    let home = Link { path: "/", words: "tab-home", icon: "home" };
    Hall {
        routes: ui::routes(),
        nav: Nav {
            tabs: vec![TabItem { name: "home", link: home, at: 0, raised: false, elder: true }],
            places: vec![
                Place::new("", "home", "about-home"),
                Place::new("todos", "home", "about-home"),
                Place::new("orders", tab, about).wanted("wanted-orders"),
                Place::new("search", tab, "about-search"),
            ],
            quiet: vec!["/search"],
            ..Nav::default()
        },
        tiles: vec![Tile::new(20, "/orders", "service-orders", "list")],
        services: services::HOUSE.to_vec(),
        ..Hall::named("server")
    }
}

/// People: their accounts, their card, what they are told; staff and their desks' login.
pub fn identity() -> Hall {
    Hall {
        routes: identity::routes().merge(identity::desk_routes()),
        nav: identity::nav(),
        desks: identity::desk_links(),
        tiles: vec![Tile::new(60, "/messages", "service-messages", "message")],
        checks: identity::checks(),
        sections: identity::policy::sections(),
        texts: TEXTS.to_vec(),
        services: services::IDENTITY.to_vec(),
        census: vec![("people", |tx, most| Ok(identity::people::count(tx, most)?.unsigned_abs()))],
        works: identity_works,
        ..Hall::named("identity")
    }
}

fn identity_works(wired: &Wired) -> Works {
    Works {
        jobs: identity::jobs(Arc::clone(&wired.identity)),
        carriers: vec![Arc::new(IssueCarrier::new(Arc::clone(&wired.identity)))],
    }
}

/// Orders and the money of them.
pub fn payments() -> Hall {
    Hall {
        routes: payments::routes(),
        nav: payments::nav(),
        checks: payments::checks(),
        sections: vec![Known::of::<payments::PaymentRules>()],
        census: vec![("orders", payments::count)],
        works: |wired| Works { jobs: payments::jobs(&wired.pay), ..Works::default() },
        ..Hall::named("payments")
    }
}

/// The books.
pub fn ledger() -> Hall {
    Hall {
        checks: ledger::checks(),
        works: |_| Works { jobs: ledger::jobs(), ..Works::default() },
        ..Hall::named("ledger")
    }
}

/// The platform's own: the audit, its keys, the outbox.
pub fn upkeep() -> Hall {
    Hall {
        checks: upkeep::checks(),
        sections: vec![Known::of::<OutboxPolicy>()],
        census: vec![("audit rows", platform::audit::count)],
        works: |_| Works { jobs: upkeep::jobs(), ..Works::default() },
        ..Hall::named("upkeep")
    }
}

/// The texts about people and their accounts.
const TEXTS: [Text; 12] = [
    Text {
        name: "verify",
        says: "您的验证码为${code}，5分钟内有效，请勿告诉他人。",
        demo_code: "SMS_100001",
        verification: true,
    },
    Text::notice(
        "sign_up_tried",
        "SMS_100004",
        "${tried_at}有人用您的身份证号或手机号码注册。您的账户没有任何改变，不用做什么，也不要把验证码告诉任何人。",
    ),
    Text::notice(
        "number_taken_back",
        "SMS_100031",
        "有${count}个账户填了您的身份证号而没有本人认证，${told_at}您认证后已全部停用。如有疑问，请拨打12333。",
    ),
    Text::notice(
        "account_ended",
        "SMS_100032",
        "您用此手机号注册的账户已于${ended_at}停用：账户填的身份证号已由本人认证。填错号码的，请重新注册；如有疑问，请拨打12333。",
    ),
    Text::notice(
        "account_moved",
        "SMS_100033",
        "您的账户已于${moved_at}在新注册的账户里完成本人认证，登录手机号和密码已更换，原来的设备都已退出。如非本人操作，请立即拨打12333。",
    ),
    Text::notice(
        "account_opened",
        "SMS_100034",
        "您的账户已于${opened_at}通过身份验证开通。如非本人操作，请立即拨打12333。",
    ),
    Text::notice(
        "password_changed",
        "SMS_100005",
        "您的登录密码已于${changed_at}重新设置，所有设备已退出登录。如非本人操作，请立即拨打12333。",
    ),
    Text::notice(
        "device_bound",
        "SMS_100006",
        "您的账户已于${told_at}在${device}上完成实名认证。如非本人操作，请立即拨打12333。",
    ),
    Text::notice(
        "device_ended",
        "SMS_100007",
        "您的设备${device}已于${told_at}被退出，在它上面要重新认证才能办事。如非本人操作，请立即修改登录密码并拨打12333。",
    ),
    Text::notice(
        "pay_password_set",
        "SMS_100011",
        "您的电子社保卡支付密码已于${done_at}设置。如非本人操作，请立即拨打12333。",
    ),
    Text::notice(
        "pay_password_changed",
        "SMS_100012",
        "您的电子社保卡支付密码已于${done_at}修改。如非本人操作，请立即拨打12333。",
    ),
    Text::notice(
        "pay_password_locked",
        "SMS_100013",
        "您的电子社保卡支付密码错误次数过多，已锁定至${until_at}。如非本人操作，请立即拨打12333。",
    ),
];
