//! Things that must not be written in this tree, each with what to write instead. Clippy checks what it can see
//! (`unwrap`, clocks, randomness): see `clippy.toml` and the workspace's lints.

use super::{Finding, Source};

/// The marks of unfinished work, in pieces so that this file does not carry them.
const MARKS: [&str; 4] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("HA", "CK:")];

const UNFINISHED: [(&str, &str); 3] = [
    ("todo!", "finish it, or leave it out"),
    ("unimplemented!", "finish it, or leave it out"),
    ("dbg!", "use tracing, or remove it"),
];

const PRINTS: [&str; 4] = ["println!", "print!", "eprintln!", "eprint!"];

/// Words with which a statement begins; a string that begins so is SQL.
const STATEMENTS: [&str; 7] =
    ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "ALTER TABLE ", "WITH "];

/// Looks through every file.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree {
        marks(source, &mut findings);
        unfinished(source, &mut findings);
        attributes(source, &mut findings);
        prints(source, &mut findings);
        statements(source, &mut findings);
        drivers(source, &mut findings);
    }
    findings
}

fn marks(source: &Source, findings: &mut Vec<Finding>) {
    for (number, line) in source.text.lines().enumerate() {
        let whole = |at: usize, mark: &str| {
            let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
            outside(line[..at].chars().next_back()) && outside(line[at + mark.len()..].chars().next())
        };
        let mark = MARKS.iter().find(|mark| line.match_indices(*mark).any(|(at, _)| whole(at, mark)));
        findings.extend(
            mark.map(|mark| Finding::new(&source.path, number + 1, format!("«{mark}»: do it, or file an issue"))),
        );
    }
}

fn unfinished(source: &Source, findings: &mut Vec<Finding>) {
    let Some(lexed) = &source.lexed else { return };
    for (word, instead) in UNFINISHED {
        for at in lexed.words(word) {
            findings.push(Finding::new(&source.path, lexed.line_of(at), format!("{word} is banned: {instead}")));
        }
    }
}

fn attributes(source: &Source, findings: &mut Vec<Finding>) {
    let Some(lexed) = &source.lexed else { return };
    let mut say = |at, says: &str| findings.push(Finding::new(&source.path, lexed.line_of(at), says));
    for at in lexed.words("#[ignore") {
        say(at, "#[ignore] is banned: a test runs or does not exist");
    }
    for opening in ["#[allow(", "#![allow("] {
        for at in lexed.words(opening) {
            say(at, "use #[expect(…, reason = \"…\")]: it says why and complains when it is no longer needed");
        }
    }
    for opening in ["#[expect(", "#![expect("] {
        for at in lexed.words(opening) {
            let end = lexed.closing(at + opening.len() - 1).unwrap_or(at);
            if !lexed.code[at..end].contains("reason") {
                say(at, "#[expect(…)] needs a reason = \"…\"");
            }
        }
    }
}

/// Only the binary and these commands speak to a terminal; everything else logs.
fn prints(source: &Source, findings: &mut Vec<Finding>) {
    let Some(lexed) = &source.lexed else { return };
    let speaks = source.path.starts_with("crates/server/")
        || source.path.starts_with("xtask/")
        || source.path.ends_with("build.rs");
    if speaks || source.is_test_file() {
        return;
    }
    for word in PRINTS {
        for at in lexed.words(word).into_iter().filter(|at| !lexed.in_tests(*at)) {
            findings.push(Finding::new(
                &source.path,
                lexed.line_of(at),
                format!("{word} is banned outside server and xtask: use tracing"),
            ));
        }
    }
}

/// SQL lives in store.rs files; platform has its own tables and the door itself.
fn statements(source: &Source, findings: &mut Vec<Finding>) {
    let Some(lexed) = &source.lexed else { return };
    let at_home = source.path.ends_with("/store.rs")
        || source.path.starts_with("crates/platform/")
        || source.path.starts_with("xtask/");
    if at_home || source.is_test_file() {
        return;
    }
    let named = lexed.words("sql!").into_iter();
    let spelled = lexed.strings.iter().filter(|literal| is_statement(&literal.text)).map(|literal| literal.at);
    let mut lines: Vec<usize> =
        named.chain(spelled).filter(|at| !lexed.in_tests(*at)).map(|at| lexed.line_of(at)).collect();
    lines.sort_unstable();
    lines.dedup();
    findings.extend(
        lines
            .into_iter()
            .map(|line| Finding::new(&source.path, line, "SQL outside store.rs: call a function of the table's store")),
    );
}

fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    STATEMENTS.iter().any(|statement| text.starts_with(statement))
}

/// The drivers are named within the door only, so that they can be changed there.
fn drivers(source: &Source, findings: &mut Vec<Finding>) {
    let Some(lexed) = &source.lexed else { return };
    if source.path.starts_with("crates/platform/src/db/") || source.is_test_file() {
        return;
    }
    for word in ["rusqlite::", "postgres::", "tokio_postgres::"] {
        for at in lexed.words(word) {
            // `platform::db::…::postgres::` is a module of ours; the driver stands at a path's root.
            if !lexed.code[..at].ends_with("::") {
                findings.push(Finding::new(
                    &source.path,
                    lexed.line_of(at),
                    format!("{word} outside the database door"),
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&[Source::new(path, text)]).iter().map(ToString::to_string).collect()
    }

    fn lines(path: &str, text: &str) -> usize {
        found(path, text).len()
    }

    #[test]
    fn unfinished_work_is_seen_and_its_mention_is_not() {
        assert_eq!(lines("crates/a/src/b.rs", "fn f() { todo!() }"), 1);
        assert_eq!(lines("crates/a/src/b.rs", "// todo!() is banned\nconst S: &str = \"dbg!\";"), 0);
        assert_eq!(lines("README.md", concat!("a TO", "DO here")), 1);
        assert_eq!(lines("README.md", concat!("TO", "DOs and MASTO", "DON")), 0);
    }

    #[test]
    fn exceptions_give_reasons() {
        assert_eq!(lines("crates/a/src/b.rs", "#[allow(dead_code)]\nfn f() {}"), 1);
        assert_eq!(lines("crates/a/src/b.rs", "#[expect(dead_code)]\nfn f() {}"), 1);
        assert_eq!(lines("crates/a/src/b.rs", "#[expect(\n    dead_code,\n    reason = \"why\"\n)]\nfn f() {}"), 0);
        assert_eq!(lines("crates/a/src/b.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}"), 1);
    }

    #[test]
    fn sql_lives_in_stores() {
        let text = "fn f(tx: &mut Tx) { tx.exec(sql!(\"DELETE FROM x\")) }";
        assert_eq!(lines("crates/health/src/slots/book.rs", text), 1);
        assert_eq!(lines("crates/health/src/slots/store.rs", text), 0);
        assert_eq!(lines("crates/platform/src/outbox.rs", text), 0);
        assert_eq!(lines("crates/health/tests/driver.rs", text), 0);
        assert_eq!(lines("crates/health/src/a.rs", "const A: &str = \"SELECT 1\";"), 1);
        assert_eq!(lines("crates/health/src/a.rs", "const A: &str = \"Select a place\";"), 0);
        assert_eq!(lines("crates/health/src/a.rs", "#[cfg(test)]\nmod tests {\n const A: &str = \"SELECT 1\"; }"), 0);
    }

    #[test]
    fn only_the_binary_speaks() {
        assert_eq!(lines("crates/health/src/a.rs", "fn f() { println!(\"x\") }"), 1);
        assert_eq!(lines("crates/server/src/main.rs", "fn f() { println!(\"x\") }"), 0);
    }

    #[test]
    fn drivers_stay_behind_the_door() {
        assert_eq!(lines("crates/identity/src/a.rs", "use rusqlite::Connection;"), 1);
        assert_eq!(lines("crates/platform/src/db/driver/mod.rs", "use rusqlite::Connection;"), 0);
        assert_eq!(lines("crates/identity/src/a.rs", "use crate::postgres::X;"), 0);
    }
}
