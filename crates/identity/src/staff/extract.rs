//! Who sits at a desk: the extractors of staff (architecture, rule 12).

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use platform::db::LaneKey;
use platform::{Actor, Ctx, Mode};
use ui::{DeskNav, DeskTop, Problem, Visit, see_other};

use super::model::{Role, StaffId, StaffSessionId};
use super::store::{self, Seated};
use crate::failure::Failure;
use crate::institutions::{Capability, Institution, InstitutionId};
use crate::sessions::{SessionPolicy, Token};

/// The cookie that holds a desk session's token, by its bare name.
pub(crate) const COOKIE: &str = "desk";

/// A role as a type, so that a handler names in its signature who may call it.
pub trait RoleMark: Send + Sync + 'static {
    /// The role it stands for.
    const ROLE: Role;
}

/// [`Role::Clerk`] as a type.
#[derive(Debug, Clone, Copy)]
pub struct Clerk;

impl RoleMark for Clerk {
    const ROLE: Role = Role::Clerk;
}

/// [`Role::Window`] as a type.
#[derive(Debug, Clone, Copy)]
pub struct Window;

impl RoleMark for Window {
    const ROLE: Role = Role::Window;
}

/// Signed-in staff of one role.
pub struct Staff<R: RoleMark> {
    /// The request; its context acts as this member of staff.
    pub visit: Visit,
    /// Who.
    pub staff: StaffId,
    /// The name shown at the desk.
    pub name: String,
    /// The institution served; open. None for the bureau's own.
    pub institution: Option<Institution>,
    role: PhantomData<R>,
}

/// A hospital window's clerk.
pub type Desk = Staff<Clerk>;
/// A clerk of the bureau's service window; serves no hospital.
pub type WindowDesk = Staff<Window>;

impl<R: RoleMark> Staff<R> {
    /// The context, acting as this member of staff.
    pub fn ctx(&self) -> &Ctx {
        &self.visit.ctx
    }

    /// The id of the institution served, as that of a hospital or another kind.
    ///
    /// # Errors
    /// Refused where somebody serves none, or one of another kind.
    pub fn at<T: TryFrom<InstitutionId>>(&self) -> Result<T, Problem> {
        let id = self.institution.as_ref().map(|institution| institution.id.clone());
        id.and_then(|id| id.try_into().ok()).ok_or_else(Problem::forbidden)
    }

    /// Where this desk is, as it stands in looks, lanes and the audit: the institution's id, or nothing.
    pub fn place(&self) -> &str {
        self.institution.as_ref().map_or("", |institution| institution.id.as_str())
    }

    /// Refuses what the institution served does not do with us.
    ///
    /// # Errors
    /// Refused.
    pub fn can(&self, what: Capability) -> Result<(), Problem> {
        let can = self.institution.as_ref().is_some_and(|institution| institution.can(what));
        if can { Ok(()) } else { Err(Problem::forbidden()) }
    }
}

/// Not at a desk, or not at this one.
#[derive(Debug)]
pub enum NotStaff {
    /// Go to the desks' login page.
    SignIn,
    /// Another role's page, or something beneath did not work.
    Problem(Problem),
}

impl From<NotStaff> for Problem {
    fn from(refusal: NotStaff) -> Problem {
        match refusal {
            NotStaff::SignIn => Problem::forbidden(),
            NotStaff::Problem(problem) => problem,
        }
    }
}

impl IntoResponse for NotStaff {
    fn into_response(self) -> Response {
        match self {
            NotStaff::SignIn => see_other("/desk/login"),
            NotStaff::Problem(problem) => problem.into_response(),
        }
    }
}

impl<R: RoleMark> FromRequestParts<Ctx> for Staff<R> {
    type Rejection = NotStaff;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Staff<R>, NotStaff> {
        let (mut visit, seated) = seat(parts, state).await?;
        if seated.role != R::ROLE || seated.institution.as_ref().is_some_and(|served| !served.is_open()) {
            return Err(NotStaff::Problem(Problem::forbidden()));
        }
        visit.page.who = Some(seated.name.clone());
        Ok(Staff { visit, staff: seated.staff, name: seated.name, institution: seated.institution, role: PhantomData })
    }
}

/// Signed-in staff of whatever role: for what all desks have in common.
pub(crate) struct AnyStaff {
    pub(crate) visit: Visit,
    pub(crate) session: StaffSessionId,
}

impl FromRequestParts<Ctx> for AnyStaff {
    type Rejection = NotStaff;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<AnyStaff, NotStaff> {
        let (visit, seated) = seat(parts, state).await?;
        Ok(AnyStaff { visit, session: seated.session })
    }
}

/// Around the routes: what the router refuses by itself below `/desk`, a path that there is not or another method, is said in
/// the frame of whoever sits there, as every other refusal is.
pub async fn frame_refusals(State(ctx): State<Arc<Ctx>>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/desk/") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
        // Who is not known has the frame without a name.
        drop(seat(&mut parts, &ctx).await);
    }
    response
}

/// Whoever sits at the desk that asks: the request acts as them, and its page has their frame, whatever it comes to say.
async fn seat(parts: &mut Parts, state: &Ctx) -> Result<(Visit, Seated), NotStaff> {
    let Ok(mut visit) = Visit::from_request_parts(parts, state).await;
    let seated = recognise(&visit).await.map_err(|failure| NotStaff::Problem(failure.into()))?;
    let Some(seated) = seated else { return Err(NotStaff::SignIn) };
    let nav = parts.extensions.get::<Arc<DeskNav>>().cloned().unwrap_or_default();
    let served = seated.institution.as_ref();
    let name = |served: &Institution| visit.page.pick(&served.facts.name, served.facts.english_name()).to_owned();
    let place = served.map_or_else(|| visit.page.t("window-place"), name);
    let open = served.filter(|served| served.is_open());
    let can: Vec<&str> = open.iter().flat_map(|open| open.capabilities.iter()).map(Capability::as_str).collect();
    let links = nav.of(seated.role.as_str(), &can);
    visit.page.work_at(DeskTop { place, clerk: seated.name.clone(), links });
    visit.ctx = visit.ctx.acting(Actor::Staff(seated.staff.as_str().to_owned()));
    Ok((visit, seated))
}

/// Finds the desk session behind the cookie; in production there is none to find.
async fn recognise(visit: &Visit) -> Result<Option<Seated>, Failure> {
    let ctx = &visit.ctx;
    if ctx.mode == Mode::Production {
        return Ok(None);
    }
    let Some(token) = visit.page.cookie(COOKIE).and_then(Token::parse) else { return Ok(None) };
    let (vault, hash, now) = (ctx.vault.clone(), token.hash(), ctx.now());
    let policy = ctx.policy.at::<SessionPolicy>(now.date())?;
    let idle_since = now.minus_secs(policy.staff_idle_secs);
    let found = ctx.db.read("staff.recognise", move |tx| store::seated(tx, &vault, &hash, (now, idle_since))).await?;
    if let Some(seated) = found.as_ref().filter(|seated| now >= seated.seen_at.plus_secs(policy.seen_secs)) {
        touch(ctx, &seated.session).await;
    }
    Ok(found)
}

/// Writes "last used". A busy database must not cost the clerk the page: the next request writes it.
async fn touch(ctx: &Ctx, session: &StaffSessionId) {
    let (session, now) = (session.clone(), ctx.now());
    let lane = LaneKey::of("staff_session", session.as_str());
    let written = ctx.db.write(lane, "staff.seen", move |tx| store::seen(tx, &session, now));
    if let Err(fault) = written.await {
        tracing::warn!(%fault, "staff.seen not written");
    }
}
