//! The ground for every test: a database of its own on either engine, a clock that is moved rather than waited for, and
//! seeds that repeat a failure. For tests only: no crate ships it.
//!
//! ```text
//! #[db_test]
//! async fn a_cancelled_place_is_free_again(db: TestDb) {
//!     let clock = a_monday_morning();
//!     let ctx = test_ctx(&db, clock.clone());
//!     …
//!     clock.advance_secs(900);
//! }
//! ```
//!
//! A file under `tests/` opens with `#![cfg(test)]` below its module doc, so that clippy knows its
//! helpers for test code. A crate that testkit stands on (kernel, platform) can use it under
//! `tests/` only: in its unit tests the types would be two.
//!
//! It must not know a context: the app under test is built where the app is composed, and joins in
//! through [`Fixture`].

mod context;
mod place;
mod run;
mod seeds;
mod template;

pub use context::{a_monday_morning, test_ctx};
pub use kernel::{ManualClock, SeededRng};
pub use place::{Engine, TestDb};
pub use run::{Fixture, run};
pub use seeds::{Seeds, replay, seeds};
pub use testkit_macros::db_test;

use std::fmt::Display;

/// The good value, or the end of the test with what was being done.
#[track_caller]
pub(crate) fn must<T, E: Display>(result: Result<T, E>, doing: &str) -> T {
    match result {
        Ok(value) => value,
        Err(why) => panic!("{doing}: {why}"),
    }
}
