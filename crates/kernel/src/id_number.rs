//! National identity numbers (GB 11643-1999), residence permits of Hong Kong, Macao and Taiwan
//! residents, and foreign permanent residents' numbers of 2023: one form of eighteen characters
//! (ACC-1).
//!
//! The first six digits say where the number was first given out. They are not compared with a list of regions, because
//! codes vanish (320482 was Jintan) while people keep their numbers for life.

use std::fmt;

use jiff::civil::Date;

use crate::check_digit::mod11_2;
use crate::pii::Mask;
use crate::typing::{Odd, number_or_x};

/// The earliest year of birth that is accepted; an earlier one is taken for a typing mistake.
const FIRST_BIRTH_YEAR: i16 = 1880;

/// A valid identity number: eighteen characters, with `X` in upper case. It never shows itself in logs; to store or
/// send it, code must call [`expose`](IdNumber::expose).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber {
    text: String,
    kind: IdKind,
    birth: Date,
    sex: Sex,
}

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdKind {
    /// A resident's identity card.
    Resident,
    /// A residence permit of a Hong Kong resident (81…).
    HongKong,
    /// A residence permit of a Macao resident (82…).
    Macao,
    /// A residence permit of a Taiwan resident (83…).
    Taiwan,
    /// A foreign permanent resident's identity card, form of 2023 (9…).
    ForeignResident,
}

/// The sex that the number states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// The seventeenth digit is odd.
    Male,
    /// The seventeenth digit is even.
    Female,
}

impl IdNumber {
    /// Reads a number as people type it: grouped, full-width, copied with marks that cannot be seen, with letters for
    /// the digits they look like, and with whatever looks like an X at its end ([`typing`](crate::typing)). `today`
    /// bounds the date of birth.
    pub fn parse(text: &str, today: Date) -> Result<IdNumber, IdNumberError> {
        let text = number_or_x(text);
        check_shape(&text)?;
        let kind = kind_of(&text)?;
        // The check digit is tested before the date, so that one wrong digit is reported as a wrong digit.
        if !mod11_2::valid(&text) {
            return Err(IdNumberError::CheckDigit);
        }
        let birth = birth_of(&text).ok_or(IdNumberError::Birth)?;
        if birth.year() < FIRST_BIRTH_YEAR {
            return Err(IdNumberError::Birth);
        }
        if birth > today {
            return Err(IdNumberError::FutureBirth);
        }
        let sex = match number_at(&text, 16, 17) {
            Some(digit) if digit % 2 == 1 => Sex::Male,
            _ => Sex::Female,
        };
        Ok(IdNumber { text, kind, birth, sex })
    }

    /// Whose number it is.
    pub fn kind(&self) -> IdKind {
        self.kind
    }

    /// The date of birth.
    pub fn birth(&self) -> Date {
        self.birth
    }

    /// The sex that the number states.
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// Age in full years on a day, counting the birthday itself. Somebody born on 29 February becomes a year older on 1
    /// March of a common year. The age is negative before birth.
    pub fn age_on(&self, day: Date) -> i32 {
        let years = i32::from(day.year()) - i32::from(self.birth.year());
        let had_birthday = (day.month(), day.day()) >= (self.birth.month(), self.birth.day());
        if had_birthday { years } else { years - 1 }
    }

    /// The eighteen characters.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl Mask for IdNumber {
    /// `320402********0012`: neither date of birth nor age can be seen.
    fn masked(&self) -> String {
        let first = self.text.get(..6).unwrap_or_default();
        let last = self.text.get(14..).unwrap_or_default();
        format!("{first}********{last}")
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(…)")
    }
}

/// Why a text is not an identity number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdNumberError {
    /// Not eighteen characters.
    #[error("an identity number has eighteen characters")]
    Length {
        /// How many characters were typed, not counting those that only group them.
        typed: usize,
    },
    /// Fifteen characters: a number from before 1999, or a foreign resident's card of 2017.
    #[error("identity numbers of fifteen characters are no longer valid")]
    OldForm,
    /// The text is not seventeen digits followed by a digit or X.
    #[error("an identity number is seventeen digits and a digit or X")]
    Characters(Odd),
    /// No numbers that start like this have been given out.
    #[error("no identity number starts with these digits")]
    Region,
    /// The last character does not fit the others, so something was mistyped.
    #[error("the identity number's check digit is wrong")]
    CheckDigit,
    /// The date of birth is not in the calendar, or beyond any living person's.
    #[error("the identity number's date of birth does not exist")]
    Birth,
    /// The date of birth is in the future.
    #[error("the identity number's date of birth is in the future")]
    FutureBirth,
}

