//! Hospitals, their doctors' clinics, appointments, and the hospital's desk.
//!
//! A slot's counters and the appointments in it change together, in the lane of their clinic; the
//! moves an appointment can make are one table (`appointments::model`). What a clinic offers comes
//! from rosters; fees are shown here and paid elsewhere.

pub mod appointments;
mod checks;
pub mod clinics;
mod demo;
mod hall;
pub mod hospitals;
mod jobs;
mod nav;
mod public;
mod rules;
mod search;
mod show;
#[cfg(test)]
mod tests;

pub use self::hall::hall;
pub use appointments::by_number::fee_by_number;
pub use appointments::expire_holds::{DeadHold, ExpireError, dead_holds, expire};
pub use appointments::model::AppointmentId;
pub use checks::checks;
pub use clinics::model::{ClinicId, SlotId};
pub use demo::{SeedError, seed};
pub use hospitals::model::{DepartmentId, DoctorId, HospitalId};
