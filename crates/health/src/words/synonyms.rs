//! What people call departments, beside what the hospitals call them (`synonyms.txt`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

static DEPARTMENTS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let lines = include_str!("synonyms.txt").lines().filter(|line| !line.starts_with('#'));
    let entry = |line: &'static str| {
        let (name, others) = line.split_once(':')?;
        Some((name.trim(), others.split_whitespace().collect()))
    };
    lines.filter_map(entry).collect()
});

/// Other words for a department of this name.
pub(super) fn of_department(name: &str) -> &'static [&'static str] {
    DEPARTMENTS.get(name).map_or(&[], Vec::as_slice)
}
