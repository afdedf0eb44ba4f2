//! The only SQL for `sandbox_sms`.

use kernel::Moment;
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use super::send::TextId;
use super::state::Fate;

/// A text the provider has accepted.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub(crate) id: TextId,
    pub(crate) biz_id: String,
    pub(crate) out_id: String,
    pub(crate) mobile: String,
    pub(crate) template: String,
    pub(crate) verification: bool,
    pub(crate) content: String,
    /// The variable `code`, shown large on the page.
    pub(crate) code: Option<String>,
    pub(crate) fate: Fate,
    pub(crate) accepted_at: Moment,
    /// When its fate comes about; none while nothing will happen to it.
    pub(crate) settles_at: Option<Moment>,
}

/// One page of one number's day.
#[derive(Debug, Clone)]
pub(super) struct DayPage {
    pub(super) mobile: String,
    pub(super) biz_id: Option<String>,
    pub(super) from: Moment,
    pub(super) until: Moment,
    pub(super) limit: i64,
    pub(super) offset: i64,
}

pub(super) fn insert(tx: &mut Tx<'_>, row: &Accepted) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO sandbox_sms (id, seq, biz_id, out_id, mobile, template, verification, content,
                 code, fate, accepted_at, settles_at)
             VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM sandbox_sms), $2, $3, $4, $5, $6, $7, $8,
                 $9, $10, $11)"
        ),
        vals![
            row.id.as_str(),
            row.biz_id.as_str(),
            row.out_id.as_str(),
            row.mobile.as_str(),
            row.template.as_str(),
            row.verification,
            row.content.as_str(),
            row.code.as_deref(),
            row.fate.as_str(),
            row.accepted_at,
            row.settles_at,
        ],
    )?;
    Ok(())
}

/// Lets what waits behind `next` settle at a moment.
pub(super) fn release(tx: &mut Tx<'_>, next: &Accepted, at: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "UPDATE sandbox_sms SET settles_at = $1
             WHERE mobile = $2 AND settles_at IS NULL AND fate <> 'lose' AND id <> $3"
        ),
        vals![at, next.mobile.as_str(), next.id.as_str()],
    )
}

/// Verification texts accepted for a number after a moment.
pub(super) fn count_verifications(tx: &mut Tx<'_>, mobile: &str, after: Moment) -> Result<i64, DbFault> {
    tx.one(
        sql!(
            "SELECT COUNT(*) FROM sandbox_sms
             WHERE mobile = $1 AND accepted_at > $2 AND verification = 1"
        ),
        vals![mobile, after],
        |row| row.int(0),
    )
}

/// How many texts the day has, and the page's rows, newest first.
pub(super) fn day_page(tx: &mut Tx<'_>, page: &DayPage) -> Result<(i64, Vec<Accepted>), DbFault> {
    let total = tx.one(
        sql!(
            "SELECT COUNT(*) FROM sandbox_sms
             WHERE mobile = $1 AND accepted_at >= $2 AND accepted_at < $3
               AND (CAST($4 AS TEXT) IS NULL OR biz_id = $4)"
        ),
        vals![page.mobile.as_str(), page.from, page.until, page.biz_id.as_deref()],
        |row| row.int(0),
    )?;
    let rows = tx.query(
        sql!(
            "SELECT id, biz_id, out_id, mobile, template, verification, content, code, fate,
                    accepted_at, settles_at
             FROM sandbox_sms
             WHERE mobile = $1 AND accepted_at >= $2 AND accepted_at < $3
               AND (CAST($4 AS TEXT) IS NULL OR biz_id = $4)
             ORDER BY seq DESC LIMIT $5 OFFSET $6"
        ),
        vals![page.mobile.as_str(), page.from, page.until, page.biz_id.as_deref(), page.limit, page.offset,],
        read,
    )?;
    Ok((total, rows))
}

/// The newest texts, to one number or to all.
pub(crate) fn newest(tx: &mut Tx<'_>, mobile: Option<&str>, limit: i64) -> Result<Vec<Accepted>, DbFault> {
    tx.query(
        sql!(
            "SELECT id, biz_id, out_id, mobile, template, verification, content, code, fate,
                    accepted_at, settles_at
             FROM sandbox_sms
             WHERE (CAST($1 AS TEXT) IS NULL OR mobile = $1)
             ORDER BY seq DESC LIMIT $2"
        ),
        vals![mobile, limit],
        read,
    )
}

pub(super) fn forget_texts(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(sql!("DELETE FROM sandbox_sms WHERE accepted_at < $1"), vals![before])
}

fn read(row: &Row) -> Result<Accepted, DbFault> {
    Ok(Accepted {
        id: row.parse("id")?,
        biz_id: row.text("biz_id")?,
        out_id: row.text("out_id")?,
        mobile: row.text("mobile")?,
        template: row.text("template")?,
        verification: row.flag("verification")?,
        content: row.text("content")?,
        code: row.opt_text("code")?,
        fate: row.parse("fate")?,
        accepted_at: row.moment("accepted_at")?,
        settles_at: row.opt_moment("settles_at")?,
    })
}
