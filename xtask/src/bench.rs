//! `cargo xtask bench`: the figures of docs/performance.md, each beside the machine's own limit.

use std::path::Path;
use std::process::Command;

use clap::Args as ClapArgs;

use crate::cluster::Cluster;
use crate::tools::{self, Needs};

/// What to measure.
#[derive(ClapArgs)]
pub struct Args {
    /// One part: sqlite, postgres, paying, jobs, pages or process.
    part: Option<String>,
}

/// Builds for release, starts a durable PostgreSQL, runs the benchmark; true when it went through.
///
/// # Errors
/// A sentence, when a tool is missing or something does not start.
pub fn run(root: &Path, args: &Args) -> Result<bool, String> {
    tools::ensure(Needs { postgres: true, ..Needs::default() })?;
    let bin = tools::postgres_bin().ok_or("PostgreSQL's programs are not there")?;
    // fsync is on, because a figure without it would mean nothing.
    let cluster = Cluster::start(&bin, true)?;
    let built = Command::new("cargo")
        .current_dir(root)
        .args(["build", "--release", "-p", "renshe", "--bin", "renshe", "--example", "bench"])
        .status();
    if !built.map_err(|error| error.to_string())?.success() {
        return Ok(false);
    }
    let mut command = Command::new(root.join("target/release/examples/bench"));
    command
        .current_dir(root)
        .env("RENSHE_TEST_PG", cluster.url())
        .env("RENSHE_PG_BIN", &bin)
        .args(args.part.as_deref());
    Ok(command.status().map_err(|error| error.to_string())?.success())
}
