//! What a hall (厅) hands up to the server: one plain value. A hall is a context with pages of its own for citizens and
//! desks; the server knows each by its value alone, and so nothing below the halls names one.
//!
//! This crate has types, and the merges of what several halls hand up. It must not contain SQL, pages or paths.

pub mod orders;
pub mod search;
pub mod waiting;

pub use orders::{ListsOrders, Row, Rows};
pub use waiting::{Asking, Wait, Waiting, Waits, merge};
