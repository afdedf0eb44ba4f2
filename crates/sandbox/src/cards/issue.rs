//! `ecard.issue`: the electronic card of a person's active card. One 签发号 a card and channel; the
//! same request number always brings the same answer.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use serde_json::{Value, json};
use wire::card_system::code;

use super::House;
use super::store::{self as issues, Issue};
use super::{Call, card};
use crate::partner::{Manner, Reply};
use crate::people::{CardState, Person, store};

/// The result of an issue.
enum Outcome {
    Done(Value),
    Refused(&'static str),
}

/// Answers `ecard.issue`.
pub(super) async fn issue(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
    let number = call.field("id_number").to_owned();
    let name = call.field("name").to_owned();
    let wanted = Wanted {
        request_no: call.request_no.clone(),
        channel: house.room.channel.clone(),
        sign_no: sign_no(house),
        now: house.now(),
        keep: manner != Manner::Lost,
    };
    let lane = store::lane(&number);
    let outcome = house
        .db
        .write(lane, "sandbox.cards.issue", move |tx| match store::by_number(tx, &number)? {
            Some(person) if person.is_called(&name) => decide(tx, &wanted, &person),
            _ => Ok(Outcome::Refused(code::NO_CARD)),
        })
        .await?;
    Ok(match outcome {
        Outcome::Done(data) => call.done(data),
        Outcome::Refused(code) => call.refused(code),
    })
}

/// A request in the form in which it is kept.
struct Wanted {
    request_no: String,
    channel: String,
    sign_no: String,
    now: Moment,
    keep: bool,
}

fn decide(tx: &mut Tx<'_>, wanted: &Wanted, person: &Person) -> Result<Outcome, DbFault> {
    if let Some(before) = issues::by_request(tx, &wanted.request_no)? {
        return Ok(if before.id_number == person.id_number {
            Outcome::Done(describe(&before, person))
        } else {
            Outcome::Refused(code::REQUEST_NO_USED)
        });
    }
    let expired = person.card_valid_to.is_none_or(|day| day < wanted.now.date());
    if person.card() != Some(CardState::Active) || expired {
        return Ok(Outcome::Refused(code::NO_CARD));
    }
    let known = issues::of_card(tx, &person.card_no, &wanted.channel)?;
    let issue = Issue {
        request_no: wanted.request_no.clone(),
        id_number: person.id_number.clone(),
        card_no: person.card_no.clone(),
        channel: wanted.channel.clone(),
        sign_no: known.map_or_else(|| wanted.sign_no.clone(), |issue| issue.sign_no),
        // Level 2 needs a bank account, which is opened with a mobile number on record.
        level: if person.mobile.is_some() { 2 } else { 1 },
        issued_at: wanted.now,
    };
    if wanted.keep {
        issues::insert(tx, &issue)?;
    }
    Ok(Outcome::Done(describe(&issue, person)))
}

fn describe(issue: &Issue, person: &Person) -> Value {
    json!({
        "id_number": person.id_number,
        "name": person.name,
        "sign_no": issue.sign_no,
        "level": issue.level,
        "card": card(person),
    })
}

/// 32 characters, upper-case hexadecimal.
fn sign_no(house: &House) -> String {
    house.request_id().replace('-', "")
}
