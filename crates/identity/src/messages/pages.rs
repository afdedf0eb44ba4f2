//! `/messages` and `/messages/{id}`.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use platform::Ctx;
use serde::Deserialize;
use ui::{Page, Problem, Query, html};

use super::model::{MessageId, words};
use super::store;
use crate::people;
use crate::real_name::{RealName, opens};
use crate::sessions::Citizen;

const PAGE_ROWS: i64 = 30;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/messages", get(list)).route("/messages/{id}", get(detail))
}

struct Line {
    id: String,
    title: String,
    when: String,
    read: bool,
}

#[derive(Template)]
#[template(path = "messages/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
    /// The id to go on from, if there may be older ones.
    older: Option<String>,
}

#[derive(Deserialize)]
struct Older {
    before: Option<String>,
}

async fn list(citizen: RealName<opens::Mine>, Query(query): Query<Older>) -> Result<Response, Problem> {
    let ctx = citizen.ctx();
    let before: Option<MessageId> = query.before.and_then(|text| text.parse().ok());
    let (vault, person) = (ctx.vault.clone(), citizen.person.clone());
    let found =
        ctx.db.read("message.list", move |tx| store::list(tx, &vault, &person, before.as_ref(), PAGE_ROWS)).await?;
    let page = citizen.visit.page.clone();
    let full = i64::try_from(found.len()).is_ok_and(|rows| rows == PAGE_ROWS);
    let older = found.last().filter(|_| full).map(|message| message.id.as_str().to_owned());
    let lines = found
        .into_iter()
        .map(|message| Line {
            title: words(&page, &message.kind, "title", &message.args),
            id: message.id.as_str().to_owned(),
            when: page.moment(message.created_at),
            read: message.read,
        })
        .collect();
    Ok(html(&page.clone(), ListPage { page, lines, older }))
}

#[derive(Template)]
#[template(path = "messages/detail.html")]
struct DetailPage {
    page: Page,
    title: String,
    body: String,
    when: String,
    link: Option<String>,
}

async fn detail(citizen: RealName<opens::Mine>, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: MessageId = id.parse().map_err(|_| Problem::not_found())?;
    let ctx = citizen.ctx();
    let (vault, person, wanted) = (ctx.vault.clone(), citizen.person.clone(), id.clone());
    let found = ctx.db.read("message.find", move |tx| store::find(tx, &vault, &person, &wanted)).await?;
    let message = found.ok_or_else(Problem::not_found)?;
    let mut page = citizen.visit.page.clone();
    if !message.read {
        mark_read(&citizen, id).await?;
        page.unread = (page.unread - 1).max(0);
    }
    let detail = DetailPage {
        title: words(&page, &message.kind, "title", &message.args),
        body: words(&page, &message.kind, "body", &message.args),
        when: page.moment(message.created_at),
        link: message.args.link(),
        page,
    };
    Ok(html(&detail.page.clone(), detail))
}

async fn mark_read(citizen: &Citizen, id: MessageId) -> Result<(), Problem> {
    let ctx = citizen.ctx();
    let (person, now) = (citizen.person.clone(), ctx.now());
    let lane = people::lane(&citizen.person);
    Ok(ctx.db.write(lane, "message.read", move |tx| store::mark_read(tx, &person, &id, now)).await?)
}
