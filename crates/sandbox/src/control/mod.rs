//! The control port: pages for people and their JSON twin for programs. Which faults are to happen, the clock of
//! everything, and what each partner has to show.

mod clock;
mod forms;
mod guard;
mod pages;

use axum::routing::{delete, get, post};
use axum::{Router, middleware};

use crate::entry::Front;
use crate::faults::api as faults;
use crate::house::House;
use crate::people;

/// Everything the control port answers: `others` is what partners and the witness have to show, `fronts` what partners add to
/// the front page.
pub(crate) fn routes(house: &House, others: Router, fronts: Vec<Front>) -> Router {
    let front = pages::Fronting { house: house.clone(), fronts: fronts.into() };
    Router::new()
        .route("/people", get(people::page::people))
        .route("/people/{number}", get(people::page::person).post(people::page::steer))
        .route("/lang", get(pages::lang))
        .route("/sandbox.css", get(pages::css))
        .route("/clock/advance", post(forms::advance))
        .route("/faults/add", post(forms::add_fault))
        .route("/faults/clear", post(forms::clear_faults))
        .route("/faults/{id}/clear", post(forms::clear_fault))
        .route("/control/clock", get(clock::get).post(clock::post))
        .route("/control/faults", get(faults::list).post(faults::post).delete(faults::delete_all))
        .route("/control/faults/{id}", delete(faults::delete))
        .route("/control/people", get(people::api::list).post(people::api::post))
        .route("/control/people/{number}", get(people::api::get).post(people::api::steer))
        .with_state(house.clone())
        .merge(Router::new().route("/", get(pages::front)).with_state(front))
        .merge(others)
        .layer(middleware::from_fn_with_state(house.clone(), guard::guard))
}
