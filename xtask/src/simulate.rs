//! `cargo xtask simulate`: the simulator of the payment (docs/reliability.md), for as many seeds as one likes.

use std::path::Path;
use std::process::{Command, Stdio};

/// What may be chosen.
#[derive(clap::Args)]
pub struct Args {
    /// Ten million seeds on the decisions, fifty thousand on the real use cases, every person through every fault.
    #[arg(long, conflicts_with = "seed")]
    long: bool,
    /// The one seed that both simulators run, to repeat a failure.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Runs it; true when every invariant held and every planted mistake was found.
///
/// # Errors
/// A sentence, when cargo cannot be run.
pub fn run(root: &Path, args: &Args) -> Result<bool, String> {
    let mut command = Command::new("cargo");
    // The whole workspace, as `cargo xtask test` builds it: one set of features, compiled once.
    command.args(["test", "--workspace", "--lib", if args.seed.is_some() { "seeds_keep" } else { "simulate_" }]);
    command.args(["--", "--nocapture"]).current_dir(root).stdin(Stdio::null());
    if args.long {
        command.env("RENSHE_PURE", "10000000").env("RENSHE_WHOLE", "50000").env("RENSHE_EVERY", "1");
    }
    if let Some(seed) = args.seed {
        command.env("RENSHE_SEED", seed.to_string());
    }
    let status = command.status().map_err(|e| format!("cargo could not be run: {e}"))?;
    Ok(status.success())
}
