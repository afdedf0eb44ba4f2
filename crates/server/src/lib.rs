//! The composition root: routes, workers, commands. The binary `renshe` is a few lines over this.
//!
//! What must not be here: rules. They are in the contexts; this crate only puts them together.

pub mod app;
pub mod commands;
mod front;
mod probes;
pub mod start;
mod tls;
mod upkeep;
