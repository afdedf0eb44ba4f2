//! `/card`: the card, its code, and beside it the insurer's own code (RNA-10, RNA-12).

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use kernel::Moment;
use platform::Ctx;
use platform::db::DbFault;
use serde::Deserialize;
use ui::{Form, Page, Problem, Query, html, see_other};

use super::codes;
use super::gate::Holder;
use super::insurance_code::{self, InsuranceCode};
use super::model::{Ecard, State};
use super::order::{Order, order};
use super::show::{Shown, number, show};
use crate::people::lane;
use crate::ports::Ports;

/// How often the page looks again while a card is being issued, in seconds.
const ISSUING_SECS: i64 = 3;
/// How often it tries again while the card system is silent.
const UNSURE_SECS: i64 = 15;
/// So long the page says that a code was read, in seconds.
const READ_SECS: i64 = 300;
/// A code is replaced while it is still good, so that nobody scans one that dies under the beam.
const RENEW_EARLY_SECS: i64 = 5;

pub(super) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/card", get(card))
        .route("/card/insurance-code", get(insurance_code_page))
        .route("/card/again", post(again))
}

/// What stands under the card's face.
enum Body {
    /// A code, and in how many seconds the next one.
    Code { text: String, secs: i64 },
    /// No code; `tone`, and the start of the keys that say why and what to do.
    Note { tone: &'static str, key: &'static str, again: bool },
}

#[derive(Template)]
#[template(path = "cards/card.html")]
struct CardPage {
    page: Page,
    name: String,
    number: String,
    /// Whether the number stands there in full.
    open: bool,
    level: i64,
    valid_to: String,
    live: bool,
    body: Body,
    /// Seconds after which the page looks again; 0 for never.
    refresh: i64,
    insured: bool,
    /// When a code was read a moment ago; empty otherwise.
    read_at: String,
}

#[derive(Deserialize)]
struct Look {
    /// `1`: the number in full.
    #[serde(default)]
    show: String,
}

async fn card(
    holder: Holder,
    Extension(ports): Extension<Arc<Ports>>,
    Query(look): Query<Look>,
) -> Result<Response, Problem> {
    let ctx = holder.ctx();
    let shown = show(ctx, &ports, &holder.person).await?;
    let (card, body, refresh) = match shown {
        // Authenticated before cards were: ordered now.
        Shown::None => {
            order_again(&holder).await?;
            (None, note("blue", "card-issuing", false), ISSUING_SECS)
        }
        Shown::Code { card, text, expires_at } => {
            let left = ctx.now().secs_until(expires_at) - RENEW_EARLY_SECS;
            let secs = left.max(RENEW_EARLY_SECS);
            (Some(card), Body::Code { text, secs }, secs)
        }
        Shown::Unsure(card) => (Some(card), note("due", "card-unsure", false), UNSURE_SECS),
        Shown::NoCode(card) => {
            let (body, refresh) = without_code(&card);
            (Some(card), body, refresh)
        }
    };
    let open = look.show == "1";
    let full = match card.as_ref().filter(|_| open) {
        Some(card) => number(ctx, &holder.person, &card.id).await?,
        None => None,
    };
    let page = holder.visit.page.clone();
    let read_at = read_at(&holder).await?.map_or_else(String::new, |at| page.moment(at));
    let view = CardPage {
        read_at,
        name: holder.myself.name.clone(),
        open: full.is_some(),
        number: full.or_else(|| card.as_ref().map(|card| card.card_masked.clone())).unwrap_or_default(),
        level: card.as_ref().map_or(0, |card| card.level),
        valid_to: card.as_ref().and_then(|card| card.valid_to).map(|day| page.date(day)).unwrap_or_default(),
        live: card.as_ref().is_some_and(|card| card.state == State::Live),
        body,
        refresh,
        insured: insurance_code::has_one(ctx, &holder.person).await?,
        page,
    };
    Ok(html(&view.page.clone(), view))
}

/// When a code of this card was read last, as long as its holder still stands at the window.
async fn read_at(holder: &Holder) -> Result<Option<Moment>, Problem> {
    let (ctx, person) = (holder.ctx(), holder.person.clone());
    let since = ctx.now().minus_secs(READ_SECS);
    Ok(ctx.db.read("card.read_at", move |tx| codes::last_used(tx, &person, since)).await?)
}

fn note(tone: &'static str, key: &'static str, again: bool) -> Body {
    Body::Note { tone, key, again }
}

/// Why a card that is there has no code, and when the page looks again.
fn without_code(card: &Ecard) -> (Body, i64) {
    use crate::ports::PhysicalState::{Active, Cancelled, Frozen, Lost};
    let ended = card.state == State::Ended;
    match (card.state, card.physical) {
        (State::Issuing, _) => (note("blue", "card-issuing", false), ISSUING_SECS),
        (_, Some(Lost)) => (note("danger", "card-lost", ended), 0),
        (_, Some(Frozen)) => (note("danger", "card-frozen", ended), 0),
        (_, Some(Cancelled)) => (note("danger", "card-cancelled", ended), 0),
        (State::Ended, _) => (note("due", "card-none", true), 0),
        (_, None | Some(Active)) => (note("danger", "card-gone", false), 0),
    }
}

#[derive(Deserialize)]
struct AgainForm {}

/// Orders a card anew, after there was none to issue it for. A second tap changes nothing.
async fn again(holder: Holder, Form(AgainForm {}): Form<AgainForm>) -> Result<Response, Problem> {
    order_again(&holder).await?;
    Ok(see_other("/card"))
}

async fn order_again(holder: &Holder) -> Result<(), Problem> {
    let ctx = holder.ctx();
    let new = Order::prepare(ctx, &holder.person).await?;
    let ordered =
        ctx.db.write(lane(&holder.person), "card.order", move |tx| -> Result<(), DbFault> { order(tx, &new) });
    Ok(ordered.await?)
}

#[derive(Template)]
#[template(path = "cards/insurance_code.html")]
struct InsuranceCodePage {
    page: Page,
    name: String,
    /// The insurer's text; empty where it gives none.
    text: String,
    /// The keys that say why there is none.
    title: &'static str,
    words: &'static str,
    refresh: i64,
}

async fn insurance_code_page(holder: Holder, Extension(ports): Extension<Arc<Ports>>) -> Result<Response, Problem> {
    let (text, (title, words), refresh) = match insurance_code::ask(holder.ctx(), &ports, &holder.person).await? {
        InsuranceCode::Code(text) => (text, ("", ""), insurance_code::RENEW_SECS),
        InsuranceCode::None => (String::new(), ("card-insurance-none-title", "card-insurance-none-text"), 0),
        InsuranceCode::Silent => {
            (String::new(), ("card-insurance-silent-title", "card-insurance-silent-text"), UNSURE_SECS)
        }
    };
    let page = holder.visit.page.clone();
    let view = InsuranceCodePage { name: holder.myself.name.clone(), text, title, words, refresh, page };
    Ok(html(&view.page.clone(), view))
}
