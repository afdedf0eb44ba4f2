//! One's own money: asked for at the channel, handed over by a link on the phone or a code on a screen; and the
//! other of the two, where a person goes on with another device.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use identity::{RealName, opens};
use kernel::Fen;
use serde::Deserialize;
use ui::{Form, InApp, Page, Problem, html, see_other};

use super::{drive_a_while, load, refused, title};
use crate::attempts::model::{Kind, State};
use crate::attempts::store::Attempt;
use crate::orders::Order;
use crate::orders::act::offer_of;
use crate::orders::begin::{self, PayOwnMoney};
use crate::orders::drive::Payments;
use crate::orders::model::{OrderState, Way};
use crate::orders::renew_link::renew_link;
use crate::orders::withdraw::withdraw;
use crate::orders::words::{give_up, offered, own_money_due, yuan};
use crate::ports::Cashier;

/// A link on the phone lives five minutes; a little before it is asked for anew.
const LINK_SECS: i64 = 270;
/// A cashier that has not opened for so long says that the channel does not answer.
const SILENT_SECS: i64 = 15;

/// The amount that was shown.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Shown {
    fen: i64,
}

/// In which way somebody wants to pay, where they said so: a desktop's browser may be on a tablet, or in a window as narrow
/// as a phone, and only its owner knows.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    to: String,
}

/// By a link on this device.
const BY_LINK: &str = "link";

/// Asks the channel, or keeps what is open there.
pub(super) async fn begin(
    payer: RealName<opens::Paying>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Extension(pay): Extension<Arc<Payments>>,
    Form(shown): Form<Shown>,
) -> Result<Response, Problem> {
    let order = load(payer.ctx(), &payer.person, &id).await?;
    if let Some(code_first) = code_first(&payer, &order).await? {
        return Ok(code_first);
    }
    ask(&payer, &pay, &order, Fen::new(shown.fen), is_phone(&headers)).await
}

/// The address that a page shown by the former release sends to: the browser sends the same again to today's. It is read
/// on for one release.
pub(super) async fn began_of_old(payer: RealName<opens::Paying>, Path(id): Path<String>) -> Result<Response, Problem> {
    let order = load(payer.ctx(), &payer.person, &id).await?;
    let mut response = see_other(&format!("/pay/{}/own-money", order.id));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    Ok(response)
}

/// To the page that asks for a code, where what this browser has shown counted for another payment, and back.
async fn code_first(payer: &RealName<opens::Paying>, order: &Order) -> Result<Option<Response>, Problem> {
    let back = match order.state {
        OrderState::Open => format!("/pay/{}?way={}", order.id, Way::OwnMoney),
        _ => format!("/pay/{}/state", order.id),
    };
    let confirmed = payer.confirm_payment(order.id.as_str(), &back).await?;
    Ok(confirmed.err().map(IntoResponse::into_response))
}

