//! The only SQL for visits, fee lines and settlements. A person's rows belong to the key of the
//! person's ID number.

use kernel::Fen;
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use super::books::{Line, Settlement, SettlementState, Visit, VisitState};
use super::rules::Split;

/// Adds a visit; false when the institution has used its number for another.
pub(super) fn insert_visit(tx: &mut Tx<'_>, visit: &Visit) -> Result<bool, DbFault> {
    let added = tx.exec(
        sql!(
            "INSERT INTO sandbox_insurer_visit (mdtrt_id, fixmedins_code, ipt_otp_no, psn_no, insutype, region,
                 state, opened_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
        ),
        vals![
            visit.mdtrt_id.as_str(),
            visit.institution.as_str(),
            visit.ipt_otp_no.as_str(),
            visit.psn_no.as_str(),
            visit.scheme.insutype(),
            visit.region.as_str(),
            visit.state.as_str(),
            visit.opened_at,
        ],
    )?;
    Ok(added == 1)
}

pub(super) fn visit(tx: &mut Tx<'_>, mdtrt_id: &str) -> Result<Option<Visit>, DbFault> {
    tx.opt(
        sql!(
            "SELECT mdtrt_id, fixmedins_code, ipt_otp_no, psn_no, insutype, region, state, opened_at
             FROM sandbox_insurer_visit WHERE mdtrt_id = $1"
        ),
        vals![mdtrt_id],
        read_visit,
    )
}

/// The visit of an institution's number that has not been cancelled.
pub(super) fn live_visit(tx: &mut Tx<'_>, institution: &str, ipt_otp_no: &str) -> Result<Option<Visit>, DbFault> {
    tx.opt(
        sql!(
            "SELECT mdtrt_id, fixmedins_code, ipt_otp_no, psn_no, insutype, region, state, opened_at
             FROM sandbox_insurer_visit
             WHERE fixmedins_code = $1 AND ipt_otp_no = $2 AND state <> 'cancelled'"
        ),
        vals![institution, ipt_otp_no],
        read_visit,
    )
}

/// Whether a visit of this person was opened while that region insured them.
pub(super) fn insured_then(tx: &mut Tx<'_>, psn_no: &str, region: &str) -> Result<bool, DbFault> {
    let found = tx.opt(
        sql!("SELECT 1 FROM sandbox_insurer_visit WHERE psn_no = $1 AND region = $2 LIMIT 1"),
        vals![psn_no, region],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}

pub(super) fn set_visit(tx: &mut Tx<'_>, mdtrt_id: &str, state: VisitState) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE sandbox_insurer_visit SET state = $1 WHERE mdtrt_id = $2"), vals![state.as_str(), mdtrt_id])?;
    Ok(())
}

/// Adds a fee line; false when the visit has one of that number.
pub(super) fn insert_fee(tx: &mut Tx<'_>, line: &Line) -> Result<bool, DbFault> {
    let added = tx.exec(
        sql!(
            "INSERT INTO sandbox_insurer_fee (mdtrt_id, feedetl_sn, chrg_bchno, medins_list_codg, sum_fen,
                 over_limit_fen)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
        ),
        vals![
            line.mdtrt_id.as_str(),
            line.feedetl_sn.as_str(),
            line.batch_no.as_str(),
            line.item_code.as_str(),
            line.sum,
            line.over_limit,
        ],
    )?;
    Ok(added == 1)
}

/// Deletes the lines of a batch, or of the whole visit; how many there were.
pub(super) fn delete_fees(tx: &mut Tx<'_>, mdtrt_id: &str, batch_no: Option<&str>) -> Result<u64, DbFault> {
    let of_visit = sql!("DELETE FROM sandbox_insurer_fee WHERE mdtrt_id = $1");
    let of_batch = sql!("DELETE FROM sandbox_insurer_fee WHERE mdtrt_id = $1 AND chrg_bchno = $2");
    match batch_no {
        None => tx.exec(of_visit, vals![mdtrt_id]),
        Some(batch_no) => tx.exec(of_batch, vals![mdtrt_id, batch_no]),
    }
}

/// How many lines a batch has, their sum, and what of it is above the cap.
pub(super) fn batch(tx: &mut Tx<'_>, mdtrt_id: &str, batch_no: &str) -> Result<(i64, Fen, Fen), DbFault> {
    tx.one(
        sql!(
            "SELECT COUNT(*), CAST(COALESCE(SUM(sum_fen), 0) AS BIGINT),
                    CAST(COALESCE(SUM(over_limit_fen), 0) AS BIGINT)
             FROM sandbox_insurer_fee WHERE mdtrt_id = $1 AND chrg_bchno = $2"
        ),
        vals![mdtrt_id, batch_no],
        |row| Ok((row.int(0)?, row.fen(1)?, row.fen(2)?)),
    )
}

