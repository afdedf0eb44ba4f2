//! The appointments' own invariants, for `renshe check`.

use platform::check::{Check, CheckResult};

use super::store;

/// A hold may outlive its time by this much: the sweeper runs every ten seconds.
const GRACE_SECS: i64 = 60;

/// I-B03, I-B04, I-B05.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "I-B03",
            says: "no two active appointments have the same seat of a slot",
            run: |tx, _| Ok(CheckResult { rows: store::count(tx)?, broken: store::shared_seats(tx)? }),
        },
        Check {
            id: "I-B04",
            says: "no hold stands more than a minute after its time",
            run: |tx, now| {
                Ok(CheckResult {
                    rows: store::count(tx)?,
                    broken: store::overdue_holds(tx, now.minus_secs(GRACE_SECS))?,
                })
            },
        },
        Check {
            id: "I-B05",
            says: "a person has at most one active appointment with a doctor in a half-day",
            run: |tx, _| Ok(CheckResult { rows: store::count(tx)?, broken: store::doubled(tx)? }),
        },
    ]
}
