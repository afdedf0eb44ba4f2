//! Typed ids: each prefix is short, lower case, and declared once in the whole workspace.

use std::collections::BTreeMap;

use super::{Finding, Source};

/// Reads every `typed_id!` outside tests.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for (source, line, prefix) in tree.iter().flat_map(prefixes) {
        if !(2..=5).contains(&prefix.len()) || !prefix.bytes().all(|byte| byte.is_ascii_lowercase()) {
            findings.push(Finding::new(
                &source.path,
                line,
                format!("the id prefix «{prefix}» must be two to five lower-case letters"),
            ));
        }
        let here = format!("{}:{line}", source.path);
        if let Some(first) = taken.get(&prefix) {
            findings.push(Finding::new(&source.path, line, format!("the id prefix «{prefix}» is taken by {first}")));
        } else {
            taken.insert(prefix, here);
        }
    }
    findings
}

/// The string literals within each `typed_id!(…)`: nothing else in it is one.
fn prefixes(source: &Source) -> Vec<(&Source, usize, String)> {
    let Some(lexed) = &source.lexed else { return Vec::new() };
    if source.is_test_file() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for at in lexed.words("typed_id!").into_iter().filter(|at| !lexed.in_tests(*at)) {
        let open = at + "typed_id!".len();
        let end = lexed.closing(open).unwrap_or(open);
        let inside = lexed.strings.iter().filter(|literal| (open..end).contains(&literal.at));
        found.extend(inside.map(|literal| (source, lexed.line_of(literal.at), literal.text.clone())));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_declared_once() {
        let tree = [
            Source::new("crates/a/src/lib.rs", "kernel::typed_id!(\n    /// one \"x\"\n    pub AId, \"apt\");\n"),
            Source::new("crates/b/src/lib.rs", "typed_id! { pub BId, \"apt\" }\ntyped_id!(pub CId, \"Toolong\");\n"),
            Source::new("crates/c/src/lib.rs", "#[cfg(test)]\nmod tests { kernel::typed_id!(TId, \"apt\"); }\n"),
        ];
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("crates/b/src/lib.rs:1") && found[0].contains("crates/a/src/lib.rs:3"), "{found:?}");
        assert!(found[1].contains("Toolong"), "{found:?}");
    }
}
