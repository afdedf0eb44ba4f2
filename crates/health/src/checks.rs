//! What `renshe check` asks of this crate's tables.

use platform::check::Check;

use crate::{appointments, clinics};

/// The invariants of clinics and of appointments.
pub fn checks() -> Vec<Check> {
    clinics::checks::checks().into_iter().chain(appointments::checks::checks()).collect()
}
