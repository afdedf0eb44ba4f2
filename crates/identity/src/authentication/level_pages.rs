//! `/real-name/level`: why a service does not open, what still does, and asking the insurer once more.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::Moment;
use platform::Ctx;
use serde::Deserialize;
use ui::{Form, Page, Problem, Query, html, see_other, see_other_with};

use super::pages::{ServiceLine, lines};
use crate::failure::Failure;
use crate::ports::Ports;
use crate::real_name::opens::Service;
use crate::real_name::{Asked, Known, Level, Occasion, RealNamePolicy, ask_again, back, refresh};
use crate::sessions::Citizen;

pub(super) fn routes() -> Router<Ctx> {
    Router::new().route("/real-name/level", get(show).post(ask))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    #[serde(rename = "for")]
    service: String,
    to: String,
}

impl Wanted {
    fn path(&self) -> String {
        let service = Service::of_word(&self.service).map_or("", Service::word);
        format!("/real-name/level?for={service}&to={}", ui::in_query(&self.to))
    }
}

#[derive(Template)]
#[template(path = "real_name/level.html")]
struct LevelPage {
    page: Page,
    wanted: Wanted,
    /// What was wanted and does not open, in words; empty where it opens, and if nothing in particular was wanted.
    service: String,
    medical: bool,
    insured: &'static str,
    open: Vec<ServiceLine>,
    shut: Vec<ServiceLine>,
    checked: Option<String>,
    onward: Option<String>,
}

async fn show(known: Known, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let Known { citizen, facts } = known;
    if facts.authenticated_at.is_none() {
        return Ok(see_other("/real-name"));
    }
    let ctx = citizen.ctx();
    let now = ctx.now();
    let policy = ctx.policy.at::<RealNamePolicy>(now.date()).map_err(Failure::from)?;
    let level = facts.level(now, &policy);
    let page = citizen.visit.page.clone();
    let service = Service::of_word(&wanted.service);
    let opens = service.map_or(level == Level::Medical, |service| service.needs() <= level);
    let view = LevelPage {
        service: service
            .filter(|_| !opens)
            .map_or_else(String::new, |service| page.t(&format!("opens-{}", service.word()))),
        medical: level == Level::Medical,
        insured: facts.record.insured(now, &policy).word(),
        open: lines(&page, Service::open_at(level)),
        shut: lines(&page, Service::shut_at(level)),
        checked: facts.record.checked_at.map(|at: Moment| page.moment(at)),
        onward: back::allowed(&wanted.to).map(str::to_owned).filter(|_| opens),
        wanted,
        page,
    };
    Ok(html(&view.page.clone(), view))
}

/// Asks the insurer at its person's wish: insurance may have changed an hour ago.
async fn ask(
    citizen: Citizen,
    Extension(ports): Extension<Arc<Ports>>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Problem> {
    let ctx = citizen.ctx();
    ask_again(ctx, &citizen.person).await?;
    let flash = match refresh(ctx, &ports, &citizen.person, Occasion::Watched).await? {
        Asked::Answered(_) => "flash-insurer-asked",
        // However often it is tapped, the insurer is asked once a minute.
        Asked::Known(_) => "flash-insurer-fresh",
        Asked::Silent(_) | Asked::Refused(_) => "flash-insurer-silent",
        Asked::Nobody => return Ok(see_other("/real-name")),
    };
    Ok(see_other_with(&wanted.path(), flash))
}
