//! What the SMS provider has taken, for people: `/sms`.

use askama::Template;
use axum::extract::{Query, State as Of};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kernel::{Mobile, Moment, typing};
use serde::Deserialize;

use super::House;
use super::sent::ROWS_MAX;
use super::{State, store};
use crate::about;
use crate::page::{Lang, page, refused};
use crate::times::civil;

#[derive(Template)]
#[template(path = "sms.html")]
struct Page {
    lang: Lang,
    pages: Vec<about::Page>,
    now: String,
    mobile: String,
    /// The address of this page with the same number.
    again: String,
    texts: Vec<TextRow>,
}

/// A text as the page shows it.
struct TextRow {
    text: store::Accepted,
    state: &'static str,
    says: &'static str,
    accepted: String,
    settled: Option<String>,
}

/// A mobile number as texts have it; of what is none, what was typed.
fn number_of(typed: &str) -> String {
    Mobile::parse(typed).map_or_else(|_| typing::code(typed), |mobile| mobile.expose().to_owned())
}

/// The query of the page of texts.
#[derive(Debug, Deserialize)]
pub(super) struct SmsQuery {
    mobile: Option<String>,
}

/// `GET /sms`: the newest texts first.
pub(super) async fn show(Of(house): Of<House>, headers: HeaderMap, Query(query): Query<SmsQuery>) -> Response {
    let lang = Lang::of(&headers);
    let mobile = query.mobile.map(|text| number_of(&text)).filter(|text| !text.is_empty());
    let shown = mobile.clone().unwrap_or_default();
    let rows = house.db.read("sandbox.sms.newest", move |tx| store::newest(tx, mobile.as_deref(), ROWS_MAX)).await;
    let rows = match rows {
        Ok(rows) => rows,
        Err(fault) => return refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    };
    let now = house.now();
    page(&Page {
        lang,
        pages: house.pages.clone(),
        now: civil(now),
        again: form_urlencoded::Serializer::for_suffix("/sms?".to_owned(), 5).append_pair("mobile", &shown).finish(),
        mobile: shown,
        texts: rows.into_iter().map(|text| text_row(lang, text, now)).collect(),
    })
}

fn text_row(lang: Lang, text: store::Accepted, now: Moment) -> TextRow {
    let state = State::at(text.fate, text.settles_at, now);
    let (zh, en) = match state {
        State::Accepted => ("发送中", "on its way"),
        State::Held => ("排在下一条之后", "waits for the next text"),
        State::Delivered => ("已送达", "delivered"),
        State::Failed => ("未送达", "not delivered"),
        State::Lost => ("已丢失", "lost"),
    };
    TextRow {
        state: state.as_str(),
        says: lang.pick_static(zh, en),
        accepted: civil(text.accepted_at),
        settled: text.settles_at.filter(|at| *at <= now).map(civil),
        text,
    }
}
