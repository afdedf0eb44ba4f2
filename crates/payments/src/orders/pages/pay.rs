//! `/pay/{order}`, the first of two steps: what will be taken from where, and the switch of the personal account. The
//! second is [`password`](super::password).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use identity::pay_password::{self, PayPasswordPolicy, Stands};
use identity::{RealName, opens};
use kernel::Fen;
use serde::Deserialize;
use ui::{Page, Problem, Query, html, see_other};

use super::password::hex;
use super::{Held, Told, load, own, title};
use crate::orders::drive::Payments;
use crate::orders::listen::Fact;
use crate::orders::model::{OrderState, Way};
use crate::orders::quote::{Quoted, asked, quote};
use crate::orders::trail::{Line, last_try, lines};
use crate::orders::words::{is_over, own_money_until, short_no, yuan};
use crate::orders::{Order, Quote};
use crate::policy::PaymentRules;
use crate::ports::{EMPLOYEES, Refusal, Split};
use crate::quotes::asks;

pub(super) type Payer = RealName<opens::Paying>;

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
    name: String,
    facts: Vec<Fact>,
    total: String,
    held: Held,
    way: &'static str,
    shares: Option<Shares>,
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
    /// There is a payment password; without one nothing is settled.
    pin_set: bool,
    /// It is locked, until then.
    locked: Option<String>,
    /// Why there is nothing to settle: the end of a key.
    trouble: Option<&'static str>,
    notice: Option<String>,
    trail: Vec<Line>,
}

/// Who pays how much, where both do.
struct Shares {
    insured: String,
    insured_fen: i64,
    own_money: String,
    all_fen: i64,
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
    let way = asked.way.parse().unwrap_or(Way::PersonalAccount);
    if way == Way::OwnMoney {
        return own::show(&payer, &order).await;
    }
    let (page, now) = (&payer.visit.page, payer.ctx().now());
    let rules = payer.ctx().policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let in_time = now <= own_money_until(&order, &rules);
    let told = if is_over(&order, now) { Told::Over } else { asked.told };
    let told = told.text(page, &order, !in_time).or_else(|| last_try(page, &order, in_time));
    let shown = page_of(&payer, &pay, &order, way, told).await?;
    Ok(html(&shown.page.clone(), shown))
}

async fn page_of(
    payer: &Payer,
    pay: &Arc<Payments>,
    order: &Order,
    way: Way,
    notice: Option<String>,
) -> Result<PayPage, Problem> {
    let (ctx, page) = (payer.ctx(), payer.visit.page.clone());
    let now = ctx.now();
    let rules = ctx.policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let mut quoted = quote(pay, ctx, order, way).await.map_err(Problem::fault)?;
    if matches!(quoted, Quoted::BeingAsked) {
        // Two devices, or a page that was opened again: they are shown what the first one is told.
        asks::wait(ctx, &asked(order, way), &rules).await?;
        quoted = quote(pay, ctx, order, way).await.map_err(Problem::fault)?;
    }
    let (person, vault) = (payer.person.clone(), ctx.vault.clone());
    let tries = ctx.policy.at::<PayPasswordPolicy>(now.date()).map_err(Problem::fault)?;
    let read = ctx.db.read("payment.pin", move |tx| {
        let covered = identity::covered(tx, &vault, &person, now.date())?;
        Ok::<_, platform::db::DbFault>((pay_password::stands(tx, &person, now, &tries)?, covered))
    });
    let (pin, covered) = read.await?;
    let facts = pay.listeners.of_order(order)?.facts(ctx, order, &page).await?;
    let (quote, trouble) = trouble(quoted);
    let split = quote.as_ref().map(|quote| quote.advice.split);
    let insured = split.and_then(|split| split.insured()).unwrap_or(Fen::ZERO);
    // Residents have no such account; nothing is switched that is not there. Whoever was authenticated anew is not
    // known to the insurer again yet, and an account that pays is there all the same.
    let pays = split.is_some_and(|split| split.personal_account > Fen::ZERO);
    let employee = pays || covered.is_some_and(|covered| covered.kind == EMPLOYEES);
    let hash = quote.as_ref().filter(|_| insured > Fen::ZERO);
    Ok(PayPage {
        id: order.id.to_string(),
        no: short_no(order),
        href: order.href.clone(),
        name: title(&page, order),
        facts,
        total: yuan(&page, order.view.total),
        held: Held::until(&page, order.view.deadline, order.view.deadline),
        shares: split.and_then(|split| shares(&page, &split)),
        way: way.as_str(),
        purses: quote.as_ref().map_or_else(Vec::new, |quote| purses(&page, quote)),
        hash: hash.map_or_else(String::new, |quote| hex(&quote.hash)),
        own_fen: (now <= own_money_until(order, &rules)).then(|| order.view.total.get()),
        button: page.t1("pay-button", "amount", yuan(&page, insured)),
        switch: split.and_then(|split| switch(way, employee, &split)),
        account_note: split.and_then(|split| account_note(&page, way, employee, &split)),
        fails: fails(&page, split.as_ref(), rules.half_paid_secs / 60),
        pin_set: pin != Stands::NotSet,
        locked: match pin {
            Stands::Locked(until) => Some(page.moment(until)),
            Stands::NotSet | Stands::Ready => None,
        },
        trouble,
        notice,
        trail: lines(&page, order),
        page,
    })
}

