//! The invariants of paying, for `renshe check` and the simulator: questions whose only right answer is "none".

mod booked;
mod paths;
mod store;

use kernel::Moment;
use platform::audit::covered;
use platform::check::{Check, CheckResult};
use platform::db::{DbFault, Tx};

use crate::orders::quote::content_hash;
use crate::orders::store as orders;

/// How long a half-paid order may stand past its end while its partners are asked (I-M09).
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

/// I-M04 to I-M21, I-D05 and I-I04, as far as tables can tell. I-M17 waits for the channel's statements.
pub fn checks() -> Vec<Check> {
    let mut checks = checks! {
        "I-M04", "what a settled order was paid with adds up to its price", store::orders, |tx, now: Moment| store::wrong_sums(tx, now.minus_secs(GRACE_SECS));
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
        "I-M15", "events number without gaps, each begins where the last ended, and all go along the paths there are", store::orders, |tx, _| paths::odd(tx);
        "I-M16", "the ledger says of an order what its attempts and changes say, and nothing else: what is given is not also given back", store::attempts, |tx, _| store::each_order(tx, booked::wrong);
        "I-M18", "what was settled was agreed to, and the agreement's hash is of this order and these amounts", store::orders, |tx, _| agreed(tx);
        "I-M21", "every order that waits for something will be looked at", store::orders, |tx, _| unlooked(tx);
        "I-I04", "every order's institution is in the directory", store::orders, |tx, _| store::strangers(tx);
        "I-D05", "every settlement was authorised once, in time, by its person's payment password, for amounts that were shown", store::attempts, |tx, _| store::unauthorised(tx);
    };
    checks.push(Check {
        id: "T35",
        says: "every order, attempt, change, stop, call and word of a person came with its audit row",
        run: |tx, _| covered(tx, &store::AUDITED),
    });
    checks
}

fn unlooked(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let mut broken = store::forgotten(tx)?;
    broken.extend(store::uncalled(tx)?);
    Ok(broken)
}

/// How many orders there are.
pub(crate) fn count(tx: &mut Tx<'_>, most: i64) -> Result<u64, DbFault> {
    store::orders_to(tx, most)
}

fn wrong_state(_: &mut Tx<'_>, order: &orders::Order) -> Result<Option<String>, DbFault> {
    let says = order.derived();
    Ok((says != order.state).then(|| format!("{} is {} and should be {says}", order.id, order.state)))
}

/// I-M18.
fn agreed(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let mut broken = store::not_agreed(tx)?;
    broken.extend(store::each_order(tx, wrong_hash)?);
    Ok(broken)
}

fn wrong_hash(_: &mut Tx<'_>, order: &orders::Order) -> Result<Option<String>, DbFault> {
    let (Some(hash), Some(split), Some(way)) = (&order.confirmed_hash, &order.view.confirmed, order.way) else {
        let nothing = order.confirmed_hash.is_none() && order.view.confirmed.is_none();
        return Ok((!nothing).then(|| format!("{} was agreed to in part", order.id)));
    };
    let right = *hash == content_hash(order, way, split);
    Ok((!right).then(|| format!("{}: the agreement is not to these amounts", order.id)))
}
