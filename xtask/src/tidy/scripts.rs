//! Scripts of pages are plain enough for the WebViews of old phones: Chrome 70, of autumn 2018.
//!
//! A browser that does not know a piece of syntax runs nothing of the file, and says so to nobody; one that lacks a
//! function stops in the middle. There is no engine that old to try them in, and a parser for one language level would
//! be a heavy dependency for a few small files, so newer syntax is looked for by name, outside of comments and texts.
//! The list holds what came with ES2019 and later, and the platform's newer calls that are easily reached for.
//!
//! No page is loaded again by `reload()` either: where the page is the answer to a form, that sends the form once more.

use super::{Finding, Source};

/// What is looked for, the version of Chrome that brought it, and what to write instead.
const NEWER: [(&str, u32, &str); 30] = [
    ("?.", 80, "ask with if first"),
    ("??", 80, "use a condition"),
    ("||=", 85, "assign in an if"),
    ("&&=", 85, "assign in an if"),
    (".replaceAll(", 85, "use replace with a /g pattern"),
    (".at(", 92, "use an index"),
    (".matchAll(", 73, "use exec in a loop"),
    (".findLast(", 97, "search from the end by hand"),
    (".toSorted(", 110, "copy and sort"),
    (".toReversed(", 110, "copy and reverse"),
    (".replaceChildren(", 86, "take children away one by one"),
    (".requestSubmit(", 76, "use submit()"),
    (".showPicker(", 99, "leave it to the browser"),
    ("globalThis", 71, "use window"),
    ("queueMicrotask", 71, "use Promise.resolve().then"),
    ("structuredClone", 98, "copy by hand"),
    ("Object.fromEntries", 73, "fill an object in a loop"),
    ("Object.hasOwn(", 93, "use hasOwnProperty"),
    ("Object.groupBy", 117, "fill a Map in a loop"),
    ("Promise.allSettled", 76, "catch each of them"),
    ("Promise.any", 85, "use race"),
    ("Promise.withResolvers", 119, "keep resolve from the constructor"),
    ("AbortSignal.timeout", 103, "use a timer and abort()"),
    ("AbortSignal.any", 116, "pass one signal"),
    ("Array.fromAsync", 121, "await in a loop"),
    ("WeakRef", 84, "do without"),
    ("crypto.randomUUID", 92, "ask the server for a word"),
    ("import.meta.resolve", 105, "write the address into the page"),
    ("static {", 94, "write functions"),
    ("class ", 72, "what most classes are written with, fields, came then: write functions"),
];

/// What sends a form again whose answer the page is.
const RELOAD: &str = "location.reload(";

/// Looks through every script.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let scripts = tree.iter().filter(|source| source.path.starts_with("assets/") && source.path.ends_with(".js"));
    scripts.flat_map(judge).collect()
}

