//! The app under test: the real router on a real port, over either database, with the real
//! sandbox and the real adapters, and a clock that is moved.
#![expect(dead_code, reason = "each test binary uses its part of the support")]

pub mod app;
pub mod form;
pub mod free_ports;
pub mod instance;
pub mod look;
pub mod payer;
pub mod people;
pub mod program;
pub mod raw;
pub mod store;
pub mod visitor;

pub use app::TestApp;
pub use visitor::{Answer, Visitor};
