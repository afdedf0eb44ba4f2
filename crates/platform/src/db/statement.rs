//! SQL texts, known to the program as a list so that a test can prepare every one on both engines.

use std::sync::OnceLock;

/// One SQL text, made by [`sql!`](crate::sql) only.
#[derive(Debug)]
pub struct Sql {
    text: &'static str,
    module: &'static str,
    line: u32,
    sqlite: OnceLock<String>,
    /// The names of its columns as SQLite and as PostgreSQL tell them, from the first answer on: an expression
    /// without a name has one of the engine's.
    columns: [OnceLock<Box<[Box<str>]>>; 2],
}

impl Sql {
    /// Used by `sql!`.
    #[doc(hidden)]
    pub const fn new(text: &'static str, module: &'static str, line: u32) -> Self {
        Self { text, module, line, sqlite: OnceLock::new(), columns: [OnceLock::new(), OnceLock::new()] }
    }

    /// The text as written, with `$1` parameters (PostgreSQL's form).
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// The module and line it was written in.
    pub fn place(&self) -> (&'static str, u32) {
        (self.module, self.line)
    }

    /// The text for SQLite: `$1` there is a *named* parameter, numbered by first appearance, so it
    /// becomes `?1`.
    pub(crate) fn sqlite(&self) -> &str {
        self.sqlite.get_or_init(|| numbered(self.text))
    }

    /// The names of its columns, told once by the engine; a name that it tells twice is left empty, since nobody
    /// could say which of the two is meant.
    pub(crate) fn columns(&self, engine: Engine, told: impl FnOnce() -> Vec<String>) -> &[Box<str>] {
        self.columns[engine as usize].get_or_init(|| unique(&told()))
    }

    pub(crate) fn key(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// Whose names a statement's columns have.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

fn unique(told: &[String]) -> Box<[Box<str>]> {
    let once = |name: &String| told.iter().filter(|other| *other == name).count() == 1;
    told.iter().map(|name| Box::from(if once(name) { name.as_str() } else { "" })).collect()
}

fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            quoted = !quoted;
        }
        let parameter = c == '$' && !quoted && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if parameter { '?' } else { c });
    }
    out
}

/// An entry of the program's list of statements.
#[doc(hidden)]
#[derive(Debug)]
pub struct Registered(pub &'static Sql);

inventory::collect!(Registered);

/// Every statement linked into this program.
pub fn all() -> impl Iterator<Item = &'static Sql> {
    inventory::iter::<Registered>.into_iter().map(|entry| entry.0)
}

/// Names a SQL text. The statement is one static, and is registered for the prepare-all test.
#[macro_export]
macro_rules! sql {
    ($text:expr) => {{
        static STATEMENT: $crate::db::Sql = $crate::db::Sql::new($text, module_path!(), line!());
        $crate::db::inventory::submit! { $crate::db::Registered(&STATEMENT) }
        &STATEMENT
    }};
}

#[cfg(test)]
mod tests {
    use super::{numbered, unique};

    #[test]
    fn a_name_that_occurs_twice_is_nobodys() {
        assert_eq!(unique(&["id", "name", "id"].map(String::from)).concat(), "name");
    }

    #[test]
    fn parameters_are_numbered_and_quoted_dollars_stay() {
        assert_eq!(numbered("SELECT $2, $1, '$3' FROM t"), "SELECT ?2, ?1, '$3' FROM t");
    }
}
