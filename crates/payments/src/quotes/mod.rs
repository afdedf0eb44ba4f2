//! Pre-settlements as they were shown, and how often the insurer is asked for them.

pub(crate) mod asks;
pub(crate) mod store;
