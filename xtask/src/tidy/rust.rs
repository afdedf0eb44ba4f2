//! Just enough of Rust's grammar to tell code from comments and literals, and to find functions.
//!
//! It knows nested comments, raw and byte strings, and characters beside lifetimes. It does not
//! know macros: what a macro writes is not seen.

use std::ops::Range;

/// The mark of what only tests see.
const TEST: &str = "#[cfg(test)]";

/// A Rust file, taken apart.
pub struct Lexed {
    /// The text with comments and the insides of literals blanked; same length, same lines.
    pub code: String,
    /// The string literals in order, without quotes, escapes untouched.
    pub strings: Vec<Literal>,
    line_starts: Vec<usize>,
}

/// A string literal.
pub struct Literal {
    /// Where its inside begins, as an offset in the text.
    pub at: usize,
    /// Its inside.
    pub text: String,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of its `fn`.
    pub line: usize,
    /// Lines from `fn` to the closing brace.
    pub lines: usize,
}

impl Lexed {
    /// Takes a text apart.
    pub fn of(text: &str) -> Lexed {
        let mut lexer = Lexer { text: text.as_bytes(), code: text.as_bytes().to_vec(), strings: Vec::new(), at: 0 };
        lexer.run();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        // Blanking writes spaces over whole characters, so this never replaces anything.
        let code = String::from_utf8_lossy(&lexer.code).into_owned();
        Lexed { code, strings: lexer.strings, line_starts }
    }

    /// The line (from 1) of an offset.
    pub fn line_of(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at)
    }

    /// Offsets at which `word` stands in code, not as a part of a longer name.
    pub fn words(&self, word: &str) -> Vec<usize> {
        let bytes = self.code.as_bytes();
        let free = |at: Option<&u8>| at.is_none_or(|byte| !is_name(*byte));
        let starts_name = word.bytes().next().is_some_and(is_name);
        let ends_name = word.bytes().last().is_some_and(is_name);
        self.code
            .match_indices(word)
            .map(|(at, _)| at)
            .filter(|at| !starts_name || *at == 0 || free(bytes.get(at - 1)))
            .filter(|at| !ends_name || free(bytes.get(at + word.len())))
            .collect()
    }

    /// The offset just behind the bracket that closes the one at `open`.
    pub fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (at, byte) in self.code.bytes().enumerate().skip(open) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Every function with a body.
    pub fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        for at in self.words("fn") {
            let rest = &self.code[at + 2..];
            let name: String = rest.trim_start().bytes().take_while(|byte| is_name(*byte)).map(char::from).collect();
            // A pointer type `fn(…)` and a macro's `fn $name` have no name of their own.
            if name.is_empty() {
                continue;
            }
            let Some(end) = self.body(at + 2).and_then(|open| self.closing(open)) else { continue };
            let line = self.line_of(at);
            found.push(Function { name, line, lines: self.line_of(end - 1) - line + 1 });
        }
        found
    }

    /// Whether an offset stands under `#[cfg(test)]`.
    pub fn in_tests(&self, at: usize) -> bool {
        self.tests().iter().any(|test| test.contains(&at))
    }

    /// What stands under `#[cfg(test)]`: each from the mark to the end of its body, or to the `;` of an item without one.
    pub fn tests(&self) -> Vec<Range<usize>> {
        let end = |from| {
            let head = self.head(from)?;
            if self.code.as_bytes()[head] == b'{' { self.closing(head) } else { Some(head + 1) }
        };
        let marks = self.words(TEST).into_iter();
        marks.filter_map(|start| Some(start..end(start + TEST.len())?)).collect()
    }

    /// The `{` that opens the body of the item that begins at `from`; none when `;` ends it first.
    fn body(&self, from: usize) -> Option<usize> {
        self.head(from).filter(|at| self.code.as_bytes()[*at] == b'{')
    }

    /// The `{` or the `;` behind the head of the item that begins at `from`.
    fn head(&self, from: usize) -> Option<usize> {
        let mut at = from;
        let bytes = self.code.as_bytes();
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'{' | b';' => return Some(at),
                // Arguments, attributes and array types may hold either.
                b'(' | b'[' => at = self.closing(at)?,
                _ => at += 1,
            }
        }
        None
    }
}

/// Whether a byte may stand in a name. Every byte of a non-ASCII character may.
pub fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