fn check_shape(text: &str) -> Result<(), IdNumberError> {
    let typed = text.chars().count();
    if typed == 15 && is_old_form(text) {
        return Err(IdNumberError::OldForm);
    }
    let fits = |(at, c): &(usize, char)| c.is_ascii_digit() || (*c == 'X' && at + 1 == typed);
    match text.chars().enumerate().find(|place| !fits(place)) {
        Some((_, odd)) => Err(IdNumberError::Characters(Odd::new(odd))),
        None if typed == 18 => Ok(()),
        None => Err(IdNumberError::Length { typed }),
    }
}

/// Fifteen digits, or a country's three letters and twelve digits.
fn is_old_form(text: &str) -> bool {
    let (country, digits) = text.split_at_checked(3).unwrap_or_default();
    let one = |is: fn(&u8) -> bool| country.bytes().all(|byte| is(&byte));
    digits.bytes().all(|byte| byte.is_ascii_digit()) && (one(u8::is_ascii_digit) || one(u8::is_ascii_alphabetic))
}

fn kind_of(text: &str) -> Result<IdKind, IdNumberError> {
    match text.as_bytes() {
        [b'1'..=b'7', ..] => Ok(IdKind::Resident),
        [b'8', b'1', ..] => Ok(IdKind::HongKong),
        [b'8', b'2', ..] => Ok(IdKind::Macao),
        [b'8', b'3', ..] => Ok(IdKind::Taiwan),
        [b'9', ..] => Ok(IdKind::ForeignResident),
        _ => Err(IdNumberError::Region),
    }
}

fn birth_of(text: &str) -> Option<Date> {
    let year = number_at(text, 6, 10)?;
    let month = i8::try_from(number_at(text, 10, 12)?).ok()?;
    let day = i8::try_from(number_at(text, 12, 14)?).ok()?;
    Date::new(year, month, day).ok()
}

