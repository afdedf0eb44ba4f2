//! The paths that a Rust file names, made absolute, and the modules that only its tests see.

use std::ops::Range;

use crate::tidy::Source;
use crate::tidy::rust::{Lexed, is_name};

/// A path that is named somewhere.
pub struct Named {
    /// Its parts.
    pub path: Vec<String>,
    /// The name that a `use` item gives to it.
    pub name: String,
    /// Where it stands.
    pub at: usize,
}

/// Every path into the crate itself that a file of `module` names outside its tests, from the root on.
pub fn named(lexed: &Lexed, module: &[String]) -> Vec<Named> {
    let tests = lexed.tests();
    let inner = inner(lexed);
    let mut found = uses(lexed);
    found.extend(in_code(lexed));
    found.retain(|named| !tests.iter().any(|test| test.contains(&named.at)));
    found.sort_by_key(|named| named.at);
    let whole = |Named { path, name, at }| {
        let inside = inner.iter().filter(|(span, _)| span.contains(&at)).map(|(_, module)| module);
        let here: Vec<String> = module.iter().chain(inside).cloned().collect();
        Some(Named { path: absolute(&path, &here)?, name, at })
    };
    found.into_iter().filter_map(whole).collect()
}

/// A path from the root on, when it is one into the crate itself.
fn absolute(path: &[String], here: &[String]) -> Option<Vec<String>> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    let (above, rest) = match path.first()?.as_str() {
        "crate" => (0, &path[1..]),
        "self" => (here.len(), &path[1..]),
        "super" => (here.len().checked_sub(supers)?, &path[supers..]),
        _ => return None,
    };
    Some([&here[..above], rest].concat())
}

/// The modules that are written down inside a file, each with its span, the outer before the inner.
fn inner(lexed: &Lexed) -> Vec<(Range<usize>, String)> {
    let span = |at: usize| {
        let name = word(&lexed.code, at + "mod".len() + 1);
        let open = at + "mod".len() + 1 + name.len();
        let opens = lexed.code.get(open..)?.trim_start().starts_with('{');
        let open = open + lexed.code[open..].find('{').filter(|_| opens && !name.is_empty())?;
        Some((open..lexed.closing(open)?, name.to_owned()))
    };
    lexed.words("mod").into_iter().filter_map(span).collect()
}

/// The paths of every `use` item, as they are written.
pub fn uses(lexed: &Lexed) -> Vec<Named> {
    let mut found = Vec::new();
    for span in use_items(lexed) {
        let mut tree = Tree { code: &lexed.code[..span.end], at: span.start, found: Vec::new() };
        tree.branch(&[]);
        found.append(&mut tree.found);
    }
    found
}

/// The spans of `use` items, between the word and the `;`. What a return type captures (`use<'a>`) is none.
fn use_items(lexed: &Lexed) -> Vec<Range<usize>> {
    let starts = lexed.words("use").into_iter().map(|at| at + "use".len());
    let items = starts.filter(|at| lexed.code.as_bytes().get(*at).is_some_and(u8::is_ascii_whitespace));
    items.filter_map(|at| Some(at..at + lexed.code[at..].find(';')?)).collect()
}

/// The paths that begin with `crate`, `super` or `self` outside `use` items, as they are written.
fn in_code(lexed: &Lexed) -> Vec<Named> {
    let items = use_items(lexed);
    let mut found = Vec::new();
    for first in ["crate", "super", "self"] {
        for at in lexed.words(first).into_iter().filter(|at| !items.iter().any(|item| item.contains(at))) {
            let mut path = vec![first.to_owned()];
            let mut end = at + first.len();
            while lexed.code[end..].starts_with("::") {
                let part = word(&lexed.code, end + 2);
                if part.is_empty() {
                    break;
                }
                path.push(part.to_owned());
                end += 2 + part.len();
            }
            // A later `super` of a chain has been seen with the first.
            if path.len() > 1 && !lexed.code[..at].ends_with("::") {
                found.push(Named { path, name: String::new(), at });
            }
        }
    }
    found
}

/// The name that begins at an offset; empty when none does.
fn word(code: &str, at: usize) -> &str {
    let rest = code.get(at..).unwrap_or_default();
    &rest[..rest.bytes().take_while(|byte| is_name(*byte)).count()]
}

/// A `use` item on the way through its branches.
struct Tree<'a> {
    code: &'a str,
    at: usize,
    found: Vec<Named>,
}

impl Tree<'_> {
    fn branch(&mut self, stem: &[String]) {
        let mut path = stem.to_vec();
        loop {
            self.skip_blanks();
            if self.eat("{") {
                return self.branches(&path);
            }
            let at = self.at;
            let part = if self.eat("*") { "*" } else { self.word() };
            if part.is_empty() {
                // A leading `::`, which begins another crate's path.
                self.at = at + 1;
                return;
            }
            // `self` at the end is the path so far.
            if part != "self" || path.is_empty() {
                path.push(part.to_owned());
            }
            if self.eat("::") {
                continue;
            }
            self.skip_blanks();
            let name = if self.eat("as ") { self.word().to_owned() } else { path.last().cloned().unwrap_or_default() };
            self.found.push(Named { path, name, at });
            return;
        }
    }

    fn branches(&mut self, stem: &[String]) {
        loop {
            while self.eat(",") || self.skip_blanks() {}
            if self.eat("}") || self.at >= self.code.len() {
                return;
            }
            self.branch(stem);
        }
    }

    fn word(&mut self) -> &str {
        let found = word(self.code, self.at);
        self.at += found.len();
        found
    }

    fn eat(&mut self, mark: &str) -> bool {
        let eaten = self.code.get(self.at..).is_some_and(|rest| rest.starts_with(mark));
        self.at += if eaten { mark.len() } else { 0 };
        eaten
    }

    /// Whether there were any.
    fn skip_blanks(&mut self) -> bool {
        let rest = self.code.get(self.at..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start().len();
        self.at += blanks;
        blanks > 0
    }
}

/// The macros that a file gives to the whole crate and to others.
pub fn macros(lexed: &Lexed) -> Vec<String> {
    let rules = "macro_rules! ";
    let name = |at: usize| Some(word(&lexed.code, at + lexed.code[at..].find(rules)? + rules.len()).to_owned());
    lexed.words("#[macro_export]").into_iter().filter_map(name).collect()
}

/// Where the modules stand that only a file's tests see: their files, and the folders of what is in them.
pub fn test_files(source: &Source) -> Vec<String> {
    let Some(lexed) = &source.lexed else { return Vec::new() };
    let (folder, file) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
    let own = match file {
        "mod.rs" | "lib.rs" | "main.rs" => folder,
        _ => source.path.trim_end_matches(".rs"),
    };
    let module = |span: Range<usize>| {
        let (_, name) = lexed.code[span.clone()].strip_suffix(';')?.rsplit_once("mod ")?;
        let is_path = |at: usize| lexed.code[..at].ends_with("#[path = \"");
        Some(match lexed.strings.iter().find(|text| span.contains(&text.at) && is_path(text.at)) {
            Some(elsewhere) => vec![format!("{folder}/{}", elsewhere.text)],
            None => vec![format!("{own}/{name}.rs"), format!("{own}/{name}")],
        })
    };
    lexed.tests().into_iter().filter_map(module).flatten().collect()
}
