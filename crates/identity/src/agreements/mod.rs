//! What a person agrees to who has an account: the user agreement 《用户服务协议》 and the privacy policy 《隐私政策》, each in
//! the version that policy puts in force. Both are read before anything is asked for; the versions are recorded with the
//! account, and whoever agreed to older ones is asked before the next page of theirs.

mod give;
mod policy;
pub(crate) mod store;

pub use give::Shown;
pub(crate) use give::{Agreement, agree};
pub(crate) use policy::{AgreementPolicy, PRIVACY, TERMS, Words};
