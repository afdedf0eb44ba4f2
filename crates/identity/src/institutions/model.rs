//! What an institution is: its facts, and what it does with us. Pure.

use std::fmt;
use std::str::FromStr;

use kernel::{CreditCode, InsurerCode, typing};

use super::hours::Hours;
use super::ids::InstitutionId;

kernel::words! {
    /// What an institution does with us. A hall that needs another adds its word here.
    pub enum Capability: "something that an institution can do" {
        /// Its clinics are booked here.
        Booking = "booking",
        /// Its clerks check visitors in.
        CheckIn = "check_in",
        /// Whose a card's code is, is looked at there: by its clerks at the desk, or by its own system.
        CardScan = "card_scan",
    }
}

kernel::words! {
    /// Whether an institution still works with us.
    pub enum State: "a state of an institution" {
        /// It does.
        Open = "open",
        /// It does no more: its keys and its desks are refused. Its past stays.
        Closed = "closed",
    }
}

/// What an institution does, each once, in one order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities(Vec<Capability>);

impl Capabilities {
    /// Whether this is among them.
    pub fn has(&self, wanted: Capability) -> bool {
        self.0.contains(&wanted)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Capability> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(all: I) -> Self {
        let mut all: Vec<Capability> = all.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }
}

/// A district (GB/T 2260): six digits, as 320404.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District(String);

/// What was typed is no district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a district has six digits, for example 320404")]
pub struct NotDistrict;

impl District {
    /// Its six digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for District {
    type Err = NotDistrict;

    fn from_str(typed: &str) -> Result<Self, NotDistrict> {
        typing::digits(typed, 6).map(Self).ok_or(NotDistrict)
    }
}

impl fmt::Display for District {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is written down of an institution and may change. Texts may be empty but for the name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its name, in full.
    pub name: String,
    /// How people call it (市一院).
    pub short: String,
    /// Its name on English pages; where it is empty, [`Facts::english_name`] says the Chinese one.
    pub name_en: String,
    /// 统一社会信用代码. Branches of one hospital share it.
    pub credit_code: Option<CreditCode>,
    /// 定点医药机构编号; no two have the same.
    pub insurer_code: Option<InsurerCode>,
    /// Where it lies.
    pub district: Option<District>,
    /// Street and number.
    pub address: String,
    /// For citizens to call, as it is shown.
    pub phone: String,
    /// When it is open; not said if empty.
    pub hours: Hours,
}

/// Why facts are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFacts {
    /// Neither words nor pages can do without it.
    #[error("an institution has a name")]
    NoName,
    /// Holds which, and how many characters it may have.
    #[error("{0} has at most {1} characters")]
    Long(&'static str, usize),
}

impl Facts {
    /// What English pages call it: the Chinese name where nobody has given another.
    pub fn english_name(&self) -> &str {
        if self.name_en.is_empty() { &self.name } else { &self.name_en }
    }

    /// The same with each text as somebody will read it: blanks folded, nothing invisible.
    ///
    /// # Errors
    /// [`BadFacts`]: no name, or a text that is too long, which is not cut.
    pub fn clean(mut self) -> Result<Self, BadFacts> {
        let texts = [
            ("name", 100, &mut self.name),
            ("short", 20, &mut self.short),
            ("name_en", 200, &mut self.name_en),
            ("address", 200, &mut self.address),
            ("phone", 40, &mut self.phone),
        ];
        for (what, most, text) in texts {
            // One more than may be, so that a longer one is refused and not cut.
            *text = typing::line(text, most + 1);
            if text.chars().count() > most {
                return Err(BadFacts::Long(what, most));
            }
        }
        if self.name.is_empty() { Err(BadFacts::NoName) } else { Ok(self) }
    }

    /// The names of the fields that differ, for the audit, which holds no values of them: an employer's name may be a
    /// person's.
    pub(super) fn differing(&self, other: &Self) -> Vec<&'static str> {
        [
            ("name", self.name != other.name),
            ("short", self.short != other.short),
            ("name_en", self.name_en != other.name_en),
            ("credit_code", self.credit_code != other.credit_code),
            ("insurer_code", self.insurer_code != other.insurer_code),
            ("district", self.district != other.district),
            ("address", self.address != other.address),
            ("phone", self.phone != other.phone),
            ("hours", self.hours != other.hours),
        ]
        .into_iter()
        .filter_map(|(what, differs)| differs.then_some(what))
        .collect()
    }
}

/// An institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Its id, which says its kind.
    pub id: InstitutionId,
    /// Its short name for operators and in policy: `dermyy`. No two have the same.
    pub code: String,
    /// What is written down of it.
    pub facts: Facts,
    /// Sample data (演示数据).
    pub demo: bool,
    /// Whether it still works with us.
    pub state: State,
    /// What it does with us, while it is open.
    pub capabilities: Capabilities,
}

impl Institution {
    /// Whether it still works with us.
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether it does this with us now.
    pub fn can(&self, what: Capability) -> bool {
        self.is_open() && self.capabilities.has(what)
    }
}

/// A code in its one form; `None` unless 2 to 32 letters, digits, dots, dashes or underscores. An id is no code: what is
/// typed is looked for as both.
pub(super) fn clean_code(typed: &str) -> Option<String> {
    let code = typing::login(typed);
    let plain = code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    ((2..=32).contains(&code.len()) && plain && code.parse::<InstitutionId>().is_err()).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cleaned_and_long_ones_refused() {
        let facts = Facts { name: " 恒春 \u{200b}大药房\n".into(), ..Facts::default() };
        assert_eq!(facts.clone().clean().unwrap().name, "恒春 大药房");
        assert_eq!(Facts::default().clean(), Err(BadFacts::NoName));
        let long = Facts { short: "长".repeat(21), ..facts };
        assert_eq!(long.clean(), Err(BadFacts::Long("short", 20)));
    }

    #[test]
    fn a_closed_institution_can_do_nothing() {
        let mut institution = Institution {
            id: "pha_01aryz6s410000000000000000".parse().unwrap(),
            code: "hengchun".into(),
            facts: Facts { name: "恒春大药房".into(), ..Facts::default() },
            demo: false,
            state: State::Open,
            capabilities: [Capability::CardScan, Capability::CardScan].into_iter().collect(),
        };
        assert!(institution.can(Capability::CardScan) && !institution.can(Capability::Booking));
        assert_eq!(institution.capabilities.iter().count(), 1);
        institution.state = State::Closed;
        assert!(!institution.can(Capability::CardScan));
    }

    #[test]
    fn codes_and_districts_have_one_form() {
        assert_eq!(clean_code(" DerMYY "), Some("dermyy".into()));
        for wrong in ["", "a", "二院", "a b!", "hos_01aryz6s410000000000000000"] {
            assert_eq!(clean_code(wrong), None, "{wrong}");
        }
        assert_eq!("３２０４０４".parse::<District>().unwrap().as_str(), "320404");
        for wrong in ["", "32040", "3204041", "32040a"] {
            assert_eq!(wrong.parse::<District>(), Err(NotDistrict), "{wrong}");
        }
    }
}
