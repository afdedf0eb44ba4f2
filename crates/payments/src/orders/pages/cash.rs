//! One's own money: asked for at the channel, handed over by a link on the phone or a code on a screen.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use identity::{Citizen, RealName, opens};
use kernel::Fen;
use serde::Deserialize;
use ui::{Form, Page, Problem, html, see_other};

use super::{drive_a_while, load, refused, title, yuan};
use crate::attempts::model::{Kind, State};
use crate::orders::begin::{self, PayCash};
use crate::orders::drive::Payments;
use crate::orders::renew_link::renew_link;

/// A link on the phone lives five minutes; a little before it is asked for anew.
const LINK_SECS: i64 = 270;

/// The amount that was shown.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Shown {
    fen: i64,
}

/// Asks the channel, or keeps what is open there.
pub(super) async fn begin(
    payer: RealName<opens::Booking>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Extension(pay): Extension<Arc<Payments>>,
    Form(shown): Form<Shown>,
) -> Result<Response, Problem> {
    let order = load(payer.ctx(), &payer.person, &id).await?;
    let ip = payer.ctx().trace.ip.clone();
    let command = PayCash {
        person: payer.person.clone(),
        order: order.id.clone(),
        shown: Fen::new(shown.fen),
        code: !is_phone(&headers),
        client_ip: if ip.is_empty() { "127.0.0.1".to_owned() } else { ip },
    };
    if let Err(error) = begin::pay_cash(&pay, payer.ctx(), command).await {
        return refused(error, &id);
    }
    drive_a_while(&pay, &payer, &order.id).await;
    Ok(see_other(&format!("/pay/{id}/cashier")))
}

fn is_phone(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).is_some_and(|agent| agent.contains("Mobi"))
}

#[derive(Template)]
#[template(path = "pay/cashier.html")]
struct CashierPage {
    page: Page,
    back: String,
    id: String,
    title: String,
    amount: String,
    until: String,
    /// Where the buyer pays on this phone.
    link: Option<String>,
    /// The text of a code for another phone.
    code: Option<String>,
}

/// The hand-over. A link that has grown old is asked for anew before it is shown.
pub(super) async fn cashier(
    citizen: Citizen,
    Path(id): Path<String>,
    Extension(pay): Extension<Arc<Payments>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut order = load(citizen.ctx(), &citizen.person, &id).await?;
    let now = citizen.ctx().now();
    let open = |order: &crate::orders::Order| {
        let found = order.attempts.iter().find(|one| one.view.kind == Kind::Pay && one.view.state.is_live());
        found.cloned()
    };
    let Some(mut attempt) = open(&order) else { return Ok(see_other(&format!("/pay/{id}/state"))) };
    let is_code = attempt.terms.contains("\"code\":true");
    let old = !is_code && attempt.link_at.is_some_and(|at| now >= at.plus_secs(LINK_SECS));
    if attempt.view.state == State::Open && old {
        renew_link(&pay, citizen.ctx(), &order, &attempt).await.map_err(Problem::fault)?;
        order = load(citizen.ctx(), &citizen.person, &id).await?;
        attempt = open(&order).unwrap_or(attempt);
    }
    let page = citizen.visit.page.clone();
    let link = attempt.link.clone().filter(|_| attempt.view.state == State::Open);
    let back = format!("{}/pay/{id}/state", citizen.origin(&headers));
    let (code, link) = if is_code { (link, None) } else { (None, link.map(|link| with_way_back(&link, &back))) };
    let shown = CashierPage {
        back: format!("/pay/{id}/state"),
        title: title(&page, &order),
        amount: yuan(&page, attempt.view.amount),
        until: page.moment(attempt.view.expires_at.unwrap_or(order.view.deadline)),
        link,
        code,
        id,
        page,
    };
    Ok(html(&shown.page.clone(), shown))
}

/// The channel leads the buyer back to this page (`redirect_url`, appended to the link that it gave).
fn with_way_back(link: &str, back: &str) -> String {
    let joint = if link.contains('?') { '&' } else { '?' };
    let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    format!("{link}{joint}redirect_url={back}")
}
