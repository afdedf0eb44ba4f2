//! The only SQL for `card_miss`. Rows belong to the lane of the ID number they are about.

use kernel::Moment;
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals, wipe_old};

use crate::askers::{Asker, Spent};
use crate::blind::Blind;
use crate::proofs::Proving;
use crate::second_ways::model::MissId;

/// Takes note that a card is being named: it counts as a miss until it is found to be the person's.
pub(in crate::second_ways) fn insert_miss(
    tx: &mut Tx<'_>,
    id: &MissId,
    proving: &Proving,
    card: &Blind,
    now: Moment,
) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO card_miss (id, subject_blind, card_blind, own, browser, place, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        vals![
            id.as_str(),
            proving.subject.bytes(),
            card.bytes(),
            i64::from(proving.budget.is_own()),
            proving.asker.who.as_ref().map(Blind::bytes),
            proving.asker.place.bytes(),
            now
        ],
    )?;
    Ok(())
}

/// It was the person's card, or nobody knows: it does not count.
pub(in crate::second_ways) fn delete_miss(tx: &mut Tx<'_>, id: &MissId) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM card_miss WHERE id = $1"), vals![id.as_str()]).map(drop)
}

/// The moments of an owner's own misses about themselves since a moment.
pub(in crate::second_ways) fn own_misses(
    tx: &mut Tx<'_>,
    subject: &Blind,
    since: Moment,
) -> Result<Vec<Moment>, DbFault> {
    tx.query(
        sql!("SELECT at FROM card_miss WHERE subject_blind = $1 AND at > $2 AND own = 1"),
        vals![subject.bytes(), since],
        |row| row.moment(0),
    )
}

/// Strangers' misses about this person since a moment, as they look to an asker.
pub(in crate::second_ways) fn about_person(
    tx: &mut Tx<'_>,
    subject: &Blind,
    asker: &Asker,
    since: Moment,
) -> Result<Vec<Spent>, DbFault> {
    tx.query(
        sql!("SELECT at, browser, place FROM card_miss WHERE subject_blind = $1 AND at > $2 AND own = 0"),
        vals![subject.bytes(), since],
        |row| spent(row, asker),
    )
}

/// The same about this card, whoever was said to hold it.
pub(in crate::second_ways) fn about_card(
    tx: &mut Tx<'_>,
    card: &Blind,
    asker: &Asker,
    since: Moment,
) -> Result<Vec<Spent>, DbFault> {
    tx.query(
        sql!("SELECT at, browser, place FROM card_miss WHERE card_blind = $1 AND at > $2 AND own = 0"),
        vals![card.bytes(), since],
        |row| spent(row, asker),
    )
}

fn spent(row: &Row, asker: &Asker) -> Result<Spent, DbFault> {
    let (browser, place) = (row.opt_blob(1)?, row.blob(2)?);
    Ok(Spent { at: row.moment(0)?, mine: asker.made(browser.as_deref(), Some(&place)) })
}

/// Deletes up to 500 misses from before `before`; returns how many.
pub(crate) fn wipe(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "card_miss", "id", "at", before)
}
