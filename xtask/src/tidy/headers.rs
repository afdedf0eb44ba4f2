//! The heads of files: a Rust file begins with a module doc, a crate says what it is for and uses the workspace's
//! lints, and the lock file is there. What stands in a doc between fences is text, since no part of the tests
//! compiles it.

use super::{Finding, Source};

/// Checks heads and manifests.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = tree.iter().filter_map(module_doc).collect();
    findings.extend(tree.iter().flat_map(fences));
    findings.extend(tree.iter().filter(|source| is_manifest(&source.path)).flat_map(manifest));
    if !tree.iter().any(|source| source.path == "Cargo.lock") {
        findings.push(Finding::new("Cargo.lock", 0, "it must be committed: builds are repeated from it"));
    }
    findings
}

fn module_doc(source: &Source) -> Option<Finding> {
    let first = source.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let missing = source.path.ends_with(".rs") && !first.starts_with("//!");
    missing.then(|| Finding::new(&source.path, 1, "a file opens with a `//!` line that says what it owns"))
}

/// Examples in docs would be thirteen more programs to build, so there are none: a test is the example.
fn fences(source: &Source) -> Vec<Finding> {
    let mut inside = false;
    let mut findings = Vec::new();
    for (number, line) in source.text.lines().enumerate().filter(|_| source.path.ends_with(".rs")) {
        let line = line.trim();
        let Some(said) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else { continue };
        let Some(word) = said.trim().strip_prefix("```") else { continue };
        if !inside && word != "text" {
            let says = "docs hold no code to run: begin with ```text, and show the use in a test";
            findings.push(Finding::new(&source.path, number + 1, says));
        }
        inside = !inside;
    }
    findings
}

/// A crate's manifest; the workspace's own has no package.
pub fn is_manifest(path: &str) -> bool {
    path.ends_with("/Cargo.toml")
}

fn manifest(source: &Source) -> Vec<Finding> {
    let say = |says: &str| Finding::new(&source.path, 0, says);
    let Ok(manifest) = source.text.parse::<toml::Table>() else { return vec![say("it is not TOML")] };
    let mut findings = Vec::new();
    let package = manifest.get("package");
    let description = package.and_then(|p| p.get("description")).and_then(|d| d.as_str()).unwrap_or_default();
    if description.len() < 10 {
        findings.push(say("[package] needs a description: what the crate is for, in a line"));
    }
    for key in ["version", "edition", "rust-version", "license", "publish"] {
        let from_workspace = package.and_then(|p| p.get(key)).and_then(|v| v.get("workspace")).is_some();
        if !from_workspace {
            findings.push(say(&format!("[package] takes its {key} from the workspace: `{key}.workspace = true`")));
        }
    }
    // The commands print and end the process as their work, so xtask has a list of its own.
    if manifest.get("lints").is_none() {
        findings.push(say("it has no [lints]: `workspace = true`"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_owns() {
        assert!(module_doc(&Source::new("a.rs", "\n//! What it owns.\n")).is_none());
        assert!(module_doc(&Source::new("a.rs", "use std::fs;\n")).is_some());
        assert!(module_doc(&Source::new("a.css", "")).is_none());
    }

    #[test]
    fn what_is_between_fences_is_text() {
        let found = |word: &str| fences(&Source::new("a.rs", format!("//! ```{word}\n//! x\n//! ```\n"))).len();
        assert_eq!((found("text"), found(""), found("rust")), (0, 1, 1));
    }

    #[test]
    fn a_manifest_is_read() {
        let bare = Source::new("crates/a/Cargo.toml", "[package]\nname = \"a\"\n");
        assert_eq!(manifest(&bare).len(), 7);
        let full = "[package]\nname = \"a\"\ndescription = \"what it is for\"\nversion.workspace = true\nedition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n[lints]\nworkspace = true\n";
        assert_eq!(manifest(&Source::new("crates/a/Cargo.toml", full)), []);
    }
}
