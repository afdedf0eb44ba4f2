//! `renshe check`: every rule that what is kept must satisfy at any time, and the database itself.

use kernel::Moment;
use platform::Ctx;
use platform::check::{Check, CheckResult};
use platform::config::Config;
use platform::db::{DbFault, Pages, Target, look_at_pages};

use super::{Opened, Outcome, block_on, opened};
use crate::halls::Halls;
use crate::open::Access;
use crate::start::StartError;
use crate::upkeep;

/// How many broken rows are named for one invariant; the count says how many there are in all.
const NAMED_MOST: usize = 20;

/// Within this, what has become due is done: the longest time that an invariant leaves for it.
const CATCHES_UP_SECS: i64 = 300;

/// One invariant's answer.
pub struct Answer {
    pub check: Check,
    pub result: Result<CheckResult, DbFault>,
}

impl Answer {
    /// Whether nothing breaks the invariant.
    pub fn is_good(&self) -> bool {
        self.result.as_ref().is_ok_and(|result| result.broken.is_empty())
    }

    /// Whether there was nothing that could have broken it.
    pub fn is_idle(&self) -> bool {
        self.result.as_ref().is_ok_and(|result| result.broken.is_empty() && result.rows == 0)
    }
}

/// Runs every invariant, each on a snapshot of its own.
pub async fn all(ctx: &Ctx, halls: &Halls) -> Vec<Answer> {
    // A demo's clock may have been put forward a moment ago: what became due by that is not late before it had its minutes.
    let now = ctx.clock.showed_ago(CATCHES_UP_SECS).plus_secs(CATCHES_UP_SECS);
    let mut answers = Vec::new();
    for check in halls.checks() {
        let result = ctx.db.read("check", move |tx| (check.run)(tx, now)).await;
        answers.push(Answer { check, result });
    }
    answers
}

/// Prints what was opened, what was checked and what is broken. If the city is empty, nothing was checked, and the
/// command says so.
pub fn run(config: &Config) -> Result<Outcome, StartError> {
    let Opened { ctx, halls, says, empty } = opened(config, Access::Look)?;
    say!("{says}");
    if empty {
        ctx.db.close();
        say!("nothing to check: this city has no people, no orders and no audit rows. Is it the one you mean?");
        return Ok(Outcome::Bad);
    }
    let mut good = pages(ctx.db.target())?;
    if let Some(says) = upkeep::no_witness_outside(config) {
        say!("audit   WARNING  {says}");
    }
    let answers = block_on(async { Ok(all(&ctx, &halls).await) })?;
    ctx.db.close();
    for answer in &answers {
        good &= answer.is_good();
        print(answer);
    }
    let idle = answers.iter().filter(|answer| answer.is_idle()).count();
    let held = answers.iter().filter(|answer| answer.is_good() && !answer.is_idle()).count();
    let have = if idle == 1 { "has" } else { "have" };
    say!(
        "{} invariants at {}: {}",
        answers.len(),
        moment(ctx.now()),
        match (good, idle) {
            (false, _) => "NOT all hold".to_owned(),
            (true, 0) => "all hold".to_owned(),
            (true, idle) =>
                format!("all hold that have something to look at ({held}); {idle} {have} nothing to check yet"),
        }
    );
    Ok(if good { Outcome::Good } else { Outcome::Bad })
}

/// The database's own pages: all of them, however long that takes.
fn pages(target: &Target) -> Result<bool, StartError> {
    let found = look_at_pages(target, None).map_err(|fault| StartError::at("database", fault))?;
    let line = match &found {
        Pages::Whole => "whole    every page and index of the file",
        Pages::Unfinished => "UNKNOWN  the look at the pages was broken off",
        Pages::Guarded => "guarded  PostgreSQL checks each page it reads, and has met no damaged one",
        Pages::Unguarded => "UNGUARDED PostgreSQL keeps no page checksums (pg_checksums --enable)",
        Pages::Damaged(_) => "DAMAGED  put the newest backup back (docs/runbooks/run-a-city.md)",
    };
    say!("pages   {line}");
    if let Pages::Damaged(said) = &found {
        said.iter().take(NAMED_MOST).for_each(|line| say!("        - {line}"));
    }
    Ok(!matches!(found, Pages::Damaged(_) | Pages::Unfinished))
}

fn moment(at: Moment) -> String {
    at.to_string()
}

fn print(answer: &Answer) {
    let Check { id, says, .. } = answer.check;
    match &answer.result {
        Ok(result) if result.broken.is_empty() && result.rows == 0 => say!("{id:<7} nothing to check: {says}"),
        Ok(result) if result.broken.is_empty() => say!("{id:<7} holds    {says} ({} rows)", result.rows),
        Ok(result) => {
            say!("{id:<7} BROKEN   {says} ({} of {} rows)", result.broken.len(), result.rows);
            result.broken.iter().take(NAMED_MOST).for_each(|line| say!("        - {line}"));
        }
        Err(fault) => say!("{id:<7} UNKNOWN  {says}: {fault}"),
    }
}
