//! Licence expressions as crates write them: `MIT OR Apache-2.0`, `(A OR B) AND C`, the old `A/B`,
//! and `A WITH exception`.

/// Whether an expression can be satisfied with the allowed licences alone.
///
/// # Errors
/// What could not be read.
pub fn allowed(expression: &str, allow: &[String]) -> Result<bool, String> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allow };
    let fine = reader.any()?;
    match reader.words.first() {
        None => Ok(fine),
        Some(word) => Err(format!("«{word}» is not expected in «{expression}»")),
    }
}

struct Reader<'a> {
    words: &'a [&'a str],
    allow: &'a [String],
}

impl Reader<'_> {
    fn next_is(&mut self, word: &str) -> bool {
        let is = self.words.first() == Some(&word);
        if is {
            self.words = &self.words[1..];
        }
        is
    }

    /// A chain of OR.
    fn any(&mut self) -> Result<bool, String> {
        let mut fine = self.all()?;
        while self.next_is("OR") {
            // Read in any case: what follows must be consumed.
            fine |= self.all()?;
        }
        Ok(fine)
    }

    /// A chain of AND, which binds closer.
    fn all(&mut self) -> Result<bool, String> {
        let mut fine = self.one()?;
        while self.next_is("AND") {
            fine &= self.one()?;
        }
        Ok(fine)
    }

    /// A licence, with its exception if it has one, or an expression in brackets.
    fn one(&mut self) -> Result<bool, String> {
        if self.next_is("(") {
            let fine = self.any()?;
            return if self.next_is(")") { Ok(fine) } else { Err("a bracket is not closed".to_string()) };
        }
        let Some((licence, rest)) = self.words.split_first() else { return Err("it ends too early".to_string()) };
        if ["AND", "OR", "WITH", ")"].contains(licence) {
            return Err(format!("«{licence}» stands where a licence should"));
        }
        self.words = rest;
        if !self.next_is("WITH") {
            return Ok(self.allows(licence));
        }
        let Some((exception, rest)) = self.words.split_first() else { return Err("it ends after WITH".to_string()) };
        self.words = rest;
        // An exception only adds permissions, so the bare licence is enough.
        Ok(self.allows(licence) || self.allows(&format!("{licence} WITH {exception}")))
    }

    fn allows(&self, licence: &str) -> bool {
        self.allow.iter().any(|allowed| allowed == licence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_weighed() {
        let allow = ["MIT", "Apache-2.0", "ISC"].map(String::from);
        let cases = [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("MIT AND GPL-3.0-only", false),
            ("GPL-3.0-only OR MIT AND ISC", true),
            ("(GPL-3.0-only OR MIT) AND ISC", true),
            ("(GPL-3.0-only OR MIT) AND MPL-2.0", false),
            ("MIT/GPL-3.0-only", true),
            ("Apache-2.0 / MIT", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("GPL-2.0-only WITH Classpath-exception-2.0", false),
        ];
        for (expression, expected) in cases {
            assert_eq!(allowed(expression, &allow), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for expression in ["", "MIT OR", "(MIT", "MIT ISC", "AND MIT", "MIT WITH"] {
            assert!(allowed(expression, &["MIT".to_string()]).is_err(), "{expression}");
        }
    }
}
