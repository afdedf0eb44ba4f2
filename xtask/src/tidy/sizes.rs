//! Sizes: a file of 400 lines and a function of 60 are the soft limits, 700 and 100 the hard ones.
//!
//! Over a soft limit a thing must be listed in `xtask/tidy-ratchet.txt` with its size, which may only shrink. Nothing
//! may be over a hard limit.

use std::collections::BTreeMap;

use super::{Finding, Source};

const RATCHET: &str = "xtask/tidy-ratchet.txt";
const FILE: Limits = Limits { soft: 400, hard: 700 };
const FUNCTION: Limits = Limits { soft: 60, hard: 100 };

struct Limits {
    soft: usize,
    hard: usize,
}

/// Checks every Rust file and every function in it.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let listed = tree.iter().find(|source| source.path == RATCHET);
    let (mut ratchet, mut findings) = read(listed.map_or("", |source| &source.text));
    for source in tree {
        let Some(lexed) = &source.lexed else { continue };
        let mut judge = |line, thing: String, lines, limits: &Limits| {
            let allowed = ratchet.remove(&thing);
            findings.extend(verdict(&thing, lines, limits, allowed).map(|says| Finding::new(&source.path, line, says)));
        };
        judge(0, format!("file {}", source.path), source.text.lines().count(), &FILE);
        // Two functions of one name in a file share an entry: the longest counts.
        let mut longest: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for function in lexed.functions() {
            let entry = longest.entry(function.name).or_default();
            *entry = (*entry).max((function.lines, function.line));
        }
        for (name, (lines, line)) in longest {
            judge(line, format!("fn {} {name}", source.path), lines, &FUNCTION);
        }
    }
    findings.extend(
        ratchet.into_keys().map(|thing| Finding::new(RATCHET, 0, format!("«{thing}» is gone: remove its line"))),
    );
    findings
}

/// What is wrong with a thing of so many lines, when something is.
fn verdict(thing: &str, lines: usize, limits: &Limits, allowed: Option<usize>) -> Option<String> {
    let Limits { soft, hard } = *limits;
    let kind = if thing.starts_with("fn") { "function" } else { "file" };
    if lines > hard {
        return Some(format!("a {kind} of {lines} lines; {hard} is the hard limit"));
    }
    match allowed {
        None if lines > soft => Some(format!(
            "a {kind} of {lines} lines; {soft} is the limit: divide it, or list it in {RATCHET} as\n    {thing} {lines}"
        )),
        Some(_) if lines <= soft => Some(format!("it is within {soft} lines now: remove «{thing}» from {RATCHET}")),
        Some(was) if lines > was => {
            Some(format!("it grew from {was} to {lines} lines; what is listed in {RATCHET} may only shrink"))
        }
        Some(was) if lines < was => {
            Some(format!("it shrank from {was} to {lines} lines: lower «{thing}» in {RATCHET}"))
        }
        _ => None,
    }
}

/// The ratchet's entries: `file PATH SIZE` and `fn PATH NAME SIZE`, `#` begins a comment.
fn read(text: &str) -> (BTreeMap<String, usize>, Vec<Finding>) {
    let mut entries = BTreeMap::new();
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        match line.rsplit_once(' ').map(|(thing, size)| (thing.trim(), size.parse())) {
            Some((thing, Ok(size))) => drop(entries.insert(thing.to_string(), size)),
            _ => findings.push(Finding::new(RATCHET, number + 1, "a line is `file PATH SIZE` or `fn PATH NAME SIZE`")),
        }
    }
    (entries, findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(lines: usize, allowed: Option<usize>) -> String {
        verdict("file a.rs", lines, &FILE, allowed).unwrap_or_default()
    }

    #[test]
    fn the_ratchet_only_turns_one_way() {
        assert_eq!(says(400, None), "");
        assert!(says(401, None).contains("file a.rs 401"));
        assert_eq!(says(450, Some(450)), "");
        assert!(says(451, Some(450)).contains("grew"));
        assert!(says(449, Some(450)).contains("lower"));
        assert!(says(399, Some(450)).contains("remove"));
        assert!(says(701, Some(701)).contains("hard limit"));
    }

    #[test]
    fn entries_are_read_and_stale_ones_reported() {
        let long = format!("fn f() {{\n{}}}\n", "    x();\n".repeat(70));
        let tree = [
            Source::new("a.rs", long),
            Source::new(RATCHET, "# sizes\nfn a.rs f 72  # for now\nfile gone.rs 500\nnonsense\n"),
        ];
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("txt:4:") && found[1].contains("gone.rs"), "{found:?}");
    }
}
