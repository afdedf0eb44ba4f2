//! The ground on which every context stands, without any business word: the database door, the outbox and its jobs,
//! sealing, audit chains, configuration, telemetry, the signed HTTP client and the HTTP listener.
//!
//! Nothing here may name a hospital, a person's account or a payment.

pub mod audit;
pub mod check;
pub mod config;
pub mod ctx;
pub mod db;
pub mod disk;
pub mod http;
pub mod instances;
pub mod jobs;
pub mod limit;
pub mod listen;
pub mod neighbourhood;
pub mod networks;
pub mod outbox;
pub mod password;
pub mod policy;
pub mod private;
pub mod ready;
pub mod setting;
pub mod telemetry;
pub mod vault;
pub mod wiping;

pub use ctx::{Actor, Ctx, Mode, TimeOver, Trace};
