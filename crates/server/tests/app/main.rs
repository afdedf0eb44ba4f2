//! Stories through the front door, on both databases.
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod booking;
mod desk;
mod journey;
mod login;
mod rush;
mod sessions;
mod sign_up;
mod sign_up_codes;
mod sms;
