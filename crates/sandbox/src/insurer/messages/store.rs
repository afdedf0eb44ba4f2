//! The only SQL for `sandbox_insurer_sign`, `sandbox_insurer_message` and `sandbox_insurer_waiting`.
//! Messages and what waits belong to the key of the person; sign-ins belong to the operator's.

use kernel::Moment;
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use super::{Kept, Waiting};

pub(in crate::insurer) fn insert_sign(
    tx: &mut Tx<'_>,
    sign_no: &str,
    opter: &str,
    day: &str,
    now: Moment,
) -> Result<(), DbFault> {
    tx.exec(
        sql!("INSERT INTO sandbox_insurer_sign (sign_no, opter, day, signed_at) VALUES ($1, $2, $3, $4)"),
        vals![sign_no, opter, day, now],
    )?;
    Ok(())
}

/// Whether a sign-in was given on a day.
pub(in crate::insurer) fn signed(tx: &mut Tx<'_>, sign_no: &str, day: &str) -> Result<bool, DbFault> {
    let found = tx.opt(
        sql!("SELECT 1 FROM sandbox_insurer_sign WHERE sign_no = $1 AND day = $2"),
        vals![sign_no, day],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}

/// Ends an operator's sign-in of a day; false when there is none.
pub(in crate::insurer) fn delete_sign(tx: &mut Tx<'_>, sign_no: &str, opter: &str, day: &str) -> Result<bool, DbFault> {
    let sql = sql!("DELETE FROM sandbox_insurer_sign WHERE sign_no = $1 AND opter = $2 AND day = $3");
    Ok(tx.exec(sql, vals![sign_no, opter, day])? == 1)
}

/// Keeps a message; false when its number is taken.
pub(in crate::insurer) fn insert(tx: &mut Tx<'_>, kept: &Kept) -> Result<bool, DbFault> {
    let added = tx.exec(
        sql!(
            "INSERT INTO sandbox_insurer_message (msgid, infno, digest, psn_no, state, output, setl_id, kept_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
        ),
        vals![
            kept.msgid.as_str(),
            kept.infno.as_str(),
            kept.digest.as_str(),
            kept.psn_no.as_str(),
            kept.state.as_str(),
            kept.output.as_str(),
            kept.setl_id.as_str(),
            kept.kept_at,
        ],
    )?;
    Ok(added == 1)
}

pub(in crate::insurer) fn by_msgid(tx: &mut Tx<'_>, msgid: &str) -> Result<Option<Kept>, DbFault> {
    tx.opt(
        sql!(
            "SELECT msgid, infno, digest, psn_no, state, output, setl_id, kept_at
             FROM sandbox_insurer_message WHERE msgid = $1"
        ),
        vals![msgid],
        read,
    )
}

/// Marks a message as undone.
pub(in crate::insurer) fn set_reversed(tx: &mut Tx<'_>, msgid: &str) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE sandbox_insurer_message SET state = 'reversed' WHERE msgid = $1"), vals![msgid])?;
    Ok(())
}

/// Keeps an act for later; one that waits already stays as it is.
pub(in crate::insurer) fn insert_waiting(tx: &mut Tx<'_>, psn_no: &str, waiting: &Waiting) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO sandbox_insurer_waiting (msgid, psn_no, envelope, number, accepted_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"
        ),
        vals![waiting.msgid.as_str(), psn_no, waiting.envelope.as_str(), waiting.number.as_str(), waiting.accepted_at,],
    )?;
    Ok(())
}

/// What waits for a person's next call, oldest first.
pub(in crate::insurer) fn waiting(tx: &mut Tx<'_>, psn_no: &str) -> Result<Vec<Waiting>, DbFault> {
    tx.query(
        sql!(
            "SELECT msgid, envelope, number, accepted_at FROM sandbox_insurer_waiting
             WHERE psn_no = $1 ORDER BY accepted_at, msgid"
        ),
        vals![psn_no],
        |row| {
            Ok(Waiting {
                msgid: row.text(0)?,
                envelope: row.text(1)?,
                number: row.text(2)?,
                accepted_at: row.moment(3)?,
            })
        },
    )
}

/// False when it was taken before.
pub(in crate::insurer) fn delete_waiting(tx: &mut Tx<'_>, msgid: &str) -> Result<bool, DbFault> {
    Ok(tx.exec(sql!("DELETE FROM sandbox_insurer_waiting WHERE msgid = $1"), vals![msgid])? == 1)
}

/// Lets go of sign-ins from before a moment: one is good for its day.
pub(crate) fn forget_signs(tx: &mut Tx<'_>, before: Moment) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM sandbox_insurer_sign WHERE signed_at < $1"), vals![before])?;
    Ok(())
}

fn read(row: &Row) -> Result<Kept, DbFault> {
    Ok(Kept {
        msgid: row.text("msgid")?,
        infno: row.text("infno")?,
        digest: row.text("digest")?,
        psn_no: row.text("psn_no")?,
        state: row.parse("state")?,
        output: row.text("output")?,
        setl_id: row.text("setl_id")?,
        kept_at: row.moment("kept_at")?,
    })
}
