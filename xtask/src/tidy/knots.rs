//! The folders of a crate stand in an order: none needs another that needs it, be it by way of a third. A folder is a
//! module directly under `src`, with all that is in it; `lib.rs` is the table of contents and holds nothing that a folder
//! needs.
//!
//! What is tied still is listed in `xtask/tidy-knots.txt`, an arrow a line; the list may only shrink. Tests may name
//! whatever they like.

mod paths;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Finding, Source};
pub use paths::test_files;
use paths::{Named, uses};

const LIST: &str = "xtask/tidy-knots.txt";
/// What stands for `lib.rs` in the list.
const LIB: &str = "lib";

/// Checks every crate that is no tool of tests.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let listed = tree.iter().find(|source| source.path == LIST);
    let (mut listed, mut findings) = read(listed.map_or("", |source| &source.text));
    for (name, files) in crates(tree) {
        for tie in ties(&arrows(&files)) {
            if listed.remove(&format!("{name} {}", tie.arrow)).is_none() {
                findings.push(tie.finding);
            }
        }
    }
    let loose = |(arrow, line)| Finding::new(LIST, line, format!("«{arrow}» is in no knot: remove its line"));
    findings.extend(listed.into_iter().map(loose));
    findings
}

/// The list's entries, `CRATE FOLDER -> FOLDER`, with their lines; `#` begins a comment.
fn read(text: &str) -> (BTreeMap<String, usize>, Vec<Finding>) {
    let mut entries = BTreeMap::new();
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            [] => {}
            [name, from, "->", to] => drop(entries.insert(format!("{name} {from} -> {to}"), number + 1)),
            _ => findings.push(Finding::new(LIST, number + 1, "a line is `CRATE FOLDER -> FOLDER`")),
        }
    }
    (entries, findings)
}

/// One file of a crate.
struct File<'a> {
    source: &'a Source,
    /// Its module's path from the crate's root; empty for the root itself.
    module: Vec<String>,
}

impl<'a> File<'a> {
    /// The file, and its crate, when it is a source of one.
    fn of(source: &'a Source) -> Option<(&'a str, File<'a>)> {
        let (name, path) = source.path.strip_prefix("crates/")?.split_once("/src/")?;
        let mut module: Vec<String> = path.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| last == "mod") || ["lib.rs", "main.rs"].contains(&path) {
            module.pop();
        }
        Some((name, File { source, module }))
    }
}

/// The crates' files, without those that only tests see.
fn crates(tree: &[Source]) -> BTreeMap<&str, Vec<File<'_>>> {
    let tests: Vec<String> = tree.iter().flat_map(paths::test_files).collect();
    let is_test = |path: &str| tests.iter().any(|test| path == test || path.starts_with(&format!("{test}/")));
    let mut crates = BTreeMap::<&str, Vec<File<'_>>>::new();
    for source in tree.iter().filter(|source| !source.is_test_file() && !is_test(&source.path)) {
        if let Some((name, file)) = File::of(source) {
            crates.entry(name).or_default().push(file);
        }
    }
    crates
}

/// Arrows between folders, each with the first place that draws it.
type Arrows = BTreeMap<(String, String), Place>;

/// A place, and what it names there.
struct Place {
    path: String,
    line: usize,
    names: String,
}

