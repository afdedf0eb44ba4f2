//! Hospitals, their departments and doctors: local data that people browse (REG-1).

pub(crate) mod add;
pub(crate) mod checks;
pub mod model;
pub(crate) mod names;
pub mod pages;
pub(crate) mod show;
pub(crate) mod store;
