//! The only SQL for `sandbox_ecard`. Rows are only added, under the key of the person.

use kernel::Moment;
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

/// An electronic card as a request brought it about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issue {
    pub(super) request_no: String,
    pub(super) id_number: String,
    pub(super) card_no: String,
    pub(super) channel: String,
    pub(super) sign_no: String,
    pub(super) level: i64,
    pub(super) issued_at: Moment,
}

pub(super) fn insert(tx: &mut Tx<'_>, issue: &Issue) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO sandbox_ecard (request_no, id_number, card_no, channel, sign_no, level, issued_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        vals![
            issue.request_no.as_str(),
            issue.id_number.as_str(),
            issue.card_no.as_str(),
            issue.channel.as_str(),
            issue.sign_no.as_str(),
            issue.level,
            issue.issued_at,
        ],
    )?;
    Ok(())
}

pub(super) fn by_request(tx: &mut Tx<'_>, request_no: &str) -> Result<Option<Issue>, DbFault> {
    tx.opt(
        sql!(
            "SELECT request_no, id_number, card_no, channel, sign_no, level, issued_at
             FROM sandbox_ecard WHERE request_no = $1"
        ),
        vals![request_no],
        read,
    )
}

/// The first issue for a card in a channel.
pub(super) fn of_card(tx: &mut Tx<'_>, card_no: &str, channel: &str) -> Result<Option<Issue>, DbFault> {
    tx.opt(
        sql!(
            "SELECT request_no, id_number, card_no, channel, sign_no, level, issued_at
             FROM sandbox_ecard WHERE card_no = $1 AND channel = $2 ORDER BY issued_at LIMIT 1"
        ),
        vals![card_no, channel],
        read,
    )
}

fn read(row: &Row) -> Result<Issue, DbFault> {
    Ok(Issue {
        request_no: row.text("request_no")?,
        id_number: row.text("id_number")?,
        card_no: row.text("card_no")?,
        channel: row.text("channel")?,
        sign_no: row.text("sign_no")?,
        level: row.int("level")?,
        issued_at: row.moment("issued_at")?,
    })
}
