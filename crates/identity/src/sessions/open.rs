//! Opening a session: always with a new token, whatever the browser held before (T11).

use kernel::Moment;
use platform::Ctx;

use super::model::{SessionId, device_label, masked_address};
use super::policy::SessionPolicy;
use super::token::Token;
use crate::failure::Failure;

/// Where a person sits: what the list of sessions shows.
#[derive(Clone)]
pub(crate) struct Seat {
    pub(crate) device: String,
    pub(crate) address: String,
}

impl Seat {
    pub(crate) fn new(user_agent: &str, address: &str) -> Seat {
        Seat { device: device_label(user_agent), address: masked_address(address) }
    }
}

/// A session ready to insert once it is known whose it is.
#[derive(Clone)]
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) token: Token,
    pub(crate) seat: Seat,
    /// The word of the browser's device cookie.
    pub(crate) word: String,
    pub(crate) now: Moment,
    pub(crate) expires_at: Moment,
}

impl NewSession {
    /// Draws id and token. `word`: of the device cookie that the browser is given.
    pub(crate) fn prepare(ctx: &Ctx, seat: Seat, word: &str) -> Result<NewSession, Failure> {
        let now = ctx.now();
        let policy = ctx.policy.at::<SessionPolicy>(now.date())?;
        Ok(NewSession {
            id: ctx.id(),
            token: Token::draw(&*ctx.rng),
            seat,
            word: word.to_owned(),
            now,
            expires_at: now.plus_secs(policy.absolute_secs),
        })
    }
}
