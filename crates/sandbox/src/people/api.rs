//! `/control/people`: the city for programs.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::typing;
use platform::db::DbFault;
use serde::Deserialize;
use serde_json::{Value, json};

use super::change::{Change, ChangeError};
use super::first::{AddError, FirstPerson};
use super::model::{Card, Person};
use super::{add, change, store};
use crate::house::House;
use crate::page::refused;

/// People an answer holds at most.
pub(super) const ROWS_MAX: i64 = 50;

/// Characters of a query that are looked at.
pub(super) const QUERY_CHARS: usize = 60;

/// The query of `GET /control/people`.
#[derive(Debug, Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    q: String,
}

/// `GET /control/people?q=`: how many there are, and the first whose name or numbers hold the text.
pub(crate) async fn list(State(house): State<House>, Query(which): Query<Which>) -> Response {
    let found = house
        .db
        .read("sandbox.people.list", move |tx| {
            Ok::<_, DbFault>((store::count(tx)?, store::search(tx, &typing::line(&which.q, QUERY_CHARS), ROWS_MAX)?))
        })
        .await;
    match found {
        Ok((total, people)) => {
            Json(json!({ "total": total, "people": people.iter().map(describe).collect::<Vec<_>>() })).into_response()
        }
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// `POST /control/people`: adds a person; answers them.
pub(crate) async fn post(State(house): State<House>, Json(first): Json<FirstPerson>) -> Response {
    match add(&house, first).await {
        Ok(person) => (StatusCode::CREATED, Json(describe(&person))).into_response(),
        Err(AddError::Fault(fault)) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
        Err(AddError::Taken) => refused(StatusCode::CONFLICT, &AddError::Taken),
        Err(error) => refused(StatusCode::BAD_REQUEST, &error),
    }
}

/// `GET /control/people/{number}`: one person, with all cards.
pub(crate) async fn get(State(house): State<House>, Path(number): Path<String>) -> Response {
    match find(&house, number).await {
        Ok(Some((person, cards))) => {
            let mut shown = describe(&person);
            shown["cards"] = cards
                .iter()
                .map(|card| json!({ "card_no": card.card_no, "state": card.state, "issued_on": card.issued_on.to_string() }))
                .collect();
            Json(shown).into_response()
        }
        Ok(None) => refused(StatusCode::NOT_FOUND, &ChangeError::Nobody),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// `POST /control/people/{number}`: changes a person; answers them as they are now.
pub(crate) async fn steer(
    State(house): State<House>,
    Path(number): Path<String>,
    Json(wish): Json<Change>,
) -> Response {
    match change(&house, &number, wish).await {
        Ok(person) => Json(describe(&person)).into_response(),
        Err(ChangeError::Fault(fault)) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
        Err(ChangeError::Nobody) => refused(StatusCode::NOT_FOUND, &ChangeError::Nobody),
        Err(error) => refused(StatusCode::BAD_REQUEST, &error),
    }
}

/// A person and all their cards, newest first.
pub(super) async fn find(house: &House, number: String) -> Result<Option<(Person, Vec<Card>)>, DbFault> {
    house
        .db
        .read("sandbox.people.one", move |tx| {
            let Some(person) = store::by_number(tx, &number)? else { return Ok(None) };
            let cards = store::cards(tx, &person.id_number)?;
            Ok::<_, DbFault>(Some((person, cards)))
        })
        .await
}

fn describe(person: &Person) -> Value {
    let day = |date: Option<kernel::Date>| date.map(|date| date.to_string());
    json!({
        "id_number": person.id_number,
        "name": person.name,
        "mobile": person.mobile,
        "person_no": person.person_no,
        "card_no": person.card_no,
        "card_state": person.card_state,
        "card_pin": person.card_pin,
        "pin_locked": person.pin_locked(),
        "card_issued_on": day(person.card_issued_on),
        "card_valid_to": day(person.card_valid_to),
        "has_photo": person.has_photo,
        "face": person.face,
        "psn_no": person.psn_no,
        "insured": person.insured,
        "region": person.region,
        "balance_fen": person.balance.get(),
    })
}
