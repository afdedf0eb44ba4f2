//! `cargo xtask simulate`: the simulator of the payment (docs/reliability.md), for as many seeds as one likes.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::tools;

/// What may be chosen.
#[derive(clap::Args)]
pub struct Args {
    /// Ten million seeds on the decisions, fifty thousand on the real use cases, every person through every fault;
    /// built for release.
    #[arg(long, conflicts_with_all = ["seed", "script"])]
    long: bool,
    /// The one seed that both simulators run, to repeat a failure.
    #[arg(long, value_name = "N", conflicts_with = "script")]
    seed: Option<u64>,
    /// The one person that both simulators run, by their place in `sim/scripts.rs`, to repeat a failure.
    #[arg(long, value_name = "N")]
    script: Option<u32>,
    /// The fault that strikes that person, as `sim/faults.rs` names it; none without.
    #[arg(long, value_name = "KIND", requires = "script")]
    fault: Option<String>,
    /// At which of its places the fault strikes, from 1.
    #[arg(long, value_name = "K", requires = "fault", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    at: u32,
}

/// Runs it; true when every invariant held and every planted mistake was found.
///
/// # Errors
/// A sentence, when cargo cannot be run.
pub fn run(root: &Path, args: &Args) -> Result<bool, String> {
    let mut command = Command::new("cargo");
    // The whole workspace, as `cargo xtask test` builds it: one set of features, compiled once.
    command.args(["test", "--workspace", "--lib"]).current_dir(root).stdin(Stdio::null());
    if args.long {
        command.arg("--release");
        command.env("RENSHE_PURE", "10000000").env("RENSHE_WHOLE", "50000").env("RENSHE_EVERY", "1");
    }
    command.envs(tools::memory().map(|folder| ("TMPDIR", folder)));
    command.args([filter(args), "--", "--nocapture"]);
    for (name, value) in chosen(args) {
        command.env(name, value);
    }
    let status = command.status().map_err(|e| format!("cargo could not be run: {e}"))?;
    Ok(status.success())
}

/// The tests that run what was chosen.
fn filter(args: &Args) -> &'static str {
    match (args.seed, args.script) {
        (Some(_), _) => "seeds_keep",
        (_, Some(_)) => "every_fault_at_every_place",
        _ => "simulate_",
    }
}

/// What was chosen, as the tests read it.
fn chosen(args: &Args) -> Vec<(&'static str, String)> {
    let mut chosen = Vec::new();
    chosen.extend(args.seed.map(|seed| ("RENSHE_SEED", seed.to_string())));
    chosen.extend(args.script.map(|script| ("RENSHE_SCRIPT", script.to_string())));
    if let Some(fault) = &args.fault {
        chosen.push(("RENSHE_FAULT", fault.clone()));
        chosen.push(("RENSHE_AT", args.at.to_string()));
    }
    chosen
}
