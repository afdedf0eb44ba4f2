//! What every context stands on and what knows no business word: the database door, the outbox and
//! its jobs, sealing, audit chains, configuration, telemetry and the signed HTTP client.
//!
//! Nothing here may name a hospital, a person's account or a payment.

pub mod audit;
pub mod check;
pub mod config;
pub mod ctx;
pub mod db;
pub mod http;
pub mod instances;
pub mod jobs;
pub mod limit;
pub mod outbox;
pub mod password;
pub mod policy;
pub mod telemetry;
pub mod vault;

pub use ctx::{Actor, Ctx, Mode, TimeOver, Trace};
