//! `renshe pay calls|unblock`, `renshe ledger lift`: what waits for a person, and letting it go on.

use std::sync::Arc;

use payments::{Listener, OrderId};
use platform::config::Config;

use super::{Outcome, block_on, finish, open_to_act, open_to_look};
use crate::start::StartError;

/// Which order.
#[derive(Debug, clap::Args)]
pub struct Unblock {
    /// The order's id, as the person's page and `renshe pay calls` say it.
    order: String,
}

/// Who lets money move again.
#[derive(Debug, clap::Args)]
pub struct Lift {
    /// For the audit: who has looked.
    #[arg(long)]
    by: String,
}

/// Says every order that waits for a person, the longest waiting first.
pub fn calls(config: &Config) -> Result<Outcome, StartError> {
    let ctx = open_to_look(config)?;
    let calls = block_on(async { payments::calls(&ctx).await.map_err(|fault| StartError::at("pay", fault)) })?;
    ctx.db.close();
    for call in calls {
        println!("{}\t{}\t{}\t{}", call.order, call.state, call.at.datetime(), call.reason);
    }
    Ok(Outcome::Good)
}

/// Lets a blocked order go on: its partners are asked anew.
pub fn unblock(config: &Config, unblock: &Unblock) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let id: OrderId = unblock.order.parse().map_err(|error| StartError::at("pay", error))?;
    let listener: Arc<dyn Listener> = Arc::new(health::Visits);
    let state = block_on(async {
        payments::unblock(&listener, &ctx, &id).await.map_err(|error| StartError::at("pay", error))
    })?;
    finish(config, &ctx)?;
    println!("{id} is {state}");
    Ok(Outcome::Good)
}

/// Lets money move again after the books did not agree.
pub fn lift(config: &Config, lift: &Lift) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let lifted =
        block_on(async { ledger::lift(&ctx, &lift.by).await.map_err(|fault| StartError::at("ledger", fault)) })?;
    finish(config, &ctx)?;
    println!("{lifted} stops lifted");
    Ok(Outcome::Good)
}
