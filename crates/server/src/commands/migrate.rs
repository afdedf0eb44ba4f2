//! `renshe migrate`: bring the database to this program's schema.

use kernel::{Clock, SystemClock};
use platform::config::Config;
use platform::db::Migrations;

use super::Outcome;
use crate::open;
use crate::start::StartError;

/// Applies what is missing and says where, and what it did: the one command that makes a city's database. Two at once
/// are safe.
pub fn run(config: &Config) -> Result<Outcome, StartError> {
    let target = open::target(config)?;
    let told = |error| open::unusable(config, &target, &error);
    // A database that this program must not touch is known before a folder is made.
    Migrations::embedded().look(&target).map_err(told)?;
    open::make_place(config, &target)?;
    let done = Migrations::embedded().apply(&target, SystemClock.now()).map_err(told)?;
    let place = target.place();
    match done.from {
        from if from == done.to => say!("{place} is at version {from}; nothing to do"),
        0 => say!("made the database {place}: it went from version 0 to {}", done.to),
        from => say!("{place} went from version {from} to {}", done.to),
    }
    Ok(Outcome::Good)
}
