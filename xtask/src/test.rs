//! `cargo xtask test`: every part of the tests in order, with the database and the browser they
//! need, and one closing line that counts them.
//!
//! A part is listed only when its target exists. All parts build the whole workspace's targets
//! (`--workspace`), so that one set of dependency features is compiled, once.
//!
//! The part `clippy` builds everything through clippy's driver, and the parts after it run what it built: a
//! dependency is compiled once, and our own crates once instead of once for their lints and once more to run.
//! Without that part (`--only app`) cargo builds as it does by hand.

mod build;
mod parts;
mod tally;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::cluster::Cluster;
use crate::{tidy, tools};

use parts::{Part, Work};
use tally::{Outcome, Tally};

/// What may be chosen.
#[derive(clap::Args)]
pub struct Args {
    /// Run only this part (may be given more than once).
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// The one seed that the seeded tests run, to repeat a failure.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Runs the chosen parts; true when everything passed.
///
/// # Errors
/// A sentence, when a part is unknown, a tool is missing or the database does not start.
pub fn run(root: &Path, args: &Args) -> Result<bool, String> {
    let chosen = choose(parts::all(root), &args.only)?;
    let needs = chosen.iter().fold(tools::Needs::default(), |all, part| all.and(part.needs));
    tools::ensure(needs)?;
    if needs.browser {
        tools::fetch_axe(root)?;
    }

    let mut environment = Vec::new();
    environment.extend(tools::memory().map(|folder| ("TMPDIR".to_string(), folder.to_string())));
    if let Some(seed) = args.seed {
        environment.push(("RENSHE_SEED".to_string(), seed.to_string()));
    }
    if needs.browser {
        let programs = [("RENSHE_CHROMIUM", tools::chromium()), ("RENSHE_CHROMEDRIVER", tools::chromedriver())];
        for (name, program) in programs {
            environment.extend(program.map(|p| (name.to_string(), p.display().to_string())));
        }
        environment.push(("RENSHE_AXE".to_string(), tools::axe(root).display().to_string()));
    }
    // Held until every part is done; dropping it stops the server and removes its folder.
    let cluster = match tools::postgres_bin() {
        Some(bin) if needs.postgres => Some(Cluster::start(&bin, false)?),
        _ => None,
    };
    environment.extend(cluster.iter().map(|c| ("RENSHE_TEST_PG".to_string(), c.url())));

    if chosen.iter().any(|part| matches!(part.work, Work::Lint)) {
        environment.extend(build::linted()?);
    }
    environment.extend(build::once());

    let mut outcomes = Vec::new();
    for part in &chosen {
        println!("\n== {} ==", part.name);
        let outcome = one(root, part, &environment)?;
        let broken = matches!(part.work, Work::Lint) && outcome.tally.failed > 0;
        outcomes.push(outcome);
        if broken {
            println!("\nWhat does not build, or has a lint, cannot be run: nothing more is tried.");
            break;
        }
    }
    drop(cluster);
    print!("\n{}", tally::report(&outcomes));
    Ok(outcomes.iter().all(|outcome| outcome.tally.failed == 0))
}

/// Does one part: what it needs is built first, so that the two times can be told apart.
fn one(root: &Path, part: &Part, environment: &[(String, String)]) -> Result<Outcome, String> {
    let mut tally = Tally::default();
    let mut fine = true;
    let begun = Instant::now();
    let mut build_secs = 0.0;
    match &part.work {
        Work::Tidy => fine = tidy::run(root)?,
        Work::Check(arguments) => fine = cargo(root, arguments, environment, &mut tally)?,
        Work::Lint => {
            fine = cargo(root, &build::everything(), environment, &mut tally)?;
            build_secs = begun.elapsed().as_secs_f64();
        }
        Work::Tests(commands) => {
            for arguments in commands {
                fine &= cargo(root, &build::only(arguments), environment, &mut tally)?;
            }
            build_secs = begun.elapsed().as_secs_f64();
            for arguments in commands {
                fine &= cargo(root, arguments, environment, &mut tally)?;
            }
        }
    }
    let tally = if let Work::Tests(_) = part.work { tally.close(fine) } else { Tally::of_check(fine) };
    Ok(Outcome { part: part.name, build_secs, run_secs: begun.elapsed().as_secs_f64() - build_secs, tally })
}

/// The parts named by `--only`, in their own order; all of them when none is named.
fn choose(all: Vec<Part>, only: &[String]) -> Result<Vec<Part>, String> {
    let names: Vec<&str> = all.iter().map(|part| part.name).collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("there is no part «{unknown}»; the parts are {}", names.join(", ")));
    }
    Ok(all.into_iter().filter(|part| only.is_empty() || only.iter().any(|name| name == part.name)).collect())
}

/// Runs cargo, passing its output through while the tally reads it; true when cargo is content.
fn cargo(
    root: &Path,
    arguments: &[String],
    environment: &[(String, String)],
    tally: &mut Tally,
) -> Result<bool, String> {
    let mut child = Command::new("cargo")
        .args(arguments)
        .current_dir(root)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cargo could not be run: {e}"))?;
    if let Some(out) = child.stdout.take() {
        let mut lines = BufReader::new(out);
        let mut line = Vec::new();
        // Bytes, not text: a failing test may print what is not UTF-8.
        while lines.read_until(b'\n', &mut line).map_err(|e| e.to_string())? > 0 {
            std::io::stdout().write_all(&line).map_err(|e| e.to_string())?;
            tally.read(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    let status = child.wait().map_err(|e| e.to_string())?;
    Ok(status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &'static str) -> Part {
        Part { name, needs: tools::Needs::default(), work: Work::Tidy }
    }

    #[test]
    fn parts_are_chosen_by_name_and_kept_in_order() {
        let chosen = choose(vec![part("a"), part("b"), part("c")], &["c".into(), "a".into()]).unwrap();
        assert_eq!(chosen.iter().map(|p| p.name).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(choose(vec![part("a")], &[]).unwrap().len(), 1);
    }

    #[test]
    fn an_unknown_part_is_answered_with_the_known_ones() {
        let why = choose(vec![part("a"), part("b")], &["z".into()]).err().unwrap();
        assert!(why.contains("«z»") && why.contains("a, b"), "{why}");
    }
}
