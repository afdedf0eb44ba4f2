//! Hospitals, their doctors' clinics, appointments, and the hospital's desk.
//!
//! A slot's counters and the appointments in it change together, in the lane of their clinic; the
//! moves an appointment can make are one table (`appointments::model`). What a clinic offers comes
//! from rosters; fees are shown here and paid elsewhere.

pub mod appointments;
pub mod clinics;
mod demo;
pub mod hospitals;
mod jobs;
mod public;
mod rules;
pub mod search;
mod show;
#[cfg(test)]
mod tests;
pub mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use kernel::Fen;
use payments::Listeners;
use platform::Ctx;
use platform::check::Check;
use platform::db::{DbFault, Tx};
use platform::jobs::Job;

pub use appointments::by_number::fee_by_number;
pub use appointments::expire_holds::{DeadHold, ExpireError, dead_holds, expire};
pub use appointments::model::AppointmentId;
pub use appointments::paid::subjects;
pub use clinics::model::{ClinicId, SlotId};
pub use demo::{SeedError, seed};
pub use hospitals::add::add_hospital;
pub use hospitals::model::{DepartmentId, DoctorId, HospitalId, LEVELS};
pub use public::version;

use appointments::{cancel_pages, code_page, desk, orders, pages as visits};

/// The citizens' pages.
pub fn routes() -> Router<Ctx> {
    Router::new()
        .route("/hospitals", get(hospitals::pages::list))
        .route("/hospitals/{id}", get(hospitals::pages::hospital))
        .route("/departments/{id}", get(hospitals::pages::department))
        .route("/doctors/{id}", get(clinics::pages::doctor))
        .route("/clinics/{id}", get(clinics::pages::clinic))
        .route("/search", get(search::pages::search))
        .route("/slots/{id}/book", get(visits::confirm).post(visits::book))
        .route("/orders", get(orders::orders))
        .route("/appointments/{id}", get(visits::order))
        .route("/appointments/{id}/cancel", get(cancel_pages::ask_cancel).post(cancel_pages::cancel))
        .route("/code", get(code_page::code))
}

/// The hospital desk's pages.
pub fn desk_routes() -> Router<Ctx> {
    Router::new()
        .route("/desk", get(desk::show))
        .route("/desk/scan", post(desk::scan))
        .route("/desk/check-in", post(desk::check_in))
        .route("/desk/undo", post(desk::undo))
}

/// Periodic work.
pub fn jobs(listeners: &Arc<Listeners>) -> Vec<Job> {
    jobs::jobs(listeners)
}

/// What `renshe check` asks of this crate's tables.
pub fn checks() -> Vec<Check> {
    let of_hospitals = hospitals::checks::checks().into_iter().chain(clinics::checks::checks());
    of_hospitals.chain(appointments::checks::checks()).collect()
}

/// Every hospital's id, code and name, in the order people see them: for seeding desks and adding staff.
pub async fn hospitals(ctx: &Ctx) -> Result<Vec<(HospitalId, String, String)>, DbFault> {
    ctx.db.read("hospital.names", hospitals::store::names).await
}

/// Where the sample city's dearest visits are: hospital, department and fee of each chief physician who asks one.
pub async fn priced_chiefs(ctx: &Ctx) -> Result<Vec<(String, String, Fen)>, DbFault> {
    ctx.db.read("hospital.priced_chiefs", hospitals::store::priced_chiefs).await
}

/// How many appointments there are, counted as far as `most`.
pub fn count(tx: &mut Tx<'_>, most: i64) -> Result<u64, DbFault> {
    appointments::store::count_to(tx, most)
}
