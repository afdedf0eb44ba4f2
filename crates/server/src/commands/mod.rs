//! The command line: few words, one file each. Standard output is for what a command answers.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "commands answer on the terminal")]

pub mod audit;
pub mod check;
pub mod config;
pub mod demo;
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
use std::sync::Arc;

use kernel::SystemClock;
use platform::config::Config;
use platform::db::Target;
use platform::{Ctx, Mode};

use crate::start::{self, Schema, StartError};

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

/// The context of a command that looks at a database which must be there already.
fn open_existing(config: &Config) -> Result<Ctx, StartError> {
    let ctx = start::open(config, Arc::new(SystemClock), schema_of(config))?;
    block_on(start::verify_vault(&ctx))?;
    Ok(ctx)
}

/// SQLite and the demo migrate by themselves; a city's PostgreSQL waits for `renshe migrate`.
fn schema_of(config: &Config) -> Schema {
    let postgres = Target::parse(config.database.url.expose()).is_ok_and(|target| target.is_postgres());
    if postgres && config.mode == Mode::Production { Schema::Verify } else { Schema::Apply }
}
