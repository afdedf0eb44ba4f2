//! Adapters: each carries what we ask of a partner in the partner's own protocol, with the fields
//! and texts of `wire`, over platform's HTTP client (a deadline on every call, no retries, a
//! bulkhead per partner).
//!
//! An adapter decides nothing about our own business. It turns an answer, or the lack of one, into
//! a verdict, and the outbox does the rest.

pub mod acs3;
mod aliyun;
pub mod cards;
pub mod face;
pub mod insurer;
#[cfg(test)]
mod section;
pub mod sms;
pub mod tif;
pub mod wechat_pay;
pub mod witness;

use platform::config::Known;

/// The sections of the configuration that adapters read: to add a partner, add its line.
pub fn known() -> Vec<Known> {
    vec![
        Known::of::<sms::SmsSettings>(),
        Known::of::<face::FaceSettings>(),
        Known::of::<insurer::InsurerSettings>(),
        Known::of::<cards::CardSettings>(),
        Known::of::<wechat_pay::WechatPaySettings>(),
    ]
}
