//! Stories through the front door, on both databases.
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod bad_days;
mod booking;
mod commands;
mod commands_refuse;
mod desk;
mod instances;
mod jobs;
mod journey;
mod login;
mod pages;
mod routes;
mod rush;
mod sessions;
mod sign_up;
mod sign_up_codes;
mod sms;
