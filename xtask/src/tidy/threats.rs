//! The list of threats in `docs/reliability.md`: every one has its row, and every test that a row names is there.

use std::collections::BTreeSet;

use super::{Finding, Source};

const LIST: &str = "docs/reliability.md";
/// How many threats there are.
const THREATS: usize = 52;

/// Reads the list's rows. In a row a code span with `/` names a file, and those after it the tests in it.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let Some(list) = tree.iter().find(|source| source.path == LIST) else { return Vec::new() };
    let mut findings = Vec::new();
    let mut listed = BTreeSet::new();
    for (line, row) in (1..).zip(list.text.lines()).filter(|(_, row)| row.starts_with("| T")) {
        listed.extend(row[2..].split([' ', ':']).next().map(str::to_owned));
        findings.extend(missing_tests(tree, row).into_iter().map(|says| Finding::new(LIST, line, says)));
    }
    let missing = (1..=THREATS).map(|number| format!("T{number:02}")).filter(|threat| !listed.contains(threat));
    findings.extend(missing.map(|threat| Finding::new(LIST, 0, format!("{threat} has no row in the list of threats"))));
    findings
}

fn missing_tests(tree: &[Source], row: &str) -> Vec<String> {
    let mut file: Option<&Source> = None;
    let mut says = Vec::new();
    for span in row.split('`').skip(1).step_by(2) {
        if span.contains('/') {
            let path = full_path(span);
            file = tree.iter().find(|source| source.path == path);
            if file.is_none() && !tree.iter().any(|source| source.path.starts_with(&format!("{path}/"))) {
                says.push(format!("there is no {path}"));
            }
        } else if let Some(file) = file.filter(|file| !file.text.contains(&format!("fn {span}("))) {
            says.push(format!("{} has no test `{span}`", file.path));
        }
    }
    says
}

/// The list names files as people of the house do: tests by their program, others by their crate.
fn full_path(short: &str) -> String {
    match short.split('/').next() {
        Some("app" | "browser" | "driver" | "storm") => format!("crates/server/tests/{short}"),
        Some("door") => format!("crates/platform/tests/{short}"),
        Some("docs") => short.to_owned(),
        _ => format!("crates/{short}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(row: &str) -> Vec<String> {
        let tree = [
            Source::new("docs/reliability.md", format!("# Reliability\n\n| threat | tests |\n|---|---|\n{row}\n")),
            Source::new(
                "crates/server/tests/app/login.rs",
                "#[db_test]\nasync fn guesses_are_counted(app: TestApp) {}\n",
            ),
        ];
        check(&tree).iter().map(ToString::to_string).filter(|says| !says.contains("has no row")).collect()
    }

    #[test]
    fn a_row_names_tests_that_are_there() {
        assert_eq!(found("| T03: guesses | `app/login.rs`: `guesses_are_counted` |"), Vec::<String>::new());
        assert_eq!(
            found("| T03: guesses | `app/login.rs`: `guesses_are_lost` |"),
            ["docs/reliability.md:5: crates/server/tests/app/login.rs has no test `guesses_are_lost`"]
        );
        assert_eq!(
            found("| T03: guesses | `app/logout.rs`: `any` |"),
            ["docs/reliability.md:5: there is no crates/server/tests/app/logout.rs"]
        );
    }

    #[test]
    fn every_threat_has_its_row() {
        let tree = [Source::new("docs/reliability.md", "| T01: texts | none yet |\n")];
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), THREATS - 1);
        assert_eq!(found[0], "docs/reliability.md: T02 has no row in the list of threats");
    }
}