fn number_at(text: &str, from: usize, to: usize) -> Option<i16> {
    text.get(from..to)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = Date::constant(2026, 8, 7);

    /// Seventeen digits with the check character that fits them.
    fn complete(digits: &str) -> String {
        format!("{digits}{}", mod11_2::of(digits).unwrap())
    }

    #[test]
    fn valid_numbers_tell_kind_birth_and_sex() {
        use IdKind::*;
        use Sex::*;
        for (number, kind, birth, sex) in [
            ("11010519491231002X", Resident, date(1949, 12, 31), Female),
            ("320402198001010012", Resident, date(1980, 1, 1), Male),
            ("32040419900615002X", Resident, date(1990, 6, 15), Female),
            ("320411195812080033", Resident, date(1958, 12, 8), Male),
            ("320481201211030046", Resident, date(2012, 11, 3), Female),
            ("320412197001010029", Resident, date(1970, 1, 1), Female),
            ("320413200912311018", Resident, date(2009, 12, 31), Male),
            ("810000199003070517", HongKong, date(1990, 3, 7), Male),
            ("83000019810715006X", Taiwan, date(1981, 7, 15), Female),
            (&complete("82000019900307051"), Macao, date(1990, 3, 7), Male),
            // 9, province 32, ISO 3166 numeric 840.
            (&complete("93284019850412002"), ForeignResident, date(1985, 4, 12), Female),
            // Taiwan province's own code; regions that no longer exist; one that never did.
            (&complete("71000019700101001"), Resident, date(1970, 1, 1), Male),
            (&complete("32048219700101001"), Resident, date(1970, 1, 1), Male),
            (&complete("32040519700101001"), Resident, date(1970, 1, 1), Male),
            (&complete("32042119650101001"), Resident, date(1965, 1, 1), Male),
            (&complete("32999919700101001"), Resident, date(1970, 1, 1), Male),
            (&complete("32040220000229001"), Resident, date(2000, 2, 29), Male),
            (&complete("32040218990101001"), Resident, date(1899, 1, 1), Male),
        ] {
            let id = IdNumber::parse(number, TODAY).unwrap_or_else(|e| panic!("{number}: {e}"));
            assert_eq!((id.kind(), id.birth(), id.sex()), (kind, birth, sex), "{number}");
            assert_eq!(id.expose(), number);
        }
    }

    #[test]
    fn typing_habits_are_put_right() {
        for typed in [
            "11010519491231002x",
            " 11010519491231002X\n",
            "110105 19491231 002X",
            "１１０１０５１９４９１２３１００２Ｘ",
            "１１０１０５１９４９１２３１００２ｘ",
            "110105　19491231　002X",
            "110105-19491231-002X",
            "110105-1949-1231-002х",
            "110105.19491231.002×",
            "110105/19491231/002Ⅹ",
            "110105_19491231_002Х",
            "110105–19491231—002Χ",
            "110105。19491231。002*",
            "\u{202D}11010519491231002X\u{202C}",
            "\u{FEFF}11010519491231002X",
            "110105\u{200B}19491231\u{200E}002X",
            "'11010519491231002X",
            "“11010519491231002X”",
            "11010519491231002X\u{3}\t",
            "l1O1o519491231002X",
            "IlО1O519491231OО2X",
        ] {
            let id = IdNumber::parse(typed, TODAY).unwrap_or_else(|e| panic!("{typed:?}: {e}"));
            assert_eq!(id.expose(), "11010519491231002X");
        }
    }

    #[test]
    fn what_is_no_identity_number() {
        use IdNumberError::*;
        let odd = |c| Characters(Odd::new(c));
        for (text, error) in [
            ("", Length { typed: 0 }),
            ("32040219800101001", Length { typed: 17 }),
            ("320402-1980-0101-001", Length { typed: 17 }),
            ("3204021980010100122", Length { typed: 19 }),
            ("3204021980010100X", Length { typed: 17 }),
            ("320402800101001", OldForm),
            ("CHN320402800101", OldForm),
            ("32040219800101001Y", odd('Y')),
            ("32040219800101X012", odd('X')),
            ("X20402198001010012", odd('X')),
            ("E12345678", odd('E')),
            ("32040219800101001二", odd('二')),
            ("三20402198001010012", odd('三')),
            ("٣20402198001010012", odd('٣')),
            ("身份证320402198001010012", odd('身')),
            ("320402198001010013", CheckDigit),
            ("32040219800101001X", CheckDigit),
            ("320402198010010012", CheckDigit),
            (&complete("02040219800101001"), Region),
            (&complete("80000019800101001"), Region),
            (&complete("84000019800101001"), Region),
            (&complete("32040219810229001"), Birth),
            (&complete("32040219000229001"), Birth),
            (&complete("32040219801301001"), Birth),
            (&complete("32040219800001001"), Birth),
            (&complete("32040219800100001"), Birth),
            (&complete("32040219800431001"), Birth),
            (&complete("32040200000101001"), Birth),
            (&complete("32040218791231001"), Birth),
            (&complete("32040220260808001"), FutureBirth),
            (&complete("32040220991231001"), FutureBirth),
        ] {
            assert_eq!(IdNumber::parse(text, TODAY), Err(error), "{text}");
        }
        assert!(IdNumber::parse(&complete("32040220260807001"), TODAY).is_ok(), "born today");
    }

    #[test]
    fn age_counts_full_years_and_the_birthday() {
        let child = IdNumber::parse("320481201211030046", TODAY).unwrap();
        let leapling = IdNumber::parse(&complete("32040220000229001"), TODAY).unwrap();
        for (id, day, age) in [
            (&child, date(2028, 11, 2), 15),
            (&child, date(2028, 11, 3), 16),
            (&child, date(2028, 11, 4), 16),
            (&child, date(2012, 11, 3), 0),
            (&child, date(2012, 11, 2), -1),
            (&leapling, date(2018, 2, 28), 17),
            (&leapling, date(2018, 3, 1), 18),
            (&leapling, date(2020, 2, 28), 19),
            (&leapling, date(2020, 2, 29), 20),
        ] {
            assert_eq!(id.age_on(day), age, "{day}");
        }
    }

    #[test]
    fn the_date_of_birth_is_masked() {
        let id = IdNumber::parse("320402198001010012", TODAY).unwrap();
        assert_eq!(id.masked(), "320402********0012");
        let id = IdNumber::parse("11010519491231002x", TODAY).unwrap();
        assert_eq!(id.masked(), "110105********002X");
    }
}
