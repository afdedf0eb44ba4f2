//! No file names a folder of somebody's machine.

use super::{Finding, Source};

/// Folders of machines, in pieces so that this file does not name them itself.
const PLACES: [&str; 3] = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/")];

/// Looks through every text file of the tree.
pub fn check(tree: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree {
        for (number, line) in source.text.lines().enumerate() {
            if let Some(place) = machine_path(line) {
                findings.push(Finding::new(&source.path, number + 1, format!("«{place}» is a folder of one machine")));
            }
        }
    }
    findings
}

/// The machine's folder that a line names, when it does. `example.cn/work/` is an address, not a folder.
fn machine_path(line: &str) -> Option<&'static str> {
    PLACES.into_iter().find(|place| {
        line.match_indices(place).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + place.len()..].chars().next();
            let starts_path = before.is_none_or(|c| !c.is_alphanumeric() && !"/.-_}".contains(c));
            let is_home = place.contains("me/");
            starts_path && (!is_home || after.is_some_and(char::is_alphanumeric))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_told_from_addresses() {
        assert!(machine_path(concat!("see /wo", "rk/main")).is_some());
        assert!(machine_path(concat!("\"/ho", "me/someone/x\"")).is_some());
        assert!(machine_path(concat!("href=\"/ho", "me/\"")).is_none());
        assert!(machine_path(concat!("https://example.cn/wo", "rk/1")).is_none());
    }
}
