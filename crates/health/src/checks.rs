//! What `renshe check` asks of this crate's tables.

use platform::check::Check;

use crate::{appointments, clinics, hospitals};

/// The invariants of hospitals, clinics and appointments.
pub fn checks() -> Vec<Check> {
    let of_hospitals = hospitals::checks::checks().into_iter().chain(clinics::checks::checks());
    of_hospitals.chain(appointments::checks::checks()).collect()
}
