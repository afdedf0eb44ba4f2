//! `/pay/{order}`: what will be taken from where, the switch of the personal account, the password.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use identity::pay_password::{self, Checked, Pin};
use identity::{RealName, opens};
use kernel::Fen;
use serde::Deserialize;
use ui::{Form, Page, Problem, Query, html, html_again, see_other};

use super::{Told, drive_a_while, load, refused, title, yuan};
use crate::orders::begin::{self, BeginError, Settle};
use crate::orders::drive::Payments;
use crate::orders::listen::Fact;
use crate::orders::model::{OrderState, Way};
use crate::orders::policy::PaymentRules;
use crate::orders::quote::{Quoted, quote};
use crate::orders::trail::{Line, last_try, lines};
use crate::orders::words::{cash_until, short_no};
use crate::orders::{Order, Quote};
use crate::ports::{EMPLOYEES, Split};
use crate::quotes::asks;

type Payer = RealName<opens::Booking>;

/// A purse that something is taken from.
struct Purse {
    name: String,
    detail: String,
    amount: String,
    /// One's own money, which is still to come.
    due: bool,
}

#[derive(Template)]
#[template(path = "pay/pay.html")]
struct PayPage {
    page: Page,
    id: String,
    /// The short number, to be read to whoever is asked about it.
    no: String,
    href: String,
    title: String,
    facts: Vec<Fact>,
    total: String,
    until: String,
    left_secs: i64,
    way: &'static str,
    purses: Vec<Purse>,
    /// The hash of what is shown, in hexadecimal; empty where nothing can be settled.
    hash: String,
    /// All of it one's own money, while there is time for it at the channel.
    own_fen: Option<i64>,
    button: String,
    /// The other way than this, where the personal account can be switched on or off.
    switch: Option<&'static str>,
    /// Why the personal account pays nothing.
    account_note: Option<String>,
    /// What happens if it does not go through.
    fails: String,
    pin_set: bool,
    /// Why there is nothing to settle: the end of a key.
    trouble: Option<&'static str>,
    notice: Option<String>,
    /// What is wrong with the password that was typed: a kind.
    wrong: Option<&'static str>,
    trail: Vec<Line>,
}

/// What went wrong with what was typed.
#[derive(Default)]
struct Wrong {
    told: Option<String>,
    kind: Option<&'static str>,
}

/// Which way is looked at, and what brought the person back here.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    way: String,
    #[serde(default)]
    told: Told,
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
    let told = asked.told.text(&payer.visit.page, &order).or_else(|| last_try(&payer.visit.page, &order));
    let shown = page_of(&payer, &pay, &order, way, Wrong { told, kind: None }).await?;
    Ok(html(&shown.page.clone(), shown))
}

async fn page_of(
    payer: &Payer,
    pay: &Arc<Payments>,
    order: &Order,
    way: Way,
    wrong: Wrong,
) -> Result<PayPage, Problem> {
    let (ctx, page) = (payer.ctx(), payer.visit.page.clone());
    let now = ctx.now();
    let rules = ctx.policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let mut quoted = quote(pay, ctx, order, way).await.map_err(Problem::fault)?;
    if matches!(quoted, Quoted::BeingAsked) {
        // Two devices, or a page that was opened again: they are shown what the first one is told.
        asks::wait(ctx, order, way, &rules).await?;
        quoted = quote(pay, ctx, order, way).await.map_err(Problem::fault)?;
    }
    let (person, vault) = (payer.person.clone(), ctx.vault.clone());
    let read = ctx.db.read("payment.pin_set", move |tx| {
        let covered = identity::covered(tx, &vault, &person, now.date())?;
        Ok::<_, platform::db::DbFault>((pay_password::is_set(tx, &person)?, covered))
    });
    let (pin_set, covered) = read.await?;
    let facts = pay.listener.facts(ctx, order, &page).await?;
    let (quote, trouble) = trouble(quoted);
    let split = quote.as_ref().map(|quote| quote.advice.split);
    let insured = split.and_then(|split| split.insured()).unwrap_or(Fen::ZERO);
    // Residents have no such account; nothing is switched that is not there. Whoever was authenticated anew is not
    // known to the insurer again yet, and an account that pays is there all the same.
    let pays = split.is_some_and(|split| split.personal_account > Fen::ZERO);
    let employee = pays || covered.is_some_and(|covered| covered.kind == EMPLOYEES);
    let hash = quote.as_ref().filter(|quote| quote.way != Way::OwnMoney && insured > Fen::ZERO);
    Ok(PayPage {
        id: order.id.to_string(),
        no: short_no(order),
        href: order.href.clone(),
        title: title(&page, order),
        facts,
        total: yuan(&page, order.view.total),
        until: page.moment(order.view.deadline),
        left_secs: now.secs_until(order.view.deadline).max(0),
        way: way.as_str(),
        purses: quote.as_ref().map_or_else(Vec::new, |quote| purses(&page, quote)),
        hash: hash.map_or_else(String::new, |quote| hex(&quote.hash)),
        own_fen: (now <= cash_until(order, &rules)).then(|| order.view.total.get()),
        button: page.t1("pay-button", "yuan", insured),
        switch: split.and_then(|split| switch(way, employee, &split)),
        account_note: split.and_then(|split| account_note(&page, way, employee, &split)),
        fails: fails(&page, split.as_ref(), rules.half_paid_secs / 60),
        pin_set,
        trouble,
        notice: wrong.told,
        wrong: wrong.kind,
        trail: lines(&page, order),
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
        Quoted::Silent | Quoted::BeingAsked => (None, Some("silent")),
        Quoted::Odd => (None, Some("odd")),
    }
}

/// The way that the switch leads to. What was switched off can always be switched on again.
fn switch(way: Way, employee: bool, split: &Split) -> Option<&'static str> {
    match way {
        Way::Fund if employee => Some(Way::Account.as_str()),
        Way::Account if split.personal_account > Fen::ZERO => Some(Way::Fund.as_str()),
        _ => None,
    }
}

