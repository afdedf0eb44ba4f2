//! Codes by SMS (ACC-6): one live code for a number and purpose, five tries, five minutes.

mod model;
mod redeem;
mod request;
pub(crate) mod store;

pub(crate) use model::{CODE_DIGITS, clean_code};
pub use model::{CodeId, CodeState, Purpose, Refusal};
pub use redeem::{Challenge, challenge};
pub(crate) use redeem::{Attempt, redeem};
pub use request::{RequestCode, Requested, request};
