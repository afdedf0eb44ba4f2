//! Appointments (预约): booking, cancelling, holds that run out, checking in at the hospital's desk.
//!
//! An appointment and its slot are always changed together, in the lane of their clinic, by a
//! change that [`model`] decided. Nothing else sets a state.

mod advance;
pub mod book;
#[cfg(test)]
mod booking_driver;
mod by_card;
pub(crate) mod by_number;
pub mod cancel;
pub mod cancel_pages;
pub mod check_in;
pub mod checks;
pub mod code;
pub(crate) mod code_page;
pub(crate) mod desk;
pub mod expire_holds;
mod fee_state;
mod guard;
mod limits;
pub mod model;
mod notice;
pub(crate) mod numbers;
pub(crate) mod orders;
pub mod pages;
pub(crate) mod paid;
mod show;
pub(crate) mod store;
pub(crate) mod todos;
pub mod undo_check_in;
