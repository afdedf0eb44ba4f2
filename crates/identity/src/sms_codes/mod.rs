//! Codes by SMS (ACC-6): one live code for a number, purpose and browser, five tries, five minutes.

mod model;
mod notice;
mod pages;
mod policy;
mod redeem;
mod request;
pub(crate) mod store;

pub(crate) use model::{CodeEvent, clean_code};
pub use model::{CodeId, CodeState, Purpose, Refusal};
pub(crate) use notice::{Notice, wait_text};
pub(crate) use pages::{Asking, CodePart, MobileForm, MobilePart, find};
pub(crate) use policy::{MAX_CODE_SECS, MAX_CODE_TRIES, SmsCodePolicy};
pub(crate) use redeem::{Attempt, promising, redeem};
pub use redeem::{Challenge, challenge};
pub(crate) use request::{Own, RequestCode, Requested, on_its_way, request};