struct Lexer<'a> {
    text: &'a [u8],
    code: Vec<u8>,
    strings: Vec<Literal>,
    at: usize,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            let in_name = self.at > 0 && is_name(self.text[self.at - 1]);
            match (byte, self.peek(1)) {
                (b'/', Some(b'/')) => self.line_comment(),
                (b'/', Some(b'*')) => self.block_comment(),
                (b'"', _) => self.string(),
                (b'\'', _) => self.character(),
                (b'r', _) if !in_name => self.raw_string(1),
                (b'b' | b'c', Some(b'r')) if !in_name => self.raw_string(2),
                _ => self.at += 1,
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn blank(&mut self, from: usize, to: usize) {
        for byte in &mut self.code[from..to] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }

    fn line_comment(&mut self) {
        let from = self.at;
        while self.peek(0).is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
        self.blank(from, self.at);
    }

    fn block_comment(&mut self) {
        let from = self.at;
        let mut depth = 0usize;
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        break;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.text.len());
        self.blank(from, self.at);
    }

    fn string(&mut self) {
        let from = self.at + 1;
        self.at = from;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.literal(from, self.at.min(self.text.len()));
        self.at += 1;
    }

    /// At `r`, `br` or `cr` (of length `prefix`): a raw string, or a name that only begins so.
    fn raw_string(&mut self, prefix: usize) {
        let mut hashes = 0;
        while self.peek(prefix + hashes) == Some(b'#') {
            hashes += 1;
        }
        if self.peek(prefix + hashes) != Some(b'"') {
            self.at += prefix;
            return;
        }
        let from = self.at + prefix + hashes + 1;
        let mut end = b"\"".to_vec();
        end.resize(1 + hashes, b'#');
        let rest = self.text.get(from..).unwrap_or_default();
        let length = rest.windows(end.len()).position(|window| window == end).unwrap_or(rest.len());
        self.literal(from, from + length);
        self.at = from + length + end.len();
    }

    /// At `'`: a character is blanked, a lifetime is code.
    fn character(&mut self) {
        let from = self.at + 1;
        let length = match self.peek(1) {
            Some(b'\\') => {
                // The byte behind the backslash may be the quote itself.
                let rest = self.text.get(from + 2..).unwrap_or_default();
                rest.iter().position(|byte| *byte == b'\'').map(|n| n + 2)
            }
            Some(first) => {
                let width = match first {
                    0xF0.. => 4,
                    0xE0.. => 3,
                    0xC0.. => 2,
                    _ => 1,
                };
                (self.text.get(from + width) == Some(&b'\'')).then_some(width)
            }
            None => None,
        };
        match length {
            Some(length) => {
                self.blank(from, from + length);
                self.at = from + length + 1;
            }
            None => self.at += 1,
        }
    }

    fn literal(&mut self, from: usize, to: usize) {
        let text = String::from_utf8_lossy(self.text.get(from..to).unwrap_or_default()).into_owned();
        self.strings.push(Literal { at: from, text });
        self.blank(from.min(to), to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Lexed::of(text).code
    }

    #[test]
    fn comments_and_literals_are_blanked_and_lines_kept() {
        assert_eq!(code("a /* { /* } */ { */ b // }\nc"), format!("a {} b {}\nc", " ".repeat(17), " ".repeat(4)));
        assert_eq!(code("x(\"a}\\\"{\", 1)"), "x(\"     \", 1)");
        assert_eq!(code("r#\"{\"}\"# + b\"}\""), "r#\"   \"# + b\" \"");
        assert_eq!(code("'{' 'a '\\'' '好'"), "' ' 'a '  ' '   '");
        assert_eq!(code("r#type + bring"), "r#type + bring");
    }

    #[test]
    fn strings_are_kept_apart() {
        let lexed = Lexed::of("f(\"one\");\ng(r\"two\", \"\")");
        let told: Vec<_> = lexed.strings.iter().map(|s| (lexed.line_of(s.at), s.text.as_str())).collect();
        assert_eq!(told, [(1, "one"), (2, "two"), (2, "")]);
    }

    #[test]
    fn functions_are_measured_from_fn_to_brace() {
        let text = "trait T { fn no(&self); }\nfn a(x: [u8; 3]) -> i32 {\n    // }\n    \"}\".len();\n    1\n}\nfn b() {}\ntype F = fn(i32);\n";
        let told: Vec<_> = Lexed::of(text).functions().into_iter().map(|f| (f.name, f.line, f.lines)).collect();
        assert_eq!(told, [("a".to_string(), 2, 5), ("b".to_string(), 7, 1)]);
    }

    #[test]
    fn test_modules_are_known() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n#[cfg(test)]\nconst D: [u8; 3] = d();\nfn c() {}\n";
        let lexed = Lexed::of(text);
        let under: Vec<_> =
            ["a()", "b()", "d()", "c()"].iter().map(|f| lexed.in_tests(text.find(f).unwrap())).collect();
        assert_eq!(under, [false, true, true, false]);
    }

    #[test]
    fn words_are_whole() {
        let lexed = Lexed::of("sql!(x); mysql!(y); // sql!(z)\n");
        assert_eq!(lexed.words("sql!"), [0]);
    }
}
