//! The card system, by the profile of `docs/api/card-system.md`: `card.query`, `card.verify-pin`,
//! `ecard.issue`, behind the `x-tif` gateway.
//!
//! It is controlled on the page of people. Samples: 320402199001019118 lost, …9126 frozen, …9134 cancelled, …9142
//! without a card, …9150 PIN locked, …9169 without a mobile number.

mod account;
mod issue;
mod query;
mod store;
mod verify_pin;

use axum::http::StatusCode;
use kernel::Date;
use platform::db::DbFault;
use serde_json::{Value, json};
use wire::card_system::{Operation, PATH, code};

use crate::about::About;
use crate::entry::{Desk, Entry, Opening};
use crate::house::Office;
use crate::partner::{Manner, Partner, Raw, Reply};
use crate::people::Person;
use crate::setup::StartError;
use crate::tif;
use account::CardsAccount;

/// What pages and rules know of this partner.
pub(crate) const ABOUT: About = About {
    place: wire::card_system::PARTNER,
    title_zh: "社保卡系统",
    title_en: "Card system",
    protocol: "docs/api/card-system.md, x-tif SHA-256",
    operations: &["card.query", "card.verify-pin", "ecard.issue"],
    notices: &[],
    codes: &[code::BUSY, code::NOT_ALLOWED, code::NO_CARD, code::SYSTEM_ERROR, tif::CODES[0], tif::CODES[1]],
    forgeries: &[],
    twists: &[],
};

/// What the house knows of it.
pub(crate) const ENTRY: Entry =
    Entry { about: &ABOUT, page: None, open: |opening| Box::pin(async { open(opening) }), forget: |_, _| Ok(()) };

/// What it keeps while it runs.
type Room = CardsAccount;
/// The house as it sees it.
type House = Office<Room>;

fn open(opening: &Opening<'_>) -> Result<Desk, StartError> {
    let house = Office::new(opening.house, opening.account::<CardsAccount>(ABOUT.place)?);
    Ok(Desk::of::<Cards>(&house, json!(*house.room)))
}

/// The partner.
pub(crate) struct Cards;

/// A verified call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    operation: Operation,
    request_no: String,
    fields: Value,
}

impl Call {
    fn field(&self, name: &str) -> &str {
        self.fields[name].as_str().unwrap_or_default()
    }

    /// An answer with content.
    fn done(&self, data: Value) -> Reply {
        Reply::ok(json!({ "code": code::OK, "message": "", "request_no": self.request_no, "data": data }))
    }

    /// A refusal that gives the request's number back.
    fn refused(&self, code: &str) -> Reply {
        refused(code, &self.request_no)
    }
}

impl Partner for Cards {
    type Call = Call;
    type Room = Room;

    const ABOUT: &'static About = &ABOUT;

    fn operation(raw: &Raw) -> String {
        raw.path.strip_prefix(PATH).unwrap_or_default().to_owned()
    }

    async fn admit(house: &House, raw: &Raw) -> Result<Result<Call, Reply>, DbFault> {
        let account = &house.room;
        if let Err(refusal) = tif::admit(house, raw, &account.paasid, &account.token).await? {
            return Ok(Err(refusal));
        }
        let Ok(operation) = Cards::operation(raw).parse() else {
            return Ok(Err(Reply { status: StatusCode::NOT_FOUND, ..refused(code::BAD_REQUEST, "") }));
        };
        let fields: Value = serde_json::from_slice(&raw.body).unwrap_or_default();
        let request_no = fields["request_no"].as_str().unwrap_or_default().to_owned();
        let call = Call { operation, request_no, fields };
        Ok(match check(&call, &account.channel) {
            Ok(()) => Ok(call),
            Err(code) => Err(call.refused(code)),
        })
    }

    async fn answer(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
        match call.operation {
            Operation::Query => query::query(house, call).await,
            Operation::VerifyPin => verify_pin::verify_pin(house, call, manner).await,
            Operation::Issue => issue::issue(house, call, manner).await,
        }
    }

    fn refusal(_: &House, code: &str) -> Reply {
        match code {
            _ if code.starts_with("TIF_") => tif::refusal(code),
            _ => refused(code, ""),
        }
    }

    /// Another person's answer, or another card's.
    fn forgery(house: &House, call: &Call) -> Reply {
        let card = json!({
            "card_no": "Z00000000",
            "state": "active",
            "has_photo": true,
            "valid_to": "2036-01-01",
            "mobile": "13000009999",
        });
        let (number, name) = ("11010519491231002X", "冒名者");
        call.done(match call.operation {
            Operation::Query => json!({ "id_number": number, "name": name, "card": card }),
            Operation::VerifyPin => json!({ "card_no": "Z00000000", "verdict": "right", "id_number": number }),
            Operation::Issue => json!({
                "id_number": number,
                "name": name,
                "sign_no": house.rng.digits(32),
                "level": 2,
                "card": card,
            }),
        })
    }
}

/// Whether a request is whole, and its channel the account's.
fn check(call: &Call, channel: &str) -> Result<(), &'static str> {
    let must: &[&str] = match call.operation {
        Operation::VerifyPin => &["card_no", "pin"],
        Operation::Query | Operation::Issue => &["id_number", "name"],
    };
    let whole = (1..=64).contains(&call.request_no.len()) && must.iter().all(|name| !call.field(name).is_empty());
    match whole {
        false => Err(code::BAD_REQUEST),
        true if call.field("channel") != channel => Err(code::NOT_ALLOWED),
        true => Ok(()),
    }
}

fn refused(code: &str, request_no: &str) -> Reply {
    let status = if code == code::SYSTEM_ERROR { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
    let message = format!("refused by the sandbox: {code}");
    Reply { status, body: json!({ "code": code, "message": message, "request_no": request_no }) }
}

/// The newest card as answers show it.
fn card(person: &Person) -> Value {
    let day = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    json!({
        "card_no": person.card_no,
        "state": person.card_state,
        "has_photo": person.has_photo,
        "valid_to": day(person.card_valid_to),
        "mobile": person.mobile,
    })
}
