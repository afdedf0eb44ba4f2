//! The page for everything: the clock, the partners, the faults.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use platform::db::DbFault;
use serde::Deserialize;

use crate::about::{About, Page};
use crate::entry;
use crate::faults::{ANY, Fault, Kind, SLOW_MS_MAX, store as faults};
use crate::house::House;
use crate::page::{LANG_COOKIE, Lang, page, refused};
use crate::times::civil;

#[derive(Template)]
#[template(path = "front.html")]
struct Front {
    lang: Lang,
    pages: Vec<Page>,
    now: String,
    shift: String,
    problem: Option<&'static str>,
    partners: Vec<Room>,
    /// What partners add: HTML of their own.
    fronts: Vec<String>,
    faults: Vec<FaultRow>,
    kinds: Vec<(&'static str, &'static str)>,
    codes: Vec<&'static str>,
    /// Ways to forge a notice.
    forgeries: String,
    slow_ms_max: u64,
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

/// What the front page is made from.
#[derive(Clone)]
pub(super) struct Fronting {
    pub(super) house: House,
    pub(super) fronts: Arc<[entry::Front]>,
}

/// `GET /`.
pub(super) async fn front(
    State(Fronting { house, fronts }): State<Fronting>,
    headers: HeaderMap,
    Query(query): Query<FrontQuery>,
) -> Response {
    let lang = Lang::of(&headers);
    let (rules, fronts) = match found(&house, lang, &fronts).await {
        Ok(found) => found,
        Err(fault) => return refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    };
    let abouts = &house.partners;
    page(&Front {
        lang,
        pages: house.pages.clone(),
        now: civil(house.now()),
        shift: shift(lang, house.clock.shift_ms()),
        problem: query.problem.as_deref().and_then(|kind| problem(lang, kind)),
        partners: abouts.iter().filter_map(|about| room(&house, about)).collect(),
        fronts,
        faults: rules.into_iter().map(|fault| row(lang, fault)).collect(),
        kinds: Kind::NAMES.iter().map(|name| (*name, says(lang, name))).collect(),
        codes: abouts.iter().flat_map(|about| about.codes.iter().chain(about.forgeries)).copied().collect(),
        forgeries: abouts.iter().flat_map(|about| about.forgeries).copied().collect::<Vec<_>>().join(", "),
        slow_ms_max: SLOW_MS_MAX,
    })
}

/// The rules of faults, and each partner's part of the page.
async fn found(house: &House, lang: Lang, fronts: &[entry::Front]) -> Result<(Vec<Fault>, Vec<String>), DbFault> {
    let rules = house.db.read("sandbox.front", faults::all).await?;
    let mut parts = Vec::new();
    for front in fronts {
        parts.push(front(lang).await?);
    }
    Ok((rules, parts))
}

/// A partner with its address; nothing where it has no port.
fn room(house: &House, about: &'static About) -> Option<Room> {
    let address = house.addresses.of(about.place.name)?;
    Some(Room { about, address: format!("http://{address}") })
}

/// The query of `/lang`.
#[derive(Debug, Deserialize)]
pub(super) struct LangQuery {
    to: String,
    page: Option<String>,
}

/// `GET /lang?to=en&page=sms`: remembers the language.
pub(super) async fn lang(State(house): State<House>, Query(query): Query<LangQuery>) -> Response {
    let lang = if query.to == "en" { "en" } else { "zh" };
    let cookie = format!("{LANG_COOKIE}={lang}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    let wanted = query.page.as_deref();
    let path = house.pages.iter().map(|page| page.path).find(|path| path.strip_prefix('/') == wanted).unwrap_or("/");
    ([(header::SET_COOKIE, cookie)], Redirect::to(path)).into_response()
}

/// `GET /sandbox.css`.
pub(super) async fn css() -> Response {
    let text = include_str!("../../assets/sandbox.css");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response()
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
            "伪造的代码只用于服务商主动发出的通知，可填的见该栏说明；其他操作请留空。",
            "A forgery's code is for what a partner sends by itself, and one of those beside the field; leave it empty elsewhere.",
        ),
        "times" => ("次数须为 1 或更多；留空表示直到清除。", "Times is 1 or more; empty means until cleared."),
        "choice" => ("没有这个选项。", "No such choice."),
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
