//! Who asks: the extractors of citizens (architecture, rule 12).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, header};
use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::vault::Vault;
use platform::{Actor, Ctx};
use ui::{Holder, Page, Problem, Visit};

use super::model::{SessionId, alive, seen_is_stale};
use super::policy::SessionPolicy;
use super::store::{self, Found};
use super::token::Token;
use crate::agreements::AgreementPolicy;
use crate::failure::Failure;
use crate::people::{self, AccountId, Myself, PersonId};

/// The cookie that holds a citizen's session token, by its bare name.
pub(crate) const COOKIE: &str = "ses";

/// The name of the closure that only finds out who asks.
const RECOGNISE: &str = "session.recognise";

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

    fn new(visit: Visit, found: Found) -> Citizen {
        let Found { id, account, person, myself, .. } = found;
        Citizen { visit, person, account, session: id, myself }
    }
}

impl FromRequestParts<Ctx> for Citizen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Citizen, Problem> {
        let visit = Visit::from_request_parts(parts, state).await?;
        Citizen::with(visit, parts, false, |_, _| Ok(())).await.map(|(citizen, ())| citizen)
    }
}

/// A signed-in citizen, also before they agreed to a new version of the texts: for what stays open to them.
pub(crate) struct BeforeAgreeing(pub(crate) Citizen);

impl FromRequestParts<Ctx> for BeforeAgreeing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<BeforeAgreeing, Problem> {
        let visit = Visit::from_request_parts(parts, state).await?;
        Citizen::with(visit, parts, true, |_, _| Ok(())).await.map(|(citizen, ())| BeforeAgreeing(citizen))
    }
}

impl Citizen {
    /// The citizen, and what else is asked of the database in the closure that recognises them.
    pub(crate) async fn with<T: Send + 'static>(
        mut visit: Visit,
        parts: &Parts,
        before_agreeing: bool,
        also: impl Fn(&mut Tx<'_>, &Found) -> Result<T, DbFault> + Send + 'static,
    ) -> Result<(Citizen, T), Problem> {
        let proof = Proof::of(&visit)?.ok_or_else(|| Problem::sign_in(back(parts, &visit)))?;
        match recognise(&mut visit, RECOGNISE, proof, also).await? {
            Some((found, _)) if !found.agreed && !before_agreeing && is_look(parts) => {
                Err(agree_first(&back(parts, &visit)))
            }
            Some((found, more)) => Ok((Citizen::new(visit, found), more)),
            None => Err(Problem::sign_in(back(parts, &visit))),
        }
    }
}

/// A browser that holds what looks like a citizen's session, proven in the same trip to the database as what is
/// read for it. For a page that is one read: it costs that page half of its trips.
pub(crate) struct Bearer {
    visit: Visit,
    proof: Proof,
    back: String,
    /// Whether agreeing comes first: a page is asked for, and nothing done.
    agree_first: bool,
}

impl Bearer {
    /// The request; its context acts as nobody yet.
    pub(crate) fn ctx(&self) -> &Ctx {
        &self.visit.ctx
    }

    /// Proves who asks, and reads for that person and session. Whoever is nobody is sent to the login page, and
    /// `body` is not run.
    ///
    /// # Errors
    /// The way to the login page, or what broke beneath.
    pub(crate) async fn read<T, F>(self, name: &'static str, body: F) -> Result<(Citizen, T), Problem>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &PersonId, &SessionId) -> Result<T, DbFault> + Send + 'static,
    {
        let Bearer { mut visit, proof, back, agree_first: first } = self;
        match recognise(&mut visit, name, proof, move |tx, found| body(tx, &found.person, &found.id)).await? {
            Some((found, _)) if !found.agreed && first => Err(agree_first(&back)),
            Some((found, read)) => Ok((Citizen::new(visit, found), read)),
            None => Err(Problem::sign_in(back)),
        }
    }

    /// The same where it is open before a new version of the texts is agreed to.
    pub(crate) fn before_agreeing(self, open: bool) -> Bearer {
        Bearer { agree_first: self.agree_first && !open, ..self }
    }

    /// The page to answer with.
    pub(crate) fn page(&self) -> &Page {
        &self.visit.page
    }

    /// Where to come back to.
    pub(crate) fn back(&self) -> &str {
        &self.back
    }
}

impl FromRequestParts<Ctx> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Bearer, Problem> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let back = back(parts, &visit);
        match Proof::of(&visit)? {
            Some(proof) => Ok(Bearer { visit, proof, back, agree_first: is_look(parts) }),
            None => Err(Problem::sign_in(back)),
        }
    }
}

/// Whether a page is asked for, and nothing done: an act that was begun under the former agreement is finished.
fn is_look(parts: &Parts) -> bool {
    parts.method == Method::GET || parts.method == Method::HEAD
}

