//! The sandbox: every partner as an HTTP server that speaks the partner's real protocol, with
//! faults on demand, so that a whole city runs on one laptop and every test goes through the real
//! adapters (OPS-3; architecture, rule 17).
//!
//! Each partner listens on a port of its own, at the root, as its signature demands. One more port serves the control
//! pages and their JSON twin: what was sent, which faults are to happen, the people of the city, and the clock of
//! everything. It has its own database under the data folder, and uses nothing of the platform except the database
//! door.
//!
//! What must not be here: anything of our own contexts, and any use of the signing code in
//! `partners` or of the canonical text in `wire`; requests are verified by code of its own.

mod about;
mod acs3;
mod cards;
mod control;
mod data;
mod entry;
mod face;
mod faults;
mod forget;
mod house;
mod insurer;
mod listen;
mod page;
mod partner;
mod people;
mod registry;
mod settings;
mod setup;
mod sms;
mod start;
#[cfg(test)]
mod tests;
mod tif;
mod times;
mod wechat_pay;
mod witness;

pub use data::stored_clock;
pub use faults::{Fault, FaultId, Kind};
pub use insurer::Dialect;
pub use people::{CardState, Face, FirstPerson, Insured};
pub use registry::partners;
pub use setup::{SandboxSettings, StartError};
pub use sms::SmsTemplate;
pub use start::{At, Running, Sandbox};
pub use wechat_pay::keys::{WechatPayAccount, account as wechat_pay_account, account_in as wechat_pay_account_in};
pub use wechat_pay::signer::{NoticeSigner, SignedNotice};
