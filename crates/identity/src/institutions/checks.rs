//! I-I01 and I-I02: what must hold of institutions, and of who belongs to them.

use kernel::{CreditCode, InsurerCode};
use platform::check::CheckResult;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use super::hours::Hours;
use super::ids::{InstitutionId, Kind};
use super::model::{Capability, District, State};

/// Rows asked about at a time.
const PAGE: i64 = 500;

/// Every institution is what its id says, its codes are right in form and check character, its words are known ones.
pub(crate) fn sound(tx: &mut Tx<'_>) -> Result<CheckResult, DbFault> {
    let mut result = CheckResult::default();
    let mut after = String::new();
    loop {
        let sql = sql!(
            "SELECT id, kind, state, credit_code, insurer_code, district, hours FROM institution WHERE id > $1 \
             ORDER BY id LIMIT $2"
        );
        let page = tx.query(sql, vals![&after, PAGE], |row| {
            let id = row.text(0)?;
            let wrong = [
                (
                    "kind",
                    id.parse::<InstitutionId>().is_ok_and(|id| row.parse::<Kind>(1).is_ok_and(|k| k == id.kind())),
                ),
                ("state", row.parse::<State>(2).is_ok()),
                ("credit_code", as_written::<CreditCode>(row.opt_text(3)?)),
                ("insurer_code", as_written::<InsurerCode>(row.opt_text(4)?)),
                ("district", as_written::<District>(Some(row.text(5)?).filter(|text| !text.is_empty()))),
                ("hours", as_written::<Hours>(Some(row.text(6)?))),
            ];
            Ok((id, wrong.into_iter().filter_map(|(what, right)| (!right).then_some(what)).collect::<Vec<_>>()))
        })?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        result.rows += page.len() as u64;
        // Ids and names of columns: an employer's name and code may be a person's.
        let broken = page.iter().filter(|(_, wrong)| !wrong.is_empty());
        result.broken.extend(broken.map(|(id, wrong)| format!("{id} is not right in {}", wrong.join(", "))));
    }
    let known =
        sql!("SELECT institution_id, capability FROM institution_capability ORDER BY institution_id, capability");
    for (id, word) in tx.query(known, vals![], |row| Ok((row.text(0)?, row.text(1)?)))? {
        result.rows += 1;
        if word.parse::<Capability>().is_err() {
            result.broken.push(format!("{id} has a capability that nobody knows"));
        }
    }
    Ok(result)
}

/// Nothing, or a text that is written as its type writes it.
fn as_written<T: std::str::FromStr + std::fmt::Display>(text: Option<String>) -> bool {
    text.is_none_or(|text| text.parse::<T>().is_ok_and(|read| read.to_string() == text))
}
