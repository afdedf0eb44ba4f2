//! The invariants of this crate, as `renshe check` runs them.

use kernel::Moment;
use platform::check::{Check, CheckResult};
use platform::db::{DbFault, Tx};

use crate::policy::{MAX_CODE_SECS, MAX_CODE_TRIES};
use crate::{people, sessions, sms_codes, staff};

/// What must hold of people, accounts, codes and sessions.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "I-D01",
            says: "an ID number and a mobile number have at most one active account each",
            run: one_account,
        },
        Check {
            id: "I-D06",
            says: "an SMS code is used at most once, in time, after at most five wrong tries, for its purpose",
            run: codes,
        },
        Check { id: "I-D13", says: "a closed account has no live session", run: closed_accounts },
    ]
}

fn one_account(tx: &mut Tx<'_>, _now: Moment) -> Result<CheckResult, DbFault> {
    result(people::store::doubles(tx)?)
}

fn codes(tx: &mut Tx<'_>, _now: Moment) -> Result<CheckResult, DbFault> {
    result(sms_codes::store::broken(tx, MAX_CODE_TRIES, MAX_CODE_SECS * 1000)?)
}

fn closed_accounts(tx: &mut Tx<'_>, now: Moment) -> Result<CheckResult, DbFault> {
    let (rows, mut broken) = sessions::store::of_closed_accounts(tx, now)?;
    let (desk_rows, desk_broken) = staff::store::of_closed_staff(tx, now)?;
    broken.extend(desk_broken);
    result((rows + desk_rows, broken))
}

fn result((rows, broken): (u64, Vec<String>)) -> Result<CheckResult, DbFault> {
    Ok(CheckResult { rows, broken })
}
