//! The appointments' own invariants, for `renshe check`.

use payments::OrderState;
use platform::audit::covered;
use platform::check::{Check, CheckResult};
use platform::db::{DbFault, Tx};

use super::model::State;
use super::paid::SUBJECT;
use super::store::count;

mod store;

/// A hold may outlive its time by this much: the sweeper runs every ten seconds.
const GRACE_SECS: i64 = 60;

/// A visit that a program from before wrote has its number after so long.
const NUMBER_SECS: i64 = 3_600;

/// I-B03 to I-B06, I-B12.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "I-B03",
            says: "no two active appointments have the same seat of a slot",
            run: |tx, _| Ok(CheckResult { rows: count(tx)?, broken: store::shared_seats(tx)? }),
        },
        Check {
            id: "I-B04",
            says: "no hold stands more than a minute after its time",
            run: |tx, now| {
                let mut broken = store::overdue_holds(tx, now.minus_secs(GRACE_SECS))?;
                broken.extend(lost_holds(tx)?);
                Ok(CheckResult { rows: count(tx)?, broken })
            },
        },
        Check {
            id: "I-B05",
            says: "a person has at most one active appointment with a doctor in a half-day",
            run: |tx, _| Ok(CheckResult { rows: count(tx)?, broken: store::doubled(tx)? }),
        },
        Check {
            id: "I-B06",
            says: "a visit that costs something is booked only while its order is paid, and what is paid for it goes back with it",
            run: |tx, _| Ok(CheckResult { rows: count(tx)?, broken: unpaid(tx)? }),
        },
        Check {
            id: "I-B12",
            says: "a visit has a short number, and its order the same one",
            run: |tx, now| {
                let mut broken = store::numberless(tx, now.minus_secs(NUMBER_SECS))?;
                broken.extend(other_numbers(tx)?);
                Ok(CheckResult { rows: count(tx)?, broken })
            },
        },
        Check {
            id: "T43",
            says: "a patient has one visit at a time",
            run: |tx, _| Ok(CheckResult { rows: count(tx)?, broken: store::overlapping(tx)? }),
        },
        Check {
            id: "T35",
            says: "every visit came with its audit row, and so did its end",
            run: |tx, _| covered(tx, &store::AUDITED),
        },
    ]
}

/// Priced visits whose order has another short number than they have.
fn other_numbers(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let mut broken = Vec::new();
    for (id, no) in store::priced_numbers(tx)? {
        let order = payments::order_of(tx, SUBJECT, id.as_str())?;
        if let Some(order) = order.filter(|order| order.no != no) {
            broken.push(format!("{id} and {} have two numbers", order.id));
        }
    }
    Ok(broken)
}

/// Holds without an end of their own, whose order does not hold them either.
fn lost_holds(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let mut broken = Vec::new();
    for id in store::endless_holds(tx)? {
        let order = payments::order_of(tx, SUBJECT, id.as_str())?;
        if order.is_none_or(|order| order.state.is_over() || order.state == OrderState::Settled) {
            broken.push(format!("{id} is held by nothing"));
        }
    }
    Ok(broken)
}

/// Booked visits with a fee whose order is not paid. Too much may have come in (reconfirm), and a person may have to
/// look (blocked): the visit stands meanwhile. And visits that are over while their money stays with the hospital.
fn unpaid(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let mut broken = Vec::new();
    for (id, state) in store::priced_visits(tx)? {
        let order = payments::order_of(tx, SUBJECT, id.as_str())?.map(|order| order.state);
        let is_over = matches!(state, State::Cancelled | State::Expired);
        let fits = match order {
            Some(OrderState::Blocked) => true,
            Some(OrderState::Settled | OrderState::Reconfirm) => !is_over,
            None | Some(_) => is_over,
        };
        if !fits {
            broken.push(format!("{id} is {state}, and its order {}", order.map_or("not there", OrderState::as_str)));
        }
    }
    Ok(broken)
}
