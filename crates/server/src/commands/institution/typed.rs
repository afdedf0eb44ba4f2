//! Facts of an institution as an operator types them, each error with the name of its field.

use std::fmt::Display;
use std::str::FromStr;

use identity::institutions::{District, Facts, Hours};
use kernel::{CreditCode, CreditCodeError, InsurerCode};

use crate::start::StartError;

/// Facts of an institution as they are typed. An empty text takes away what was there.
#[derive(Debug, clap::Args)]
pub struct Typed {
    /// How people call it (市一院).
    #[arg(long)]
    short: Option<String>,
    /// Its name on English pages.
    #[arg(long)]
    name_en: Option<String>,
    /// Its unified social credit code (统一社会信用代码): eighteen characters, as on its certificate.
    #[arg(long)]
    credit_code: Option<String>,
    /// The insurer's code of it (定点医药机构编号, fixmedins_code): twelve letters and digits.
    #[arg(long)]
    insurer_code: Option<String>,
    /// Its district: six digits (GB/T 2260), for example 320404.
    #[arg(long)]
    district: Option<String>,
    /// Street and number.
    #[arg(long)]
    address: Option<String>,
    /// The telephone number for citizens.
    #[arg(long)]
    phone: Option<String>,
    /// When it is open: "1-5 08:30-11:30 13:00-17:00; 6 09:00-12:00", weekdays from 1 (Monday) to 7.
    #[arg(long)]
    hours: Option<String>,
}

/// The same, read: what is `None` was not typed.
#[derive(Debug, Clone)]
pub(super) struct Read {
    name: Option<String>,
    short: Option<String>,
    name_en: Option<String>,
    credit_code: Option<Option<CreditCode>>,
    insurer_code: Option<Option<InsurerCode>>,
    district: Option<Option<District>>,
    address: Option<String>,
    phone: Option<String>,
    hours: Option<Hours>,
}

impl Typed {
    pub(super) fn read(self, name: Option<String>) -> Result<Read, StartError> {
        let hours = self.hours.map(|typed| typed.parse().map_err(|error| wrong("hours", error)));
        Ok(Read {
            name,
            short: self.short,
            name_en: self.name_en,
            credit_code: code("credit-code", self.credit_code, credit_code)?,
            insurer_code: code("insurer-code", self.insurer_code, parsed)?,
            district: code("district", self.district, parsed)?,
            address: self.address,
            phone: self.phone,
            hours: hours.transpose()?,
        })
    }
}

impl Read {
    pub(super) fn put(&self, facts: &mut Facts) {
        set(&mut facts.name, &self.name);
        set(&mut facts.short, &self.short);
        set(&mut facts.name_en, &self.name_en);
        set(&mut facts.credit_code, &self.credit_code);
        set(&mut facts.insurer_code, &self.insurer_code);
        set(&mut facts.district, &self.district);
        set(&mut facts.address, &self.address);
        set(&mut facts.phone, &self.phone);
        set(&mut facts.hours, &self.hours);
    }

    /// Says of a credit code that was taken what is odd about it all the same.
    pub(super) fn warn(&self) {
        if let Some(Some(code)) = &self.credit_code
            && !code.is_organisation_code_sound()
        {
            eprintln!(
                "renshe: --credit-code was taken, but the organisation code inside it (characters 9 to 17) has not its own \
                 check character: compare it with the certificate once more"
            );
        }
    }
}

fn set<T: Clone>(fact: &mut T, typed: &Option<T>) {
    if let Some(typed) = typed {
        fact.clone_from(typed);
    }
}

pub(super) fn wrong(field: &str, why: impl Display) -> StartError {
    StartError(format!("--{field}: {why}"))
}

/// A code that may be taken away by an empty text.
fn code<T>(
    field: &str,
    typed: Option<String>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<Option<T>>, StartError> {
    let Some(typed) = typed else { return Ok(None) };
    if typed.trim().is_empty() {
        return Ok(Some(None));
    }
    read(&typed).map(|code| Some(Some(code))).map_err(|why| wrong(field, why))
}

fn parsed<T: FromStr<Err: Display>>(typed: &str) -> Result<T, String> {
    typed.parse().map_err(|error: T::Err| error.to_string())
}

fn credit_code(typed: &str) -> Result<CreditCode, String> {
    CreditCode::parse(typed).map_err(|error| match error {
        CreditCodeError::Letter(odd) => {
            let odd = odd.shown();
            let perhaps = match odd.as_str() {
                "S" => " (perhaps a 5)",
                "V" => " (perhaps a U)",
                "Z" => " (perhaps a 2)",
                _ => "",
            };
            format!("{error}, and this has {odd}{perhaps}; compare it with the certificate")
        }
        CreditCodeError::Length { typed } => format!("{error}; this has {typed}"),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_credit_code_is_said_and_never_what_would_be_right() {
        for (typed, says) in [
            ("91320400MA7Y00211", &["eighteen", "this has 17"][..]),
            ("91320400MA7YS0211 0", &["and this has S", "perhaps a 5"]),
            ("91320400MA7YZ02110", &["and this has Z", "perhaps a 2"]),
            ("91320400MA7Y002111", &["mistyped", "certificate"]),
        ] {
            let told = credit_code(typed).unwrap_err();
            assert!(says.iter().all(|word| told.contains(word)), "{typed}: {told}");
            assert!(!told.contains("91320400"), "{told}");
        }
        assert_eq!(credit_code("9132 0400 MA7Y 00211 O").unwrap().as_str(), "91320400MA7Y002110");
    }

    #[test]
    fn an_empty_text_takes_a_code_away_and_none_leaves_it() {
        let district = |typed: Option<&str>| code("district", typed.map(str::to_owned), parsed::<District>);
        assert!(matches!(district(None), Ok(None)));
        assert!(matches!(district(Some("  ")), Ok(Some(None))));
        assert!(district(Some("32040")).unwrap_err().0.starts_with("--district: "));
    }
}
