//! How Chinese is read: syllables in pinyin, and surnames by their own list.

use std::sync::LazyLock;

use pinyin::ToPinyin;

/// Surnames, each with its readings, the first one first; longer ones before their first characters.
static SURNAMES: LazyLock<Vec<(&str, Vec<Reading>)>> = LazyLock::new(|| {
    let lines = include_str!("surnames.txt").lines().chain(kernel::DOUBLE_SURNAMES.lines());
    let lines = lines.filter(|line| !line.starts_with('#'));
    let mut surnames: Vec<_> = lines.filter_map(|line| line.split_once(' ')).map(surname).collect();
    surnames.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    surnames
});

/// One way to read a text: its syllables, `ü` as `v`; what is no Chinese is read letter by letter.
pub(super) type Reading = Vec<String>;

fn surname<'a>((name, readings): (&'a str, &'a str)) -> (&'a str, Vec<Reading>) {
    (name, readings.split('/').map(|reading| reading.split('-').map(str::to_owned).collect()).collect())
}

/// How a text is read.
pub(super) fn of(text: &str) -> Reading {
    text.chars().filter_map(syllable).collect()
}

/// Every way to read a person's name, the most likely one first: by the surname's own readings, then as any text.
pub(super) fn of_person(name: &str) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (surname, starts) in SURNAMES.iter() {
        // A name that is nothing but the surname's two characters is one of another surname.
        let Some(given) = name.strip_prefix(surname).filter(|given| !given.is_empty()) else { continue };
        readings.extend(starts.iter().map(|start| [start.clone(), of(given)].concat()));
    }
    readings.push(of(name));
    let mut known = Vec::new();
    readings.retain(|reading| {
        !known.contains(reading) && {
            known.push(reading.clone());
            true
        }
    });
    readings
}

/// How many characters of a person's name are the surname: two where the list has one of two.
pub(super) fn surname_chars(name: &str) -> usize {
    let long = SURNAMES.iter().find(|(surname, _)| name.strip_prefix(surname).is_some_and(|given| !given.is_empty()));
    long.map_or(1, |(surname, _)| surname.chars().count())
}

fn syllable(c: char) -> Option<String> {
    match c.to_pinyin() {
        Some(pinyin) => Some(pinyin.plain().replace('ü', "v")),
        None => c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_surname_stands_once_and_is_read_by_as_many_syllables() {
        let names: HashSet<&str> = SURNAMES.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), SURNAMES.len());
        assert!(SURNAMES.len() > 150, "{}", SURNAMES.len());
        for (name, readings) in SURNAMES.iter() {
            for reading in readings {
                assert_eq!(reading.len(), name.chars().count(), "{name}");
                assert!(reading.iter().all(|one| one.bytes().all(|byte| byte.is_ascii_lowercase())), "{name}");
            }
        }
    }

    #[test]
    fn surnames_are_read_as_families_say_them() {
        for (name, reading) in [
            ("翟明", "zhai ming"),
            ("覃明", "qin ming"),
            ("阚明", "kan ming"),
            ("种明", "chong ming"),
            ("尉迟明", "yu chi ming"),
            ("长孙明", "zhang sun ming"),
            ("单明", "shan ming"),
            ("仇明", "qiu ming"),
            ("区明", "ou ming"),
            ("查明", "zha ming"),
            ("盖明", "ge ming"),
            ("解明", "xie ming"),
            ("曾明", "zeng ming"),
            ("朴明", "piao ming"),
            ("冼明", "xian ming"),
            ("缪明", "miao ming"),
            ("乐明", "yue ming"),
            ("员明", "yun ming"),
            ("黑明", "he ming"),
            ("秘明", "bi ming"),
            ("折明", "she ming"),
            ("逄明", "pang ming"),
            ("逯明", "lu ming"),
            ("万俟明", "mo qi ming"),
            ("澹台明", "tan tai ming"),
            ("令狐明", "ling hu ming"),
            ("周雅文", "zhou ya wen"),
            ("吕明", "lv ming"),
            ("单于", "shan yu"),
        ] {
            assert_eq!(of_person(name)[0].join(" "), reading, "{name}");
        }
        let all = |name: &str| of_person(name).iter().map(|reading| reading.join("")).collect::<Vec<_>>();
        assert_eq!(all("覃明"), ["qinming", "tanming"]);
        assert_eq!(all("单明"), ["shanming", "danming"]);
        assert_eq!(all("尉迟明"), ["yuchiming", "weichiming", "yuchiming"][..2]);
        assert_eq!(of("CT室"), ["c", "t", "shi"]);
    }

    #[test]
    fn surnames_of_two_characters_are_known() {
        for (name, chars) in [("欧阳娜娜", 2), ("欧阳", 1), ("周雅文", 1), ("单于明", 2)] {
            assert_eq!(surname_chars(name), chars, "{name}");
        }
    }

    #[test]
    fn a_surname_of_two_characters_is_one_to_the_desk_as_well() {
        for (surname, _) in SURNAMES.iter().filter(|(surname, _)| surname.chars().count() == 2) {
            let name = kernel::PersonName::parse(&format!("{surname}明远")).unwrap();
            assert_eq!(&name.surname(), surname);
        }
    }
}
