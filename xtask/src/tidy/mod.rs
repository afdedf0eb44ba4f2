//! `cargo xtask tidy`: the rules of the house that a machine can check, one file a rule.
//!
//! It reads the tree and cargo's metadata and changes nothing. A finding says where it is, what is wrong, and what to
//! do instead.

mod bans;
mod edges;
mod halls;
mod headers;
mod ids;
mod kept;
mod knots;
mod licence;
mod partners;
mod paths;
mod rows;
mod rust;
mod scripts;
mod sizes;
mod supply;
mod tables;
mod threats;
mod words;

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use rust::Lexed;

/// One text file of the tree.
pub struct Source {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its code and literals apart, when it is Rust.
    pub lexed: Option<Lexed>,
}

impl Source {
    /// A source from its path and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Source {
        let (path, text) = (path.into(), text.into());
        let lexed = path.ends_with(".rs").then(|| Lexed::of(&text));
        Source { path, text, lexed }
    }

    /// Whether the whole file is test code.
    pub fn is_test_file(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs") || self.path.starts_with("crates/testkit")
    }
}

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    line: usize,
    says: String,
}

impl Finding {
    /// A finding at a line (1 is the first; 0 means the file as a whole).
    pub fn new(path: &str, line: usize, says: impl Into<String>) -> Finding {
        Finding { path: path.to_string(), line, says: says.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.says),
            line => write!(f, "{}:{line}: {}", self.path, self.says),
        }
    }
}

/// Checks everything and prints what it found; true when there is nothing.
///
/// # Errors
/// A sentence, when the tree or cargo's metadata cannot be read.
pub fn run(root: &Path) -> Result<bool, String> {
    let tree = read_tree(root)?;
    let mut findings = Vec::new();
    findings.extend(edges::check(&tree));
    findings.extend(sizes::check(&tree));
    findings.extend(bans::check(&tree));
    findings.extend(halls::check(&tree));
    findings.extend(ids::check(&tree));
    findings.extend(kept::check(&tree));
    findings.extend(knots::check(&tree));
    findings.extend(headers::check(&tree));
    findings.extend(partners::check(&tree));
    findings.extend(paths::check(&tree));
    findings.extend(rows::check(&tree));
    findings.extend(scripts::check(&tree));
    findings.extend(tables::check(&tree));
    findings.extend(threats::check(&tree));
    findings.extend(words::check(&tree));
    findings.extend(supply::check(root, &tree)?);
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => println!("tidy: {} files, nothing to say", tree.len()),
        n => println!("tidy: {n} findings in {} files", tree.len()),
    }
    Ok(findings.is_empty())
}

/// Every text file that git tracks or would track.
fn read_tree(root: &Path) -> Result<Vec<Source>, String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|e| format!("git could not be run: {e}"))?;
    if !listed.status.success() {
        return Err(format!("git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr).trim()));
    }
    let names = String::from_utf8_lossy(&listed.stdout);
    let mut tree = Vec::new();
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        // A file deleted but not yet committed is listed still; a picture is not text.
        let Ok(bytes) = fs::read(root.join(name)) else { continue };
        if let Ok(text) = String::from_utf8(bytes) {
            tree.push(Source::new(name, text));
        }
    }
    Ok(tree)
}
