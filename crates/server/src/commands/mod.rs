//! The command line: few words, one file each. Standard output is for what a command answers.
#![expect(clippy::print_stderr, reason = "commands answer on the terminal")]

/// Answers with a line. Whoever reads no more (`renshe check | head`) hears no more: that is no fault of the command, and what it
/// came to is in its exit code.
macro_rules! say {
    ($($text:tt)*) => { $crate::commands::answer(format_args!($($text)*)) };
}

pub mod audit;
pub mod check;
pub mod config;
pub mod demo;
pub mod institution;
pub mod keys;
pub mod migrate;
pub mod partner;
pub mod pay;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod seed;
pub mod serve;
pub mod staff;

use std::future::Future;
use std::io::Write;
use std::sync::Arc;

use kernel::{Clock, SystemClock};
use platform::config::Config;
use platform::{Ctx, Mode};

use crate::halls::Halls;
use crate::open::{self, Access};
use crate::start::StartError;
use crate::upkeep;

/// How far a command that changes something counts what is in the city.
const COUNTED_TO_ACT: i64 = 10_000;

fn answer(line: std::fmt::Arguments<'_>) {
    let _gone = writeln!(std::io::stdout(), "{line}");
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Good,
    /// It ran, and what it looked at is not as it must be.
    Bad,
}

/// Says why nothing was started.
pub fn complain(error: &StartError) {
    eprintln!("renshe: {error}");
}

/// Runs async work to its end.
fn block_on<T>(work: impl Future<Output = Result<T, StartError>>) -> Result<T, StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::at("runtime", error))?;
    runtime.block_on(work)
}

/// What was opened, for the command to say.
struct Opened {
    ctx: Ctx,
    /// What the program is made of.
    halls: Arc<Halls>,
    /// Where it is, and how much of what is in it.
    says: String,
    /// Nothing at all is in it.
    empty: bool,
}

/// Opens the city that is there, for a command that changes something in it, and says on standard error where it is.
fn open_to_act(config: &Config) -> Result<Ctx, StartError> {
    announced(config, Access::Act).map(|opened| opened.ctx)
}

/// The same for a command that looks and writes nothing.
fn open_to_look(config: &Config) -> Result<Ctx, StartError> {
    announced(config, Access::Look).map(|opened| opened.ctx)
}

/// Opens the city that is there, and says on standard error where it is.
fn announced(config: &Config, access: Access) -> Result<Opened, StartError> {
    let opened = opened(config, access)?;
    eprintln!("renshe: {}", opened.says);
    Ok(opened)
}

/// Opens the city that is there; who calls says where it is.
fn opened(config: &Config, access: Access) -> Result<Opened, StartError> {
    let halls = Halls::new()?;
    let clock = block_on(clock_of(config))?;
    let ctx = open::open(config, &halls, clock, access)?;
    // Who looks has all the time in the world; who acts has readers with a time-out, and came for something else.
    let most = if access == Access::Look { i64::MAX } else { COUNTED_TO_ACT };
    let census = block_on(async {
        match access {
            Access::Look => open::judge_vault(&ctx).await?,
            _ => open::verify_vault(&ctx).await?,
        }
        let count = halls.census();
        let census = ctx.db.read("census", move |tx| count(tx, most)).await;
        census.map_err(|fault| open::unusable(config, ctx.db.target(), &fault.into()))
    })?;
    let counts: Vec<_> = census.iter().map(|(what, many)| counted(*many, most, what)).collect();
    let says = format!("opened {}: {}", ctx.db.target().place(), counts.join(", "));
    Ok(Opened { ctx, halls, says, empty: census.iter().all(|(_, many)| *many == 0) })
}

/// `3 orders`, or `10000 orders or more` where counting ended.
fn counted(many: u64, most: i64, what: &str) -> String {
    if many == most.unsigned_abs() { format!("{many} {what} or more") } else { format!("{many} {what}") }
}

/// `1 chain`, `2 chains`.
fn several(many: u64, one: &str, more: &str) -> String {
    format!("{many} {}", if many == 1 { one } else { more })
}

/// Ends a command that wrote something: an anchor covers it at once.
fn finish(config: &Config, ctx: &Ctx) -> Result<(), StartError> {
    block_on(async {
        upkeep::last_words(ctx, &upkeep::witnesses(config, ctx)?).await;
        Ok(())
    })?;
    ctx.db.close();
    Ok(())
}

/// A demo's clock stands where its sandbox left it: the one beside its data, or the one in its own process that the
/// platform asks as well. A city's is the machine's. Every command that judges by time is opened with it.
async fn clock_of(config: &Config) -> Result<Arc<dyn Clock>, StartError> {
    #[cfg(feature = "sandbox")]
    if config.mode == Mode::Demo {
        let stored = ::sandbox::stored_clock(&config.data_dir).await;
        let stored = stored.map_err(|fault| StartError::at("the sandbox's clock", fault))?;
        let clock = kernel::ShiftedClock::new();
        let stand = match stored {
            Some(stand) => Some(stand),
            None => serve::asked_clock(config.sandbox.listen).await,
        };
        let (shift_ms, jumps) = stand.unwrap_or_default();
        clock.resume(shift_ms, jumps);
        return Ok(Arc::new(clock));
    }
    let _ = config;
    Ok(Arc::new(SystemClock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_was_broken_off_says_so() {
        assert_eq!(counted(9_999, COUNTED_TO_ACT, "orders"), "9999 orders");
        assert_eq!(counted(10_000, COUNTED_TO_ACT, "orders"), "10000 orders or more");
        assert_eq!(counted(10_000, i64::MAX, "orders"), "10000 orders");
    }
}
