//! `renshe check`: every invariant that has tables.

use kernel::Moment;
use platform::Ctx;
use platform::check::{Check, CheckResult};
use platform::config::Config;
use platform::db::DbFault;

use super::{Outcome, block_on, open_existing};
use crate::app;
use crate::start::StartError;

/// Broken rows named for one invariant; the count says how many there are in all.
const NAMED_MOST: usize = 20;

/// One invariant's answer.
pub struct Answer {
    pub check: Check,
    pub result: Result<CheckResult, DbFault>,
}

impl Answer {
    /// Whether the invariant was looked at and holds.
    pub fn is_good(&self) -> bool {
        self.result.as_ref().is_ok_and(|result| result.broken.is_empty())
    }
}

/// Runs every invariant, each on a snapshot of its own.
pub async fn all(ctx: &Ctx) -> Vec<Answer> {
    let now = ctx.now();
    let mut answers = Vec::new();
    for check in app::checks() {
        let result = ctx.db.read("check", move |tx| (check.run)(tx, now)).await;
        answers.push(Answer { check, result });
    }
    answers
}

/// Prints what was checked and what is broken.
pub fn run(config: &Config) -> Result<Outcome, StartError> {
    let ctx = open_existing(config)?;
    let answers = block_on(async { Ok(all(&ctx).await) })?;
    ctx.db.close();
    let mut good = true;
    for answer in &answers {
        good &= answer.is_good();
        print(answer);
    }
    println!(
        "{} invariants checked at {}: {}",
        answers.len(),
        moment(ctx.now()),
        if good { "all hold" } else { "NOT all hold" }
    );
    Ok(if good { Outcome::Good } else { Outcome::Bad })
}

fn moment(at: Moment) -> String {
    at.to_string()
}

fn print(answer: &Answer) {
    let Check { id, says, .. } = answer.check;
    match &answer.result {
        Ok(result) if result.broken.is_empty() => println!("{id:<7} holds    {says} ({} rows)", result.rows),
        Ok(result) => {
            println!("{id:<7} BROKEN   {says} ({} of {} rows)", result.broken.len(), result.rows);
            result.broken.iter().take(NAMED_MOST).for_each(|line| println!("        - {line}"));
        }
        Err(fault) => println!("{id:<7} UNKNOWN  {says}: {fault}"),
    }
}
