//! The composition root: routes, workers, commands. The binary `renshe` is a few lines over this.
//!
//! What must not be here: rules. They are in the contexts; this crate only puts them together.

pub mod app;
pub mod commands;
mod failure;
mod front;
pub mod halls;
pub mod open;
mod orders;
mod own;
pub mod ports;
pub mod probes;
mod search;
mod services;
pub mod settings;
pub mod start;
mod tls;
mod upkeep;

/// Memory that a database thread allocates is freed by the page's thread; mimalloc does that without a common lock
/// (docs/performance.md).
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;
