//! How a row is read: a short one by position, since its statement stands in the line above, and any other by name. A
//! position that somebody must count is a position that somebody counts wrong when a column is put in.

use super::{Finding, Source};

/// The highest position that may be read by its number.
const HIGHEST: usize = 3;

/// Looks at every store.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    tree.iter().filter(|source| !source.is_test_file() && source.path.ends_with("/store.rs")).flat_map(rows).collect()
}

fn rows(source: &Source) -> Vec<Finding> {
    let Some(lexed) = &source.lexed else { return Vec::new() };
    let counted = |at: usize| {
        let call = &lexed.code[at..];
        let argument =
            call.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(argument, _)| argument.trim());
        argument.contains('+') || argument.parse::<usize>().is_ok_and(|position| position > HIGHEST)
    };
    let places = lexed.words("row.").into_iter().filter(|at| !lexed.in_tests(*at) && counted(*at));
    let says = "a column beyond the fourth is read by its name: row.int(\"fee_fen\")";
    places.map(|at| Finding::new(&source.path, lexed.line_of(at), says)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_rows_are_read_by_name() {
        let found = |read: &str| rows(&Source::new("a/store.rs", format!("//! A.\nfn f() {{ {read} }}\n"))).len();
        assert_eq!((found("row.int(3)"), found("row.int(\"fee_fen\")"), found("row.parse::<Fen>(0)")), (0, 0, 0));
        assert_eq!((found("row.int(4)"), found("row.text(at + 1)"), found("row.parse::<Fen>(12)")), (1, 1, 1));
    }
}
