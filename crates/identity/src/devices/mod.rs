//! Devices: real-name authentication holds on the device where it was done (RNA-9, T11). A browser
//! that runs our script keeps a key that never leaves it and answers a challenge with it before what
//! is gated; one without script enters a code from its owner's phone.
//!
//! Cookies alone therefore open nothing that is gated: they name the device, and do not stand for it.

mod bind;
mod challenge;
mod end;
mod here;
mod known;
mod leave_key;
mod list;
mod may_log_out;
mod model;
pub(crate) mod one_payment;
mod pages;
pub(crate) mod policy;
mod prove;
mod standing;
pub(crate) mod store;
mod vouch;
mod wish;

#[cfg(test)]
mod stories;

pub(crate) use bind::{BindFrom, Binding, bind, told};
pub(crate) use challenge::read_key;
pub(crate) use here::Here;
pub(crate) use known::is_of;
pub(crate) use leave_key::{leave_key, wants_key};
pub(crate) use may_log_out::may_log_out;
pub(crate) use model::{DeviceProofId, How};
pub(crate) use one_payment::store::use_proof;
pub(crate) use one_payment::{Paying, confirm_payment, may_pay};
pub(crate) use pages::routes;
pub(crate) use policy::DevicePolicy;
pub(crate) use prove::{Answer, Answered, Looked, answer, challenge, look};
pub(crate) use standing::{Standing, standing};
pub(crate) use store::end_all;
pub(crate) use vouch::{Vouched, vouch};
pub(crate) use wish::{Wish, destination, payment_page, prove_path};
