//! The only SQL for `pay_authorisation` and its use.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use super::Authorisation;
use crate::attempts::model::AttemptId;

pub(super) fn insert(tx: &mut Tx<'_>, row: &Authorisation) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO pay_authorisation (id, person_id, order_id, hash, session, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    );
    let values = vals![
        row.id.as_str(),
        row.person.as_str(),
        row.order.as_str(),
        &row.hash,
        &row.session,
        row.now,
        row.expires_at
    ];
    tx.exec(sql, values).map(drop)
}

pub(super) fn use_up(tx: &mut Tx<'_>, row: &Authorisation, attempt: &AttemptId, now: Moment) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO pay_authorisation_use (authorisation_id, order_id, attempt_id, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING"
    );
    tx.exec(sql, vals![row.id.as_str(), row.order.as_str(), attempt.as_str(), now]).map(|rows| rows == 1)
}
