//! `/pay/{order}/state`: where it stands, who has the money now, what comes next; and giving it up.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use identity::Citizen;
use kernel::Fen;
use serde::Deserialize;
use ui::{Form, Page, Problem, html, see_other};

use super::{drive_a_while, load, refused, title, yuan};
use crate::orders::begin;
use crate::orders::drive::Payments;
use crate::orders::model::{Cause, OrderState};
use crate::orders::policy::PaymentRules;
use crate::orders::stop;
use crate::orders::store::Order;
use crate::orders::trail::{Line, lines, state_word, word};

#[derive(Template)]
#[template(path = "pay/state.html")]
struct StatePage {
    page: Page,
    id: String,
    href: String,
    name: String,
    tone: &'static str,
    title: String,
    text: String,
    state: &'static str,
    /// What is still to be paid.
    cash: String,
    cash_fen: i64,
    until: String,
    /// Amounts that were agreed to and those that came, for another yes.
    asked: Vec<(String, String, String)>,
    /// Something is under way: the page looks again.
    waits: bool,
    trail: Vec<Line>,
}

/// The truth.
pub(super) async fn show(citizen: Citizen, Path(id): Path<String>) -> Result<Response, Problem> {
    let order = load(citizen.ctx(), &citizen.person, &id).await?;
    if order.state == OrderState::Open {
        return Ok(see_other(&format!("/pay/{id}")));
    }
    let ctx = citizen.ctx();
    let rules = ctx.policy.at::<PaymentRules>(ctx.now().date()).map_err(Problem::fault)?;
    let page = citizen.visit.page.clone();
    let cash = order.view.cash_needed().checked_sub(order.view.paid()).unwrap_or(Fen::ZERO);
    let (title_, tone) = state_word(&page, &order);
    let shown = StatePage {
        href: order.href.clone(),
        name: title(&page, &order),
        tone,
        title: title_,
        text: text(&page, &order, cash, rules.refund_days),
        state: order.state.as_str(),
        cash: yuan(&page, cash),
        cash_fen: cash.get(),
        until: page.moment(order.view.deadline),
        asked: asked(&page, &order),
        waits: matches!(order.state, OrderState::Settling | OrderState::Paying | OrderState::Returning),
        trail: lines(&page, &order),
        id,
        page,
    };
    Ok(html(&shown.page.clone(), shown))
}

fn text(page: &Page, order: &Order, cash: Fen, days: i64) -> String {
    let insured = order.view.settlement().map_or(Fen::ZERO, |(_, one)| one.amount);
    match order.state {
        OrderState::HalfPaid => page.t2("pay-half-paid-text", "insured", insured, "cash", cash),
        OrderState::Returning if word(order) == "returning" => page.t1("pay-returning-text", "days", days),
        OrderState::Closed if order.view.stop == Some(Cause::TimedOut) => page.t("pay-closed-late-text"),
        OrderState::Blocked => page.t1("pay-blocked-text", "no", &order.id),
        _ => page.t(&format!("pay-{}-text", word(order))),
    }
}

fn asked(page: &Page, order: &Order) -> Vec<(String, String, String)> {
    let came = order.view.settlement().and_then(|(_, one)| one.split);
    let (Some(agreed), Some(came)) = (order.view.confirmed, came) else { return Vec::new() };
    if order.state != OrderState::Reconfirm {
        return Vec::new();
    }
    [
        ("pay-fund", agreed.fund, came.fund),
        ("pay-personal-account", agreed.personal_account, came.personal_account),
        ("pay-own-money", agreed.cash, came.cash),
    ]
    .into_iter()
    .map(|(key, before, now)| (page.t(key), yuan(page, before), yuan(page, now)))
    .collect()
}

/// The amount that was shown.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Shown {
    fen: i64,
}

/// Another yes, to the amounts that the insurer has settled by.
pub(super) async fn agree(
    citizen: Citizen,
    Path(id): Path<String>,
    Extension(pay): Extension<Arc<Payments>>,
    Form(shown): Form<Shown>,
) -> Result<Response, Problem> {
    let order = load(citizen.ctx(), &citizen.person, &id).await?;
    match begin::agree(&pay, citizen.ctx(), &citizen.person, &order.id, Fen::new(shown.fen)).await {
        Ok(()) => Ok(see_other(&format!("/pay/{id}/state"))),
        Err(error) => refused(error, &id),
    }
}

#[derive(Template)]
#[template(path = "pay/give_up.html")]
struct GiveUpPage {
    page: Page,
    back: String,
    id: String,
    name: String,
}

/// Asks before an order is given up.
pub(super) async fn ask_give_up(citizen: Citizen, Path(id): Path<String>) -> Result<Response, Problem> {
    let order = load(citizen.ctx(), &citizen.person, &id).await?;
    if matches!(order.state, OrderState::Settled | OrderState::Blocked) || order.view.stop.is_some() {
        return Ok(see_other(&format!("/pay/{id}/state")));
    }
    let page = citizen.visit.page.clone();
    let name = title(&page, &order);
    Ok(html(&page.clone(), GiveUpPage { back: format!("/pay/{id}/state"), page, id, name }))
}

/// A POST that carries nothing but its token.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Gives it up: what came in goes back by itself.
pub(super) async fn give_up(
    citizen: Citizen,
    Path(id): Path<String>,
    Extension(pay): Extension<Arc<Payments>>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let order = load(citizen.ctx(), &citizen.person, &id).await?;
    if let Err(error) = stop::give_up(&pay, citizen.ctx(), &citizen.person, &order.id).await {
        return refused(error, &id);
    }
    drive_a_while(&pay, &citizen, &order.id).await;
    Ok(see_other(&format!("/pay/{id}/state")))
}
