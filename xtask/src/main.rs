//! The project's own commands, as CONTRIBUTING names them: `cargo xtask test`, `cargo xtask tidy`.
//!
//! Nothing here is part of the product: it finds tools, starts a private database, runs cargo and
//! reads the tree. It holds no rule of the domain.

mod bench;
mod cluster;
mod simulate;
mod storm;
mod test;
mod tidy;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Run every part of the tests, with what they need.
    Test(test::Args),
    /// Measure: each figure beside the machine's own limit (release build, durable PostgreSQL).
    Bench(bench::Args),
    /// Kill the program under load again and again: nothing acknowledged may be lost.
    Storm(storm::Args),
    /// Simulate payments from seeds, with every fault: each invariant at each step.
    Simulate(simulate::Args),
    /// Check edges, knots, sizes, bans, prefixes, licences and duplicates.
    Tidy,
}

fn main() -> ExitCode {
    let root = root();
    let done = match Command::parse() {
        Command::Test(args) => test::run(&root, &args),
        Command::Bench(args) => bench::run(&root, &args),
        Command::Storm(args) => storm::run(&root, &args),
        Command::Simulate(args) => simulate::run(&root, &args),
        Command::Tidy => tidy::run(&root),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("cargo xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder: the parent of this crate's.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
