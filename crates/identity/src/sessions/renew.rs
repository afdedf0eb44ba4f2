//! Another token for a session whose holder has just shown more than a password (T11): whoever copied the
//! old one is left behind. Requests under way may still come with it for a minute.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::model::SessionId;
use super::store;
use super::token::Token;
use crate::failure::Failure;
use crate::people::{PersonId, lane};

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

/// Renews at once, for a browser that came with the token before: two taps at once leave it with no other.
pub(crate) async fn renew_now(ctx: &Ctx, person: &PersonId, session: &SessionId) -> Result<Token, Failure> {
    let new = Renewal::draw(ctx, session);
    let token = new.token.clone();
    ctx.db.write(lane(person), "session.renew", move |tx| renew(tx, &new)).await?;
    Ok(token)
}
