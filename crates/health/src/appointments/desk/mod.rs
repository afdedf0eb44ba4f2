//! The hospital desk (REG-10): scan → verdict → check in → next scan, without leaving the keyboard.

mod pages;
pub(super) mod store;
mod words;

pub(crate) use pages::{check_in, scan, show, undo};
