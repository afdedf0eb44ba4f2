//! How the state of an appointment is said on a page.

use ui::Page;

use super::model::State;
pub(crate) use crate::clinics::show::*;

/// The words and the colour of a state: 「预约成功」, `done`.
pub(crate) fn state(page: &Page, state: State) -> (String, &'static str) {
    let tone = match state {
        State::Held => "due",
        State::Booked | State::Attended => "done",
        State::Cancelled | State::Expired => "plain",
    };
    (page.t(&format!("health-state-{state}")), tone)
}