/// Every arrow of a crate; those that end at [`LIB`] name something that `lib.rs` itself holds.
fn arrows(files: &[File<'_>]) -> Arrows {
    let folders: BTreeSet<&str> = files.iter().filter_map(|file| file.module.first()).map(String::as_str).collect();
    let names = root_names(files, &folders);
    let mut arrows = Arrows::new();
    for file in files {
        let (Some(from), Some(lexed)) = (file.module.first(), &file.source.lexed) else { continue };
        for Named { path, at, .. } in paths::named(lexed, &file.module) {
            let Some(first) = path.first().map(String::as_str) else { continue };
            let to = match names.get(first) {
                _ if folders.contains(first) => first,
                Some(Some(folder)) => folder,
                // Another crate's, under a name of this one.
                Some(None) => continue,
                None => LIB,
            };
            if to != from {
                let place =
                    || Place { path: file.source.path.clone(), line: lexed.line_of(at), names: path.join("::") };
                arrows.entry((from.clone(), to.to_owned())).or_insert_with(place);
            }
        }
    }
    arrows
}

/// The names that the root has from elsewhere, with the folder that each is from: what `lib.rs` re-exports, and the macros,
/// which stand at the root wherever they are written down.
fn root_names(files: &[File<'_>], folders: &BTreeSet<&str>) -> BTreeMap<String, Option<String>> {
    let mut names = BTreeMap::new();
    for file in files {
        let Some(lexed) = &file.source.lexed else { continue };
        match file.module.first() {
            None => names.extend(uses(lexed).into_iter().filter_map(|Named { path, name, .. }| {
                let own = path.iter().find(|part| *part != "crate" && *part != "self")?;
                Some((name, folders.contains(own.as_str()).then(|| own.clone())))
            })),
            Some(folder) => names.extend(paths::macros(lexed).into_iter().map(|name| (name, Some(folder.clone())))),
        }
    }
    names
}

/// An arrow that may not be, as the list writes it, and what is to be said of it.
struct Tie {
    arrow: String,
    finding: Finding,
}

/// The arrows that are in a knot, and those that end at `lib.rs`.
fn ties(arrows: &Arrows) -> Vec<Tie> {
    let says = |from: &String, to: &String, names: &str| {
        if to == LIB {
            return Some(format!(
                "{from} needs {names} of lib.rs, which is the table of contents: move it into a folder"
            ));
        }
        let circle = back(arrows, to, from)?.join(" → ");
        Some(format!(
            "a knot, {from} → {circle}: {from} needs {names} here. What both need goes below both; the rest is handed in"
        ))
    };
    let tie = |((from, to), place): (&(String, String), &Place)| {
        let says = says(from, to, &place.names)?;
        Some(Tie { arrow: format!("{from} -> {to}"), finding: Finding::new(&place.path, place.line, says) })
    };
    arrows.iter().filter_map(tie).collect()
}

/// The shortest way along arrows from one folder to another, both included.
fn back<'a>(arrows: &'a Arrows, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::from([(from, from)]);
    let mut next = VecDeque::from([from]);
    while let Some(at) = next.pop_front() {
        if at == to {
            let mut way = vec![at];
            while let Some(step) = before.get(way[way.len() - 1]).filter(|step| **step != way[way.len() - 1]) {
                way.push(step);
            }
            way.reverse();
            return Some(way);
        }
        for (_, there) in arrows.keys().filter(|(here, _)| here == at) {
            if !before.contains_key(there.as_str()) {
                before.insert(there, at);
                next.push_back(there);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, text): &(&str, &str)| match *path {
            LIST => Source::new(LIST, *text),
            path => Source::new(format!("crates/town/src/{path}"), *text),
        };
        check(&files.iter().map(source).collect::<Vec<_>>()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn folders_in_an_order_are_no_knot() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\npub use a::Thing;\nuse kernel::Date;\n"),
            ("a/mod.rs", "mod deep;\npub struct Thing;\n"),
            ("a/deep.rs", "use super::Thing;\nfn f() -> crate::a::Thing { crate::Date::new(self::g) }\n"),
            (
                "b.rs",
                "use crate::{Thing, a::{self, deep}};\n// crate::b, and in a text:\nconst S: &str = \"crate::c\";\n",
            ),
        ];
        assert_eq!(says(&files), Vec::<String>::new());
    }

    #[test]
    fn a_knot_of_three_names_the_shortest_circle_at_each_arrow() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\nmod c;\n"),
            ("a.rs", "use std::fmt;\n\nuse crate::{\n    b::B,\n    c,\n};\n"),
            ("b/mod.rs", "mod deep;\n"),
            ("b/deep.rs", "fn f() { super::super::c::g::<super::B>() }\n"),
            ("c.rs", "pub fn g(_: crate::a::A) {}\npub fn h(_: crate::a::A) {}\n"),
        ];
        let told = says(&files);
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told[0].contains("src/a.rs:4: a knot, a → b → c → a: a needs b::B here"), "{told:?}");
        assert!(told[1].contains("src/a.rs:5: a knot, a → c → a: a needs c here"), "{told:?}");
        assert!(told[2].contains("src/b/deep.rs:1: a knot, b → c → a → b: b needs c::g here"), "{told:?}");
        assert!(told[3].contains("src/c.rs:1: a knot, c → a → c: c needs a::A here"), "{told:?}");
    }

    #[test]
    fn names_of_the_root_lead_to_their_folders() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\npub use a::{Thing as Other};\n"),
            ("a.rs", "crate::words! {}\n"),
            ("b.rs", "#[macro_export]\nmacro_rules! words {\n    () => { $crate::Other }\n}\n"),
        ];
        let told = says(&files);
        assert!(told.len() == 2 && told[0].contains("a → b → a") && told[1].contains("b needs Other"), "{told:?}");
    }

    #[test]
    fn lib_holds_nothing_that_a_folder_needs() {
        let told = says(&[("lib.rs", "mod a;\nfn lane() {}\n"), ("a.rs", "fn f() {\n    crate::lane();\n}\n")]);
        assert!(told.len() == 1 && told[0].contains("src/a.rs:2: a needs lane of lib.rs"), "{told:?}");
    }

    #[test]
    fn tests_are_not_seen() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\n#[cfg(test)]\nmod world;\n"),
            ("a/mod.rs", "use crate::b;\n#[cfg(test)]\n#[path = \"stories.rs\"]\nmod told;\n#[cfg(test)]\nmod more;\n"),
            ("a/stories.rs", "use crate::b;\n"),
            ("a/more/deep.rs", "use crate::b;\n"),
            ("b.rs", "#[cfg(test)]\nuse crate::a;\n#[cfg(test)]\nmod tests {\n    use crate::a;\n}\n"),
            ("b/tests/mod.rs", "use crate::a;\n"),
            ("world/mod.rs", "use crate::a;\n"),
        ];
        assert_eq!(says(&files), Vec::<String>::new());
    }

    #[test]
    fn a_module_inside_a_file_is_a_step() {
        let inner = "mod inner {\n    use super::g;\n    fn f() { super::super::b::h() }\n}\n";
        let told = says(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", inner), ("b.rs", "use crate::a;\n")]);
        assert!(told.len() == 2 && told[0].contains("src/a.rs:3: a knot, a → b → a"), "{told:?}");
    }

    #[test]
    fn the_list_only_shrinks() {
        let knot = [("lib.rs", "mod a;\nmod b;\n"), ("a.rs", "use crate::b;\n"), ("b.rs", "use crate::a;\n")];
        let with = |list| says(&[knot.as_slice(), &[(LIST, list)]].concat());
        assert_eq!(with("# knots\ntown a -> b\ntown b -> a # for now\n"), Vec::<String>::new());
        let told = with("town a -> b\n");
        assert!(told.len() == 1 && told[0].contains("src/b.rs:1"), "{told:?}");
        let told = with("town a -> b\ntown b -> a\n\ntown b -> c\nnonsense\n");
        assert!(told.len() == 2 && told[0].contains("txt:5:") && told[1].contains("txt:4: «town b -> c»"), "{told:?}");
    }
}
