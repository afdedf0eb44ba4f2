//! The invariants of paying, for `renshe check` and the simulator: questions whose only right answer is "none".

mod store;

use kernel::Moment;
use platform::check::{Check, CheckResult};
use platform::db::{DbFault, Tx};

use crate::orders::model::{OrderState, may_go};
use crate::orders::store as orders;

/// What a half-paid order may stand past its end while its partners are asked (I-M09).
const GRACE_SECS: i64 = 300;

/// Counts what was looked at, and lists what is broken.
fn looked(
    tx: &mut Tx<'_>,
    count: fn(&mut Tx<'_>) -> Result<u64, DbFault>,
    find: impl Fn(&mut Tx<'_>) -> Result<Vec<String>, DbFault>,
) -> Result<CheckResult, DbFault> {
    Ok(CheckResult { rows: count(tx)?, broken: find(tx)? })
}

macro_rules! checks {
    ($($id:literal, $says:literal, $count:path, $find:expr;)+) => {
        vec![$(Check { id: $id, says: $says, run: |tx, now| looked(tx, $count, |tx| $find(tx, now)) },)+]
    };
}

/// I-M04 to I-M21 and I-D05, as far as tables can tell.
pub fn checks() -> Vec<Check> {
    checks! {
        "I-M04", "what a settled order was paid with adds up to its price", store::orders, |tx, _| store::wrong_sums(tx);
        "I-M05", "what was agreed to adds up to the price", store::orders, |tx, _| store::wrong_splits(tx);
        "I-M06", "what goes back is what came in, once", store::attempts, |tx, _| store::over_undone(tx);
        "I-M07", "a subject has at most one live order, an order one live payment", store::orders, |tx, _| store::doubled(tx);
        "I-M08", "money goes back by the way it came", store::attempts, |tx, _| store::wrong_way(tx);
        "I-M09", "nothing stays half paid past its end", store::orders, |tx, now: Moment| store::overdue(tx, now.minus_secs(GRACE_SECS));
        "I-M10", "nothing goes back for lack of time before the time is over", store::orders, |tx, _| store::early(tx);
        "I-M11", "no settlement is undone before every payment has ended", store::attempts, |tx, _| store::open_at_void(tx);
        "I-M12", "an order's state is what its attempts say", store::orders, |tx, _| store::each_order(tx, wrong_state);
        "I-M13", "a number of ours and one of theirs stand for one attempt each", store::attempts, |tx, _| store::doubled_numbers(tx);
        "I-M14", "what an accepted notice says was paid is what was asked for", store::notices, |tx, _| store::wrong_notices(tx);
        "I-M15", "an order's events number without gaps and go along the paths there are", store::orders, |tx, _| odd_paths(tx);
        "I-M16", "each move of money stands in the ledger", store::attempts, |tx, _| store::each_order(tx, unbooked);
        "I-M18", "what was settled was agreed to", store::orders, |tx, _| store::not_agreed(tx);
        "I-M21", "every order that waits for something will be looked at", store::orders, |tx, _| store::forgotten(tx);
        "I-D05", "every settlement was authorised by a payment password, once", store::attempts, |tx, _| store::unauthorised(tx);
    }
}

fn wrong_state(_: &mut Tx<'_>, order: &orders::Order) -> Result<Option<String>, DbFault> {
    let says = order.derived();
    Ok((says != order.state).then(|| format!("{} is {} and should be {says}", order.id, order.state)))
}

/// Attempts that moved money, and the movements that say so.
fn unbooked(tx: &mut Tx<'_>, order: &orders::Order) -> Result<Option<String>, DbFault> {
    use crate::attempts::model::{Kind, State};
    for one in order.attempts.iter().filter(|one| one.view.state == State::Succeeded) {
        let any = |tx: &mut Tx<'_>, names: &[&str]| -> Result<bool, DbFault> {
            for name in names {
                if ledger::stands(tx, &format!("{}:{name}", one.id))? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        let names: Vec<&str> = match (one.view.kind, one.view.split) {
            (Kind::Pay, _) => {
                if any(tx, &["in", "late"])? {
                    continue;
                }
                return Ok(Some(format!("{} is not in the ledger", one.id)));
            }
            (Kind::Refund, _) => vec!["out"],
            (_, Some(split)) => {
                let parts =
                    [("fund", split.fund), ("personal_account", split.personal_account), ("other", split.other)];
                parts.into_iter().filter(|(_, part)| *part > kernel::Fen::ZERO).map(|(name, _)| name).collect()
            }
            (_, None) => vec![],
        };
        for name in names {
            if !any(tx, &[name])? {
                return Ok(Some(format!("{}:{name} is not in the ledger", one.id)));
            }
        }
    }
    Ok(None)
}

fn odd_paths(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let mut broken = store::gaps(tx)?;
    for (order, from, to) in store::paths(tx)? {
        let known = from.parse::<OrderState>().ok().zip(to.parse::<OrderState>().ok());
        if !known.is_some_and(|(from, to)| may_go(from, to)) {
            broken.push(format!("{order} went from {from} to {to}"));
        }
    }
    Ok(broken)
}
