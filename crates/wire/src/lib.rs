//! The partners' messages as both sides see them: field names, codes and the exact text that is
//! signed. One module a protocol, with the partner's name as `PARTNER` in it.
//!
//! Nothing here sends, receives, hashes or keeps a secret: adapters (`partners`) sign these texts,
//! the sandbox reads the same fields but rebuilds the signed text with code of its own, so that
//! both sides cannot share one mistake (architecture, rule 17).

pub mod acs3;
pub mod aliyun_cloudauth;
pub mod aliyun_sms;
pub mod card_system;
pub mod insurer;
mod loose;
pub mod partner;
pub mod tif;
pub mod wechat_pay;
pub mod witness;
