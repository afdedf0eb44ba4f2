//! Whether the database's own pages are whole: asked at a start, which a city must be able to afford each time, and
//! asked in full by `renshe check`.

use std::time::Duration;

use super::driver::{Conn, Role};
use super::fault::DbFault;
use super::settings::Target;

/// What the engine says of its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pages {
    /// SQLite has looked at all of them.
    Whole,
    /// SQLite was not done in the time it was given; what it saw was whole.
    Unfinished,
    /// PostgreSQL keeps checksums and has met no wrong one.
    Guarded,
    /// PostgreSQL keeps no checksums: a damaged page is noticed when it makes no sense, or never.
    Unguarded,
    /// What is damaged, in the engine's words.
    Damaged(Vec<String>),
}

/// Asks the engine. `most` bounds the look at a SQLite file; without it the look is full and takes as long as it takes,
/// about a second for each gigabyte that lies in memory. PostgreSQL is asked what it knows already. Blocks; never call it
/// inside an async context.
///
/// # Errors
/// The database cannot be opened.
pub fn look_at_pages(target: &Target, most: Option<Duration>) -> Result<Pages, DbFault> {
    let mut conn = match Conn::open(target, Role::Inspector).map_err(|error| error.fault()) {
        Err(DbFault::Corrupt(why)) => return Ok(Pages::Damaged(vec![why])),
        other => other?,
    };
    match conn.pages(most.is_none(), most).map_err(|error| error.fault()) {
        Err(DbFault::Corrupt(why)) => Ok(Pages::Damaged(vec![why])),
        other => other,
    }
}
