//! The device a citizen's request comes from, as its cookie and its headers say.

use axum::http::{HeaderMap, header};

use crate::askers::{KnownDevice, Place, place};
use crate::people::PersonId;
use crate::sessions::{Citizen, SessionId};

/// Who asks, in which session, on which device, from where.
#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) session: SessionId,
    pub(crate) person: PersonId,
    /// The word of the device cookie; empty where there is none.
    pub(crate) word: String,
    pub(crate) place: Place,
}

impl Here {
    /// Reads it from a citizen's request.
    pub(crate) fn of(citizen: &Citizen, headers: &HeaderMap) -> Here {
        Here {
            session: citizen.session.clone(),
            person: citizen.person.clone(),
            word: word(citizen),
            place: place(citizen.ctx(), &ui::headers::text(headers, header::USER_AGENT)),
        }
    }
}

/// The word of a citizen's device cookie; empty where there is none.
pub(super) fn word(citizen: &Citizen) -> String {
    let (ctx, page) = (citizen.ctx(), &citizen.visit.page);
    let known = KnownDevice::here(ctx, page);
    known.map_or_else(String::new, |known| known.device)
}
