//! The only SQL for `sandbox_person`, `sandbox_card` and `sandbox_account_movement`. A person's rows
//! belong to the key of the person's ID number.

use kernel::{Fen, Moment, typing};
use platform::db::{DbFault, LaneKey, Row, Tx};
use platform::{sql, vals};

use super::account::Movement;
use super::model::{Card, CardState, Person};

/// Who owns a person's rows.
pub(crate) fn lane(id_number: &str) -> LaneKey {
    LaneKey::of("sandbox_person", id_number)
}

/// Adds a person with their newest card; false when the person is there already.
pub(super) fn insert(tx: &mut Tx<'_>, seq: i64, person: &Person) -> Result<bool, DbFault> {
    let added = tx.exec(
        sql!(
            "INSERT INTO sandbox_person (id_number, seq, name, mobile, person_no, card_no, has_photo, face,
                 psn_no, insured, region, insured_on, balance_fen)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT DO NOTHING"
        ),
        vals![
            person.id_number.as_str(),
            seq,
            person.name.as_str(),
            person.mobile.as_deref(),
            person.person_no.as_str(),
            person.card_no.as_str(),
            person.has_photo,
            person.face.as_str(),
            person.psn_no.as_str(),
            person.insured.as_str(),
            person.region.as_str(),
            person.insured_on.to_string(),
            person.balance,
        ],
    )?;
    if added == 1
        && let (Some(state), Some(issued_on), Some(valid_to)) =
            (person.card(), person.card_issued_on, person.card_valid_to)
    {
        let card = Card {
            card_no: person.card_no.clone(),
            id_number: person.id_number.clone(),
            state,
            pin: person.card_pin.clone(),
            wrong_pins: person.wrong_pins,
            issued_on,
            valid_to,
        };
        insert_card(tx, &card)?;
    }
    Ok(added == 1)
}

/// Adds a card; false when the number is taken.
pub(super) fn insert_card(tx: &mut Tx<'_>, card: &Card) -> Result<bool, DbFault> {
    let added = tx.exec(
        sql!(
            "INSERT INTO sandbox_card (card_no, id_number, state, pin, wrong_pins, issued_on, valid_to)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
        ),
        vals![
            card.card_no.as_str(),
            card.id_number.as_str(),
            card.state.as_str(),
            card.pin.as_str(),
            card.wrong_pins,
            card.issued_on.to_string(),
            card.valid_to.to_string(),
        ],
    )?;
    Ok(added == 1)
}

/// How many of the drawn city are in.
pub(super) fn drawn(tx: &mut Tx<'_>) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COALESCE(MAX(seq), -1) + 1 FROM sandbox_person WHERE seq >= 0"), vals![], |row| row.int(0))
}

/// How many people there are.
pub(crate) fn count(tx: &mut Tx<'_>) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM sandbox_person"), vals![], |row| row.int(0))
}

/// The person of an ID number.
pub(crate) fn by_number(tx: &mut Tx<'_>, id_number: &str) -> Result<Option<Person>, DbFault> {
    tx.opt(
        sql!(
            "SELECT p.id_number, p.name, p.mobile, p.person_no, p.card_no, p.has_photo, p.face, p.psn_no,
                    p.insured, p.region, p.insured_on, p.balance_fen,
                    c.state, c.pin, c.wrong_pins, c.issued_on, c.valid_to
             FROM sandbox_person p LEFT JOIN sandbox_card c ON c.card_no = p.card_no
             WHERE p.id_number = $1"
        ),
        vals![id_number],
        read,
    )
}

/// The person of the insurer's number.
pub(crate) fn by_psn_no(tx: &mut Tx<'_>, psn_no: &str) -> Result<Option<Person>, DbFault> {
    tx.opt(
        sql!(
            "SELECT p.id_number, p.name, p.mobile, p.person_no, p.card_no, p.has_photo, p.face, p.psn_no,
                    p.insured, p.region, p.insured_on, p.balance_fen,
                    c.state, c.pin, c.wrong_pins, c.issued_on, c.valid_to
             FROM sandbox_person p LEFT JOIN sandbox_card c ON c.card_no = p.card_no
             WHERE p.psn_no = $1"
        ),
        vals![psn_no],
        read,
    )
}

/// People whose name, ID number, mobile, card or person number holds the text; those who were
/// named first.
pub(crate) fn search(tx: &mut Tx<'_>, text: &str, limit: i64) -> Result<Vec<Person>, DbFault> {
    let pattern = |text: &str| format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    // Numbers are grouped and end in a small x; of what is none, the text itself.
    let number = Some(typing::code(text)).filter(|code| !code.is_empty()).unwrap_or_else(|| text.to_owned());
    tx.query(
        sql!(
            "SELECT p.id_number, p.name, p.mobile, p.person_no, p.card_no, p.has_photo, p.face, p.psn_no,
                    p.insured, p.region, p.insured_on, p.balance_fen,
                    c.state, c.pin, c.wrong_pins, c.issued_on, c.valid_to
             FROM sandbox_person p LEFT JOIN sandbox_card c ON c.card_no = p.card_no
             WHERE p.name LIKE $1 ESCAPE '\\' OR p.id_number LIKE $2 ESCAPE '\\'
                OR p.card_no LIKE $2 ESCAPE '\\' OR p.person_no LIKE $2 ESCAPE '\\'
                OR p.mobile LIKE $2 ESCAPE '\\'
             ORDER BY p.seq, p.id_number LIMIT $3"
        ),
        vals![pattern(text), pattern(&number), limit],
        read,
    )
}

