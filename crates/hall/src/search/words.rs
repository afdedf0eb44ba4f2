//! The words a name is found by, made when the name is written; and what was typed, made ready. Both go through
//! [`typing::words`], so that what is found does not depend on how it is written.

mod readings;

use kernel::typing;

use readings::Reading;

/// Longest query looked at, in characters: no name is longer.
pub const QUERY_CHARS: usize = 60;
/// Words of a query that are looked for one by one; those after them only together.
const WORDS: usize = 3;
/// No name is cut.
const NAME_CHARS: usize = 1000;

/// The words by which a row is found. A whole name or reading stands behind two spaces, its end from another word or
/// syllable on behind one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Names in every language, in small letters and simplified characters: `  眼科  eyeclinic clinic`.
    pub search: String,
    /// Pinyin of the Chinese names, and its initials: `  yanke ke  yk k`.
    pub initials: String,
}

impl Words {
    /// The words of a thing with these Chinese names and one English name.
    pub fn of(names: &[&str], name_en: &str) -> Self {
        Self { search: search(names, name_en), initials: initials(names.iter().map(|name| readings::of(name))) }
    }

    /// The same with other words for the thing. They stand behind one space, as the ends of names do: what is called so
    /// by its own name comes first.
    pub fn and_also(mut self, others: impl IntoIterator<Item = &'static str>) -> Self {
        for other in others {
            let words = typing::words(other, NAME_CHARS).concat();
            let put =
                |text: &mut String, parts: &[String]| text.push_str(from_each(parts).get(1..).unwrap_or_default());
            put(&mut self.search, &[words]);
            // English words are not spelt letter by letter.
            if !other.is_ascii() {
                let reading = readings::of(other);
                put(&mut self.initials, &reading);
                let initials: Reading = reading.iter().map(|syllable| syllable.chars().take(1).collect()).collect();
                put(&mut self.initials, &initials);
            }
        }
        self
    }

    /// How well these words fit what was asked for; `None` where they do not. The same that the search's SQL says of rows.
    pub fn rank(&self, asked: &Patterns) -> Option<Rank> {
        let has = |text: &str, like: &str| text.contains(like.trim_matches('%'));
        let fits = |pattern: &Pattern| has(&self.search, &pattern.name) || has(&self.initials, &pattern.reading);
        if has(&self.search, &asked.first) || has(&self.initials, &asked.first) {
            Some(Rank::Begins)
        } else if fits(&asked.all) {
            Some(Rank::Whole)
        } else {
            asked.words.iter().all(fits).then_some(Rank::Words)
        }
    }

    /// The words of a person: surnames have readings of their own.
    pub fn of_person(name: &str, name_en: &str) -> Self {
        Self { search: search(&[name], name_en), initials: initials(readings::of_person(name).into_iter()) }
    }
}

/// How well something fits what was asked for, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A name begins with it.
    Begins,
    /// A name has it in one piece.
    Whole,
    /// Each word of it is somewhere.
    Words,
}

/// A romanised name in the order it is written, surname first: `周雅文` is `Zhou Yawen`, `欧阳明` is `Ouyang Ming`.
pub fn romanised(name: &str) -> String {
    let reading = readings::of_person(name).into_iter().next().unwrap_or_default();
    let (surname, given) = reading.split_at(readings::surname_chars(name).min(reading.len()));
    let part = |syllables: &[String]| capital(&syllables.concat().replace('v', "ü"));
    [surname, given].into_iter().filter(|part| !part.is_empty()).map(part).collect::<Vec<_>>().join(" ")
}

/// The patterns for LIKE that are looked for. They hold only letters and digits, so nothing has to be escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patterns {
    /// All that was typed: `%眼科%` in a name, `% yk%` in a reading.
    pub all: Pattern,
    /// The same, at the beginning of a whole name or reading.
    pub first: String,
    /// Each word alone; `%` where there are fewer.
    pub words: [Pattern; WORDS],
}

/// One text, as it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// In names: Chinese anywhere, Latin letters where a word begins.
    pub name: String,
    /// In readings: where a syllable begins.
    pub reading: String,
}

impl Pattern {
    fn of(text: &str) -> Pattern {
        let reading = format!("% {text}%");
        let latin = text.starts_with(|c: char| c.is_ascii());
        Pattern { name: if latin { reading.clone() } else { format!("%{text}%") }, reading }
    }

    fn anything() -> Pattern {
        Pattern { name: "%".to_owned(), reading: "%".to_owned() }
    }
}

