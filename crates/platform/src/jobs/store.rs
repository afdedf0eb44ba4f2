//! The only SQL for `job_lease`.

use kernel::Moment;

use super::LEASE_SECS;
use crate::db::{DbFault, Tx};
use crate::{sql, vals};

pub(super) fn is_due(tx: &mut Tx<'_>, name: &str, every_secs: i64, now: Moment) -> Result<bool, DbFault> {
    let row = tx.opt(sql!("SELECT last_at, lease_until FROM job_lease WHERE name = $1"), vals![name], |row| {
        Ok((row.moment(0)?, row.moment(1)?))
    })?;
    // A moment still to come was written by a clock that has been set back since: it counts for nothing.
    Ok(row.is_none_or(|(last, lease)| {
        (last.plus_secs(every_secs) <= now || last > now) && (lease < now || lease > now.plus_secs(LEASE_SECS))
    }))
}

/// True when this holder may run the job now.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    name: &str,
    holder: &str,
    every_secs: i64,
    now: Moment,
    until: Moment,
) -> Result<bool, DbFault> {
    let taken = tx.exec(
        sql!(
            "INSERT INTO job_lease (name, holder, lease_until, last_at) VALUES ($1, $2, $3, 0) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until \
             WHERE (job_lease.lease_until < $4 OR job_lease.lease_until > $3) \
             AND (job_lease.last_at <= $5 OR job_lease.last_at > $4)"
        ),
        vals![name, holder, until, now, now.minus_secs(every_secs)],
    )?;
    Ok(taken == 1)
}

pub(super) fn release(tx: &mut Tx<'_>, name: &str, holder: &str, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE job_lease SET lease_until = 0, last_at = $3 WHERE name = $1 AND holder = $2"),
        vals![name, holder, now],
    )
    .map(drop)
}
