//! Paying from several purses, and giving it back: orders, their attempts, the channel's notices, the half hour.
//!
//! An **order** says what is to be paid and by when. What succeeds or fails is an **attempt**: one settlement by the
//! insurer, one channel payment, one void, one refund. One pure function derives the order's state from its attempts,
//! and another one says what is to be done next. An attempt's row is its own outbox row (docs/adr/0010): it is written
//! with its cause, marked before it is sent, and asked about until the partner has said what became of it.
//!
//! Owned tables: `pay_order`, `pay_order_event`, `pay_quote`, `pay_quote_ask`, `pay_registration`, `pay_attempt`,
//! `pay_attempt_event`, `pay_authorisation`, `pay_authorisation_use`, `pay_notice`, `pay_call`. This crate knows
//! nothing about products: the thing that is paid for is a subject, and its owner listens.

pub mod attempts;
mod authorisations;
mod calls;
mod checks;
pub mod nav;
mod notices;
mod order;
pub mod orders;
mod policy;
pub mod ports;
mod quotes;
mod registrations;
mod sim;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::jobs::Job;

pub use attempts::AttemptId;
pub use calls::{Call, calls, channel_looked_after};
pub use checks::checks;
pub use nav::nav;
pub use notices::{ReceiveError, Received, receive};
pub use orders::apply::ApplyError;
pub use orders::drive::{DriveError, Payments, drive};
pub use orders::find::{FindError, find};
pub use orders::listen::{Again, Fact, Listener, Listeners, News, Pass, Subject, Telling, UnheardError};
pub use orders::model::{Cause, OrderState, Way};
pub use orders::pages::{look_secs, pay_href};
pub use orders::pen::Pen;
pub use orders::refunds::{RefundError, paid_outside, redirect};
pub use orders::stop::{Ended, stop_subject, time_out_subject, unblock};
pub use orders::sweep::{drive_due, sweep};
pub use orders::trail::{Line, lines};
pub use orders::words::{
    Due, Legs, due, give_up_waits, is_over, outside, own_money_due, short_no, state_text, state_word, stuck,
};
pub use orders::{NewOrder, Order, OrderId, open, release_due};
pub use policy::PaymentRules;
pub use ports::PayPorts;

/// The newest order of a thing; `None` where it never had one.
///
/// # Errors
/// What broke beneath.
pub fn order_of(tx: &mut Tx<'_>, kind: Subject, subject: &str) -> Result<Option<Order>, DbFault> {
    orders::store::of_subject(tx, kind.as_str(), subject)
}

/// Gives the orders of a thing its short number, where they have none. In the closure, and in the lane, of whoever owns it.
///
/// # Errors
/// What broke beneath.
pub fn number(tx: &mut Tx<'_>, (kind, subject): (Subject, &str), no: &kernel::ShortNo) -> Result<(), DbFault> {
    orders::store::set_no(tx, (kind.as_str(), subject), no)
}

/// The ids of a person's things of a kind whose money is not where it belongs yet: to be paid, being confirmed, on its way
/// back. All of them.
///
/// # Errors
/// What broke beneath.
pub fn unfinished(tx: &mut Tx<'_>, person: &identity::PersonId, kind: Subject) -> Result<Vec<String>, DbFault> {
    orders::store::unfinished(tx, person, kind.as_str())
}

/// How many orders there are, counted as far as `most`.
///
/// # Errors
/// What broke beneath.
pub fn count(tx: &mut Tx<'_>, most: i64) -> Result<u64, DbFault> {
    checks::count(tx, most)
}

/// The person's pages, and the channel's door.
pub fn routes() -> Router<Ctx> {
    orders::pages::routes().merge(notices::routes())
}

/// The jobs of this crate. Sweeping is not a job, because it runs all the time.
pub fn jobs(pay: &Arc<Payments>) -> Vec<Job> {
    let pay = Arc::clone(pay);
    vec![
        Job::new("payments.release", 600, move |ctx| release_due(Arc::clone(&pay), ctx)).within(540),
        notices::forget_old(),
    ]
}