/// What was typed as patterns. `None` when nothing is left to look for.
pub fn patterns(typed: &str) -> Option<Patterns> {
    // Keyboards have no ü where pinyin is typed, so names are kept without it.
    let words: Vec<String> = typing::words(typed, QUERY_CHARS).into_iter().map(|word| word.replace('ü', "v")).collect();
    let all = words.concat();
    let word = |at: usize| words.get(at).map_or_else(Pattern::anything, |word| Pattern::of(word));
    (!all.is_empty()).then(|| Patterns {
        all: Pattern::of(&all),
        first: format!("%  {all}%"),
        words: [word(0), word(1), word(2)],
    })
}

fn search(names: &[&str], name_en: &str) -> String {
    let chinese = names.iter().map(|name| vec![typing::words(name, NAME_CHARS).concat()]);
    // People type Lü as Lv.
    let english = typing::words(name_en, NAME_CHARS).into_iter().map(|word| word.replace('ü', "v")).collect();
    chinese.chain([english]).map(|name| from_each(&name)).collect()
}

fn initials(readings: impl Iterator<Item = Reading>) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut add = |form: Reading| {
        let form = from_each(&form);
        if !known.contains(&form) {
            known.push(form);
        }
    };
    for reading in readings {
        // ü is typed as v, as u, and as yu in passports.
        for written in ["v", "u", "yu"] {
            add(reading.iter().map(|syllable| syllable.replace('v', written)).collect());
        }
        add(reading.iter().map(|syllable| syllable.chars().take(1).collect()).collect());
    }
    known.concat()
}

/// The whole behind two spaces, and what is left of it from each further part on behind one.
fn from_each(parts: &[String]) -> String {
    let mut text = String::new();
    for from in 0..parts.len() {
        let rest = parts[from..].concat();
        if !rest.is_empty() {
            text.push_str(if from == 0 { "  " } else { " " });
            text.push_str(&rest);
        }
    }
    text
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_names() {
        assert_eq!(
            Words::of(&["眼科", "眼"], "Eye"),
            Words { search: "  眼科  眼  eye".into(), initials: "  yanke ke  yk k  yan  y".into() }
        );
        assert_eq!(Words::of(&["CT室"], "CT room").search, "  ct室  ctroom room");
        assert_eq!(Words::of(&["CT室"], "").initials, "  ctshi tshi shi  cts ts s");
        assert_eq!(Words::of_person("单文", "Shan Wen").initials, "  shanwen wen  sw w  danwen wen  dw w");
        assert_eq!(Words::of_person("吕明", "").initials, "  lvming ming  luming ming  lyuming ming  lm m");
        assert_eq!(Words::of(&[""], ""), Words { search: String::new(), initials: String::new() });
    }

    #[test]
    fn other_words_for_a_thing_come_after_its_own_name() {
        let words = Words::of(&["产科"], "Obstetrics").and_also(["妇产科", "maternity"]);
        for (typed, rank) in [
            ("产科", Some(Rank::Begins)),
            ("妇产科", Some(Rank::Whole)),
            ("fck", Some(Rank::Whole)),
            ("fuchanke", Some(Rank::Whole)),
            ("maternity", Some(Rank::Whole)),
            ("眼科", None),
        ] {
            assert_eq!(words.rank(&patterns(typed).unwrap()), rank, "{typed}");
        }
    }

    #[test]
    fn names_in_latin_letters() {
        for (name, romanised_name) in [
            ("周雅文", "Zhou Yawen"),
            ("李明", "Li Ming"),
            ("单文", "Shan Wen"),
            ("欧阳娜娜", "Ouyang Nana"),
            ("尉迟明", "Yuchi Ming"),
            ("吕明", "Lü Ming"),
            ("周", "Zhou"),
            ("", ""),
        ] {
            assert_eq!(romanised(name), romanised_name, "{name}");
        }
    }

    #[test]
    fn what_is_typed_becomes_patterns() {
        for (typed, expected) in [
            ("  ", None),
            ("\u{3000}", None),
            ("%_\\\u{0}", None),
            ("眼科", Some("%眼科%")),
            ("眼\u{0} 科\u{200B}", Some("%眼科%")),
            ("兒科", Some("%儿科%")),
            ("ＣＺ ", Some("% cz%")),
            ("50%_\\", Some("% 50%")),
            ("lü", Some("% lv%")),
            ("People's Hospital", Some("% peopleshospital%")),
        ] {
            assert_eq!(patterns(typed).map(|found| found.all.name).as_deref(), expected, "{typed:?}");
        }
        let asked = patterns("first people's 医院 changzhou").unwrap();
        assert_eq!(asked.words[0], Pattern { name: "% first%".into(), reading: "% first%".into() });
        assert_eq!(asked.words[2], Pattern { name: "%医院%".into(), reading: "% 医院%".into() });
        assert_eq!(patterns("眼").unwrap().words[1], Pattern::anything());
        assert_eq!(patterns(&"长".repeat(500)).map(|asked| asked.all.name.chars().count()), Some(QUERY_CHARS + 2));
    }
}
