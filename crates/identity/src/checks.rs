//! The invariants of this crate, as `renshe check` runs them.

use kernel::Moment;
use platform::audit::covered;
use platform::check::{Check, CheckResult};
use platform::db::{DbFault, Tx};

use crate::institutions::InstitutionId;
use crate::jobs::PROOF_DAYS;
use crate::sms_codes::{MAX_CODE_SECS, MAX_CODE_TRIES};
use crate::{
    agreements, cards, devices, faces, institutions, partner_keys, pay_password, people, proofs, real_name,
    second_ways, sessions, sms_codes, staff,
};

/// What must hold of people, accounts, codes and sessions.
pub fn checks() -> Vec<Check> {
    let mut all = of_people();
    all.extend(of_institutions());
    all
}

fn of_people() -> Vec<Check> {
    vec![
        Check {
            id: "I-D01",
            says: "an ID number and a mobile number have at most one active account each",
            run: one_account,
        },
        Check {
            id: "I-D06",
            says: "a code is used at most once, in time, after at most five wrong tries, for its purpose",
            run: codes,
        },
        Check {
            id: "I-D08",
            says: "a session stands on a device only if that was bound to its owner, and showed so",
            run: |tx, _| result(devices::store::broken(tx)?),
        },
        Check {
            id: "RNA-9",
            says: "on each bound device its owner was authenticated, by a proof of the real name from there",
            run: |tx, now| result(real_name::store::unproven(tx, now.minus_secs((PROOF_DAYS - 1) * 86_400))?),
        },
        Check {
            id: "RNA-2",
            says: "only who was authenticated has an insurance status, and only a running insurance is medical",
            run: |tx, _| result(real_name::store::adrift(tx)?),
        },
        Check {
            id: "I-D14",
            says: "before each face check stands a consent of that person to it, not withdrawn by then",
            run: |tx, _| result(faces::store::without_consent(tx)?),
        },
        Check {
            id: "I-D15",
            says: "an ID number's owner has at most five face checks in any 24 hours, strangers counted apart at most fifty",
            run: |tx, _| result(faces::store::too_many(tx, (faces::MAX_TRIES, faces::MAX_STRANGERS_TRIES))?),
        },
        Check {
            id: "T06",
            says: "a proof by face rests on one check that passed in time, of the same person, purpose and browser",
            run: |tx, _| result(faces::store::misproved(tx)?),
        },
        Check {
            id: "I-D07",
            says: "a card's code is used at most once, within 60 seconds of its making",
            run: cards::check_codes,
        },
        Check {
            id: "T10",
            says: "a payment password bears at most six wrong tries in any 24 hours",
            run: pay_password::check_tries,
        },
        Check { id: "I-D13", says: "a closed account has no live session", run: closed_accounts },
        Check {
            id: "T35",
            says: "accounts, proofs, devices, cards, consents, keys, staff and institutions came with their audit rows",
            run: audited,
        },
    ]
}

fn of_institutions() -> [Check; 2] {
    [
        Check {
            id: "I-I01",
            says: "an institution is what its id says, its codes are right in form and check character, its words are known",
            run: |tx, _| institutions::checks::sound(tx),
        },
        Check {
            id: "I-I02",
            says: "staff serve an institution of a kind that their role serves, or none where it serves none; a key belongs to one",
            run: |tx, _| belonging(tx),
        },
    ]
}

fn belonging(tx: &mut Tx<'_>) -> Result<CheckResult, DbFault> {
    let (rows, mut broken) = partner_keys::store::nobodys(tx)?;
    let staff = staff::store::serving(tx)?;
    for one in &staff {
        let kind = one.institution.as_ref().map(|id| id.parse::<InstitutionId>().ok().map(|id| id.kind()));
        let fits = match kind {
            None => one.role.serves().is_empty(),
            Some(kind) => one.is_known && kind.is_some_and(|kind| one.role.serves().contains(&kind)),
        };
        if !fits {
            broken.push(format!(
                "{} has the role {} and serves no institution of a kind that it serves",
                one.staff,
                one.role.as_str()
            ));
        }
    }
    result((rows + staff.len() as u64, broken))
}

fn audited(tx: &mut Tx<'_>, _now: Moment) -> Result<CheckResult, DbFault> {
    let rules = [
        &people::store::AUDITED[..],
        &agreements::store::AUDITED,
        &proofs::store::AUDITED,
        &real_name::store::AUDITED,
        &devices::store::AUDITED,
        &faces::store::AUDITED,
        &second_ways::store::AUDITED,
        &cards::store::AUDITED,
        &cards::codes::store::AUDITED,
        &partner_keys::store::AUDITED,
        &pay_password::store::AUDITED,
        &staff::store::AUDITED,
        &institutions::store::AUDITED,
    ];
    let mut all = CheckResult::default();
    for of_table in rules {
        let CheckResult { rows, broken } = covered(tx, of_table)?;
        all.rows += rows;
        all.broken.extend(broken);
    }
    Ok(all)
}

fn one_account(tx: &mut Tx<'_>, _now: Moment) -> Result<CheckResult, DbFault> {
    result(people::store::doubles(tx)?)
}

fn codes(tx: &mut Tx<'_>, _now: Moment) -> Result<CheckResult, DbFault> {
    let (rows, mut broken) = sms_codes::store::broken(tx, MAX_CODE_TRIES, MAX_CODE_SECS * 1000)?;
    let (tries, secs) = (second_ways::MAX_COUNTER_SUM, second_ways::MAX_COUNTER_SECS);
    let (counter_rows, counter_broken) = second_ways::store::broken(tx, tries, secs * 1000)?;
    broken.extend(counter_broken);
    result((rows + counter_rows, broken))
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