/// The quote, or why there is none: the end of a key.
fn trouble(quoted: Quoted) -> (Option<Quote>, Option<&'static str>) {
    match quoted {
        Quoted::Shown(quote) => (Some(quote), None),
        Quoted::Refused(Refusal::NotInsured) | Quoted::NotInsured => (None, Some("not-insured")),
        Quoted::Refused(_) => (None, Some("refused")),
        Quoted::Silent | Quoted::BeingAsked => (None, Some("silent")),
        Quoted::Odd => (None, Some("odd")),
    }
}

/// The way that the switch leads to. What was switched off can always be switched on again.
fn switch(way: Way, employee: bool, split: &Split) -> Option<&'static str> {
    match way {
        Way::Fund if employee => Some(Way::PersonalAccount.as_str()),
        Way::PersonalAccount if split.personal_account > Fen::ZERO => Some(Way::Fund.as_str()),
        _ => None,
    }
}

/// Why the personal account pays nothing, where a person would expect it to.
fn account_note(page: &Page, way: Way, employee: bool, split: &Split) -> Option<String> {
    let nothing = split.insured() == Some(Fen::ZERO);
    match (way, employee) {
        (Way::PersonalAccount, false) => Some(page.t(if nothing { "pay-nothing-insured" } else { "pay-no-account" })),
        (Way::PersonalAccount, true) if split.personal_account == Fen::ZERO => Some(page.t("pay-account-empty")),
        (Way::Fund, _) if nothing => Some(page.t("pay-nothing-insured")),
        _ => None,
    }
}

/// What happens if it does not go through, before anything is given.
fn fails(page: &Page, split: Option<&Split>, minutes: i64) -> String {
    let insured = split.and_then(|split| split.insured()).unwrap_or(Fen::ZERO);
    match split.map_or(Fen::ZERO, |split| split.cash) {
        cash if cash > Fen::ZERO && insured > Fen::ZERO => {
            page.t2("pay-fails-half", "insured", yuan(page, insured), "minutes", minutes)
        }
        _ => page.t("pay-fails-all"),
    }
}

/// Both sides, where both pay.
fn shares(page: &Page, split: &Split) -> Option<Shares> {
    let insured = split.insured().filter(|insured| *insured > Fen::ZERO && split.cash > Fen::ZERO)?;
    Some(Shares {
        insured: yuan(page, insured),
        insured_fen: insured.get(),
        own_money: yuan(page, split.cash),
        all_fen: insured.checked_add(split.cash)?.get(),
    })
}

/// Each purse that something is taken from, with the amount.
fn purses(page: &Page, quote: &Quote) -> Vec<Purse> {
    let split = &quote.advice.split;
    let left = quote.advice.balance.filter(|_| split.personal_account > Fen::ZERO);
    let after = left.map_or_else(String::new, |left| page.t1("pay-balance", "amount", yuan(page, left)));
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
