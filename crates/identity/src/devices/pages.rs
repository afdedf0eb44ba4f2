//! `/devices`: the list of one's devices, signing one out, and the place where a browser leaves its key.

use askama::Template;
use axum::Router;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use platform::Ctx;
use serde::Deserialize;
use ui::{Form, Page, Problem, html, see_other, see_other_with};

use super::challenge::read_key;
use super::end::{EndDevice, Ended, end};
use super::here::Here;
use super::leave_key::leave_key;
use super::prove_pages::{self, destination};
use super::store;
use crate::login::KnownDevice;
use crate::sessions::{self, Citizen};

pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/devices", get(list).post(sign_out))
        .route("/devices/key", post(take_key))
        .merge(prove_pages::routes())
}

struct Line {
    id: String,
    label: String,
    bound: String,
    seen: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "devices/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
}

async fn list(citizen: Citizen, headers: HeaderMap) -> Result<Response, Problem> {
    let here = Here::of(&citizen, &headers);
    let person = citizen.person.clone();
    let found = citizen.ctx().db.read("device.list", move |tx| store::list(tx, &person)).await?;
    let page = citizen.visit.page;
    let lines = found
        .into_iter()
        .map(|device| Line {
            id: device.id.as_str().to_owned(),
            here: device.word == here.word,
            label: device.label,
            bound: page.moment(device.bound_at),
            seen: page.moment(device.seen_at),
        })
        .collect();
    Ok(html(&page.clone(), ListPage { page, lines }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SignOutForm {
    device: String,
}

/// Somebody else's device and one signed out before answer alike: nothing to end is no mistake.
async fn sign_out(citizen: Citizen, headers: HeaderMap, Form(form): Form<SignOutForm>) -> Result<Response, Problem> {
    let device = form.device.parse().map_err(|_| Problem::not_found())?;
    let command = EndDevice {
        here: Here::of(&citizen, &headers),
        account: citizen.account.clone(),
        known: KnownDevice::here(citizen.ctx(), &citizen.visit.page),
        device,
    };
    match end(citizen.ctx(), command).await? {
        Ended::Elsewhere => Ok(see_other_with("/devices", "flash-device-ended")),
        // Whoever is proven here may do so.
        Ended::NotFromHere => Ok(see_other("/real-name")),
        Ended::Here => {
            let mut response = see_other_with("/", "flash-signed-out");
            citizen.visit.page.clear_cookie(&mut response, sessions::COOKIE);
            Ok(response)
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct KeyForm {
    key: String,
    to: String,
}

/// A key that cannot be taken is no mistake of the person's: the page goes on, and a code by SMS does
/// what the key would have done.
async fn take_key(citizen: Citizen, headers: HeaderMap, Form(form): Form<KeyForm>) -> Result<Response, Problem> {
    if let Some(key) = read_key(&form.key) {
        leave_key(citizen.ctx(), &Here::of(&citizen, &headers), key).await?;
    }
    Ok(see_other(&destination(&form.to)))
}
