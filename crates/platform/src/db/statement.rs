//! SQL texts, known to the program as a list so that a test can prepare every one on both engines.

use std::sync::OnceLock;

/// One SQL text, made by [`sql!`](crate::sql) only.
#[derive(Debug)]
pub struct Sql {
    text: &'static str,
    module: &'static str,
    line: u32,
    sqlite: OnceLock<String>,
}

impl Sql {
    /// Used by `sql!`.
    #[doc(hidden)]
    pub const fn new(text: &'static str, module: &'static str, line: u32) -> Self {
        Self { text, module, line, sqlite: OnceLock::new() }
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

    pub(crate) fn key(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
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
    use super::numbered;

    #[test]
    fn parameters_are_numbered_and_quoted_dollars_stay() {
        assert_eq!(numbered("SELECT $2, $1, '$3' FROM t"), "SELECT ?2, ?1, '$3' FROM t");
    }
}
