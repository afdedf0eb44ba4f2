//! Halls are handed up and never reached down for: what stands below them has no path of theirs in a page or a script, and
//! the server names their crates in its list of halls only.
//!
//! Where a hall's paths begin is read from its routes. What the house has as well (`/desk`, `/orders`) is the house's, and
//! the hall's own begins with the part behind it.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::HALLS;
use super::knots::test_files;
use super::{Finding, Source};

/// The crates that halls stand on and whose pages would be tempted.
const BELOW: [&str; 4] = ["ui", "identity", "payments", "hall"];
/// The crates whose routes and places are the house's.
const HOUSE: [&str; 4] = ["ui", "identity", "payments", "server"];
/// Where the server names halls.
const LIST: &str = "crates/server/src/halls";

/// Looks at what stands below the halls, at the scripts, and at the server.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let tests: BTreeSet<String> = tree.iter().flat_map(test_files).collect();
    let is_test = |path: &str| tests.iter().any(|test| path == test || path.starts_with(&format!("{test}/")));
    let sources: Vec<&Source> = tree.iter().filter(|one| !one.is_test_file() && !is_test(&one.path)).collect();
    let paths = paths_of_halls(&sources);
    let mut findings = Vec::new();
    for source in sources.into_iter().filter(|source| is_below(&source.path)) {
        findings.extend(paths_in(source).into_iter().filter_map(|(line, parts)| {
            let hall = parts.iter().find_map(|part| paths.get(part))?;
            let says = format!("/{} is {hall}'s: a hall hands its pages up (`hall::Hall`)", parts[parts.len() - 1]);
            Some(Finding::new(&source.path, line, says))
        }));
        findings.extend(names_in(source));
    }
    findings
}

/// Whether a file may name no hall.
fn is_below(path: &str) -> bool {
    let Some((of, rest)) = path.strip_prefix("crates/").and_then(|path| path.split_once('/')) else {
        return path.starts_with("assets/") && path.ends_with(".js");
    };
    let shown = (rest.starts_with("src/") && rest.ends_with(".rs")) || rest.starts_with("templates/");
    shown && (BELOW.contains(&of) || (of == "server" && !path.starts_with(LIST)))
}

/// How the paths begin that are a hall's and not the house's, with the hall.
fn paths_of_halls(sources: &[&Source]) -> BTreeMap<String, &'static str> {
    let routes = |of: &str| -> Vec<String> {
        let within = format!("crates/{of}/src/");
        let own = sources.iter().filter(|source| source.path.starts_with(&within));
        own.flat_map(|source| [".route(", ".nest("].map(|call| arguments(source, call)).concat()).collect()
    };
    let places = sources.iter().filter(|source| source.path.starts_with("crates/server/src/"));
    let places = places.flat_map(|source| arguments(source, "Place::new(")).map(|first| format!("/{first}"));
    let house: Vec<String> = HOUSE.into_iter().flat_map(routes).chain(places).collect();
    let house: BTreeSet<String> = house.iter().flat_map(|path| beginnings(path)).collect();
    let of = |hall: &'static str| {
        let own =
            routes(hall).into_iter().filter_map(|path| beginnings(&path).into_iter().find(|b| !house.contains(b)));
        own.map(|path| (path, hall)).collect::<Vec<_>>()
    };
    HALLS.iter().flat_map(|hall| of(hall)).collect()
}

/// The literals that stand first in every call of `call`.
fn arguments(source: &Source, call: &str) -> Vec<String> {
    let Some(lexed) = &source.lexed else { return Vec::new() };
    let places = lexed.words(call).into_iter().filter(|at| !lexed.in_tests(*at)).map(|at| at + call.len());
    let first = |open: usize| {
        let literal = lexed.strings.iter().find(|literal| literal.at > open)?;
        (lexed.code[open..literal.at].trim_start() == "\"").then(|| literal.text.clone())
    };
    places.filter_map(first).collect()
}

/// A path by its first part, and by its first two: `desk`, `desk/visits`. A part that is filled in is none.
fn beginnings(path: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut parts = path.strip_prefix('/').unwrap_or(path).split('/').map(|part| {
        let end = part.find(|c| !is_part(c)).unwrap_or(part.len());
        (&part[..end], end == part.len())
    });
    let (Some((first, whole)), second) = (parts.next(), parts.next()) else { return Vec::new() };
    let second =
        second.filter(|(second, _)| whole && !second.is_empty()).map(|(second, _)| format!("{first}/{second}"));
    [first.to_owned()].into_iter().chain(second).collect()
}

/// The paths that a file names, each by its line and its [`beginnings`].
fn paths_in(source: &Source) -> Vec<(usize, Vec<String>)> {
    let within = |text: &str, may_begin: bool| {
        let begins = |at: usize| match text[..at].chars().next_back() {
            None => may_begin,
            Some(before) => "\"'`=(".contains(before),
        };
        let places: Vec<usize> = text.match_indices('/').map(|(at, _)| at).filter(|at| begins(*at)).collect();
        places.into_iter().map(|at| (at, beginnings(&text[at..]))).collect::<Vec<_>>()
    };
    let Some(lexed) = &source.lexed else {
        let line = |at: usize| source.text[..at].matches('\n').count() + 1;
        return within(&source.text, false).into_iter().map(|(at, parts)| (line(at), parts)).collect();
    };
    let literals = lexed.strings.iter().filter(|literal| !lexed.in_tests(literal.at));
    let found =
        literals.flat_map(|literal| within(&literal.text, true).into_iter().map(move |(at, p)| (literal.at + at, p)));
    found.map(|(at, parts)| (lexed.line_of(at), parts)).collect()
}

