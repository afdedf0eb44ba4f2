//! The last face checks, for people (`/faces`) and for programs (`/control/faces`).

use askama::Template;
use axum::Json;
use axum::extract::State as Of;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::Moment;
use serde::Serialize;
use wire::aliyun_cloudauth::{SubCode, action};

use super::House;
use super::check::{Check, Ending, State};
use super::store;
use crate::about;
use crate::page::{Lang, page, refused};
use crate::times::civil;

/// Checks that are shown.
const ROWS_MAX: i64 = 100;

#[derive(Template)]
#[template(path = "faces.html")]
struct Page {
    lang: Lang,
    pages: Vec<about::Page>,
    now: String,
    checks: Vec<CheckRow>,
}

/// A check as the page shows it.
struct CheckRow {
    check: Check,
    /// The class that colours it.
    state: &'static str,
    says: String,
    movements: String,
    started: String,
    taken: Option<String>,
}

/// `GET /faces`: the newest checks first.
pub(crate) async fn faces(Of(house): Of<House>, headers: HeaderMap) -> Response {
    let lang = Lang::of(&headers);
    let checks = match house.db.read("sandbox.face.newest", |tx| store::newest(tx, ROWS_MAX)).await {
        Ok(checks) => checks,
        Err(fault) => return refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    };
    let now = house.now();
    let checks = checks.into_iter().map(|check| row(lang, check, now)).collect();
    page(&Page { lang, pages: house.pages.clone(), now: civil(now), checks })
}

fn row(lang: Lang, check: Check, now: Moment) -> CheckRow {
    let (state, says) = match check.state(now) {
        State::Waiting => ("accepted", lang.pick("等待画面", "waits for frames").to_owned()),
        State::Looking => ("held", lang.pick("尚无结论", "no verdict yet").to_owned()),
        State::Ended(ending) => {
            let class = if ending.sub_code.passes() { "delivered" } else { "failed" };
            (class, format!("{} ({})", verdict(lang, ending), ending.sub_code.as_str()))
        }
    };
    let movements: Vec<&str> = check.actions.iter().map(|word| movement(lang, word)).collect();
    CheckRow {
        state,
        says,
        movements: movements.join(lang.pick("、", ", ")),
        started: civil(check.started_at),
        taken: check.taken_at.map(civil),
        check,
    }
}

fn verdict(lang: Lang, ending: Ending) -> &'static str {
    let (zh, en) = match ending.sub_code {
        SubCode::Passed | SubCode::PassedByPolicy => ("通过", "passed"),
        SubCode::NameMismatch => ("姓名与号码不符", "name and number do not belong together"),
        SubCode::NoRecord => ("查无此人", "nobody has this number"),
        SubCode::NoPhoto => ("没有照片", "no photo"),
        SubCode::FaceMismatch | SubCode::CardFaceMismatch => ("不是本人", "another face"),
        SubCode::Liveness if ending.attacked => ("疑似攻击", "signs of an attack"),
        SubCode::Liveness => ("动作未通过", "the movements were not made"),
        SubCode::Policy => ("策略限制", "stopped by the provider's rules"),
        SubCode::SourceDown => ("比对源异常", "the source does not answer"),
        SubCode::TimedOut => ("超时", "not in time"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn movement(lang: Lang, word: &str) -> &'static str {
    let (zh, en) = match word {
        action::BLINK => ("眨眼", "blink"),
        action::MOUTH => ("张嘴", "open the mouth"),
        action::SHAKE => ("摇头", "shake the head"),
        _ => ("点头", "nod"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// One check in the answer of `GET /control/faces`.
#[derive(Serialize)]
struct Told {
    certify_id: String,
    order_no: String,
    name: String,
    id_number: String,
    actions: Vec<String>,
    /// `waiting`, `looking` or `ended`.
    state: &'static str,
    /// The provider's number for the ending; none before.
    sub_code: Option<&'static str>,
    frames: i64,
    started_at: String,
    taken_at: Option<String>,
}

/// `GET /control/faces`: the newest checks first.
pub(crate) async fn list(Of(house): Of<House>) -> Response {
    let checks = match house.db.read("sandbox.face.newest", |tx| store::newest(tx, ROWS_MAX)).await {
        Ok(checks) => checks,
        Err(fault) => return refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    };
    let now = house.now();
    let told: Vec<Told> = checks.into_iter().map(|check| tell(check, now)).collect();
    Json(told).into_response()
}

fn tell(check: Check, now: Moment) -> Told {
    let (state, sub_code) = match check.state(now) {
        State::Waiting => ("waiting", None),
        State::Looking => ("looking", None),
        State::Ended(ending) => ("ended", Some(ending.sub_code.as_str())),
    };
    Told {
        state,
        sub_code,
        started_at: check.started_at.to_string(),
        taken_at: check.taken_at.map(|at| at.to_string()),
        certify_id: check.certify_id,
        order_no: check.order_no,
        name: check.name,
        id_number: check.id_number,
        actions: check.actions,
        frames: check.frames,
    }
}
