//! The only SQL for `ecard`. A card is inserted by whoever authenticates its person; it is changed only
//! in the person's lane, and held before it is judged.

use kernel::{Date, Moment};
use platform::audit::Covered;
use platform::db::{DbFault, Row, Tx};
use platform::{covered, sql, vals};

use super::model::{Ecard, EcardId, NO_CARD, State};
use super::order::Order;
use crate::people::PersonId;
use crate::ports::PhysicalState;
use crate::sealed::Column;

pub(super) const SIGN_NO: Column = Column::new("ecard", "sign_no");
pub(super) const CARD_NO: Column = Column::new("ecard", "card_no");

/// Writes a new card; `false` if the person has one that has not ended.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Order) -> Result<bool, DbFault> {
    let written = tx.exec(
        sql!(
            "INSERT INTO ecard (id, person_id, state, request_no, created_at, changed_at)
             VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING"
        ),
        vals![new.id.as_str(), new.person.as_str(), State::Issuing.as_str(), new.request_no.as_str(), new.now],
    )?;
    Ok(written == 1)
}

/// A person's newest card, whatever its state.
pub(crate) fn newest(tx: &mut Tx<'_>, person: &PersonId) -> Result<Option<Ecard>, DbFault> {
    tx.opt(
        sql!(
            "SELECT id, state, request_no, card_masked, level, physical_state, valid_to, checked_at FROM ecard
             WHERE person_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1"
        ),
        vals![person.as_str()],
        ecard,
    )
}

/// One card, and whose it is.
pub(super) fn by_id(tx: &mut Tx<'_>, id: &EcardId) -> Result<Option<(PersonId, Ecard)>, DbFault> {
    tx.opt(
        sql!(
            "SELECT id, state, request_no, card_masked, level, physical_state, valid_to, checked_at, person_id
             FROM ecard WHERE id = $1"
        ),
        vals![id.as_str()],
        |row| Ok((row.parse("person_id")?, ecard(row)?)),
    )
}

/// A card, held until the closure's end: whoever else would judge it waits.
pub(super) fn hold(tx: &mut Tx<'_>, id: &EcardId) -> Result<Option<Ecard>, DbFault> {
    tx.opt(
        sql!(
            "UPDATE ecard SET state = state WHERE id = $1
             RETURNING id, state, request_no, card_masked, level, physical_state, valid_to, checked_at"
        ),
        vals![id.as_str()],
        ecard,
    )
}

/// The sealed number of a card's physical card.
pub(super) fn sealed_number(tx: &mut Tx<'_>, id: &EcardId) -> Result<Option<Vec<u8>>, DbFault> {
    tx.one(sql!("SELECT card_no FROM ecard WHERE id = $1"), vals![id.as_str()], |row| row.opt_blob(0))
}

/// What of the physical card is kept, sealed and ready.
#[derive(Clone)]
pub(super) struct Physical {
    pub(super) card_no: Vec<u8>,
    pub(super) masked: String,
    pub(super) state: PhysicalState,
    pub(super) valid_to: Date,
}

/// Writes what the card system issued.
pub(super) fn issued(
    tx: &mut Tx<'_>,
    id: &EcardId,
    state: State,
    (sign_no, level): (&[u8], i64),
    card: &Physical,
    asked_at: Moment,
) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE ecard SET state = $2, sign_no = $3, level = $4, card_no = $5, card_masked = $6, physical_state = $7,
             valid_to = $8, checked_at = $9, turn_at = $9, changed_at = $9 WHERE id = $1"
        ),
        vals![
            id.as_str(),
            state.as_str(),
            sign_no,
            level,
            card.card_no.as_slice(),
            card.masked.as_str(),
            card.state.as_str(),
            card.valid_to.to_string(),
            asked_at
        ],
    )?;
    Ok(())
}

/// Notes that there is no card to issue for, or in which state the one is that there is.
pub(super) fn none_found(
    tx: &mut Tx<'_>,
    id: &EcardId,
    state: State,
    physical: Option<PhysicalState>,
    asked_at: Moment,
) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE ecard SET state = $2, physical_state = $3, checked_at = $4, turn_at = $4, changed_at = $4 WHERE id = $1"),
        vals![id.as_str(), state.as_str(), physical.map_or(NO_CARD, PhysicalState::as_str), asked_at],
    )?;
    Ok(())
}

/// Writes what the card system said of the physical card. `None`: it knows of none.
pub(super) fn seen(
    tx: &mut Tx<'_>,
    id: &EcardId,
    state: State,
    card: Option<&Physical>,
    asked_at: Moment,
) -> Result<(), DbFault> {
    match card {
        Some(card) => tx.exec(
            sql!(
                "UPDATE ecard SET state = $2, card_no = $3, card_masked = $4, physical_state = $5, valid_to = $6,
                 checked_at = $7, turn_at = $7, changed_at = $7 WHERE id = $1"
            ),
            vals![
                id.as_str(),
                state.as_str(),
                card.card_no.as_slice(),
                card.masked.as_str(),
                card.state.as_str(),
                card.valid_to.to_string(),
                asked_at
            ],
        )?,
        None => tx.exec(
            sql!("UPDATE ecard SET state = $2, physical_state = $3, checked_at = $4, turn_at = $4, changed_at = $4 WHERE id = $1"),
            vals![id.as_str(), state.as_str(), NO_CARD, asked_at],
        )?,
    };
    Ok(())
}

/// Notes that a card was asked about in vain: its turn comes again by `turn`, and what is known of it stays.
pub(super) fn put_off(tx: &mut Tx<'_>, person: &PersonId, turn: Moment) -> Result<(), DbFault> {
    let sql =
        sql!("UPDATE ecard SET turn_at = $2 WHERE person_id = $1 AND state IN ('live', 'suspended') AND turn_at < $2");
    tx.exec(sql, vals![person.as_str(), turn]).map(drop)
}

/// Issued cards that had their last turn before `before`, the oldest first.
pub(super) fn to_check(tx: &mut Tx<'_>, before: Moment, most: i64) -> Result<Vec<PersonId>, DbFault> {
    tx.query(
        sql!(
            "SELECT person_id FROM ecard WHERE state IN ('live', 'suspended') AND turn_at < $1
             ORDER BY turn_at LIMIT $2"
        ),
        vals![before, most],
        |row| row.parse(0),
    )
}

fn ecard(row: &Row) -> Result<Ecard, DbFault> {
    let date = |text: String| text.parse().map_err(|_| DbFault::Corrupt("ecard.valid_to is not a date".to_owned()));
    let known = row.opt_text("physical_state")?.is_some_and(|word| word != NO_CARD);
    Ok(Ecard {
        id: row.parse("id")?,
        state: row.parse("state")?,
        request_no: row.text("request_no")?,
        card_masked: row.opt_text("card_masked")?.unwrap_or_default(),
        level: row.opt_int("level")?.unwrap_or_default(),
        physical: if known { row.opt_parse("physical_state")? } else { None },
        valid_to: row.opt_text("valid_to")?.map(date).transpose()?,
        checked_at: row.opt_moment("checked_at")?,
    })
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 2] = [
    covered!("electronic card", "ecard", key "id", subject "id", at "created_at", acts "'card.ordered'"),
    covered!("answered card", "ecard", key "id", subject "id", at "created_at", acts "'card.issued'",
        only "checked_at IS NOT NULL"),
];
