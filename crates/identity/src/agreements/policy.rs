//! The dated versions of `[[agreements]]` in `policy/identity.toml`.
//!
//! A new version comes in two steps, so that two releases can be served at the same time: first a release that has the words
//! of the old and of the new version, and when it runs everywhere, the table that puts the new one in force from a later day.

use kernel::Date;
use platform::policy::Section;
use serde::{Deserialize, Deserializer};

/// The words of one version: `<word>-<version>-intro`, and `<word>-<version>-<n>-title` and `-text` for each part, in
/// `locales/*/agreements.ftl`.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) version: &'static str,
    /// How many parts it has.
    pub(crate) parts: usize,
}

/// Every version of the user agreement that this program has the words of. The one in force is policy's to say; a version
/// leaves the list when no table names it any more.
pub(crate) const TERMS: &[Words] = &[Words { version: "2026-11", parts: 8 }];
/// The same for the privacy policy.
pub(crate) const PRIVACY: &[Words] = &[Words { version: "2026-11-30", parts: 9 }];

/// Which versions are in force.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgreementPolicy {
    /// Of the user agreement.
    pub(crate) terms: String,
    /// Of the privacy policy.
    pub(crate) privacy: String,
    /// The day that both name as theirs, `YYYY-MM-DD`.
    #[serde(deserialize_with = "date")]
    pub(crate) dated: Date,
}

impl Section for AgreementPolicy {
    const NAME: &'static str = "agreements";

    fn check(&self) -> Result<(), String> {
        for (name, version, known) in [("terms", &self.terms, TERMS), ("privacy", &self.privacy, PRIVACY)] {
            if !known.iter().any(|words| words.version == version) {
                let known: Vec<&str> = known.iter().map(|words| words.version).collect();
                let known = known.join(", ");
                return Err(format!("this program has no words for {name} {version:?}; it has those of {known}"));
            }
        }
        Ok(())
    }
}

fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::policy::{Known, Policy};
    use ui::Lang;
    use ui::locale::has as has_text;

    #[test]
    fn every_version_on_the_list_has_its_words() {
        for (word, list) in [("terms", TERMS), ("privacy", PRIVACY)] {
            for Words { version, parts } in list {
                let part = |n| [format!("{word}-{version}-{n}-title"), format!("{word}-{version}-{n}-text")];
                let keys = (1..=*parts).flat_map(part).chain([format!("{word}-{version}-intro")]);
                for key in keys {
                    assert!(has_text(Lang::Zh, &key) && has_text(Lang::En, &key), "{key}");
                }
                assert!(!has_text(Lang::Zh, &format!("{word}-{version}-{}-title", parts + 1)), "{word} has more parts");
            }
        }
    }

    #[test]
    fn a_later_table_may_name_what_there_are_words_for_and_nothing_else() {
        let load = |later: &str| {
            let table = |from: &str, terms: &str| {
                format!(
                    "[[agreements]]\nfrom = \"{from}\"\nterms = \"{terms}\"\nprivacy = \"2026-11-30\"\ndated = \"2026-11-30\"\n"
                )
            };
            let text = table("2025-01-01", "2026-11") + &table("2027-03-01", later);
            let policy = Policy::from_files([("identity.toml".to_owned(), text)]).unwrap();
            policy.verify_all(&[Known::of::<AgreementPolicy>()])
        };
        assert_eq!(load("2026-11"), Ok(()), "the same words under another day");
        assert!(load("2999-01").unwrap_err().to_string().contains("no words for terms \"2999-01\""));
    }
}
