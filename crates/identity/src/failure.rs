//! Failures beneath any use case of this crate. A refusal is not among them: it is part of the use case's outcome.

use axum::http::StatusCode;
use platform::db::DbFault;
use platform::password::PasswordError;
use platform::policy::PolicyError;
use platform::vault::VaultError;
use ui::Problem;

/// Something beneath the use case did not work; nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database.
    #[error(transparent)]
    Fault(#[from] DbFault),
    /// A key or a sealed value.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Policy for the day is missing.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The password hasher is full or broke.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A person that must exist does not.
    #[error("there is no such person")]
    NoSuchPerson,
    /// Somebody too young to be authenticated alone (RNA-5): a guardian does it.
    #[error("too young to be authenticated alone")]
    TooYoung,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Fault(fault) => Problem::from(fault),
            Failure::Password(PasswordError::Busy) => Problem::busy(5),
            Failure::TooYoung => Problem::told(StatusCode::FORBIDDEN, "real-name-young"),
            other => Problem::fault(other),
        }
    }
}
