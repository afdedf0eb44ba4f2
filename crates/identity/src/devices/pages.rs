//! `/devices` 我的设备: the one list of devices and logins, signing them out, and the place where a browser leaves its key.

use askama::Template;
use axum::Router;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use platform::Ctx;
use serde::Deserialize;
use ui::{Form, Page, Problem, html, see_other, see_other_with};

use super::challenge::read_key;
use super::end::{EndDevice, Ended, end, end_all_others, end_login};
use super::here::Here;
use super::leave_key::leave_key;
use super::list::{What, list};
use super::wish::{Wish, destination};
use crate::sessions::{self, Citizen, SessionId};

pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/devices", get(show).post(sign_out))
        .route("/me/sessions", get(moved))
        .route("/devices/key", post(take_key))
}

struct Line {
    /// The field that names it, and its value.
    field: &'static str,
    id: String,
    label: String,
    address: String,
    /// When its owner was authenticated on it; empty where somebody has only logged in.
    bound: String,
    seen: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "devices/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
    others: bool,
}

async fn show(citizen: Citizen, headers: HeaderMap) -> Result<Response, Problem> {
    let found = list(citizen.ctx(), &Here::of(&citizen, &headers)).await?;
    let page = citizen.visit.page;
    let lines: Vec<Line> = found
        .into_iter()
        .map(|one| {
            let (field, id, bound) = match one.what {
                What::Proven(device, at) => ("device", device.as_str().to_owned(), page.moment(at)),
                What::LoggedIn(session) => ("session", session.as_str().to_owned(), String::new()),
            };
            let seen = page.moment(one.seen_at);
            let label = if one.label.is_empty() { page.t("devices-unknown") } else { one.label };
            Line { field, id, label, address: one.address, bound, seen, here: one.here }
        })
        .collect();
    let others = lines.iter().any(|line| !line.here);
    Ok(html(&page.clone(), ListPage { page, lines, others }))
}

/// The list of logins was a page of its own.
async fn moved(_: Citizen) -> Response {
    see_other("/devices")
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SignOutForm {
    device: String,
    session: String,
    /// `others`: all but this one.
    act: String,
}

/// Somebody else's device and one that was logged out before give the same answer: having nothing to end is not a
/// mistake.
async fn sign_out(citizen: Citizen, headers: HeaderMap, Form(form): Form<SignOutForm>) -> Result<Response, Problem> {
    let (ctx, here) = (citizen.ctx(), Here::of(&citizen, &headers));
    if form.act == "others" {
        return Ok(match end_all_others(ctx, &here).await? {
            Ended::ShowFirst => show_first(),
            Ended::Here | Ended::Elsewhere => see_other_with("/devices", "flash-devices-ended"),
        });
    }
    let done = if form.device.is_empty() {
        let session: SessionId = form.session.parse().map_err(|_| Problem::not_found())?;
        end_login(ctx, &here, &session).await?
    } else {
        let device = form.device.parse().map_err(|_| Problem::not_found())?;
        end(ctx, EndDevice { here, device }).await?
    };
    Ok(match done {
        Ended::Elsewhere => see_other_with("/devices", "flash-device-ended"),
        Ended::Here => out(&citizen),
        Ended::ShowFirst => show_first(),
    })
}

/// To the page on which whoever holds the owner's phone shows so, and back to the list.
fn show_first() -> Response {
    see_other(&Wish::LogOut.page_to("/devices"))
}

fn out(citizen: &Citizen) -> Response {
    let mut response = see_other_with("/", "flash-signed-out");
    citizen.visit.page.clear_cookie(&mut response, sessions::COOKIE);
    response
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct KeyForm {
    key: String,
    to: String,
}

/// A key that cannot be accepted is not the person's mistake: the page goes on, and an SMS code does what the key would
/// have done.
async fn take_key(citizen: Citizen, headers: HeaderMap, Form(form): Form<KeyForm>) -> Result<Response, Problem> {
    if let Some(key) = read_key(&form.key) {
        leave_key(citizen.ctx(), &Here::of(&citizen, &headers), key).await?;
    }
    Ok(see_other(&destination(&form.to)))
}
