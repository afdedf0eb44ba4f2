//! `/logout`, and the cookie of a session. The list of logins is that of devices.

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use platform::Ctx;
use serde::Deserialize;
use ui::{Form, Page, Problem, see_other_with};

use super::end::end;
use super::extract::{COOKIE, MaybeCitizen};
use super::policy::SessionPolicy;
use super::token::Token;
use crate::failure::Failure;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/logout", post(logout))
}

/// Gives a browser the token of its session: as long as sessions live, the rows say whether it still opens one.
pub(crate) fn give_token(ctx: &Ctx, page: &Page, response: &mut Response, token: &Token) -> Result<(), Failure> {
    let absolute = ctx.policy.at::<SessionPolicy>(ctx.now().date())?.absolute_secs;
    page.set_cookie(response, COOKIE, token.secret(), Some(absolute));
    Ok(())
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
