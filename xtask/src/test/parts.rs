//! The parts of the tests: their names, what they need and what cargo is told.
//!
//! Integration-test targets are found in the tree. One that no part names runs in `others`, so that
//! a new target is never left out in silence.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::tools::Needs;

/// One part.
pub struct Part {
    /// The name that `--only` takes.
    pub name: &'static str,
    /// The tools it needs.
    pub needs: Needs,
    /// What is done.
    pub work: Work,
}

/// What a part does.
pub enum Work {
    /// `cargo xtask tidy`, in this process.
    Tidy,
    /// Builds all that the other parts run, with clippy reading it in the same pass.
    Lint,
    /// A cargo command that passes or fails as one.
    Check(Vec<String>),
    /// Cargo commands whose `test result:` lines are counted.
    Tests(Vec<Vec<String>>),
}

const NOTHING: Needs = Needs { postgres: false, browser: false, linters: false };
const LINTERS: Needs = Needs { linters: true, ..NOTHING };
const POSTGRES: Needs = Needs { postgres: true, ..NOTHING };
const BROWSER: Needs = Needs { browser: true, ..POSTGRES };

/// The pure half of the booking driver: unit tests by where they are, a part by what they do.
const DRIVER: &str = "booking_driver";
const DRIVER_FILE: &str = "crates/health/src/appointments/booking_driver.rs";

/// Stories that only wait for a page's own time stand beside those that have one of the two places for browsers.
const BROWSER_THREADS: &str = "--test-threads=5";

/// The payment's simulator: unit tests too, and a part of its own.
const SIMULATE: &str = "simulate_";

/// The parts that stand on integration-test targets: name, needs, and which (crate folder, target)
/// belong to it.
type Claim = (&'static str, Needs, fn(&str, &str) -> bool);
const CLAIMS: [Claim; 6] = [
    ("door", POSTGRES, |folder, target| folder == "platform" && target == "door"),
    ("partners", POSTGRES, |folder, _| folder == "partners" || folder == "sandbox"),
    ("driver", POSTGRES, |_, target| target == "driver"),
    ("app", POSTGRES, |folder, target| folder == "server" && target == "app"),
    ("storm", POSTGRES, |folder, target| folder == "server" && target == "storm"),
    ("browser", BROWSER, |folder, target| folder == "server" && target == "browser"),
];

/// Every part whose target exists, in the order in which they run: the quick ones first.
pub fn all(root: &Path) -> Vec<Part> {
    let mut parts = vec![
        Part { name: "tidy", needs: NOTHING, work: Work::Tidy },
        Part { name: "fmt", needs: LINTERS, work: check(&["fmt", "--all", "--check"]) },
        Part { name: "clippy", needs: LINTERS, work: Work::Lint },
        Part {
            name: "unit",
            needs: POSTGRES,
            work: tests(&["--lib", "--bins", "--", "--skip", DRIVER, "--skip", SIMULATE]),
        },
        Part { name: "simulate", needs: NOTHING, work: tests(&["--lib", "--", SIMULATE]) },
    ];
    parts.extend(integration(&targets(root), root.join(DRIVER_FILE).exists()));
    parts
}

/// The parts that the found targets fill; whatever nobody claims is `others`.
fn integration(targets: &[(String, String)], pure_driver: bool) -> Vec<Part> {
    let mut filled: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (folder, target) in targets {
        let claimed = CLAIMS.iter().position(|(_, _, claims)| claims(folder, target));
        let targets = filled.entry(claimed.unwrap_or(CLAIMS.len())).or_default();
        // Cargo runs a name in every crate that has it.
        if !targets.contains(&target.as_str()) {
            targets.push(target);
        }
    }
    let mut parts = Vec::new();
    for place in 0..=CLAIMS.len() {
        let (name, needs) = CLAIMS.get(place).map_or(("others", POSTGRES), |(name, needs, _)| (*name, *needs));
        let mut commands = Vec::new();
        if name == "driver" && pure_driver {
            commands.push(command(&["--lib", "--", DRIVER]));
        }
        if let Some(targets) = filled.get(&place) {
            let mut arguments: Vec<&str> = targets.iter().flat_map(|target| ["--test", target]).collect();
            if name == "browser" {
                arguments.extend(["--", BROWSER_THREADS]);
            }
            commands.push(command(&arguments));
        }
        if !commands.is_empty() {
            parts.push(Part { name, needs, work: Work::Tests(commands) });
        }
    }
    parts
}

/// Integration-test targets as cargo finds them: `tests/NAME.rs` and `tests/NAME/main.rs`.
fn targets(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for crate_folder in folders(&root.join("crates")) {
        let Ok(entries) = fs::read_dir(crate_folder.join("tests")) else { continue };
        let folder = name(&crate_folder);
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_target = path.join("main.rs").is_file() || path.extension().is_some_and(|e| e == "rs");
            if let (true, Some(stem)) = (is_target, path.file_stem()) {
                found.push((folder.clone(), stem.to_string_lossy().into_owned()));
            }
        }
    }
    found.sort();
    found
}

fn folders(parent: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn check(arguments: &[&str]) -> Work {
    Work::Check(arguments.iter().map(|a| (*a).to_string()).collect())
}

fn tests(arguments: &[&str]) -> Work {
    Work::Tests(vec![command(arguments)])
}

fn command(arguments: &[&str]) -> Vec<String> {
    ["test", "--workspace", "--no-fail-fast"].iter().chain(arguments).map(|a| (*a).to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_fall_to_their_parts_and_strangers_to_others() {
        let targets = [("platform", "door"), ("partners", "sms"), ("server", "app"), ("ui", "pages")]
            .map(|(folder, target)| (folder.to_string(), target.to_string()));
        let told: Vec<_> = integration(&targets, true)
            .iter()
            .map(|part| match &part.work {
                Work::Tests(commands) => (part.name, commands[0][3..].join(" ")),
                _ => (part.name, String::new()),
            })
            .collect();
        let expected = [
            ("door", "--test door"),
            ("partners", "--test sms"),
            ("driver", "--lib -- booking_driver"),
            ("app", "--test app"),
            ("others", "--test pages"),
        ];
        assert_eq!(told, expected.map(|(name, line)| (name, line.to_string())));
    }
}
