//! Reads an appointment, asks the model and writes what it says. This is the only way in which a state changes after
//! booking.

use kernel::Moment;
use platform::db::{DbFault, Tx};

use super::model::{Change, Decision, Event, Refusal, decide};
use super::store::{self, Appointment};
use crate::rules::BookingRules;

/// How often the row is read again, because another instance may change it between reading and writing.
const TRIES: usize = 3;

/// The result of an event.
#[derive(Debug)]
pub(super) enum Advanced {
    /// The state changed; the appointment is as it was before.
    Changed(Box<Appointment>, Change),
    /// It was done before.
    Already(Box<Appointment>),
}

/// Applies an event to the appointment that `find` loads; `None` when it loads none.
pub(super) fn advance<E>(
    tx: &mut Tx<'_>,
    mut find: impl FnMut(&mut Tx<'_>) -> Result<Option<Appointment>, E>,
    rules: &BookingRules,
    event: Event,
    actor: &str,
    now: Moment,
) -> Result<Option<Advanced>, E>
where
    E: From<DbFault> + From<Refusal>,
{
    for _ in 0..TRIES {
        let Some(appointment) = find(tx)? else { return Ok(None) };
        match decide(&appointment.view(rules), event, now)? {
            Decision::Already => return Ok(Some(Advanced::Already(Box::new(appointment)))),
            Decision::Change(change) => {
                if store::apply(tx, &appointment, &change, actor, now)? {
                    return Ok(Some(Advanced::Changed(Box::new(appointment), change)));
                }
            }
        }
    }
    Err(DbFault::Busy.into())
}
