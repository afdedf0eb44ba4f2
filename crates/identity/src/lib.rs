//! Who people are: accounts, sessions, SMS codes, messages to people, staff, and the extractors that
//! prove who asks.
//!
//! Owned tables: `person`, `account`, `session`, `sms_code`, `sms_log`, `login_guard`, `message`,
//! `staff`, `staff_session`. No other crate holds SQL for them.

use std::sync::Arc;

use axum::{Extension, Router};
use platform::Ctx;

mod blind;
mod checks;
pub mod demo;
mod demo_crowd;
mod failure;
mod gates;
mod jobs;
mod login;
pub mod messages;
mod password;
pub mod people;
pub mod policy;
mod sealed;
pub mod sessions;
pub mod sign_up;
pub mod sms_codes;
pub mod staff;

pub use checks::checks;
pub use failure::Failure;
pub use gates::Gates;
pub use jobs::jobs;
pub use people::{AccountId, PersonId};
pub use sessions::{Citizen, MaybeCitizen, SessionId, SignedIn};
pub use staff::{Desk, Role, Staff, StaffId};

/// Pages of citizens: signing up, logging in, what is theirs.
pub fn routes() -> Router<Ctx> {
    Router::new()
        .merge(sign_up::routes())
        .merge(login::routes())
        .merge(sessions::routes())
        .merge(people::routes())
        .merge(messages::routes())
        .layer(Extension(Arc::new(Gates::default())))
}

/// Login and logout of the desks.
pub fn desk_routes() -> Router<Ctx> {
    staff::desk_routes().layer(Extension(Arc::new(Gates::default())))
}

#[cfg(test)]
mod stories;
