//! What people call departments, beside what the hospitals call them (`synonyms.txt`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use hall::search::Words;

static DEPARTMENTS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let lines = include_str!("synonyms.txt").lines().filter(|line| !line.starts_with('#'));
    let entry = |line: &'static str| {
        let (name, others) = line.split_once(':')?;
        Some((name.trim(), others.split_whitespace().collect()))
    };
    lines.filter_map(entry).collect()
});

/// The words of a department: its names, and what people call it.
pub(crate) fn of_department(names: &[&str], name_en: &str) -> Words {
    let others = names.iter().filter_map(|name| DEPARTMENTS.get(name)).flatten();
    Words::of(names, name_en).and_also(others.copied())
}

#[cfg(test)]
mod tests {
    use hall::search::{Rank, patterns};

    use super::*;

    #[test]
    fn a_department_is_found_by_what_people_call_it() {
        let asked = |typed: &str, name: &str| of_department(&[name], "").rank(&patterns(typed).unwrap());
        for (typed, name, rank) in [
            ("妇产科", "妇科", Some(Rank::Whole)),
            ("妇产科", "产科", Some(Rank::Whole)),
            ("fck", "产科", Some(Rank::Whole)),
            ("fuchanke", "妇科", Some(Rank::Whole)),
            ("妇科", "妇科", Some(Rank::Begins)),
            ("dentist", "口腔科", Some(Rank::Whole)),
            ("妇产科", "眼科", None),
            ("牙科", "眼科", None),
        ] {
            assert_eq!(asked(typed, name), rank, "{typed} {name}");
        }
    }
}
