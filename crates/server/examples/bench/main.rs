//! What `cargo xtask bench` runs: each figure beside the raw limit of the machine, in one run.
//!
//! The load generator shares the cores with what it measures. Trust ratios, not absolute figures.

#[path = "../../tests/support/booking_rules.rs"]
mod booking_rules;
#[path = "../../tests/support/form.rs"]
mod form;
#[path = "../../tests/support/free_ports.rs"]
mod free_ports;

mod bare;
mod booking;
mod city;
mod jobs;
mod load;
mod pages;
mod paying;
mod process;
mod raw;
mod report;
mod store;

use report::Report;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let only = std::env::args().nth(1);
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let postgres = std::env::var("RENSHE_TEST_PG").ok();
    let mut report = Report::new();
    if wanted("sqlite") {
        booking::sqlite(&mut report)?;
    }
    if wanted("paying") {
        paying::run(&mut report, postgres.as_deref())?;
    }
    if wanted("jobs") {
        jobs::run(&mut report, postgres.as_deref())?;
    }
    if let Some(url) = postgres.filter(|_| wanted("postgres")) {
        booking::postgres(&mut report, &url)?;
    }
    if wanted("pages") {
        pages::run(&mut report)?;
    }
    if wanted("process") {
        process::run(&mut report)?;
    }
    report.print();
    Ok(())
}