fn judge(source: &Source) -> Vec<Finding> {
    let code = bare(&source.text);
    let mut findings = Vec::new();
    let mut say = |at: usize, says: String| {
        let line = code[..at].matches('\n').count() + 1;
        findings.push(Finding::new(&source.path, line, says));
    };
    for (word, chrome, instead) in NEWER {
        for (at, _) in code.match_indices(word) {
            // `a?.5:1` is a condition; `class ` at a word's end is another word.
            let condition = word == "?." && code[at + 2..].starts_with(|c: char| c.is_ascii_digit());
            let inside = word.starts_with(|c: char| c.is_alphabetic()) && code[..at].ends_with(is_word);
            if !condition && !inside {
                say(at, format!("«{}» is of Chrome {chrome}, and pages run in Chrome 70: {instead}", word.trim()));
            }
        }
    }
    for (at, _) in code.match_indices(RELOAD) {
        say(at, "reload() sends a form again whose answer the page is: location.replace() its address".to_owned());
    }
    for at in private_names(&code) {
        say(at, "a private name (#) is of Chrome 74, and pages run in Chrome 70: keep it in a closure".to_owned());
    }
    for at in separated_numbers(&code) {
        say(at, "a number with _ is of Chrome 75, and pages run in Chrome 70: write it whole".to_owned());
    }
    for at in waits_at_the_top(&code) {
        say(at, "await outside of a function is of Chrome 89, and pages run in Chrome 70: put it into one".to_owned());
    }
    findings
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn private_names(code: &str) -> Vec<usize> {
    let name = |at: usize| code[at + 1..].starts_with(|c: char| c.is_alphabetic() || c == '_');
    code.match_indices('#').map(|(at, _)| at).filter(|at| name(*at)).collect()
}

fn separated_numbers(code: &str) -> Vec<usize> {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let between = |at: usize| digit(code[..at].chars().next_back()) && digit(code[at + 1..].chars().next());
    code.match_indices('_').map(|(at, _)| at).filter(|at| between(*at)).collect()
}

/// `await` where no brace is open, or only braces of blocks: a function's brace follows `=>` or a `)`, and none of the
/// words that begin a block stands before that.
fn waits_at_the_top(code: &str) -> Vec<usize> {
    let mut open: Vec<bool> = Vec::new();
    let mut found = Vec::new();
    for (at, c) in code.char_indices() {
        match c {
            '{' => open.push(begins_function(&code[..at])),
            '}' => drop(open.pop()),
            'a' if code[at..].starts_with("await") && !code[..at].ends_with(is_word) => {
                let arrow = code[..at].trim_end().ends_with("=>");
                if !arrow && !open.contains(&true) {
                    found.push(at);
                }
            }
            _ => {}
        }
    }
    found
}

fn begins_function(before: &str) -> bool {
    let before = before.trim_end();
    if before.ends_with("=>") {
        return true;
    }
    let Some(inner) = before.strip_suffix(')') else { return false };
    let mut depth = 1;
    let start = inner.char_indices().rev().find(|(_, c)| {
        depth += match c {
            ')' => 1,
            '(' => -1,
            _ => 0,
        };
        depth == 0
    });
    let head = start.map_or("", |(at, _)| inner[..at].trim_end());
    let word: String = head.chars().rev().take_while(|c| is_word(*c)).collect::<String>().chars().rev().collect();
    !matches!(word.as_str(), "if" | "for" | "while" | "switch" | "catch" | "with" | "await")
}

/// The code without comments and texts, which become blanks; what stands in `${…}` stays code.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // How many braces are open in each `${…}` that is open.
    let mut holes: Vec<usize> = Vec::new();
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            '/' if is_pattern(&out) => closing(rest, '/'),
            '\'' | '"' => closing(rest, c),
            '`' => {
                let (end, hole) = template(&rest[1..]);
                if hole {
                    holes.push(0);
                }
                end + 1
            }
            '}' if holes.last() == Some(&0) => {
                let (end, hole) = template(&rest[1..]);
                if !hole {
                    holes.pop();
                }
                end + 1
            }
            _ => {
                match (c, holes.last_mut()) {
                    ('{', Some(depth)) => *depth += 1,
                    ('}', Some(depth)) => *depth -= 1,
                    _ => {}
                }
                out.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        out.extend(rest[..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    out
}

/// Where a template's text ends, and whether a hole begins there rather than the end.
fn template(text: &str) -> (usize, bool) {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '`' => return (at + 1, false),
            '$' if text[at + 1..].starts_with('{') => return (at + 2, true),
            _ => {}
        }
    }
    (text.len(), false)
}

fn closing(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == mark => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Whether a slash begins a pattern: where a value may stand, not behind one.
fn is_pattern(before: &str) -> bool {
    before
        .trim_end()
        .chars()
        .next_back()
        .is_none_or(|c| matches!(c, '(' | ',' | '=' | ':' | '[' | '!' | '&' | '|' | '?' | '{' | ';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> Vec<String> {
        check(&[Source::new("assets/a.js", text)]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_page_is_not_loaded_again_together_with_its_form() {
        assert_eq!(says("// no location.reload()\nlocation.replace('/a');"), [""; 0]);
        let found = says("let a;\nif (a) location.reload();");
        assert!(found.len() == 1 && found[0].contains("a.js:2"), "{found:?}");
    }

    #[test]
    fn newer_words_are_found_with_their_line() {
        for (text, word) in [
            ("let a;\nlet b = a?.c;", "?."),
            ("let a;\nlet b = a ?? 1;", "??"),
            ("let a;\na ??= 1;", "??"),
            ("let a;\na ||= 1;", "||="),
            ("let a = '';\na.replaceAll('x', 'y');", ".replaceAll("),
            ("\nglobalThis.a = 1;", "globalThis"),
            ("\nform.requestSubmit();", ".requestSubmit("),
            ("\nconst a = 1_000;", "a number with _"),
            ("\nconst a = () => this.#b;", "a private name"),
            ("\nawait x();", "await outside"),
            ("\nif (a) { await x(); }", "await outside"),
            ("\nfor (const a of await b()) { c(a); }", "await outside"),
            ("\nconst a = `${b?.c}`;", "?."),
        ] {
            let told = says(text);
            assert!(
                told.iter().any(|told| told.starts_with("assets/a.js:2: ") && told.contains(word)),
                "{text}: {told:?}"
            );
        }
    }

    #[test]
    fn what_chrome_70_knows_is_left_alone() {
        for text in [
            "const a = b ? .5 : 1; const c = b?.5:1;",
            "// a?.b ?? c\n/* globalThis */ const a = 'x?.y' + \"??\" + `a?.b ${c} #d 1_000`;",
            "const a = async () => { await b(); if (c) { await d(); } };",
            "async function a() { for (const b of c) { await b; } }",
            "const a = b.replace(/\\?\\./g, '??');",
            "const a = `${b ? `${c}` : '}'} ?. `;",
            "try { a(); } catch { b(); }",
            "document.querySelector('#f-name'); const className = 1; const first_2 = 3;",
        ] {
            assert_eq!(says(text), Vec::<String>::new(), "{text}");
        }
        assert!(
            check(&[Source::new("crates/server/tests/browser/measure.js", "a?.b")]).is_empty(),
            "tests run in today's"
        );
    }
}