/// A card by its number, newest or not.
pub(crate) fn card(tx: &mut Tx<'_>, card_no: &str) -> Result<Option<Card>, DbFault> {
    tx.opt(
        sql!(
            "SELECT card_no, id_number, state, pin, wrong_pins, issued_on, valid_to
             FROM sandbox_card WHERE card_no = $1"
        ),
        vals![card_no],
        read_card,
    )
}

/// A person's cards, newest first.
pub(crate) fn cards(tx: &mut Tx<'_>, id_number: &str) -> Result<Vec<Card>, DbFault> {
    tx.query(
        sql!(
            "SELECT card_no, id_number, state, pin, wrong_pins, issued_on, valid_to
             FROM sandbox_card WHERE id_number = $1 ORDER BY issued_on DESC, state, card_no"
        ),
        vals![id_number],
        read_card,
    )
}

pub(super) fn set_card_state(tx: &mut Tx<'_>, card_no: &str, state: CardState) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE sandbox_card SET state = $1 WHERE card_no = $2"), vals![state.as_str(), card_no])?;
    Ok(())
}

/// Gives a card a PIN; the count of wrong ones starts anew.
pub(super) fn set_pin(tx: &mut Tx<'_>, card_no: &str, pin: &str) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE sandbox_card SET pin = $1, wrong_pins = 0 WHERE card_no = $2"), vals![pin, card_no])?;
    Ok(())
}

/// Sets how many wrong PINs in a row a card has seen.
pub(crate) fn set_wrong_pins(tx: &mut Tx<'_>, card_no: &str, wrong: i64) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE sandbox_card SET wrong_pins = $1 WHERE card_no = $2"), vals![wrong, card_no])?;
    Ok(())
}

/// Writes what can be steered of a person but the account, and which card is the newest.
pub(super) fn update(tx: &mut Tx<'_>, person: &Person) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE sandbox_person SET mobile = $1, card_no = $2, has_photo = $3, face = $4, insured = $5,
                 region = $6
             WHERE id_number = $7"
        ),
        vals![
            person.mobile.as_deref(),
            person.card_no.as_str(),
            person.has_photo,
            person.face.as_str(),
            person.insured.as_str(),
            person.region.as_str(),
            person.id_number.as_str(),
        ],
    )?;
    Ok(())
}

/// Adds to an account, or takes from it what it holds; answers what it holds then, or nothing when
/// it holds less.
pub(super) fn add_to_balance(tx: &mut Tx<'_>, id_number: &str, amount: Fen) -> Result<Option<Fen>, DbFault> {
    tx.opt(
        sql!(
            "UPDATE sandbox_person SET balance_fen = balance_fen + $1
             WHERE id_number = $2 AND balance_fen + $1 >= 0 RETURNING balance_fen"
        ),
        vals![amount, id_number],
        |row| row.fen(0),
    )
}

/// The number of a person's last movement; 0 when there is none.
pub(super) fn last_movement(tx: &mut Tx<'_>, psn_no: &str) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COALESCE(MAX(n), 0) FROM sandbox_account_movement WHERE psn_no = $1"), vals![psn_no], |row| {
        row.int(0)
    })
}

pub(super) fn insert_movement(tx: &mut Tx<'_>, movement: &Movement, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO sandbox_account_movement (psn_no, n, reason, about, amount_fen, balance_fen, moved_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        vals![
            movement.psn_no.as_str(),
            movement.n,
            movement.reason.as_str(),
            movement.about.as_str(),
            movement.amount_fen,
            movement.balance_fen,
            now,
        ],
    )?;
    Ok(())
}

/// The newest movements, of one person or of all.
pub(super) fn movements(tx: &mut Tx<'_>, psn_no: Option<&str>, limit: i64) -> Result<Vec<Movement>, DbFault> {
    tx.query(
        sql!(
            "SELECT psn_no, n, reason, about, amount_fen, balance_fen FROM sandbox_account_movement
             WHERE (CAST($1 AS TEXT) IS NULL OR psn_no = $1)
             ORDER BY moved_at DESC, psn_no, n DESC LIMIT $2"
        ),
        vals![psn_no, limit],
        |row| {
            Ok(Movement {
                psn_no: row.text("psn_no")?,
                n: row.int("n")?,
                reason: row.text("reason")?,
                about: row.text("about")?,
                amount_fen: row.fen("amount_fen")?,
                balance_fen: row.fen("balance_fen")?,
            })
        },
    )
}

fn read(row: &Row) -> Result<Person, DbFault> {
    Ok(Person {
        id_number: row.text("id_number")?,
        name: row.text("name")?,
        mobile: row.opt_text("mobile")?,
        person_no: row.text("person_no")?,
        card_no: row.text("card_no")?,
        has_photo: row.flag("has_photo")?,
        face: row.parse("face")?,
        psn_no: row.text("psn_no")?,
        insured: row.parse("insured")?,
        region: row.text("region")?,
        insured_on: row.parse("insured_on")?,
        balance: row.fen("balance_fen")?,
        card_state: row.opt_text("state")?.unwrap_or_default(),
        card_pin: row.opt_text("pin")?.unwrap_or_default(),
        wrong_pins: row.opt_int("wrong_pins")?.unwrap_or_default(),
        card_issued_on: row.opt_parse("issued_on")?,
        card_valid_to: row.opt_parse("valid_to")?,
    })
}

fn read_card(row: &Row) -> Result<Card, DbFault> {
    Ok(Card {
        card_no: row.text("card_no")?,
        id_number: row.text("id_number")?,
        state: row.parse("state")?,
        pin: row.text("pin")?,
        wrong_pins: row.int("wrong_pins")?,
        issued_on: row.parse("issued_on")?,
        valid_to: row.parse("valid_to")?,
    })
}
