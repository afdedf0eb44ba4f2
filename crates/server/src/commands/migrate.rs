//! `renshe migrate`: bring the database to this program's schema.

use kernel::{Clock, SystemClock};
use platform::config::Config;
use platform::db::{Migrations, Target};

use super::Outcome;
use crate::start::StartError;

/// Applies what is missing and says what it did. Two at once are safe.
pub fn run(config: &Config) -> Result<Outcome, StartError> {
    let target = Target::parse(config.database.url.expose()).map_err(|error| StartError::at("database", error))?;
    if let Target::Sqlite(path) = &target {
        let folder = path.parent().unwrap_or(path);
        std::fs::create_dir_all(folder).map_err(|error| StartError::at(&folder.display().to_string(), error))?;
    }
    let done =
        Migrations::embedded().apply(&target, SystemClock.now()).map_err(|error| StartError::at("database", error))?;
    if done.from == done.to {
        println!("the database is at version {}; nothing to do", done.to);
    } else {
        println!("the database went from version {} to {}", done.from, done.to);
    }
    Ok(Outcome::Good)
}
