//! I-I01: what must hold of institutions.

use std::fmt::Display;
use std::str::FromStr;

use kernel::{CreditCode, InsurerCode};
use platform::check::CheckResult;
use platform::db::{DbFault, Tx};

use super::hours::Hours;
use super::ids::{InstitutionId, Kind};
use super::model::{Capability, District, State};
use super::store::{self, Raw};

/// Rows asked about at a time.
const PAGE: i64 = 500;

/// Every institution is what its id says, its codes are right in form and check character, its words are known ones.
pub(crate) fn sound(tx: &mut Tx<'_>) -> Result<CheckResult, DbFault> {
    let mut result = CheckResult::default();
    let mut after = String::new();
    loop {
        let page = store::raw(tx, &after, PAGE)?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        result.rows += page.len() as u64;
        // Ids and names of columns: an employer's name and code may be a person's.
        result.broken.extend(page.iter().filter_map(|raw| {
            let wrong = wrong(raw);
            (!wrong.is_empty()).then(|| format!("{} is not right in {}", raw.id, wrong.join(", ")))
        }));
    }
    for (id, word) in store::capability_words(tx)? {
        result.rows += 1;
        if word.parse::<Capability>().is_err() {
            result.broken.push(format!("{id} has a capability that nobody knows"));
        }
    }
    Ok(result)
}

fn wrong(raw: &Raw) -> Vec<&'static str> {
    let kind = raw.id.parse::<InstitutionId>().ok().map(|id| id.kind());
    let district = Some(raw.district.as_str()).filter(|text| !text.is_empty());
    [
        ("kind", kind.is_some() && raw.kind.parse::<Kind>().ok() == kind),
        ("state", raw.state.parse::<State>().is_ok()),
        ("credit_code", is_as_written::<CreditCode>(raw.credit_code.as_deref())),
        ("insurer_code", is_as_written::<InsurerCode>(raw.insurer_code.as_deref())),
        ("district", is_as_written::<District>(district)),
        ("hours", is_as_written::<Hours>(Some(&raw.hours))),
    ]
    .into_iter()
    .filter_map(|(what, right)| (!right).then_some(what))
    .collect()
}

/// Nothing, or a text as its type writes it.
fn is_as_written<T: FromStr + Display>(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.parse::<T>().is_ok_and(|read| read.to_string() == text))
}
