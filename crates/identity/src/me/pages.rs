//! `/me` 我的.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use platform::Ctx;
use ui::{Page, Problem, html};

use crate::authentication::{Summary, summary};
use crate::owners::goes_at;
use crate::people::Myself;
use crate::real_name::Known;

pub(super) fn routes() -> Router<Ctx> {
    Router::new().route("/me", get(me))
}

#[derive(Template)]
#[template(path = "people/me.html")]
struct MePage {
    page: Page,
    myself: Myself,
    name: Summary,
    /// When the account goes unless its person is proven; empty where it stays.
    until: String,
}

async fn me(Known { citizen, facts }: Known) -> Result<Response, Problem> {
    let name = summary(citizen.ctx(), &facts)?;
    let until = if name.authenticated { None } else { goes_at(&citizen).await? };
    let page = citizen.visit.page;
    let until = until.map_or_else(String::new, |at| page.full_date(at.date()));
    Ok(html(&page.clone(), MePage { page, myself: citizen.myself, name, until }))
}