pub(super) fn insert_settlement(tx: &mut Tx<'_>, row: &Settlement) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO sandbox_insurer_settlement (setl_id, mdtrt_id, psn_no, msgid, chrg_bchno, insutype,
                 med_type, total_fen, over_limit_fen, in_scope_fen, fund_fen, account_fen, cash_fen,
                 account_before_fen, account_after_fen, state, settled_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        ),
        vals![
            row.setl_id.as_str(),
            row.mdtrt_id.as_str(),
            row.psn_no.as_str(),
            row.msgid.as_str(),
            row.batch_no.as_str(),
            row.scheme.insutype(),
            row.med_type.as_str(),
            row.split.total,
            row.split.over_limit,
            row.split.in_scope,
            row.split.fund,
            row.split.account,
            row.split.cash,
            row.split.before,
            row.split.after,
            row.state.as_str(),
            row.settled_at,
        ],
    )?;
    Ok(())
}

pub(super) fn settlement(tx: &mut Tx<'_>, setl_id: &str) -> Result<Option<Settlement>, DbFault> {
    tx.opt(
        sql!(
            "SELECT setl_id, mdtrt_id, psn_no, msgid, chrg_bchno, insutype, med_type, total_fen, over_limit_fen,
                    in_scope_fen, fund_fen, account_fen, cash_fen, account_before_fen, account_after_fen, state,
                    settled_at
             FROM sandbox_insurer_settlement WHERE setl_id = $1"
        ),
        vals![setl_id],
        read_settlement,
    )
}

/// The settlement of a visit that is in force.
pub(super) fn in_force(tx: &mut Tx<'_>, mdtrt_id: &str) -> Result<Option<Settlement>, DbFault> {
    tx.opt(
        sql!(
            "SELECT setl_id, mdtrt_id, psn_no, msgid, chrg_bchno, insutype, med_type, total_fen, over_limit_fen,
                    in_scope_fen, fund_fen, account_fen, cash_fen, account_before_fen, account_after_fen, state,
                    settled_at
             FROM sandbox_insurer_settlement WHERE mdtrt_id = $1 AND state = 'settled'"
        ),
        vals![mdtrt_id],
        read_settlement,
    )
}

/// The newest settlements, of one person or of all.
pub(super) fn newest(tx: &mut Tx<'_>, psn_no: Option<&str>, limit: i64) -> Result<Vec<Settlement>, DbFault> {
    tx.query(
        sql!(
            "SELECT setl_id, mdtrt_id, psn_no, msgid, chrg_bchno, insutype, med_type, total_fen, over_limit_fen,
                    in_scope_fen, fund_fen, account_fen, cash_fen, account_before_fen, account_after_fen, state,
                    settled_at
             FROM sandbox_insurer_settlement
             WHERE (CAST($1 AS TEXT) IS NULL OR psn_no = $1)
             ORDER BY settled_at DESC, setl_id DESC LIMIT $2"
        ),
        vals![psn_no, limit],
        read_settlement,
    )
}

/// Everything that was ever settled of a visit, the newest first. Whose visit it is leads to the index.
pub(super) fn of_visit(tx: &mut Tx<'_>, psn_no: &str, mdtrt_id: &str) -> Result<Vec<Settlement>, DbFault> {
    tx.query(
        sql!(
            "SELECT setl_id, mdtrt_id, psn_no, msgid, chrg_bchno, insutype, med_type, total_fen, over_limit_fen,
                    in_scope_fen, fund_fen, account_fen, cash_fen, account_before_fen, account_after_fen, state,
                    settled_at
             FROM sandbox_insurer_settlement WHERE psn_no = $1 AND mdtrt_id = $2
             ORDER BY settled_at DESC, setl_id DESC"
        ),
        vals![psn_no, mdtrt_id],
        read_settlement,
    )
}

pub(super) fn set_settlement(tx: &mut Tx<'_>, setl_id: &str, state: SettlementState) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE sandbox_insurer_settlement SET state = $1 WHERE setl_id = $2"),
        vals![state.as_str(), setl_id],
    )?;
    Ok(())
}

fn read_visit(row: &Row) -> Result<Visit, DbFault> {
    Ok(Visit {
        mdtrt_id: row.text("mdtrt_id")?,
        institution: row.text("fixmedins_code")?,
        ipt_otp_no: row.text("ipt_otp_no")?,
        psn_no: row.text("psn_no")?,
        scheme: row.parse("insutype")?,
        region: row.text("region")?,
        state: row.parse("state")?,
        opened_at: row.moment("opened_at")?,
    })
}

fn read_settlement(row: &Row) -> Result<Settlement, DbFault> {
    Ok(Settlement {
        setl_id: row.text("setl_id")?,
        mdtrt_id: row.text("mdtrt_id")?,
        psn_no: row.text("psn_no")?,
        msgid: row.text("msgid")?,
        batch_no: row.text("chrg_bchno")?,
        scheme: row.parse("insutype")?,
        med_type: row.text("med_type")?,
        split: Split {
            total: row.fen("total_fen")?,
            over_limit: row.fen("over_limit_fen")?,
            in_scope: row.fen("in_scope_fen")?,
            fund: row.fen("fund_fen")?,
            account: row.fen("account_fen")?,
            cash: row.fen("cash_fen")?,
            before: row.fen("account_before_fen")?,
            after: row.fen("account_after_fen")?,
        },
        state: row.parse("state")?,
        settled_at: row.moment("settled_at")?,
    })
}
