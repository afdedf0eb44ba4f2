//! Whose tables a name tells of: those that begin as a context's do are that context's, and no other crate's code names them.

use std::collections::BTreeSet;

use super::{Finding, Source};

/// How the tables of a context begin, and the folder of its crate.
const OWNED: [(&str, &str); 2] = [("ledger_", "crates/ledger/"), ("pay_", "crates/payments/")];

/// The tables that the migrations leave, in their order: a step may give one another name. With the path and line of the last
/// step that named it.
pub fn left_by(tree: &[Source]) -> Vec<(&Source, usize, &str)> {
    let mut steps: Vec<&Source> = tree.iter().filter(|source| source.path.starts_with("migrations/")).collect();
    steps.sort_by(|a, b| a.path.cmp(&b.path));
    let mut tables: Vec<(&Source, usize, &str)> = Vec::new();
    for (source, line, text) in steps
        .into_iter()
        .flat_map(|source| (1..).zip(source.text.lines()).map(move |(line, text)| (source, line, text)))
    {
        if let Some(made) = text.trim_start().strip_prefix("CREATE TABLE ") {
            tables.push((source, line, first_word(made)));
        } else if let Some((from, to)) = renamed(text)
            && let Some(table) = tables.iter_mut().find(|(_, _, name)| *name == from)
        {
            *table = (source, line, to);
        }
    }
    tables
}

fn first_word(text: &str) -> &str {
    text.split([' ', '(', ';']).next().unwrap_or_default()
}

fn renamed(line: &str) -> Option<(&str, &str)> {
    let (from, to) = line.trim_start().strip_prefix("ALTER TABLE ")?.split_once(" RENAME TO ")?;
    Some((from.trim(), first_word(to)))
}

/// Looks at each literal outside tests: a statement is one.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let tables: BTreeSet<&str> = left_by(tree).into_iter().map(|(_, _, table)| table).collect();
    tree.iter().filter(|source| !source.is_test_file()).flat_map(|source| foreign(source, &tables)).collect()
}

fn foreign(source: &Source, tables: &BTreeSet<&str>) -> Vec<Finding> {
    let Some(lexed) = &source.lexed else { return Vec::new() };
    let owner = |word: &str| OWNED.into_iter().find(|(start, _)| word.starts_with(start));
    let mut findings = Vec::new();
    for literal in lexed.strings.iter().filter(|literal| !lexed.in_tests(literal.at)) {
        let words = literal.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|word| tables.contains(word)) {
            if let Some((start, folder)) = owner(word).filter(|(_, folder)| !source.path.starts_with(folder)) {
                let says =
                    format!("{word} is a table of {folder}: tables named {start}* are read and written there only");
                findings.push(Finding::new(&source.path, lexed.line_of(literal.at), says));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_where_its_name_says() {
        let statement = "fn f() { sql!(\"SELECT id FROM pay_order o JOIN pay_word w ON w.id = o.id\") }";
        let tree = [
            Source::new(
                "migrations/0001_a.sql",
                "CREATE TABLE pay_order (id TEXT);\nCREATE TABLE pay_word(id TEXT);\n",
            ),
            Source::new("migrations/0002_b.sql", "ALTER TABLE pay_word RENAME TO word;\n"),
            Source::new("crates/payments/src/store.rs", statement),
            Source::new("crates/identity/src/store.rs", statement),
            Source::new("crates/server/tests/store.rs", statement),
        ];
        let left: Vec<_> = left_by(&tree).into_iter().map(|(source, line, name)| (&*source.path, line, name)).collect();
        assert_eq!(left, [("migrations/0001_a.sql", 1, "pay_order"), ("migrations/0002_b.sql", 1, "word")]);
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("crates/identity/src/store.rs:1: pay_order is a table of crates/payments/"),
            "{found:?}"
        );
    }
}
