//! Dependencies from outside: every crate's licence is one that we allow, and no crate is there in two versions without
//! a reason. Both lists live in `deny.toml`, which cargo-deny reads too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Finding, Source, licence};
use crate::tools;

const RULES: &str = "deny.toml";

/// Checks licences and duplicates; runs cargo-deny as well where it is installed.
///
/// # Errors
/// A sentence, when deny.toml or cargo's metadata cannot be read.
pub fn check(root: &Path, tree: &[Source]) -> Result<Vec<Finding>, String> {
    let text = tree.iter().find(|source| source.path == RULES).map_or("", |source| &source.text);
    let rules = Rules::read(text)?;
    let metadata = metadata(root, &rules.targets)?;
    let mut findings = licences(&metadata, &rules);
    findings.extend(duplicates(&metadata, &rules));
    if tools::runs("cargo", &["deny", "--version"]) {
        let status =
            Command::new("cargo").args(["deny", "--offline", "check", "licenses", "bans"]).current_dir(root).status();
        if !status.is_ok_and(|s| s.success()) {
            findings.push(Finding::new(RULES, 0, "cargo-deny does not agree; its words are above"));
        }
    }
    Ok(findings)
}

/// The part of deny.toml that is checked here.
#[derive(Default, Debug)]
struct Rules {
    targets: Vec<String>,
    allow: Vec<String>,
    /// Crate and the licences that it alone may have.
    exceptions: Vec<(String, Vec<String>)>,
    /// `name@version`: a version that may stand beside another.
    skip: Vec<String>,
    /// A crate with everything under it.
    skip_tree: Vec<String>,
}

impl Rules {
    fn read(text: &str) -> Result<Rules, String> {
        let table: toml::Table = text.parse().map_err(|e| format!("{RULES}: {e}"))?;
        let at = |section: &str, key: &str| {
            table.get(section).and_then(|s| s.get(key)).and_then(|v| v.as_array()).cloned().unwrap_or_default()
        };
        let mut rules = Rules {
            targets: strings(&at("graph", "targets")),
            allow: strings(&at("licenses", "allow")),
            ..Rules::default()
        };
        for entry in at("licenses", "exceptions") {
            let allow = entry.get("allow").and_then(|a| a.as_array()).cloned().unwrap_or_default();
            rules.exceptions.push((named(&entry, "licenses.exceptions", false)?, strings(&allow)));
        }
        for entry in at("bans", "skip") {
            rules.skip.push(named(&entry, "bans.skip", true)?);
        }
        for entry in at("bans", "skip-tree") {
            rules.skip_tree.push(named(&entry, "bans.skip-tree", true)?);
        }
        Ok(rules)
    }
}

fn strings(array: &[toml::Value]) -> Vec<String> {
    array.iter().filter_map(|value| value.as_str()).map(str::to_string).collect()
}

/// An entry's crate; an entry of the lists of duplicates without a reason is refused.
fn named(entry: &toml::Value, list: &str, with_reason: bool) -> Result<String, String> {
    let name =
        entry.get("crate").and_then(|c| c.as_str()).ok_or(format!("{RULES}: an entry of {list} names no crate"))?;
    let reason = entry.get("reason").and_then(|r| r.as_str()).unwrap_or_default();
    if with_reason && reason.is_empty() {
        return Err(format!("{RULES}: {list} gives no reason for {name}"));
    }
    Ok(name.to_string())
}

fn metadata(root: &Path, targets: &[String]) -> Result<Value, String> {
    let mut command = Command::new("cargo");
    command.args(["metadata", "--format-version", "1", "--locked"]).current_dir(root);
    for target in targets {
        command.args(["--filter-platform", target]);
    }
    let out = command.output().map_err(|e| format!("cargo could not be run: {e}"))?;
    if !out.status.success() {
        return Err(format!("cargo metadata failed: {}", String::from_utf8_lossy(&out.stderr).trim()));
    }
    serde_json::from_slice(&out.stdout).map_err(|e| format!("cargo metadata: {e}"))
}

/// A package that is built for our targets.
struct Package<'a> {
    id: &'a str,
    name: &'a str,
    version: &'a str,
    licence: &'a str,
}

fn packages(metadata: &Value) -> Vec<Package<'_>> {
    let used: BTreeSet<&str> = nodes(metadata).map(|node| text(&node["id"])).collect();
    let all = metadata["packages"].as_array().into_iter().flatten();
    all.map(|p| Package {
        id: text(&p["id"]),
        name: text(&p["name"]),
        version: text(&p["version"]),
        licence: text(&p["license"]),
    })
    .filter(|package| used.contains(package.id))
    .collect()
}

