//! Another token for a session whose holder has just shown more than a password (T11): whoever copied the
//! old one is left behind. Requests under way may still come with it for a minute, and nobody is given the new
//! one for it: a browser that lost the answer logs in again.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::model::SessionId;
use super::store;
use super::token::Token;

/// How long the token before still opens the session, in seconds.
const FORMER_SECS: i64 = 60;

/// A new token, ready to be written down.
#[derive(Clone)]
pub(crate) struct Renewal {
    session: SessionId,
    token: Token,
    now: Moment,
}

impl Renewal {
    /// Draws the token.
    pub(crate) fn draw(ctx: &Ctx, session: &SessionId) -> Renewal {
        Renewal { session: session.clone(), token: Token::draw(&*ctx.rng), now: ctx.now() }
    }

    /// What the browser's cookie must hold from now on.
    pub(crate) fn token(&self) -> &Token {
        &self.token
    }
}

/// Writes it down, in the closure of what was shown.
pub(crate) fn renew(tx: &mut Tx<'_>, new: &Renewal) -> Result<(), DbFault> {
    store::renew(tx, &new.session, &new.token.hash(), (new.now, new.now.plus_secs(FORMER_SECS)))
}

/// The same, and no token that the session had before opens anything from now on: neither the last one, nor one that was
/// replaced less than a minute ago.
pub(crate) fn renew_alone(tx: &mut Tx<'_>, new: &Renewal) -> Result<(), DbFault> {
    store::end_former(tx, &new.session, new.now)?;
    store::renew(tx, &new.session, &new.token.hash(), (new.now, new.now))
}
