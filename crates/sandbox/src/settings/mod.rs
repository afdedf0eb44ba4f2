//! What the sandbox keeps of its settings: the clock, and what a partner was switched to.

pub(crate) mod store;