/// Why the personal account pays nothing, where a person would expect it to.
fn account_note(page: &Page, way: Way, employee: bool, split: &Split) -> Option<String> {
    let nothing = split.insured() == Some(Fen::ZERO);
    match (way, employee) {
        (Way::Account, false) => Some(page.t(if nothing { "pay-nothing-insured" } else { "pay-no-account" })),
        (Way::Account, true) if split.personal_account == Fen::ZERO => Some(page.t("pay-account-empty")),
        (Way::Fund, _) if nothing => Some(page.t("pay-nothing-insured")),
        _ => None,
    }
}

/// What happens if it does not go through, before anything is given.
fn fails(page: &Page, split: Option<&Split>, minutes: i64) -> String {
    let insured = split.and_then(|split| split.insured()).unwrap_or(Fen::ZERO);
    match split.map_or(Fen::ZERO, |split| split.cash) {
        cash if cash > Fen::ZERO && insured > Fen::ZERO => {
            page.t2("pay-fails-half", "insured", insured, "minutes", minutes)
        }
        _ => page.t("pay-fails-all"),
    }
}

/// Each purse that something is taken from, with the amount.
fn purses(page: &Page, quote: &Quote) -> Vec<Purse> {
    let split = &quote.advice.split;
    let left = quote.advice.balance.filter(|_| split.personal_account > Fen::ZERO);
    let after = left.map_or_else(String::new, |left| page.t1("pay-balance", "yuan", left));
    let then = if split.insured() == Some(Fen::ZERO) { String::new() } else { page.t("pay-own-then") };
    [
        ("pay-fund", split.fund, String::new(), false),
        ("pay-personal-account", split.personal_account, after, false),
        ("pay-other", split.other, String::new(), false),
        ("pay-own-money", split.cash, then, true),
    ]
    .into_iter()
    .filter(|(_, amount, ..)| *amount > Fen::ZERO)
    .map(|(key, amount, detail, due)| Purse { name: page.t(key), detail, amount: yuan(page, amount), due })
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
    let way: Way = agreed.way.parse().map_err(|_| Problem::bad_form())?;
    // What cannot be the password is not counted as a try.
    let Some(pin) = Pin::parse(&agreed.pin) else {
        return again(&payer, &pay, &order, way, Wrong { told: None, kind: Some("pay-format") }).await;
    };
    let command = Settle {
        person: payer.person.clone(),
        session: payer.session.as_str().to_owned(),
        order: order.id.clone(),
        hash: unhex(&agreed.hash),
        pin,
    };
    match begin::settle(&pay, payer.ctx(), command).await {
        Ok(()) => {
            drive_a_while(&pay, &payer, &order.id).await;
            Ok(see_other(&format!("/pay/{id}/state")))
        }
        Err(BeginError::Password(checked)) => {
            let page = &payer.visit.page;
            let wrong = match checked {
                Checked::Wrong { left } => {
                    Wrong { told: Some(page.t1("pay-wrong", "left", left)), kind: Some("pay-wrong") }
                }
                Checked::Locked { secs } => {
                    let until = page.moment(payer.ctx().now().plus_secs(secs));
                    Wrong { told: Some(page.t1("pay-pin-locked", "until", until)), kind: None }
                }
                Checked::NotSet | Checked::Right => return Ok(see_other(&set_pin(&id))),
            };
            again(&payer, &pay, &order, way, wrong).await
        }
        Err(other) => refused(other, &id, way),
    }
}

/// Where the password is set, and back.
fn set_pin(order: &str) -> String {
    format!("/pay-password/new?back=/pay/{order}")
}

async fn again(payer: &Payer, pay: &Arc<Payments>, order: &Order, way: Way, wrong: Wrong) -> Result<Response, Problem> {
    if order.state != OrderState::Open {
        return Ok(see_other(&format!("/pay/{}/state", order.id)));
    }
    let shown = page_of(payer, pay, order, way, wrong).await?;
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
