//! `/pay/{order}/password`, the second of two steps: the payment password alone, with the amount above it. Sent to
//! `/pay/{order}` with the hash of what was shown.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use identity::pay_password::{self, Checked, PayPasswordPolicy, Pin, Stands, Tried};
use kernel::Fen;
use platform::db::DbFault;
use serde::Deserialize;
use ui::{Form, Page, Problem, Query, html, html_again, see_other};

use super::pay::Payer;
use super::{Held, Told, drive_a_while, load, refused, title};
use crate::orders::begin::{self, BeginError, Settle};
use crate::orders::drive::Payments;
use crate::orders::model::{OrderState, Way};
use crate::orders::trail::purses;
use crate::orders::words::yuan;
use crate::orders::{Order, Quote};
use crate::quotes::store as quotes;

#[derive(Template)]
#[template(path = "pay/password.html")]
struct PasswordPage {
    page: Page,
    id: String,
    /// The first step.
    back: String,
    name: String,
    held: Held,
    /// What the insurer pays.
    amount: String,
    /// From which purses.
    from: String,
    /// What follows: one's own money, or nothing.
    then: String,
    hash: String,
    way: &'static str,
    button: String,
    /// What is wrong with the password that was typed: a kind.
    wrong: Option<String>,
}

/// What was shown in the first step, and what became of a try that led back here.
#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    way: String,
    #[serde(default)]
    hash: String,
    #[serde(default)]
    told: Tried,
}

/// Asks for the password. Nothing is typed in vain: what cannot be settled is said on the first step's page.
pub(super) async fn ask(
    payer: Payer,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    let order = load(payer.ctx(), &payer.person, &id).await?;
    if order.state != OrderState::Open {
        return Ok(see_other(&format!("/pay/{id}/state")));
    }
    let way: Way = chosen.way.parse().unwrap_or(Way::PersonalAccount);
    let (stands, left) = stands(&payer).await?;
    match stands {
        Stands::Ready => {}
        Stands::NotSet => return Ok(see_other(&set_pin(&id))),
        Stands::Locked(_) => return Ok(see_other(&first_step(&id, way, Told::Nothing))),
    }
    let Some(quote) = shown(&payer, &order, &chosen.hash).await? else {
        return Ok(see_other(&first_step(&id, way, Told::Changed)));
    };
    // Asked for before the password is typed.
    if let Err(code_first) = payer.may_pay(&id, &payer.visit.page.here()).await? {
        return Ok(code_first.into_response());
    }
    let page = page_of(&payer.visit.page, &order, &quote, chosen.told.error(left));
    Ok(html(&page.page.clone(), page))
}

fn page_of(page: &Page, order: &Order, quote: &Quote, wrong: Option<String>) -> PasswordPage {
    let split = &quote.advice.split;
    let amount = yuan(page, split.insured().unwrap_or(Fen::ZERO));
    let own_money = Some(split.cash).filter(|amount| *amount > Fen::ZERO);
    PasswordPage {
        id: order.id.to_string(),
        back: first_step(order.id.as_str(), quote.way, Told::Nothing),
        name: title(page, order),
        held: Held::until(page, order.view.deadline, order.view.deadline),
        from: purses(page, split),
        then: own_money.map_or_else(String::new, |amount| page.t1("pay-then", "amount", yuan(page, amount))),
        hash: hex(&quote.hash),
        way: quote.way.as_str(),
        button: page.t1("pay-confirm", "amount", &amount),
        amount,
        wrong,
        page: page.clone(),
    }
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
        return again(&payer, &id, (way, &agreed.hash), "pay-format".to_owned()).await;
    };
    if let Err(code_first) = payer.confirm_payment(&id, &first_step(&id, way, Told::Nothing)).await? {
        return Ok(code_first.into_response());
    }
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
        Err(BeginError::Password(Checked::Wrong { .. })) => {
            Ok(see_other(&second_step(&id, (way, &agreed.hash), Tried::Wrong)))
        }
        Err(BeginError::Password(Checked::UnderWay)) => {
            Ok(see_other(&second_step(&id, (way, &agreed.hash), Tried::UnderWay)))
        }
        Err(BeginError::Password(Checked::NotSet)) => Ok(see_other(&set_pin(&id))),
        // Said on the first step's page, with the ways that are left.
        Err(other) => refused(other, &id, way),
    }
}

/// The form once more, with what is wrong at its field, where nothing was tried. Where the order has gone on meanwhile, or
/// the amounts are others, that is shown.
async fn again(payer: &Payer, id: &str, (way, hash): (Way, &str), wrong: String) -> Result<Response, Problem> {
    let order = load(payer.ctx(), &payer.person, id).await?;
    if order.state != OrderState::Open {
        return Ok(see_other(&format!("/pay/{id}/state")));
    }
    if let Stands::Locked(_) = stands(payer).await?.0 {
        return Ok(see_other(&first_step(id, way, Told::Nothing)));
    }
    let Some(quote) = shown(payer, &order, hash).await? else {
        return Ok(see_other(&first_step(id, way, Told::Changed)));
    };
    let page = page_of(&payer.visit.page, &order, &quote, Some(wrong));
    Ok(html_again(&page.page.clone(), page))
}

/// The quote that was shown in the first step, while it stands.
async fn shown(payer: &Payer, order: &Order, hash: &str) -> Result<Option<Quote>, Problem> {
    let (id, hash) = (order.id.clone(), unhex(hash));
    let read = payer.ctx().db.read("payment.shown", move |tx| quotes::shown(tx, &id, &hash));
    Ok(read.await?.filter(|quote| quote.advice.split.insured().is_some_and(|insured| insured > Fen::ZERO)))
}

/// How the password stands, and how many tries are left where some were wrong.
async fn stands(payer: &Payer) -> Result<(Stands, Option<i64>), Problem> {
    let (ctx, person) = (payer.ctx(), payer.person.clone());
    let now = ctx.now();
    let policy = ctx.policy.at::<PayPasswordPolicy>(now.date()).map_err(Problem::fault)?;
    let read = ctx.db.read("payment.pin", move |tx| {
        let stands = pay_password::stands(tx, &person, now, &policy)?;
        Ok::<_, DbFault>((stands, pay_password::tries_left(tx, &person, now, &policy)?))
    });
    Ok(read.await?)
}

/// This page again, after a try. It is led to and not answered with: a page that is loaded again sends no password.
fn second_step(order: &str, (way, hash): (Way, &str), tried: Tried) -> String {
    format!("/pay/{order}/password?hash={}&way={way}&told={}", ui::in_query(hash), tried.word())
}

fn first_step(order: &str, way: Way, told: Told) -> String {
    match told {
        Told::Nothing => format!("/pay/{order}?way={way}"),
        told => format!("/pay/{order}?way={way}&told={}", told.word()),
    }
}

/// Where the password is set, and back.
fn set_pin(order: &str) -> String {
    format!("/pay-password/new?back=/pay/{order}")
}

/// As it stands in addresses and forms.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is no hash agrees with none.
fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    pairs.map(byte).collect::<Option<Vec<u8>>>().unwrap_or_default()
}
