//! The door suite: what the database door promises, broken on purpose, on both engines.
//!
//! Refusal, panic, deadlock, serialisation failure, unknown commit, full queue, two instances on
//! one lane, a killed process, a full disk, an outage: after each, what was acknowledged is there
//! and what was refused is not.
#![cfg(test)]

mod audit_chains;
mod audit_witness;
mod closures;
mod engines;
mod fixture;
mod instances;
mod jobs;
mod kill;
mod migrations;
mod outbox;
mod pages;
mod proxy;
mod scratch;
mod sent;
mod unknown_commit;
mod wiping;
