//! How long things are kept: every table of the migrations has its row in `docs/runbooks/what-is-kept.md`.

use super::tables::left_by;
use super::{Finding, Source};

const LIST: &str = "docs/runbooks/what-is-kept.md";

/// Reads the migrations of the platform. The list names a table in backticks, or all that begin alike as `name_*`.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let Some(list) = tree.iter().find(|source| source.path == LIST) else { return Vec::new() };
    let listed: Vec<&str> = list.text.split('`').skip(1).step_by(2).collect();
    let is_listed = |table: &str| {
        listed.iter().any(|name| *name == table || name.strip_suffix('*').is_some_and(|start| table.starts_with(start)))
    };
    let unlisted = left_by(tree).into_iter().filter(|(_, _, table)| !is_listed(table));
    unlisted
        .map(|(source, line, table)| {
            let says = format!("{table} is not in {LIST}: say how long its rows are kept, and who lets them go");
            Finding::new(&source.path, line, says)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_a_row_is_found() {
        let tree = [
            Source::new("docs/runbooks/what-is-kept.md", "| `outbox`, `ledger_*` | 90 days |\n"),
            Source::new(
                "migrations/0001_a.sql",
                "CREATE TABLE outbox (id TEXT);\nCREATE TABLE ledger_day (id TEXT);\n\nCREATE TABLE visit(id TEXT);\n",
            ),
        ];
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("migrations/0001_a.sql:4: visit is not in"), "{found:?}");
    }
}
