//! Clinics (one doctor, one half-day) and their slots: opened from rosters, shown, counted.

pub mod checks;
pub mod forget;
pub mod model;
pub mod open_clinics;
pub mod pages;
pub mod policy;
pub(crate) mod show;
pub(crate) mod store;

pub(crate) use model::lane;
