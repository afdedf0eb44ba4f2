//! Caps by browser and by network neighbourhood, in this process's memory. They are the cheap first gate before the
//! exact ones, which count rows. The server keeps one [`Gates`] for all routes.
//!
//! A browser spends its own budget first, and only then its neighbourhood's: behind one address of a mobile carrier
//! stand hundreds of people, and one of them who asks for ever is refused alone.

use std::sync::OnceLock;

use kernel::Moment;
use platform::limit::Limiter;
use platform::neighbourhood::Neighbourhood;
use platform::{Ctx, Trace};

/// One browser may take one part in this many of its neighbourhood's budget.
const SHARES: usize = 10;

/// How often may be asked from one network neighbourhood, as a feature's policy says it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cap {
    /// So often within the window.
    pub(crate) limit: usize,
    /// The window, in seconds.
    pub(crate) window_secs: i64,
}

/// The limiters; each takes its figures from policy when first used and keeps them until a restart.
#[derive(Default)]
pub struct Gates {
    sms: OnceLock<Gate>,
    login: OnceLock<Gate>,
    claims: OnceLock<Gate>,
    second_ways: OnceLock<Gate>,
}

impl Gates {
    /// Counts a code asked for from the visitor's address; `Err` says in how many seconds the next may be.
    pub(crate) fn sms(&self, ctx: &Ctx, at: Cap) -> Result<(), i64> {
        take(&self.sms, ctx, at)
    }

    /// Counts a login attempt from the visitor's address.
    pub(crate) fn login(&self, ctx: &Ctx, at: Cap) -> Result<(), i64> {
        take(&self.login, ctx, at)
    }

    /// Counts a visitor who says who they are and has not shown it: asking for a new password, or
    /// beginning a face check.
    pub(crate) fn claim(&self, ctx: &Ctx, at: Cap) -> Result<(), i64> {
        take(&self.claims, ctx, at)
    }

    /// Counts a try at a card PIN or at a counter code.
    pub(crate) fn second_way(&self, ctx: &Ctx, at: Cap) -> Result<(), i64> {
        take(&self.second_ways, ctx, at)
    }
}

fn take(gate: &OnceLock<Gate>, ctx: &Ctx, at: Cap) -> Result<(), i64> {
    gate.get_or_init(|| Gate::new(at.limit, at.window_secs)).take(&ctx.trace, ctx.now())
}

/// One kind of asking: a browser's own budget, and behind it the one that its whole neighbourhood shares.
struct Gate {
    own: Limiter,
    shared: Limiter,
}

impl Gate {
    fn new(limit: usize, window_secs: i64) -> Gate {
        Gate { own: Limiter::new((limit / SHARES).max(1), window_secs), shared: Limiter::new(limit, window_secs) }
    }

    fn take(&self, from: &Trace, now: Moment) -> Result<(), i64> {
        // Jobs and the command line have no address and are not strangers.
        if from.ip.is_empty() {
            return Ok(());
        }
        let place = neighbourhood(&from.ip);
        if let Some(browser) = from.browser {
            self.own.take(&format!("{place} {browser:016x}"), now)?;
        }
        self.shared.take(&place, now)
    }
}

/// The network neighbourhood of an address, as budgets are kept under it; jobs and commands share one.
pub(crate) fn neighbourhood(address: &str) -> String {
    Neighbourhood::of_trace(address).map_or_else(|| address.to_owned(), |of| of.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Date;
    use platform::Actor;
    use platform::neighbourhood::PEOPLE;
    use platform::policy::Policy;

    use crate::faces::FacePolicy;
    use crate::login::LoginPolicy;
    use crate::second_ways::policy::SecondWayPolicy;
    use crate::sms_codes::SmsCodePolicy;

    fn from(ip: &str, browser: Option<u64>) -> Trace {
        Trace { request: String::new(), actor: Actor::Nobody, ip: ip.to_owned(), browser }
    }

    #[test]
    fn who_asks_for_ever_leaves_room_for_everybody_else_behind_the_gateway() {
        let (gate, now) = (Gate::new(PEOPLE, 3600), Moment::from_ms(1_795_000_000_000));
        let granted = |browser| gate.take(&from("203.0.113.9", browser), now).is_ok();
        assert_eq!((0..5_000).filter(|_| granted(Some(1))).count(), PEOPLE / SHARES, "a browser has its share");
        for person in 2..452 {
            assert!(granted(Some(person)), "{person}");
        }
        assert!(!granted(Some(999)), "and the neighbourhood has its measure");
        assert!(!granted(None));
        assert_eq!(gate.take(&from("203.0.113.10", Some(1)), now), Ok(()), "another neighbourhood is not touched");
        assert_eq!(gate.take(&from("", None), now), Ok(()), "nor are jobs");
    }

    #[test]
    fn a_household_is_one_however_many_addresses_it_has() {
        let (gate, now) = (Gate::new(1, 3600), Moment::from_ms(1_795_000_000_000));
        let granted = |ip| gate.take(&from(ip, None), now).is_ok();
        assert!(granted("2001:db8:1:2:3:4:5:6") && !granted("2001:db8:1:2:ffff::1"));
        assert!(granted("2001:db8:1:3::1") && granted("192.0.2.7") && !granted("::ffff:192.0.2.7"));
    }

    #[test]
    fn shipped_figures_leave_room_for_the_people_behind_one_address() {
        let (policy, day) = (Policy::load(None).unwrap(), Date::constant(2026, 11, 30));
        for (name, limit) in [
            ("sms_codes", policy.at::<SmsCodePolicy>(day).unwrap().address_limit),
            ("login", policy.at::<LoginPolicy>(day).unwrap().address_limit),
            ("faces", policy.at::<FacePolicy>(day).unwrap().address_limit),
            ("second_ways", policy.at::<SecondWayPolicy>(day).unwrap().address_limit),
        ] {
            assert!(limit >= PEOPLE, "{name}: {limit}");
        }
    }
}