/// The crates of halls that a file's code names.
fn names_in(source: &Source) -> Vec<Finding> {
    let Some(lexed) = &source.lexed else { return Vec::new() };
    let mut findings = Vec::new();
    for hall in HALLS {
        let word = format!("{hall}::");
        // `crate::health::` is a module; a crate stands at a path's root.
        let is_root = |at: usize| !lexed.code[..at].ends_with("::") || lexed.code[..at].ends_with(" ::");
        for at in lexed.words(&word).into_iter().filter(|at| is_root(*at) && !lexed.in_tests(*at)) {
            let says =
                format!("{word} below the halls or beside {LIST}.rs: what is asked of it belongs into `hall::Hall`");
            findings.push(Finding::new(&source.path, lexed.line_of(at), says));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hall's routes, the house's, and one file more.
    fn found(path: &str, text: &str) -> Vec<String> {
        let hall = ".route(\"/hospitals/{id}\", get(a)).route(\n\"/desk/visits\", get(b)).route(\"/orders\", get(c))";
        let tree = [
            Source::new("crates/health/src/hall.rs", format!("fn r() {{ Router::new(){hall} }}\n")),
            Source::new(
                "crates/identity/src/lib.rs",
                "fn r() { R.route(\"/desk\", get(a)).route(\"/desk/card\", get(b)) }\n",
            ),
            Source::new("crates/server/src/own.rs", "fn house() { Place::new(\"orders\", tab, about) }\n"),
            Source::new(path, text),
        ];
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_path_of_a_hall_stands_in_no_page_below_it() {
        let page = "<p></p>\n<a href=\"/hospitals?page=2\">";
        let told = found("crates/ui/templates/front.html", page);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("crates/ui/templates/front.html:2: /hospitals is health's"), "{told:?}");
        for (path, text) in [
            ("crates/payments/templates/paid.html", "{{ c::row(page, \"/hospitals\", page.t(\"x\")) }}"),
            ("assets/worker.js", "fetch('/hospitals/' + id)"),
            ("assets/worker.js", "fetch(`/hospitals`)"),
            ("crates/identity/src/a.rs", "fn f() -> String { format!(\"/hospitals/{id}\") }"),
            ("crates/identity/src/a.rs", "const A: &str = \"<a href=\\\"/hospitals\\\">\";"),
            ("crates/identity/src/a.rs", "const A: &str = \"/desk/visits\";"),
            ("crates/server/src/front.rs", "const A: &str = \"/hospitals#top\";"),
        ] {
            assert_eq!(found(path, text).len(), 1, "{path}: {text}");
        }
    }

    #[test]
    fn the_houses_paths_and_other_words_may_stand_anywhere() {
        for (path, text) in [
            ("crates/ui/templates/front.html", "<a href=\"/orders\">, <a href=\"/desk/card\">, icon(\"hospitals\")"),
            ("crates/ui/templates/front.html", "<a href=\"/hospitals-of-old\"> and a/hospitals/b"),
            ("crates/identity/src/a.rs", "// \"/hospitals\" is health's\nconst A: &str = \"/desk/{role}\";"),
            ("crates/identity/src/a.rs", "#[cfg(test)]\nmod tests { const A: &str = \"/hospitals\"; }"),
            ("crates/ui/src/tests/preview.rs", "const A: &str = \"/hospitals\";"),
            ("crates/health/templates/list.html", "<a href=\"/hospitals\">"),
            ("crates/server/src/halls/fold.rs", "const A: &str = \"/hospitals\";"),
            ("crates/server/tests/app/booking.rs", "const A: &str = \"/hospitals\";"),
            ("docs/offline.md", "\"/hospitals\""),
        ] {
            assert_eq!(found(path, text), [""; 0], "{path}: {text}");
        }
    }

    #[test]
    fn the_server_names_halls_in_its_list_only() {
        for path in ["crates/server/src/commands/pay.rs", "crates/hall/src/lib.rs", "crates/ui/src/page.rs"] {
            assert_eq!(found(path, "fn f() { health::hall(); }").len(), 1, "{path}");
            assert_eq!(found(path, "use ::health::hall;").len(), 1, "{path}");
            assert_eq!(
                found(path, "// health::hall\nfn f() { crate::health::probe(); my_health::f(); }").len(),
                0,
                "{path}"
            );
        }
        for path in ["crates/server/src/halls.rs", "crates/server/tests/app/main.rs", "crates/partners/src/a.rs"] {
            assert_eq!(found(path, "fn f() { health::hall(); }").len(), 0, "{path}");
        }
    }
}