/// What is offered is taken back, and the same amount asked for in the way that this device can pay. What was paid
/// in the meantime is paid.
pub(super) async fn other(
    payer: RealName<opens::Paying>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Extension(pay): Extension<Arc<Payments>>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Problem> {
    let order = load(payer.ctx(), &payer.person, &id).await?;
    if let Some(code_first) = code_first(&payer, &order).await? {
        return Ok(code_first);
    }
    // In an app's own browser no link opens: there the other way than a link is a code, although it is a phone.
    let shows_link = offered(&order, payer.ctx().now()).is_some_and(|attempt| !is_code(attempt));
    let can_link = wanted.to == BY_LINK || is_phone(&headers);
    let by_link = can_link && !(payer.visit.page.in_app().is_some() && shows_link);
    if let Err(error) = withdraw(&pay, payer.ctx(), &payer.person, &order.id).await {
        return refused(error, &id, Way::PersonalAccount);
    }
    drive_a_while(&pay, &payer, &order.id).await;
    let order = load(payer.ctx(), &payer.person, &id).await?;
    // Not closed yet, or paid by now: its page says which.
    if order.view.live(Kind::Pay).is_some() || own_money_due(&order) <= Fen::ZERO {
        return Ok(see_other(&format!("/pay/{id}/state")));
    }
    ask(&payer, &pay, &order, own_money_due(&order), by_link).await
}

async fn ask(
    payer: &RealName<opens::Paying>,
    pay: &Arc<Payments>,
    order: &Order,
    shown: Fen,
    phone: bool,
) -> Result<Response, Problem> {
    let client_ip = payer.ctx().trace.ip.clone();
    // A link wants an address that the channel takes; who has none scans a code with another phone.
    let code = !phone || !pay.ports.wechat_pay.gives_links_to(&client_ip);
    let command = PayOwnMoney { person: payer.person.clone(), order: order.id.clone(), shown, code, client_ip };
    if let Err(error) = begin::pay_own_money(pay, payer.ctx(), command).await {
        return refused(error, order.id.as_str(), Way::PersonalAccount);
    }
    drive_a_while(pay, payer, &order.id).await;
    Ok(see_other(&format!("/pay/{}/cashier", order.id)))
}

fn is_phone(headers: &HeaderMap) -> bool {
    ui::headers::text(headers, header::USER_AGENT).contains("Mobi")
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
    /// Whether the channel has not answered for a while.
    silent: bool,
    /// What this device would rather show: the end of a key.
    other: Option<&'static str>,
    /// The app in whose browser the link does not open.
    app: Option<&'static str>,
    /// This page's own address, for another browser.
    address: String,
    /// The words that lead to giving it up.
    give_up: String,
}

/// The hand-over. A link that has grown old is asked for anew before it is shown.
pub(super) async fn cashier(
    citizen: RealName<opens::Mine>,
    Path(id): Path<String>,
    Extension(pay): Extension<Arc<Payments>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut order = load(citizen.ctx(), &citizen.person, &id).await?;
    let now = citizen.ctx().now();
    let Some(mut attempt) = offered(&order, now).cloned() else { return Ok(see_other(&format!("/pay/{id}/state"))) };
    let is_code = is_code(&attempt);
    let old = !is_code && attempt.link_at.is_some_and(|at| now >= at.plus_secs(LINK_SECS));
    if attempt.view.state == State::Open && old {
        renew_link(&pay, citizen.ctx(), &order, &attempt).await.map_err(Problem::fault)?;
        order = load(citizen.ctx(), &citizen.person, &id).await?;
        attempt = offered(&order, now).cloned().unwrap_or(attempt);
    }
    let page = citizen.visit.page.clone();
    let link = attempt.link.clone().filter(|_| attempt.view.state == State::Open);
    let back = format!("{}/pay/{id}/state", citizen.visit.page.origin());
    let (code, link) = if is_code { (link, None) } else { (None, link.map(|link| with_way_back(&link, &back))) };
    let app = page.in_app().filter(|_| is_phone(&headers)).map(InApp::word);
    let shown = CashierPage {
        back: format!("/pay/{id}/state"),
        title: title(&page, &order),
        amount: yuan(&page, attempt.view.amount),
        until: page.moment(attempt.view.expires_at.unwrap_or(order.view.deadline)),
        silent: now >= attempt.created_at.plus_secs(SILENT_SECS),
        link,
        code,
        other: match (is_code, is_phone(&headers)) {
            (true, true) => Some("phone"),
            (true, false) => Some("here"),
            (false, false) => Some("screen"),
            (false, true) if app.is_some() => Some("another"),
            (false, true) => None,
        },
        app,
        address: format!("{}/pay/{id}/cashier", page.origin()),
        give_up: give_up(&page, &order),
        id,
        page,
    };
    Ok(html(&shown.page.clone(), shown))
}

/// Whether it is handed over by a code on a screen, not by a link.
fn is_code(attempt: &Attempt) -> bool {
    offer_of(attempt).is_ok_and(|offer| offer.cashier == Cashier::Code)
}

/// The channel leads the buyer back to this page (`redirect_url`, appended to the link that it gave).
fn with_way_back(link: &str, back: &str) -> String {
    let joint = if link.contains('?') { '&' } else { '?' };
    format!("{link}{joint}redirect_url={}", ui::in_query(back))
}
