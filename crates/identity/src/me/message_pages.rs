//! `/messages` and `/messages/{id}`.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use platform::Ctx;
use serde::Deserialize;
use ui::{Page, Problem, Query, html};

use crate::messages::{MessageId, store, words};
use crate::people;
use crate::real_name::{GAINED, RealName, opens};
use crate::sessions::Citizen;

const PAGE_ROWS: usize = 30;
/// No line of a phone holds more.
const PREVIEW_CHARS: usize = 60;

pub(super) fn routes() -> Router<Ctx> {
    Router::new().route("/messages", get(list)).route("/messages/{id}", get(detail))
}

struct Line {
    id: String,
    title: String,
    /// The beginning of its words; the page cuts what does not fit on a line.
    preview: String,
    when: String,
    read: bool,
}

#[derive(Template)]
#[template(path = "messages/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
    /// Whether this page begins after another one.
    later: bool,
    /// The id to go on from, if there are older ones.
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
    let later = before.is_some();
    // One more than is shown: whether there is another page is known, not guessed.
    let most = i64::try_from(PAGE_ROWS + 1).unwrap_or(i64::MAX);
    let read = ctx.db.read("message.list", move |tx| store::list(tx, &vault, &person, before.as_ref(), most));
    let mut found = read.await?;
    let more = found.len() > PAGE_ROWS;
    found.truncate(PAGE_ROWS);
    let page = citizen.visit.page.clone();
    let older = found.last().filter(|_| more).map(|message| message.id.as_str().to_owned());
    let lines = found
        .into_iter()
        .map(|message| Line {
            title: words(&page, &message.kind, "title", &message.args),
            preview: words(&page, &message.kind, "body", &message.args).chars().take(PREVIEW_CHARS).collect(),
            id: message.id.as_str().to_owned(),
            when: page.moment(message.created_at),
            read: message.read,
        })
        .collect();
    Ok(html(&page.clone(), ListPage { page, lines, later, older }))
}

#[derive(Template)]
#[template(path = "messages/detail.html")]
struct DetailPage {
    page: Page,
    title: String,
    body: String,
    when: String,
    /// The short number of the matter.
    no: Option<String>,
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
        no: message.args.no(),
        link: message.args.link().or_else(|| begins(&page, &message.kind)),
        page,
    };
    Ok(html(&detail.page.clone(), detail))
}

/// Where to begin with what a gained level opened.
fn begins(page: &Page, kind: &str) -> Option<String> {
    let start = page.nav().start.filter(|_| kind == GAINED)?;
    Some(start.path.to_owned())
}

async fn mark_read(citizen: &Citizen, id: MessageId) -> Result<(), Problem> {
    let ctx = citizen.ctx();
    let (person, now) = (citizen.person.clone(), ctx.now());
    let lane = people::lane(&citizen.person);
    Ok(ctx.db.write(lane, "message.read", move |tx| store::mark_read(tx, &person, &id, now)).await?)
}
