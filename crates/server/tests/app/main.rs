//! Stories through the front door, on both databases.
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod journey;
