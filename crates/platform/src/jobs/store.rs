//! The only SQL for `job_lease`.

use std::collections::HashMap;

use kernel::Moment;

use super::{FREE, LEASE_SECS, SKEW_SECS};
use crate::db::{DbFault, Tx};
use crate::{sql, vals};

/// When a job ran last, and until when somebody runs it by the clock of whoever does: the moment changes with each renewal.
pub(super) struct Lease {
    last: Moment,
    pub(super) until: Moment,
}

impl Lease {
    pub(super) fn is_due(&self, every_secs: i64, now: Moment) -> bool {
        // A moment still to come was written by a clock that has been set back since: it counts for nothing.
        self.last.plus_secs(every_secs) <= now || self.last > now.plus_secs(SKEW_SECS)
    }
}

/// Every lease by its job's name: as many as there are jobs.
pub(super) fn leases(tx: &mut Tx<'_>) -> Result<HashMap<String, Lease>, DbFault> {
    let rows = tx.query(sql!("SELECT name, last_at, lease_until FROM job_lease"), vals![], |row| {
        Ok((row.text(0)?, Lease { last: row.moment(1)?, until: row.moment(2)? }))
    })?;
    Ok(rows.into_iter().collect())
}

/// True when this holder may run the job now: the lease is still the one that it has seen.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    name: &str,
    (holder, seen): (&str, Moment),
    every_secs: i64,
    now: Moment,
) -> Result<bool, DbFault> {
    let taken = tx.exec(
        sql!(
            "INSERT INTO job_lease (name, holder, lease_until, last_at, outcome, began_at) VALUES ($1, $2, $3, 0, 'running', $4) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until, \
             outcome = excluded.outcome, began_at = excluded.began_at \
             WHERE job_lease.lease_until = $5 AND (job_lease.last_at <= $6 OR job_lease.last_at > $7)"
        ),
        vals![
            name,
            holder,
            now.plus_secs(LEASE_SECS),
            now,
            seen,
            now.minus_secs(every_secs),
            now.plus_secs(SKEW_SECS)
        ],
    )?;
    Ok(taken == 1)
}

/// Writes down that something was done, under a name that no job has: nobody holds it.
pub(crate) fn touch(tx: &mut Tx<'_>, name: &str, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO job_lease (name, holder, lease_until, last_at) VALUES ($1, '', 0, $2) \
             ON CONFLICT (name) DO UPDATE SET last_at = excluded.last_at"
        ),
        vals![name, now],
    )
    .map(drop)
}

/// Makes the lease last from now; false when it is not this holder's any more.
pub(super) fn renew(tx: &mut Tx<'_>, name: &str, holder: &str, now: Moment) -> Result<bool, DbFault> {
    let renewed = tx.exec(
        sql!("UPDATE job_lease SET lease_until = $3 WHERE name = $1 AND holder = $2"),
        vals![name, holder, now.plus_secs(LEASE_SECS)],
    )?;
    Ok(renewed == 1)
}

/// Gives the lease back, with how the run ended and when; `last` is what the next time is counted from.
pub(super) fn release(
    tx: &mut Tx<'_>,
    name: &str,
    holder: &str,
    last: Moment,
    (outcome, now): (&str, Moment),
) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE job_lease SET lease_until = $6, last_at = $3, outcome = $4, ended_at = $5 WHERE name = $1 AND holder = $2"
        ),
        vals![name, holder, last, outcome, now, FREE],
    )
    .map(drop)
}
