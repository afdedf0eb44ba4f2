//! The page for everything, and what all pages have in common: complete without script, in Chinese and English.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use platform::db::DbFault;
use serde::Deserialize;

use super::store as settings;
use crate::faults::{ANY, Fault, Kind, SLOW_MS_MAX, store as faults};
use crate::house::House;
use crate::insurer::Dialect;
use crate::partner::About;
use crate::registry::{ALL, Entry, Page};
use crate::sms::civil;

/// The cookie that remembers the language.
const LANG_COOKIE: &str = "sandbox_lang";

/// The page of everybody whom partners know: it is no single partner's.
const PEOPLE: Page = Page { path: "/people", zh: "人员", en: "People" };

/// The pages beside the front page.
fn beside() -> impl Iterator<Item = Page> {
    std::iter::once(PEOPLE).chain(ALL.iter().filter_map(|entry| entry.page))
}

/// The visitor's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The language chosen here, or else the one chosen in the app on the same host, or else the browser's.
    pub(crate) fn of(headers: &HeaderMap) -> Lang {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let cookies = text(header::COOKIE);
        let cookie =
            |wanted: &str| cookies.split(';').filter_map(|c| c.trim().split_once('=')).find(|(n, _)| *n == wanted);
        let chosen = cookie(LANG_COOKIE).or_else(|| cookie("lang")).map(|(_, value)| value);
        let word = chosen.unwrap_or_else(|| text(header::ACCEPT_LANGUAGE));
        if word.starts_with("en") { Lang::En } else { Lang::Zh }
    }

    /// The same, of words that stay.
    pub(crate) fn pick_static(self, zh: &'static str, en: &'static str) -> &'static str {
        self.pick(zh, en)
    }

    pub(crate) fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        self.pick("zh-CN", "en")
    }

    /// Paths and words of the pages beside the front page, as the navigation shows them.
    pub(crate) fn pages(self) -> Vec<(&'static str, &'static str)> {
        beside().map(|page| (page.path, self.pick_static(page.zh, page.en))).collect()
    }
}

#[derive(Template)]
#[template(path = "front.html")]
struct Front {
    lang: Lang,
    now: String,
    shift: String,
    problem: Option<&'static str>,
    partners: Vec<Room>,
    faults: Vec<FaultRow>,
    kinds: Vec<(&'static str, &'static str)>,
    codes: Vec<&'static str>,
    /// Ways to forge a notice.
    forgeries: String,
    slow_ms_max: u64,
    sms_limits: bool,
    /// The insurer's dialects: word, what is special, whether it is spoken.
    dialects: Vec<(&'static str, &'static str, bool)>,
}

/// A partner as the page shows it.
struct Room {
    about: &'static About,
    address: String,
}

/// A rule as the page shows it.
struct FaultRow {
    fault: Fault,
    says: &'static str,
    detail: String,
    times: String,
}

/// The query of the front page.
#[derive(Debug, Deserialize)]
pub(super) struct FrontQuery {
    problem: Option<String>,
}

/// `GET /`.
pub(super) async fn front(State(house): State<House>, headers: HeaderMap, Query(query): Query<FrontQuery>) -> Response {
    let lang = Lang::of(&headers);
    let found =
        house.db.read("sandbox.front", |tx| Ok::<_, DbFault>((faults::all(tx)?, settings::sms_limits(tx)?))).await;
    let (rules, sms_limits) = match found {
        Ok(found) => found,
        Err(fault) => return super::refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    };
    page(&Front {
        lang,
        now: civil(house.now()),
        shift: shift(lang, house.clock.shift_ms()),
        problem: query.problem.as_deref().and_then(|kind| problem(lang, kind)),
        partners: ALL.iter().filter_map(|entry| room(&house, entry)).collect(),
        faults: rules.into_iter().map(|fault| row(lang, fault)).collect(),
        kinds: Kind::NAMES.iter().map(|name| (*name, says(lang, name))).collect(),
        codes: abouts().flat_map(|about| about.codes.iter().chain(about.forgeries)).copied().collect(),
        forgeries: abouts().flat_map(|about| about.forgeries).copied().collect::<Vec<_>>().join(", "),
        slow_ms_max: SLOW_MS_MAX,
        sms_limits,
        dialects: dialects(lang, house.rooms.insurer.speaks.get()),
    })
}

fn abouts() -> impl Iterator<Item = &'static About> {
    ALL.iter().map(|entry| entry.about)
}

/// A partner with its address; nothing where it has no port.
fn room(house: &House, entry: &Entry) -> Option<Room> {
    let address = house.addresses.of(entry.name())?;
    Some(Room { about: entry.about, address: format!("http://{address}") })
}

