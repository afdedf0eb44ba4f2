//! One list of migrations, two engines: a fixed pass over the words of each statement.
//!
//! SQLite: `BIGINT` → `INTEGER`, `BYTEA` → `BLOB`, tables are STRICT. PostgreSQL: text columns
//! compare by bytes (`COLLATE "C"`), as SQLite's do. The pass is frozen: a migration that has been
//! applied somewhere must always mean the same.

/// The statements of one migration, rewritten for an engine.
pub(crate) fn statements(text: &str, postgres: bool) -> Vec<String> {
    split(text).into_iter().map(|statement| translate(&statement, postgres)).collect()
}

fn translate(statement: &str, postgres: bool) -> String {
    let table = first_words(statement).starts_with("CREATE TABLE") || first_words(statement).starts_with("ALTER TABLE");
    let create = first_words(statement).starts_with("CREATE TABLE");
    let mut out = String::with_capacity(statement.len() + 32);
    let mut word = String::new();
    let mut quoted = false;
    let put = |word: &mut String, out: &mut String| {
        let replaced = match (word.as_str(), postgres) {
            ("BIGINT", false) => "INTEGER",
            ("BYTEA", false) => "BLOB",
            ("TEXT", true) if table => "TEXT COLLATE \"C\"",
            (other, _) => other,
        };
        out.push_str(replaced);
        word.clear();
    };
    for c in statement.chars() {
        if c == '\'' {
            quoted = !quoted;
        }
        if !quoted && (c.is_ascii_alphanumeric() || c == '_') {
            word.push(c);
        } else {
            put(&mut word, &mut out);
            out.push(c);
        }
    }
    put(&mut word, &mut out);
    if create && !postgres {
        out.push_str(" STRICT");
    }
    out
}

fn first_words(statement: &str) -> String {
    statement.split_whitespace().take(2).collect::<Vec<_>>().join(" ").to_ascii_uppercase()
}

/// Cuts a text at its semicolons, leaving out `--` comments; quotes are respected.
fn split(text: &str) -> Vec<String> {
    let mut statements = vec![String::new()];
    let mut quoted = false;
    for line in text.lines() {
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            if c == '-' && !quoted && chars.peek() == Some(&'-') {
                break;
            }
            if c == '\'' {
                quoted = !quoted;
            }
            match (c, quoted, statements.last_mut()) {
                (';', false, _) => statements.push(String::new()),
                (_, _, Some(current)) => current.push(c),
                _ => {}
            }
        }
        if let Some(current) = statements.last_mut() {
            current.push('\n');
        }
    }
    statements.into_iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::statements;

    const TEXT: &str = "-- a comment; with a semicolon\nCREATE TABLE a (\n  id TEXT PRIMARY KEY, -- key\n  n BIGINT NOT NULL DEFAULT 0,\n  b BYTEA,\n  k TEXT NOT NULL DEFAULT 'TEXT; BIGINT'\n);\nCREATE INDEX a_n ON a (n) WHERE k = 'x';\n";

    #[test]
    fn sqlite_gets_its_types_and_strict_tables() {
        let made = statements(TEXT, false);
        assert_eq!(made.len(), 2);
        assert!(made[0].contains("n INTEGER NOT NULL") && made[0].contains("b BLOB") && made[0].ends_with(") STRICT"));
        assert!(made[0].contains("'TEXT; BIGINT'"), "quoted words stay: {}", made[0]);
        assert!(!made[1].contains("STRICT"));
    }

    #[test]
    fn postgres_compares_text_by_bytes() {
        let made = statements(TEXT, true);
        assert!(made[0].contains("id TEXT COLLATE \"C\" PRIMARY KEY") && made[0].contains("n BIGINT"));
        assert!(made[0].contains("'TEXT; BIGINT'"));
    }
}
