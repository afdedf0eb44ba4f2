//! `/me/sessions` and `/logout`.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use platform::Ctx;
use platform::db::DbFault;
use serde::Deserialize;
use ui::{Form, Page, Problem, html, see_other_with};

use super::end::{end, end_others};
use super::extract::{COOKIE, Citizen, MaybeCitizen};
use super::model::alive;
use super::store;
use super::token::Token;
use crate::failure::Failure;
use crate::policy::SessionPolicy;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/me/sessions", get(list).post(revoke)).route("/logout", post(logout))
}

/// Gives a browser the token of its session: as long as sessions live, the rows say whether it still opens one.
pub(crate) fn give_token(ctx: &Ctx, page: &Page, response: &mut Response, token: &Token) -> Result<(), Failure> {
    let absolute = ctx.policy.at::<SessionPolicy>(ctx.now().date())?.absolute_secs;
    page.set_cookie(response, COOKIE, token.secret(), Some(absolute));
    Ok(())
}

struct Line {
    id: String,
    device: String,
    address: String,
    seen: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "sessions/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
    others: bool,
}

async fn list(citizen: Citizen) -> Result<Response, Problem> {
    let ctx = citizen.ctx();
    let now = ctx.now();
    let policy = ctx.policy.at::<SessionPolicy>(now.date()).map_err(Failure::from)?;
    let person = citizen.person.clone();
    let found = ctx.db.read("session.list", move |tx| -> Result<_, DbFault> { store::list(tx, &person, now) }).await?;
    let page = citizen.visit.page.clone();
    let lines: Vec<Line> = found
        .into_iter()
        .filter(|session| alive(session.seen_at, session.expires_at, now, &policy))
        .map(|session| Line {
            here: session.id == citizen.session,
            id: session.id.as_str().to_owned(),
            device: session.device,
            address: session.address,
            seen: page.moment(session.seen_at),
        })
        .collect();
    let others = lines.iter().any(|line| !line.here);
    Ok(html(&page.clone(), ListPage { page, lines, others }))
}

#[derive(Deserialize)]
struct RevokeForm {
    /// Empty: all but this one.
    #[serde(default)]
    session: String,
}

async fn revoke(citizen: Citizen, Form(form): Form<RevokeForm>) -> Result<Response, Problem> {
    if form.session.is_empty() {
        end_others(citizen.ctx(), &citizen.person, &citizen.session).await?;
        return Ok(see_other_with("/me/sessions", "flash-sessions-ended"));
    }
    let session = form.session.parse().map_err(|_| Problem::not_found())?;
    // Somebody else's session and one that has ended answer alike: nothing to end is no mistake.
    end(citizen.ctx(), &citizen.person, &session).await?;
    Ok(see_other_with("/me/sessions", "flash-session-ended"))
}

#[derive(Deserialize)]
struct LogoutForm {}

/// Answers a second tap, or a session that had run out, like the first.
async fn logout(visitor: MaybeCitizen, Form(LogoutForm {}): Form<LogoutForm>) -> Result<Response, Problem> {
    if let Some(citizen) = &visitor.citizen {
        end(&visitor.visit.ctx, &citizen.person, &citizen.session).await?;
    }
    let mut response = see_other_with("/", "flash-signed-out");
    visitor.visit.page.clear_cookie(&mut response, COOKIE);
    Ok(response)
}
