//! Codes by SMS (ACC-6): one live code for a number, purpose and browser, five tries, five minutes.

mod model;
mod notice;
mod pages;
mod policy;
mod redeem;
mod request;
pub(crate) mod store;

pub(crate) use model::CodeEvent;
pub use model::{CodeId, CodeState, Purpose, Refusal};
pub(crate) use notice::{Notice, wait_text};
pub(crate) use pages::{Asking, CodeForm, CodePart, MobileForm, MobilePart, Step, code_errors, find, find_to};
pub(crate) use policy::{MAX_CODE_SECS, MAX_CODE_TRIES, SmsCodePolicy};
pub use redeem::Challenge;
pub(crate) use redeem::{Attempt, promising, redeem};
pub(crate) use request::Own;
