//! `cargo xtask storm`: the kill -9 tests of the tests, booking and paying, for as long as one likes, on a private
//! PostgreSQL that keeps its promises to the disk.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::cluster::Cluster;
use crate::tools::{self, Needs};

/// What may be chosen.
#[derive(clap::Args)]
pub struct Args {
    /// How long it goes on: a quarter for each of two storms on each database.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    minutes: u64,
}

/// Runs the storm; true when nothing was lost.
///
/// # Errors
/// A sentence, when a tool is missing or the database does not start.
pub fn run(root: &Path, args: &Args) -> Result<bool, String> {
    tools::ensure(Needs { postgres: true, ..Needs::default() })?;
    let bin = tools::postgres_bin().ok_or("PostgreSQL's programs were not found")?;
    let cluster = Cluster::start(&bin, true)?;
    let status = Command::new("cargo")
        // The whole workspace, as `cargo xtask test` builds it: one set of features, compiled once.
        .args(["test", "--workspace", "--test", "storm", "--", "--nocapture"])
        .current_dir(root)
        .env("RENSHE_TEST_PG", cluster.url())
        .env("RENSHE_STORM_SECS", (args.minutes * 60).to_string())
        .stdin(Stdio::null())
        .status()
        .map_err(|e| format!("cargo could not be run: {e}"))?;
    drop(cluster);
    Ok(status.success())
}
