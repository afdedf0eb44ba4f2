//! Codes that were shown, and the looks that scanners took at them.

pub(crate) mod store;

pub use store::CardCheckId;
pub(in crate::cards) use store::{
    NewCheck, NewCode, Shown, Told, broken, by_hash, insert, insert_check, last_used, told, use_up, used_at, wipe,
    wipe_checks,
};
