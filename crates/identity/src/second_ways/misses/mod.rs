//! Cards that are named: each counts as a miss until it is found to be the person's.

pub(super) mod store;

pub(crate) use store::wipe;
