//! `/me` 我的.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use platform::Ctx;
use ui::{Page, Problem, html};

use super::model::Myself;
use crate::real_name::{self, Known, Summary};

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/me", get(me))
}

#[derive(Template)]
#[template(path = "people/me.html")]
struct MePage {
    page: Page,
    myself: Myself,
    name: Summary,
}

async fn me(Known { citizen, facts }: Known) -> Result<Response, Problem> {
    let name = real_name::summary(citizen.ctx(), &facts)?;
    let page = citizen.visit.page;
    Ok(html(&page.clone(), MePage { page, myself: citizen.myself, name }))
}