/// To the page that asks to agree to what is in force, and back.
fn agree_first(back: &str) -> Problem {
    Problem::go_to(format!("/agree?to={}", ui::in_query(back)))
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
    /// Whether they agreed to what is in force.
    pub agreed: bool,
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
        let visit = Visit::from_request_parts(parts, state).await?;
        Ok(MaybeCitizen::with(visit, |_, _| Ok(())).await?.0)
    }
}

impl MaybeCitizen {
    /// Whoever asks, and what else is asked of the database if they are signed in.
    pub(crate) async fn with<T: Send + 'static>(
        mut visit: Visit,
        also: impl Fn(&mut Tx<'_>, &Found) -> Result<T, DbFault> + Send + 'static,
    ) -> Result<(MaybeCitizen, Option<T>), Problem> {
        let found = match Proof::of(&visit)? {
            Some(proof) => recognise(&mut visit, RECOGNISE, proof, also).await?,
            None => None,
        };
        let Some((found, more)) = found else {
            visit.page.holder = Holder::Nobody;
            return Ok((MaybeCitizen { visit, citizen: None }, None));
        };
        let agreed = found.agreed;
        let citizen = SignedIn { person: found.person, account: found.account, session: found.id, agreed };
        Ok((MaybeCitizen { visit, citizen: Some(citizen) }, Some(more)))
    }
}

/// What a browser shows for itself, and what it is judged by.
struct Proof {
    hash: Vec<u8>,
    vault: Arc<Vault>,
    rules: Arc<SessionPolicy>,
    in_force: Arc<AgreementPolicy>,
    now: Moment,
}

impl Proof {
    fn of(visit: &Visit) -> Result<Option<Proof>, Failure> {
        let Some(token) = visit.page.cookie(COOKIE).and_then(Token::parse) else { return Ok(None) };
        let now = visit.ctx.now();
        let rules = visit.ctx.policy.at::<SessionPolicy>(now.date())?;
        let in_force = visit.ctx.policy.at::<AgreementPolicy>(now.date())?;
        Ok(Some(Proof { hash: token.hash(), vault: Arc::clone(&visit.ctx.vault), rules, in_force, now }))
    }

    /// The session behind it, if it may still be used.
    fn find(&self, tx: &mut Tx<'_>) -> Result<Option<Found>, DbFault> {
        let found = match store::by_token(tx, &self.vault, &self.in_force, &self.hash)? {
            Some(found) => Some(found),
            None => self.renewed(tx)?,
        };
        Ok(found.filter(|found| alive(found.seen_at, found.expires_at, self.now, &self.rules)))
    }
}

impl Proof {
    /// The session that had this token a moment ago: the answer with the new one is still on its way.
    fn renewed(&self, tx: &mut Tx<'_>) -> Result<Option<Found>, DbFault> {
        let Some(hash) = store::renewed(tx, &self.hash, self.now)? else { return Ok(None) };
        store::by_token(tx, &self.vault, &self.in_force, &hash)
    }
}

/// Finds the session behind the proof, and what else is asked for its person; fills the page with the person's
/// name and unread count, and from here on the context acts as them.
async fn recognise<T: Send + 'static>(
    visit: &mut Visit,
    name: &'static str,
    proof: Proof,
    also: impl Fn(&mut Tx<'_>, &Found) -> Result<T, DbFault> + Send + 'static,
) -> Result<Option<(Found, T)>, Failure> {
    let (now, rules) = (proof.now, Arc::clone(&proof.rules));
    // Each statement sees the moment it runs in: what a session may ask does not hang on one snapshot.
    let known = visit.ctx.db.look(name, move |tx| -> Result<_, DbFault> {
        let Some(found) = proof.find(tx)? else { return Ok(None) };
        let more = also(tx, &found)?;
        Ok(Some((found, more)))
    });
    let Some((found, more)) = known.await? else { return Ok(None) };
    visit.page.who = Some(found.myself.name.clone());
    visit.page.unread = found.unread;
    visit.page.holder = Holder::session(&visit.ctx, found.id.as_str());
    visit.ctx.trace.actor = Actor::Citizen(found.account.as_str().to_owned());
    if seen_is_stale(found.seen_at, now, &rules) {
        touch(&visit.ctx, &found).await;
    }
    Ok(Some((found, more)))
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
pub(crate) fn back(parts: &Parts, visit: &Visit) -> String {
    if parts.method == Method::GET || parts.method == Method::HEAD {
        return visit.page.here();
    }
    let referer = ui::headers::text(&parts.headers, header::REFERER);
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    path.and_then(ui::local_path).unwrap_or("/").to_owned()
}