fn nodes(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["resolve"]["nodes"].as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn licences(metadata: &Value, rules: &Rules) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages(metadata) {
        let mut allow = rules.allow.clone();
        allow.extend(
            rules.exceptions.iter().filter(|(name, _)| name == package.name).flat_map(|(_, more)| more.clone()),
        );
        let says = match licence::allowed(package.licence, &allow) {
            Ok(true) => continue,
            Ok(false) => {
                format!("{} {} is under «{}», which we have not taken", package.name, package.version, package.licence)
            }
            Err(why) => format!("the licence of {} {} cannot be read: {why}", package.name, package.version),
        };
        findings.push(Finding::new(RULES, 0, says));
    }
    findings
}

fn duplicates(metadata: &Value, rules: &Rules) -> Vec<Finding> {
    let packages = packages(metadata);
    let under = trees(metadata, &packages, &rules.skip_tree);
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for package in &packages {
        let skip = rules.skip.iter().find(|entry| matches(entry, package));
        used.extend(skip.map(String::as_str));
        if skip.is_none() && !under.contains(package.id) {
            versions.entry(package.name).or_default().push(package.version);
        }
    }
    let twice = versions.iter().filter(|(_, versions)| versions.len() > 1);
    let mut findings: Vec<Finding> = twice
        .map(|(name, versions)| {
            Finding::new(
                RULES,
                0,
                format!(
                    "{name} is there as {}: agree on one, or list one in bans.skip with the reason",
                    versions.join(" and ")
                ),
            )
        })
        .collect();
    let idle = rules.skip.iter().filter(|entry| !used.contains(entry.as_str()));
    findings.extend(
        idle.map(|entry| Finding::new(RULES, 0, format!("nothing is {entry} any more: remove it from bans.skip"))),
    );
    findings
}

/// Every package under the skipped trees, their roots included.
fn trees<'a>(metadata: &'a Value, packages: &[Package<'a>], roots: &[String]) -> BTreeSet<&'a str> {
    let below: BTreeMap<&str, Vec<&str>> = nodes(metadata)
        .map(|node| (text(&node["id"]), node["dependencies"].as_array().into_iter().flatten().map(text).collect()))
        .collect();
    let is_root = |package: &&Package<'a>| roots.iter().any(|root| matches(root, package));
    let mut open: Vec<&str> = packages.iter().filter(is_root).map(|package| package.id).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(below.get(id).into_iter().flatten());
        }
    }
    seen
}

/// Whether `name` or `name@1.2` (any version that begins so) means this package.
fn matches(entry: &str, package: &Package<'_>) -> bool {
    match entry.split_once('@') {
        None => entry == package.name,
        Some((name, version)) => {
            let rest = package.version.strip_prefix(version.trim_start_matches(['=', '^']));
            name == package.name && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Value {
        let package = |id: &str, name: &str, version: &str, licence: &str| serde_json::json!({"id": id, "name": name, "version": version, "license": licence});
        let node = |id: &str, on: &[&str]| serde_json::json!({"id": id, "dependencies": on});
        serde_json::json!({
            "packages": [
                package("app", "app", "0.1.0", "Apache-2.0"), package("a1", "a", "1.2.0", "MIT"), package("a2", "a", "2.0.1", "MIT"),
                package("w", "w", "1.0.0", "MPL-2.0"), package("unused", "u", "1.0.0", "GPL-3.0"),
            ],
            "resolve": {"nodes": [node("app", &["a2", "w"]), node("w", &["a1"]), node("a1", &[]), node("a2", &[])]},
        })
    }

    fn rules(bans: &str) -> Rules {
        Rules::read(&format!("[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n[bans]\n{bans}")).unwrap()
    }

    #[test]
    fn licences_are_those_we_took() {
        let found = licences(&graph(), &rules(""));
        assert!(found.len() == 1 && found[0].to_string().contains("MPL-2.0"), "{found:?}");
        let taken = Rules::read(
            "[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\nexceptions = [{ crate = \"w\", allow = [\"MPL-2.0\"] }]",
        )
        .unwrap();
        assert_eq!(licences(&graph(), &taken), []);
    }

    #[test]
    fn two_versions_need_a_reason() {
        assert_eq!(duplicates(&graph(), &rules("")).len(), 1);
        assert_eq!(duplicates(&graph(), &rules("skip = [{ crate = \"a@1.2\", reason = \"w\" }]")), []);
        assert_eq!(duplicates(&graph(), &rules("skip-tree = [{ crate = \"w\", reason = \"tests\" }]")), []);
        assert_eq!(
            duplicates(
                &graph(),
                &rules("skip = [{ crate = \"a@1\", reason = \"w\" }, { crate = \"b@1\", reason = \"x\" }]")
            )
            .len(),
            1
        );
        assert!(Rules::read("[bans]\nskip = [{ crate = \"a@1\" }]").is_err());
    }
}
