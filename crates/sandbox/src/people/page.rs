//! The pages of people: a search, and one person with what can be changed about them.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Fen, typing};
use platform::db::DbFault;
use serde::Deserialize;

use super::account::{self, Movement};
use super::api::{QUERY_CHARS, ROWS_MAX, find};
use super::change::{Change, ChangeError};
use super::model::{Card, CardState, Face, Insured, Person};
use super::{change, store};
use crate::about;
use crate::house::House;
use crate::page::{Lang, page, refused};

/// Movements of an account that its page shows.
const MOVEMENTS_MAX: i64 = 20;

#[derive(Template)]
#[template(path = "people.html")]
struct Page {
    lang: Lang,
    pages: Vec<about::Page>,
    q: String,
    total: i64,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "person.html")]
struct One {
    lang: Lang,
    pages: Vec<about::Page>,
    problem: Option<&'static str>,
    row: Row,
    cards: Vec<(Card, &'static str)>,
    card_states: Vec<Choice>,
    faces: Vec<Choice>,
    insurances: Vec<Choice>,
    movements: Vec<(Movement, &'static str)>,
}

/// One button.
struct Choice {
    word: &'static str,
    says: &'static str,
    now: bool,
}

/// A person as the pages show them.
struct Row {
    person: Person,
    card: &'static str,
    insured: &'static str,
    face: &'static str,
}

impl Row {
    fn of(lang: Lang, person: Person) -> Row {
        Row {
            card: person.card().map_or(lang.pick("无卡", "no card"), |state| card(lang, state)),
            insured: insured(lang, person.insured),
            face: face(lang, person.face),
            person,
        }
    }
}

/// The query of the list.
#[derive(Debug, Deserialize)]
pub(crate) struct PeopleQuery {
    #[serde(default)]
    q: String,
}

/// `GET /people?q=`.
pub(crate) async fn people(
    State(house): State<House>,
    headers: HeaderMap,
    Query(query): Query<PeopleQuery>,
) -> Response {
    let lang = Lang::of(&headers);
    let q = typing::line(&query.q, QUERY_CHARS);
    let wanted = q.clone();
    let found = house
        .db
        .read("sandbox.people.list", move |tx| {
            Ok::<_, DbFault>((store::count(tx)?, store::search(tx, &wanted, ROWS_MAX)?))
        })
        .await;
    match found {
        Ok((total, people)) => page(&Page {
            lang,
            pages: house.pages.clone(),
            q,
            total,
            rows: people.into_iter().map(|person| Row::of(lang, person)).collect(),
        }),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// The query of one person's page.
#[derive(Debug, Deserialize)]
pub(crate) struct OneQuery {
    problem: Option<String>,
}

/// `GET /people/{number}`.
pub(crate) async fn person(
    State(house): State<House>,
    headers: HeaderMap,
    Path(number): Path<String>,
    Query(query): Query<OneQuery>,
) -> Response {
    let lang = Lang::of(&headers);
    let (person, cards) = match find(&house, number).await {
        Ok(Some(found)) => found,
        Ok(None) => return Redirect::to("/people").into_response(),
        Err(fault) => return refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    };
    let psn_no = person.psn_no.clone();
    let moved =
        house.db.read("sandbox.people.movements", move |tx| account::newest(tx, Some(&psn_no), MOVEMENTS_MAX)).await;
    let Ok(moved) = moved else { return refused(StatusCode::SERVICE_UNAVAILABLE, &"the account cannot be read") };
    let now = person.card();
    let row = Row::of(lang, person);
    page(&One {
        lang,
        pages: house.pages.clone(),
        problem: query.problem.as_deref().and_then(|kind| problem(lang, kind)),
        cards: cards.into_iter().map(|one| (card(lang, one.state), one)).map(|(says, one)| (one, says)).collect(),
        card_states: choices(CardState::ALL, |state| (state.as_str(), card_act(lang, state), now == Some(state))),
        faces: choices(Face::ALL, |one| (one.as_str(), face(lang, one), one == row.person.face)),
        insurances: choices(Insured::ALL, |one| (one.as_str(), insured(lang, one), one == row.person.insured)),
        movements: moved
            .into_iter()
            .map(|one| (movement(lang, &one.reason), one))
            .map(|(says, one)| (one, says))
            .collect(),
        row,
    })
}

fn choices<T>(all: impl IntoIterator<Item = T>, of: impl Fn(T) -> (&'static str, &'static str, bool)) -> Vec<Choice> {
    all.into_iter().map(of).map(|(word, says, now)| Choice { word, says, now }).collect()
}

/// The fields of all forms of a person's page; each form sends those it has.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wish {
    card: Option<String>,
    replace: Option<String>,
    unlock: Option<String>,
    photo: Option<String>,
    face: Option<String>,
    insured: Option<String>,
    region: Option<String>,
    /// Yuan.
    balance: Option<String>,
    mobile: Option<String>,
}

impl Wish {
    fn read(self) -> Result<Change, ()> {
        fn word<T: std::str::FromStr>(text: Option<String>) -> Result<Option<T>, ()> {
            text.map(|text| text.parse().map_err(|_| ())).transpose()
        }
        let yuan = |text: String| Fen::parse_yuan(&typing::figure(&text)).map(Fen::get).map_err(|_| ());
        Ok(Change {
            card: word(self.card)?,
            replace: self.replace.is_some(),
            card_pin: None,
            unlock: self.unlock.is_some(),
            has_photo: self.photo.map(|text| text == "1"),
            face: word(self.face)?,
            insured: word(self.insured)?,
            region: self.region.map(|text| typing::code(&text)),
            balance_fen: self.balance.map(yuan).transpose()?,
            mobile: self.mobile.map(|text| typing::line(&text, QUERY_CHARS)),
        })
    }
}

/// `POST /people/{number}`.
pub(crate) async fn steer(State(house): State<House>, Path(number): Path<String>, Form(wish): Form<Wish>) -> Response {
    // The number is part of an address again: nothing but what numbers are made of.
    if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Redirect::to("/people").into_response();
    }
    let Ok(wish) = wish.read() else { return back(&number, "?problem=value") };
    match change(&house, &number, wish).await {
        Ok(_) => back(&number, ""),
        Err(ChangeError::Nobody) => Redirect::to("/people").into_response(),
        Err(ChangeError::NoCard) => back(&number, "?problem=card"),
        Err(ChangeError::Mobile) => back(&number, "?problem=mobile"),
        Err(ChangeError::Digits) => back(&number, "?problem=value"),
        Err(ChangeError::Fault(fault)) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

fn back(number: &str, rest: &str) -> Response {
    Redirect::to(&format!("/people/{number}{rest}")).into_response()
}

fn say(lang: Lang, (zh, en): (&'static str, &'static str)) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn card(lang: Lang, state: CardState) -> &'static str {
    say(
        lang,
        match state {
            CardState::Active => ("正常", "active"),
            CardState::Lost => ("已挂失", "reported lost"),
            CardState::Frozen => ("已冻结", "frozen"),
            CardState::Cancelled => ("已注销", "cancelled"),
        },
    )
}

fn card_act(lang: Lang, state: CardState) -> &'static str {
    say(
        lang,
        match state {
            CardState::Active => ("解挂／恢复正常", "Found, in use again"),
            CardState::Lost => ("挂失", "Report lost"),
            CardState::Frozen => ("冻结", "Freeze"),
            CardState::Cancelled => ("注销", "Cancel"),
        },
    )
}

fn insured(lang: Lang, insured: Insured) -> &'static str {
    say(
        lang,
        match insured {
            Insured::Employee => ("职工医保", "employees' insurance"),
            Insured::Resident => ("居民医保", "residents' insurance"),
            Insured::Ended => ("职工医保已停保", "employees' insurance, ended"),
            Insured::Nowhere => ("未参保", "not insured"),
        },
    )
}

fn movement(lang: Lang, reason: &str) -> &'static str {
    say(
        lang,
        match reason {
            "opening" => ("期初", "to begin with"),
            "set" => ("手工调整", "set by hand"),
            "settle" => ("结算", "settled"),
            "void" => ("撤销结算", "settlement voided"),
            _ => ("冲正", "reversed"),
        },
    )
}

fn face(lang: Lang, face: Face) -> &'static str {
    say(
        lang,
        match face {
            Face::Own => ("本人", "their own face"),
            Face::Other => ("他人", "another face"),
            Face::Still => ("静止画面", "a still picture"),
            Face::Attack => ("攻击", "an attack"),
        },
    )
}

fn problem(lang: Lang, kind: &str) -> Option<&'static str> {
    Some(say(
        lang,
        match kind {
            "value" => (
                "请填写正确的数值：地区为 6 位数字，余额为元。",
                "Check the value: a region is six digits, a balance is yuan.",
            ),
            "mobile" => ("请填写 11 位手机号，或留空。", "A mobile number of 11 digits, or empty."),
            "card" => ("此人没有社保卡，请先补发新卡。", "This person has no card: issue a new one first."),
            _ => return None,
        },
    ))
}
