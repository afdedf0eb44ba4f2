//! Caps by network address, in this process's memory: the cheap first gate before the exact ones that
//! count rows. The server keeps one [`Gates`] for all routes.

use std::sync::OnceLock;

use platform::Ctx;
use platform::limit::Limiter;
use platform::neighbourhood::Neighbourhood;

use crate::faces::FacePolicy;
use crate::policy::{LoginPolicy, SmsCodePolicy};

/// The limiters; each takes its figures from policy when first used and keeps them until a restart.
#[derive(Default)]
pub struct Gates {
    sms: OnceLock<Limiter>,
    login: OnceLock<Limiter>,
    claims: OnceLock<Limiter>,
    second_ways: OnceLock<Limiter>,
}

impl Gates {
    /// Counts a code asked for from the visitor's address; `Err` says in how many seconds the next may be.
    pub(crate) fn sms(&self, ctx: &Ctx, policy: &SmsCodePolicy) -> Result<(), i64> {
        take(self.sms.get_or_init(|| Limiter::new(policy.address_limit, policy.address_window_secs)), ctx)
    }

    /// Counts a login attempt from the visitor's address.
    pub(crate) fn login(&self, ctx: &Ctx, policy: &LoginPolicy) -> Result<(), i64> {
        take(self.login.get_or_init(|| Limiter::new(policy.address_limit, policy.address_window_secs)), ctx)
    }

    /// Counts a visitor who says who they are and has not shown it: asking for a new password, or
    /// beginning a face check.
    pub(crate) fn claim(&self, ctx: &Ctx, policy: &FacePolicy) -> Result<(), i64> {
        take(self.claims.get_or_init(|| Limiter::new(policy.address_limit, policy.address_window_secs)), ctx)
    }

    /// Counts a try at a card's password or at a counter's code.
    pub(crate) fn second_way(&self, ctx: &Ctx, limit: usize, window_secs: i64) -> Result<(), i64> {
        take(self.second_ways.get_or_init(|| Limiter::new(limit, window_secs)), ctx)
    }
}

fn take(limiter: &Limiter, ctx: &Ctx) -> Result<(), i64> {
    // Jobs and the command line have no address and are not strangers.
    if ctx.trace.ip.is_empty() { Ok(()) } else { limiter.take(&neighbourhood(&ctx.trace.ip), ctx.now()) }
}

/// The network neighbourhood of an address, as budgets are kept under it; jobs and commands share one.
pub(crate) fn neighbourhood(address: &str) -> String {
    Neighbourhood::of_trace(address).map_or_else(|| address.to_owned(), |of| of.to_string())
}
