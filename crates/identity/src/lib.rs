//! Who people are: accounts, sessions, SMS codes, messages to people, staff, and the extractors that
//! prove who asks.
//!
//! Owned tables: `account`, `agreement`, `card_check`, `card_code`, `card_guard`, `card_miss`, `card_try`, `card_way`,
//! `consent`, `counter_code`, `counter_miss`, `device`, `device_proof`, `device_proof_use`, `ecard`, `face_budget`,
//! `face_check`, `institution`, `institution_capability`, `insurance_status`, `kept_form`, `login_guard`, `message`,
//! `number_owner`, `partner_key`, `partner_nonce`, `payment_password`, `payment_password_try`, `person`, `proof`,
//! `real_name`, `real_name_device`, `session`, `session_former_token`, `session_phone`, `sms_code`, `sms_log`, `staff`,
//! `staff_session`. No other crate holds SQL for them, with one exception: who keeps something of an institution joins
//! `institution` to read it.

use std::sync::Arc;

use axum::{Extension, Router};
use platform::Ctx;
use ui::DeskLink;

mod agreements;
mod askers;
mod authentication;
mod blind;
mod cards;
mod challenges;
mod checks;
pub mod demo;
mod devices;
mod faces;
mod failure;
mod gates;
mod ids;
pub mod institutions;
mod jobs;
mod keeping;
mod login;
mod me;
pub mod messages;
pub mod nav;
mod owners;
mod pace;
pub mod partner_keys;
mod password;
pub mod pay_password;
pub mod people;
pub mod policy;
pub mod ports;
mod proofs;
mod real_name;
mod recovery;
mod sealed;
mod second_ways;
pub mod sessions;
pub mod sign_up;
pub mod sms_codes;
pub mod staff;
mod texts;
mod typed;

pub use cards::{CardTold, IssueCarrier, card_told, front_card, front_card_now, scan_card};
pub use checks::checks;
pub use failure::Failure;
pub use gates::Gates;
pub use institutions::{Capability, HospitalId, InstitutionId};
pub use jobs::jobs;
pub use nav::nav;
pub use people::{AccountId, PersonId};
pub use ports::Ports;
pub use real_name::{
    Asks, CoveredPerson, First, Home, Level, RealName, Refused, ask_insurer, covered, insurer_said_at, keep_forms,
    opens, recall, remember,
};
pub use sessions::{Citizen, MaybeCitizen, SessionId, SignedIn};
pub use staff::{Desk, Role, Staff, StaffId, frame_refusals};

/// Pages of citizens: signing up, logging in, what is theirs.
pub fn routes() -> Router<Ctx> {
    Router::new()
        .merge(texts::routes())
        .merge(sign_up::routes())
        .merge(login::routes())
        .merge(sessions::routes())
        .merge(me::routes())
        .merge(authentication::routes())
        .merge(real_name::routes())
        .merge(faces::routes())
        .merge(recovery::routes())
        .merge(second_ways::routes())
        .merge(devices::routes())
        .merge(challenges::routes())
        .merge(cards::routes())
        .merge(pay_password::routes())
        .layer(Extension(Arc::new(Gates::default())))
}

/// The desks' door, login and logout; cards scanned at a desk, codes given at a window.
pub fn desk_routes() -> Router<Ctx> {
    staff::desk_routes()
        .merge(second_ways::desk_routes())
        .merge(cards::desk_routes())
        .layer(Extension(Arc::new(Gates::default())))
}

/// Where those pages stand in the desks' navigation.
pub fn desk_links() -> Vec<DeskLink> {
    vec![cards::DESK_LINK, second_ways::DESK_LINK]
}

#[cfg(test)]
mod stories;
