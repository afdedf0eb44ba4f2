//! Stories through the front door, on both databases.
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod agreements;
mod bad_days;
mod booking;
mod canary;
mod cards;
mod commands;
mod commands_open;
mod commands_refuse;
mod desk;
mod devices;
mod face_traces;
mod faces;
mod hoarding;
mod instances;
mod jobs;
mod journey;
mod keeping;
mod login;
mod odd_text;
mod offline;
mod owners;
mod owners_names;
mod pages;
mod partner_api;
mod pay_password;
mod paying;
mod paying_dialects;
mod paying_late;
mod paying_notices;
mod paying_odd;
mod paying_races;
mod paying_returns;
mod paying_steps;
mod paying_time;
mod paying_together;
mod paying_trouble;
mod real_name;
mod recovery;
mod roaming;
mod routes;
mod rush;
mod second_ways;
mod sessions;
mod shapes;
mod sign_up;
mod sign_up_codes;
mod silent;
mod sms;
mod strangers;
mod typed;
mod visits;
mod witness;
