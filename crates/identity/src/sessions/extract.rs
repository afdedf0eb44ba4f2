//! Who asks: the extractors of citizens (architecture, rule 12).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, header};
use platform::db::DbFault;
use platform::{Actor, Ctx};
use ui::{Problem, Visit};

use super::model::{SessionId, alive, seen_is_stale};
use super::store::{self, Found};
use super::token::Token;
use crate::failure::Failure;
use crate::messages;
use crate::people::{self, AccountId, Myself, PersonId};
use crate::policy::SessionPolicy;

/// The cookie that holds a citizen's session token, by its bare name.
pub(crate) const COOKIE: &str = "ses";

/// A signed-in citizen. Nobody else gets past it: others are sent to the login page and back.
#[derive(Clone)]
pub struct Citizen {
    /// The request; its context acts as this citizen.
    pub visit: Visit,
    /// Who.
    pub person: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// Through which login.
    pub session: SessionId,
    pub(crate) myself: Myself,
}

impl Citizen {
    /// The context, acting as this citizen.
    pub fn ctx(&self) -> &Ctx {
        &self.visit.ctx
    }
}

impl FromRequestParts<Ctx> for Citizen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Citizen, Problem> {
        let mut visit = Visit::from_request_parts(parts, state).await?;
        match recognise(&mut visit).await? {
            Some((found, myself)) => {
                Ok(Citizen { visit, person: found.person, account: found.account, session: found.id, myself })
            }
            None => Err(Problem::sign_in(back(parts, &visit))),
        }
    }
}

/// Who is signed in on a page that is open to all.
#[derive(Clone)]
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// Through which login.
    pub session: SessionId,
}

/// Anybody, greeted by name if signed in.
#[derive(Clone)]
pub struct MaybeCitizen {
    /// The request; its context acts as the citizen, if there is one.
    pub visit: Visit,
    /// The citizen, if signed in.
    pub citizen: Option<SignedIn>,
}

impl FromRequestParts<Ctx> for MaybeCitizen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<MaybeCitizen, Problem> {
        let mut visit = Visit::from_request_parts(parts, state).await?;
        let citizen = recognise(&mut visit).await?.map(|(found, _)| SignedIn {
            person: found.person,
            account: found.account,
            session: found.id,
        });
        Ok(MaybeCitizen { visit, citizen })
    }
}

/// Finds the session behind the cookie and fills the page with its owner's name and unread count.
async fn recognise(visit: &mut Visit) -> Result<Option<(Found, Myself)>, Failure> {
    let Some(token) = visit.page.cookie(COOKIE).and_then(Token::parse) else { return Ok(None) };
    let now = visit.ctx.now();
    let policy = visit.ctx.policy.at::<SessionPolicy>(now.date())?;
    let (vault, hash, rules) = (visit.ctx.vault.clone(), token.hash(), policy.clone());
    let known = visit.ctx.db.read("session.recognise", move |tx| -> Result<Option<(Found, Myself, i64)>, DbFault> {
        let Some(found) = store::by_token(tx, &hash)? else { return Ok(None) };
        if !alive(found.seen_at, found.expires_at, now, &rules) {
            return Ok(None);
        }
        let Some(myself) = people::store::myself(tx, &vault, &found.person)? else { return Ok(None) };
        let unread = messages::store::unread(tx, &found.person)?;
        Ok(Some((found, myself, unread)))
    });
    let Some((found, myself, unread)) = known.await? else { return Ok(None) };
    visit.page.who = Some(myself.name.clone());
    visit.page.unread = unread;
    visit.ctx = visit.ctx.acting(Actor::Citizen(found.account.as_str().to_owned()));
    if seen_is_stale(found.seen_at, now, &policy) {
        touch(&visit.ctx, &found).await;
    }
    Ok(Some((found, myself)))
}

/// Writes "last seen". A busy database must not cost the visitor the page: the next request writes it.
async fn touch(ctx: &Ctx, found: &Found) {
    let (session, now) = (found.id.clone(), ctx.now());
    let written = ctx.db.write(people::lane(&found.person), "session.seen", move |tx| store::seen(tx, &session, now));
    if let Err(fault) = written.await {
        tracing::warn!(%fault, "session.seen not written");
    }
}

/// Where to come back to after login. A POST cannot be repeated by a link, so it leads to the page
/// that held its form.
fn back(parts: &Parts, visit: &Visit) -> String {
    if parts.method == Method::GET || parts.method == Method::HEAD {
        return visit.page.here();
    }
    let referer = parts.headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or("");
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    path.and_then(ui::local_path).unwrap_or("/").to_owned()
}
