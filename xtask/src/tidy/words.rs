//! Enums whose values are words: `kernel::words!` writes each word down once. By hand it stands in one list for writing and
//! in another for reading, and the two come apart when a value is put in.

use super::rust::is_name;
use super::{Finding, Source};

/// Looks at every enum that is written and read by hand.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    tree.iter().filter(|source| !source.is_test_file()).flat_map(by_hand).collect()
}

fn by_hand(source: &Source) -> Vec<Finding> {
    let Some(lexed) = &source.lexed else { return Vec::new() };
    let mut found = Vec::new();
    for at in lexed.words("enum").into_iter().filter(|at| !lexed.in_tests(*at)) {
        let rest = lexed.code[at + "enum".len()..].trim_start();
        let name = &rest[..rest.bytes().take_while(|byte| is_name(*byte)).count()];
        let within = |head: &str, what: &str| {
            lexed.words(head).into_iter().any(|open| {
                let open = open + head.len() - 1;
                lexed.closing(open).is_some_and(|end| lexed.code[open..end].contains(what))
            })
        };
        let own = format!("impl {name} {{");
        let read = within(&own, "const ALL") || within(&format!("FromStr for {name} {{"), "fn from_str");
        if !name.is_empty() && read && within(&own, "fn as_str(self)") {
            let says = format!("the words of {name} are written twice: declare it with kernel::words!");
            found.push(Finding::new(&source.path, lexed.line_of(at), says));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str =
        "impl Way { pub const fn as_str(self) -> &'static str { match self { Way::Cash => \"cash\" } } }";

    fn found(rest: &str) -> usize {
        by_hand(&Source::new("a/model.rs", format!("pub enum Way {{ Cash }}\n{rest}\n"))).len()
    }

    #[test]
    fn a_word_is_written_down_once() {
        let read = "impl std::str::FromStr for Way { type Err = (); fn from_str(text: &str) -> Result<Way, ()> {} }";
        assert_eq!(found(&format!("{WRITTEN}\n{read}")), 1);
        assert_eq!(found(&WRITTEN.replacen('{', "{ const ALL: [Way; 1] = [Way::Cash];", 1)), 1);
    }

    #[test]
    fn what_is_never_read_back_may_stay_by_hand() {
        assert_eq!(found(WRITTEN), 0);
        assert_eq!(found("impl std::str::FromStr for Way { fn from_str(text: &str) -> Result<Way, ()> {} }"), 0);
        assert_eq!(found("kernel::words! { pub enum Means: \"a means\" { Cash = \"cash\" } }"), 0);
    }
}