fn dialects(lang: Lang, spoken: Dialect) -> Vec<(&'static str, &'static str, bool)> {
    let says = |dialect: Dialect| {
        let (zh, en) = dialect.says();
        lang.pick_static(zh, en)
    };
    Dialect::ALL.map(|dialect| (dialect.name(), says(dialect), dialect == spoken)).to_vec()
}

/// The query of `/lang`.
#[derive(Debug, Deserialize)]
pub(super) struct LangQuery {
    to: String,
    page: Option<String>,
}

/// `GET /lang?to=en&page=sms`: remembers the language.
pub(super) async fn lang(Query(query): Query<LangQuery>) -> Response {
    let lang = if query.to == "en" { "en" } else { "zh" };
    let cookie = format!("{LANG_COOKIE}={lang}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    let wanted = query.page.as_deref();
    let path = beside().map(|page| page.path).find(|path| path.strip_prefix('/') == wanted).unwrap_or("/");
    ([(header::SET_COOKIE, cookie)], Redirect::to(path)).into_response()
}

/// `GET /sandbox.css`.
pub(super) async fn css() -> Response {
    let text = include_str!("../../assets/sandbox.css");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response()
}

/// Renders a page.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => super::refused(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

fn row(lang: Lang, fault: Fault) -> FaultRow {
    let mut details = Vec::new();
    if let Some(ms) = fault.kind.ms() {
        details.push(format!("{ms} ms"));
    }
    if let Some(code) = fault.kind.code() {
        details.push(code.to_owned());
    }
    if let Some(subject) = &fault.subject {
        details.push(format!("{}{subject}", lang.pick("含 ", "with ")));
    }
    FaultRow {
        says: says(lang, fault.kind.name()),
        detail: details.join(lang.pick("，", ", ")),
        times: fault.times.map_or_else(|| lang.pick("直到清除", "until cleared").to_owned(), |times| times.to_string()),
        fault,
    }
}

fn says(lang: Lang, kind: &str) -> &'static str {
    let (zh, en) = match kind {
        "slow" => ("变慢：照办，但晚若干毫秒", "slow: done, but late by this many milliseconds"),
        "refuse" => ("拒绝：不办，返回错误码", "refuse: not done, answered with a code"),
        "time_out_before" => ("办理前超时：不办，不回答", "time out before: not done, not answered"),
        "time_out_after" => ("办理后超时：已办，不回答", "time out after: done, not answered"),
        "duplicate" => ("重复：办两次", "duplicate: done twice"),
        "reorder" => ("乱序：排在下一条之后生效", "reorder: takes effect after the next call"),
        "lose" => ("丢失：回答成功，永不生效", "lose: answered as done, never takes effect"),
        "forge" => (
            "伪造：不办，返回冒充的回答；通知则签名不符",
            "forge: not done, but answered falsely; a notice gets a wrong signature",
        ),
        _ => ("中断：直接断开连接", "down: the connection is closed"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn problem(lang: Lang, kind: &str) -> Option<&'static str> {
    let (zh, en) = match kind {
        "step" => ("时钟只能前进，请填 1 或更多秒。", "The clock only moves forward: 1 second or more."),
        "operation" => ("没有这个服务商或操作。", "No such partner or operation."),
        "kind" => ("请选择一种故障。", "Choose a kind of fault."),
        "ms" => ("变慢需要填毫秒数（1 至 120000）。", "Slow needs milliseconds, 1 to 120000."),
        "code" => ("拒绝需要填错误码。", "Refuse needs a code."),
        "forgery" => (
            "伪造的代码只用于 notify：AMOUNT、MERCHANT 或 APPID；其他操作请留空。",
            "A forgery's code is for notify only: AMOUNT, MERCHANT or APPID; leave it empty elsewhere.",
        ),
        "times" => ("次数须为 1 或更多；留空表示直到清除。", "Times is 1 or more; empty means until cleared."),
        "dialect" => ("没有这种方言。", "No such dialect."),
        _ => return None,
    };
    Some(match lang {
        Lang::Zh => zh,
        Lang::En => en,
    })
}

fn shift(lang: Lang, ms: i64) -> String {
    if ms == 0 {
        return lang.pick("与本机一致", "the same as this machine's clock").to_owned();
    }
    let (days, rest) = (ms / 86_400_000, ms % 86_400_000 / 1000);
    let (hours, minutes, secs) = (rest / 3600, rest % 3600 / 60, rest % 60);
    match lang {
        Lang::Zh => format!("比本机快 {days} 天 {hours} 小时 {minutes} 分 {secs} 秒"),
        Lang::En => format!("{days} d {hours} h {minutes} min {secs} s ahead of this machine"),
    }
}
