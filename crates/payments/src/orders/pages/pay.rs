//! `/pay/{order}`: what will be taken from where, the switch of the personal account, the password.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use identity::pay_password::{self, Checked};
use identity::{RealName, opens};
use kernel::Fen;
use serde::Deserialize;
use ui::{Form, Page, Problem, html, html_again, see_other};

use super::{drive_a_while, load, refused, title, yuan};
use crate::orders::begin::{self, BeginError, Settle};
use crate::orders::drive::Payments;
use crate::orders::model::{OrderState, Way};
use crate::orders::policy::PaymentRules;
use crate::orders::quote::{Quoted, quote};
use crate::orders::store::{Order, Quote};
use crate::ports::Split;

type Payer = RealName<opens::Booking>;

#[derive(Template)]
#[template(path = "pay/pay.html")]
struct PayPage {
    page: Page,
    id: String,
    href: String,
    title: String,
    total: String,
    until: String,
    minutes: i64,
    way: &'static str,
    /// Purse by purse, as names and amounts.
    purses: Vec<(String, String)>,
    /// What the personal account holds afterwards.
    balance: String,
    /// The hash of what is shown, in hexadecimal; empty where nothing can be settled.
    hash: String,
    /// All of it one's own money.
    own_fen: i64,
    cash_fen: i64,
    button: String,
    /// Whether the personal account can be switched at all.
    has_account: bool,
    pin_set: bool,
    /// Why there is nothing to settle: the end of a key.
    trouble: Option<&'static str>,
    notice: Option<String>,
}

/// Which way is looked at.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    way: String,
}

/// The pay page.
pub(super) async fn show(
    payer: Payer,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    Extension(pay): Extension<Arc<Payments>>,
) -> Result<Response, Problem> {
    let order = load(payer.ctx(), &payer.person, &id).await?;
    if order.state != OrderState::Open {
        return Ok(see_other(&format!("/pay/{id}/state")));
    }
    let way = asked.way.parse().unwrap_or(Way::Account);
    let shown = page_of(&payer, &pay, &order, way, None).await?;
    Ok(html(&shown.page.clone(), shown))
}

async fn page_of(
    payer: &Payer,
    pay: &Arc<Payments>,
    order: &Order,
    way: Way,
    notice: Option<String>,
) -> Result<PayPage, Problem> {
    let ctx = payer.ctx();
    let rules = ctx.policy.at::<PaymentRules>(ctx.now().date()).map_err(Problem::fault)?;
    let quoted = quote(pay, ctx, order, way).await.map_err(Problem::fault)?;
    let person = payer.person.clone();
    let pin_set = ctx.db.read("payment.pin_set", move |tx| pay_password::is_set(tx, &person)).await?;
    let page = payer.visit.page.clone();
    let (quote, trouble) = trouble(quoted);
    let split = quote.as_ref().map(|quote| quote.advice.split);
    let purses = split.as_ref().map_or_else(Vec::new, |split| purses(&page, split));
    let cash = split.map_or(order.view.total, |split| split.cash);
    let insured = split.and_then(|split| split.insured()).unwrap_or(Fen::ZERO);
    // Residents have no such account; nothing is switched that is not there.
    let has_account = split.is_some_and(|split| split.personal_account > Fen::ZERO) || way == Way::Fund;
    let hash = quote.as_ref().filter(|quote| quote.way != Way::OwnMoney && insured > Fen::ZERO);
    Ok(PayPage {
        id: order.id.to_string(),
        href: order.href.clone(),
        title: title(&page, order),
        total: yuan(&page, order.view.total),
        until: page.moment(order.view.deadline),
        minutes: rules.half_paid_secs / 60,
        way: way.as_str(),
        purses,
        balance: quote
            .as_ref()
            .and_then(|quote| quote.advice.balance)
            .map_or_else(String::new, |left| yuan(&page, left)),
        hash: hash.map_or_else(String::new, |quote| hex(&quote.hash)),
        own_fen: order.view.total.get(),
        cash_fen: cash.get(),
        button: page.t1("pay-button", "yuan", insured),
        has_account,
        pin_set,
        trouble,
        notice,
        page,
    })
}

/// The quote, or why there is none: the end of a key.
fn trouble(quoted: Quoted) -> (Option<Quote>, Option<&'static str>) {
    match quoted {
        Quoted::Shown(quote) => (Some(quote), None),
        Quoted::Refused(word) if word == "not_insured" => (None, Some("not-insured")),
        Quoted::NotInsured => (None, Some("not-insured")),
        Quoted::Refused(_) => (None, Some("refused")),
        Quoted::Silent => (None, Some("silent")),
        Quoted::Odd => (None, Some("odd")),
    }
}

/// Each purse that something is taken from, with the amount.
fn purses(page: &Page, split: &Split) -> Vec<(String, String)> {
    [
        ("pay-fund", split.fund),
        ("pay-personal-account", split.personal_account),
        ("pay-other", split.other),
        ("pay-own-money", split.cash),
    ]
    .into_iter()
    .filter(|(_, amount)| *amount > Fen::ZERO)
    .map(|(key, amount)| (page.t(key), yuan(page, amount)))
    .collect()
}

/// What the form carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Agreed {
    hash: String,
    way: String,
    pin: String,
}

/// The password was given: the insurer settles what was shown.
pub(super) async fn settle(
    payer: Payer,
    Path(id): Path<String>,
    Extension(pay): Extension<Arc<Payments>>,
    Form(agreed): Form<Agreed>,
) -> Result<Response, Problem> {
    let order = load(payer.ctx(), &payer.person, &id).await?;
    let way = agreed.way.parse().unwrap_or(Way::Account);
    // What cannot be the password is not counted as a try.
    if agreed.pin.len() != 6 || !agreed.pin.bytes().all(|byte| byte.is_ascii_digit()) {
        let told = payer.visit.page.t("error-pay-format");
        return again(&payer, &pay, &order, way, told).await;
    }
    let command = Settle {
        person: payer.person.clone(),
        session: payer.session.as_str().to_owned(),
        order: order.id.clone(),
        hash: unhex(&agreed.hash),
        pin: agreed.pin,
    };
    match begin::settle(&pay, payer.ctx(), command).await {
        Ok(()) => {
            drive_a_while(&pay, &payer, &order.id).await;
            Ok(see_other(&format!("/pay/{id}/state")))
        }
        Err(BeginError::Password(checked)) => {
            let page = &payer.visit.page;
            let told = match checked {
                Checked::Wrong { left } => page.t1("pay-wrong", "left", left),
                Checked::Locked { secs } => page.t1("pay-pin-locked", "minutes", (secs + 59) / 60),
                Checked::NotSet | Checked::Right => return Ok(see_other("/pay-password/new")),
            };
            again(&payer, &pay, &order, way, told).await
        }
        Err(other) => refused(other, &id),
    }
}

async fn again(payer: &Payer, pay: &Arc<Payments>, order: &Order, way: Way, told: String) -> Result<Response, Problem> {
    if order.state != OrderState::Open {
        return Ok(see_other(&format!("/pay/{}/state", order.id)));
    }
    let shown = page_of(payer, pay, order, way, Some(told)).await?;
    Ok(html_again(&shown.page.clone(), shown))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is no hash agrees with none.
fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    pairs.map(byte).collect::<Option<Vec<u8>>>().unwrap_or_default()
}
