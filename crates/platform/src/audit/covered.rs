//! Checks that every act which must have an audit row has one. Chains and anchors show that a row was changed or cut
//! off; only the business rows can show that a row is missing which was never anchored.

use kernel::Moment;

use crate::check::CheckResult;
use crate::db::{DbFault, Sql, Tx};
use crate::{sql, vals};

/// Rows asked about at a time.
const PAGE: i64 = 1000;
/// The number of findings that are kept for one rule.
const FINDINGS: usize = 50;

/// "Each row of this table has an audit row of one of these acts, with its id as the subject." Made by
/// [`covered!`](crate::covered) in the store of the table's owner.
pub struct Covered {
    /// One word for what a row is: `appointment`.
    pub what: &'static str,
    /// The acts, as they are written in the statement.
    pub acts: &'static str,
    /// Rows from before this migration was applied are not checked; 0 means that all rows are.
    pub since: i64,
    /// The next rows after a key, from a moment on: each key, and whether it has its audit row.
    pub sql: fn() -> &'static Sql,
}

/// Asks about every row of every rule, a page at a time along the tables' keys.
///
/// # Errors
/// What broke beneath.
pub fn covered(tx: &mut Tx<'_>, rules: &[Covered]) -> Result<CheckResult, DbFault> {
    let mut result = CheckResult::default();
    for rule in rules {
        one(tx, rule, &mut result)?;
    }
    Ok(result)
}

fn one(tx: &mut Tx<'_>, rule: &Covered, result: &mut CheckResult) -> Result<(), DbFault> {
    let since = applied_at(tx, rule.since)?;
    let (mut after, mut found) = (String::new(), 0);
    loop {
        let page = tx.query((rule.sql)(), vals![&after, since, PAGE], |row| Ok((row.text(0)?, row.flag(1)?)))?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after.clone_from(last);
        result.rows += page.len() as u64;
        for (key, _) in page.iter().filter(|(_, has)| !has) {
            if found < FINDINGS {
                result.broken.push(format!("{} {key} has no audit row ({})", rule.what, rule.acts.replace('\'', "")));
            }
            found += 1;
        }
    }
}

fn applied_at(tx: &mut Tx<'_>, version: i64) -> Result<Moment, DbFault> {
    let applied =
        tx.opt(sql!("SELECT applied_at FROM schema_migration WHERE version = $1"), vals![version], |row| {
            row.moment(0)
        })?;
    Ok(applied.unwrap_or(Moment::from_ms(i64::MIN)))
}

/// Makes a [`Covered`](crate::audit::Covered): the table, its text key, what the audit row's subject is, the column of
/// when, the acts, and perhaps which rows.
#[macro_export]
macro_rules! covered {
    ($what:literal, $table:literal, key $key:literal, subject $subject:literal, at $at:literal,
     acts $acts:literal $(, only $only:literal)? $(, since $since:literal)?) => {
        $crate::audit::Covered {
            what: $what,
            acts: $acts,
            since: 0 $(+ $since)?,
            sql: || {
                $crate::sql!(concat!(
                    "SELECT page.k, CASE WHEN EXISTS (SELECT 1 FROM audit a WHERE a.subject = page.s AND a.act IN (",
                    $acts,
                    ")) THEN 1 ELSE 0 END FROM (SELECT ",
                    $key, " AS k, ", $subject, " AS s FROM ", $table, " WHERE ", $key, " > $1 AND ", $at, " >= $2",
                    $(" AND ", $only,)?
                    " ORDER BY ", $key, " LIMIT $3) page ORDER BY page.k"
                ))
            },
        }
    };
}
