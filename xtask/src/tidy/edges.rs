//! Which crate may depend on which (architecture, rule 1), in one table.

use std::collections::BTreeSet;

use super::headers::is_manifest;
use super::{Finding, Source};

/// A crate, what it may depend on, and what its tests may besides (`testkit` always).
type Edge = (&'static str, &'static [&'static str], &'static [&'static str]);

/// The halls: a new one has its line here, and nothing else in this table.
pub const HALLS: &[&str] = &["health"];

/// What every hall stands on.
const BELOW_HALLS: &[&str] = &["kernel", "platform", "ui", "identity", "payments", "hall"];

const EDGES: &[Edge] = &[
    ("kernel", &[], &[]),
    ("wire", &["kernel"], &[]),
    ("platform", &["kernel"], &[]),
    ("ui", &["kernel", "platform"], &[]),
    ("identity", &["kernel", "platform", "ui"], &[]),
    ("ledger", &["kernel", "platform"], &[]),
    ("payments", &["kernel", "platform", "ui", "identity", "ledger"], &[]),
    ("hall", &["kernel", "platform", "ui", "identity", "payments"], &[]),
    // The adapters implement the contexts' ports, and those of halls. Adapter and sandbox are written apart and meet in
    // the sandbox's tests.
    ("partners", &["kernel", "wire", "platform", "identity", "payments"], &["sandbox"]),
    ("sandbox", &["kernel", "platform", "wire"], &["partners", "identity"]),
    (
        "renshe",
        &["kernel", "platform", "wire", "ui", "identity", "ledger", "payments", "hall", "partners", "sandbox"],
        &[],
    ),
    ("testkit", &["kernel", "platform", "testkit-macros"], &[]),
    ("testkit-macros", &[], &[]),
    ("xtask", &["kernel"], &[]),
];

/// Crates that may depend on any hall: the adapters of their ports, and the server.
const OVER_HALLS: &[&str] = &["partners", "renshe"];

/// What a crate may depend on, and what its tests may besides; `None` for one that is not in the table.
fn edges(of: &str) -> Option<(Vec<&'static str>, &'static [&'static str])> {
    if HALLS.contains(&of) {
        return Some((BELOW_HALLS.to_vec(), &[]));
    }
    let (name, allowed, in_tests) = EDGES.iter().find(|(name, ..)| *name == of)?;
    let halls: &[&str] = if OVER_HALLS.contains(name) { HALLS } else { &[] };
    Some(([allowed, halls].concat(), in_tests))
}

/// Foreign crates that only some may name: the drivers stay behind the door, the pure crates pure.
const KEPT: &[(&str, &[&str])] = &[("rusqlite", &["platform"]), ("postgres", &["platform", "testkit"])];

/// Crates that kernel and wire never depend on, since they do no I/O and never wait.
const IMPURE: &[&str] = &["tokio", "axum", "reqwest", "tower", "tower-http", "futures-util", "async-trait", "tracing"];

/// Checks every manifest of a crate.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let manifests = || tree.iter().filter(|source| is_manifest(&source.path));
    let ours: BTreeSet<String> = manifests().filter_map(|source| Some(Manifest::read(&source.text)?.name)).collect();
    manifests()
        .flat_map(|source| Manifest::read(&source.text).map(|m| judge(&source.path, &m, &ours)).unwrap_or_default())
        .collect()
}

/// What a manifest says of dependencies.
struct Manifest {
    name: String,
    /// Name, whether it is for tests only, whether it is optional.
    dependencies: Vec<(String, bool, bool)>,
}

impl Manifest {
    /// Reads every table of dependencies, those of targets too.
    fn read(text: &str) -> Option<Manifest> {
        let manifest = text.parse::<toml::Table>().ok()?;
        let name = manifest.get("package")?.get("name")?.as_str()?.to_string();
        let targets = manifest.get("target").and_then(|t| t.as_table()).into_iter().flatten();
        let tables = targets.filter_map(|(_, target)| target.as_table()).chain([&manifest]);
        let mut dependencies = Vec::new();
        for table in tables {
            for (kind, tests_only) in
                [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
            {
                for (key, value) in table.get(kind).and_then(|d| d.as_table()).into_iter().flatten() {
                    let real = value.get("package").and_then(|p| p.as_str()).unwrap_or(key);
                    let optional = value.get("optional").and_then(toml::Value::as_bool).unwrap_or(false);
                    dependencies.push((real.to_string(), tests_only, optional));
                }
            }
        }
        Some(Manifest { name, dependencies })
    }
}

fn judge(path: &str, manifest: &Manifest, ours: &BTreeSet<String>) -> Vec<Finding> {
    let name = manifest.name.as_str();
    let say = |says: String| Finding::new(path, 0, says);
    let Some((allowed, in_tests)) = edges(name) else {
        return vec![say(format!("the crate {name} has no row in the table of edges (xtask/src/tidy/edges.rs)"))];
    };
    let mut findings = Vec::new();
    for (on, tests_only, optional) in &manifest.dependencies {
        let on = on.as_str();
        let known = allowed.contains(&on) || (*tests_only && (on == "testkit" || in_tests.contains(&on)));
        if ours.contains(on) && !known {
            let what = if on == "testkit" { "testkit is for tests only" } else { "calls go down, events go up" };
            findings.push(say(format!("{name} may not depend on {on}: {what} (architecture, rule 1)")));
        }
        if let Some((_, who)) = KEPT.iter().find(|(kept, who)| *kept == on && !who.contains(&name)) {
            findings.push(say(format!("only {} may name {on}", who.join(" and "))));
        }
        if ["kernel", "wire"].contains(&name) && !tests_only && IMPURE.contains(&on) {
            findings.push(say(format!("{name} is pure values: no {on}")));
        }
        if name == "renshe" && on == "sandbox" && !tests_only && !optional {
            findings.push(say("sandbox must be optional: a city's build leaves it out".to_string()));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crate_with(name: &str, rest: &str) -> Source {
        Source::new(format!("crates/{name}/Cargo.toml"), format!("[package]\nname = \"{name}\"\n{rest}"))
    }

    fn says(crates: &[Source]) -> Vec<String> {
        check(crates).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn edges_go_down_only() {
        let kernel = crate_with("kernel", "");
        let platform = crate_with("platform", "[dependencies]\nkernel.workspace = true\nrusqlite = \"1\"\n");
        assert_eq!(says(&[kernel, platform]), Vec::<String>::new());
        let up = [crate_with("kernel", "[dependencies]\nplatform.workspace = true\n"), crate_with("platform", "")];
        assert!(says(&up)[0].contains("kernel may not depend on platform"));
    }

    #[test]
    fn no_crate_stands_on_itself_by_any_way_round() {
        let names = || EDGES.iter().map(|(name, ..)| *name).chain(HALLS.iter().copied());
        for name in names() {
            let mut below = edges(name).unwrap().0;
            let mut at = 0;
            while let Some(one) = below.get(at).copied() {
                let further = edges(one).unwrap_or_else(|| panic!("{one} is allowed and has no row")).0;
                further.into_iter().for_each(|on| {
                    if !below.contains(&on) {
                        below.push(on)
                    }
                });
                at += 1;
            }
            assert!(!below.contains(&name), "{name} stands on itself: {below:?}");
        }
    }

    #[test]
    fn a_hall_stands_on_the_contexts_and_never_on_another_hall() {
        let hall = |on: &str| crate_with("health", &format!("[dependencies]\n{on}.workspace = true\n"));
        assert_eq!(says(&[hall("hall"), crate_with("hall", "")]), Vec::<String>::new());
        for on in ["partners", "renshe", "sandbox", "ledger"] {
            assert_eq!(says(&[hall(on), crate_with(on, "")]).len(), 1, "{on}");
        }
        let below = crate_with("identity", "[dependencies]\nhealth.workspace = true\n");
        assert_eq!(says(&[below, crate_with("health", "")]).len(), 1);
        let over = crate_with("partners", "[dependencies]\nhealth.workspace = true\n");
        assert_eq!(says(&[over, crate_with("health", "")]), Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_table_is_read() {
        let health =
            crate_with("health", "[target.'cfg(unix)'.dependencies]\nw = { package = \"wire\", path = \"../wire\" }\n");
        assert_eq!(says(&[health, crate_with("wire", "")]).len(), 1);
        let ui = crate_with("ui", "[dev-dependencies]\ntestkit.workspace = true\nhealth.workspace = true\n");
        let told = says(&[ui, crate_with("testkit", ""), crate_with("health", "")]);
        assert!(told.len() == 1 && told[0].contains("health"), "{told:?}");
    }

    #[test]
    fn tests_only_and_kept_crates() {
        let server = crate_with(
            "renshe",
            "[dependencies]\ntestkit.workspace = true\nsandbox.workspace = true\npostgres = \"1\"\n",
        );
        let told = says(&[server, crate_with("testkit", ""), crate_with("sandbox", "")]);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(says(&[crate_with("news", "")])[0].contains("no row"));
        assert_eq!(says(&[crate_with("wire", "[dependencies]\ntokio = \"1\"\n")]).len(), 1);
    }
}
