//! `/pay/{order}/state`: where it stands, who has the money now, what comes next; and giving it up.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use identity::{RealName, opens};
use kernel::{Fen, Moment};
use serde::Deserialize;
use ui::{Form, Page, Problem, Query, html, see_other};

use super::{Held, Told, drive_a_while, load, look_at, pause, refused, title};
use crate::attempts::model::Kind;
use crate::attempts::store::Attempt;
use crate::orders::begin;
use crate::orders::drive::Payments;
use crate::orders::listen::{Again, Fact, Pass};
use crate::orders::model::{OrderState, Way};
use crate::orders::stop;
use crate::orders::store::Order;
use crate::orders::trail::{Line, last_try, lines};
use crate::orders::words::{
    Legs, doubled, give_up as give_up_words, give_up_waits, gone, headline, may_begin, offered, own_money_due,
    own_money_until, short_no, state_text, state_word, yuan,
};
use crate::policy::PaymentRules;

/// A purse as it was agreed to and as it came.
struct Change {
    name: String,
    before: String,
    now: String,
    changed: bool,
}

#[derive(Template)]
#[template(path = "pay/state.html")]
struct StatePage {
    page: Page,
    id: String,
    /// The short number, to be read to whoever is asked about it.
    no: String,
    href: String,
    name: String,
    tone: &'static str,
    title: String,
    text: String,
    /// What became of the thing that was to be paid, where it is gone and the title does not say so.
    gone: Option<String>,
    state: &'static str,
    /// The words that lead to giving it up.
    give_up: String,
    /// What is still to be paid.
    own_money: String,
    own_money_fen: i64,
    /// How long it can be paid, while that is for the person to do.
    held: Option<Held>,
    /// There is time to begin at the channel, and nothing is begun there.
    may_begin: bool,
    /// A payment is offered: the way to its cashier.
    offered: bool,
    /// What to bring along, once all is paid.
    pass: Option<Pass>,
    /// The way to the same once more, where it has come to nothing.
    again: Option<Again>,
    /// Amounts that were agreed to and those that came, for another yes.
    changes: Vec<Change>,
    total: String,
    /// Something is under way, or its time ends: the page looks again after so many seconds.
    look_secs: Option<i64>,
    /// Something is under way: a button looks again at once.
    moves: bool,
    notice: Option<String>,
    trail: Vec<Line>,
}

/// What brought the person here.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    way: String,
    #[serde(default)]
    told: Told,
}

/// The truth.
pub(super) async fn show(
    citizen: RealName<opens::Mine>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    Extension(pay): Extension<Arc<Payments>>,
) -> Result<Response, Problem> {
    let order = load(citizen.ctx(), &citizen.person, &id).await?;
    if order.state == OrderState::Open {
        let way: Way = asked.way.parse().unwrap_or(Way::PersonalAccount);
        return Ok(see_other(&format!("/pay/{id}?way={way}&told={}", asked.told.word())));
    }
    let (ctx, page) = (citizen.ctx(), citizen.visit.page.clone());
    let now = ctx.now();
    let rules = ctx.policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let own_money = own_money_due(&order);
    let (_, tone) = state_word(&page, &order);
    let (offered, may_begin) = (offered(&order, now).is_some(), may_begin(&order, now, &rules));
    let last = last_try(&page, &order, may_begin).filter(|_| may_begin);
    let pass = match order.state {
        OrderState::Settled => pay.listeners.of_order(&order)?.pass(ctx, &order, &page).await?,
        _ => None,
    };
    let ends = order.view.stop.is_some() || order.state.is_over();
    let again = if ends { pay.listeners.of_order(&order)?.again(ctx, &order, &page).await? } else { None };
    let last_begin = own_money_until(&order, &rules);
    // Of a payment that is being closed nobody knows yet whether it came in: nothing is said of its time.
    let due = order.state == OrderState::HalfPaid && (offered || order.view.live(Kind::Pay).is_none());
    let held = due.then(|| Held::until(&page, order.view.deadline.minus_secs(rules.channel_margin_secs), last_begin));
    let moves = look_secs(&order, now);
    let shown = StatePage {
        no: short_no(&order),
        href: order.href.clone(),
        name: title(&page, &order),
        tone,
        title: pass.as_ref().map_or_else(|| headline(&page, &order), |pass| pass.state.clone()),
        text: state_text(&page, &order, &rules),
        gone: again.as_ref().and_then(|_| gone(&page, &order)),
        state: order.state.as_str(),
        give_up: give_up_words(&page, &order),
        own_money: yuan(&page, own_money),
        own_money_fen: own_money.get(),
        may_begin,
        offered,
        pass,
        again,
        changes: changes(&page, &order),
        total: yuan(&page, order.view.total),
        look_secs: moves.or_else(|| ends_secs(&order, now, last_begin)),
        moves: moves.is_some(),
        held,
        notice: asked.told.text(&page, &order, now > last_begin).or(last),
        trail: lines(&page, &order),
        id,
        page,
    };
    Ok(html(&shown.page.clone(), shown))
}

/// After how many seconds a page that shows an order looks again, while something is under way. Pauses grow with the time
/// that nothing has happened; a refund of days is not waited for.
pub fn look_secs(order: &Order, now: Moment) -> Option<i64> {
    let live = |kind| order.view.live(kind).is_some();
    let waits = matches!(order.state, OrderState::Settling | OrderState::Paying | OrderState::Returning)
        || live(Kind::Pay)
        || live(Kind::Void);
    // What is sent again and again has come no further by that: it counts from its beginning.
    let came = |one: &Attempt| if one.view.state.is_live() { one.created_at } else { one.changed_at };
    let last = order.attempts.iter().map(came).chain([order.changed_at]).max().unwrap_or(now);
    pause(last.secs_until(now)).filter(|_| waits)
}

/// Until its end an order that waits for its person stays as it is; then, and when nothing can be begun any more, the page
/// goes on by itself.
pub(crate) fn ends_secs(order: &Order, now: Moment, last_begin: Moment) -> Option<i64> {
    let next = match order.state {
        OrderState::HalfPaid if now <= last_begin => last_begin,
        // What was paid twice has no end of its own: it goes on when the insurer's part is back.
        OrderState::Reconfirm if doubled(order) => return None,
        OrderState::HalfPaid | OrderState::Reconfirm => order.view.deadline,
        _ => return None,
    };
    look_at(now, next)
}

/// What is asked again: amounts that came otherwise than they were agreed to.
fn changes(page: &Page, order: &Order) -> Vec<Change> {
    let came = order.view.settlement().and_then(|(_, one)| one.split);
    let (Some(agreed), Some(came)) = (order.view.confirmed, came) else { return Vec::new() };
    if order.state != OrderState::Reconfirm || doubled(order) {
        return Vec::new();
    }
    [
        ("pay-fund", agreed.fund, came.fund),
        ("pay-personal-account", agreed.personal_account, came.personal_account),
        ("pay-other", agreed.other, came.other),
        ("pay-own-money", agreed.cash, came.cash),
    ]
    .into_iter()
    .filter(|(_, before, now)| *before > Fen::ZERO || *now > Fen::ZERO)
    .map(|(key, before, now)| Change {
        name: page.t(key),
        before: yuan(page, before),
        now: yuan(page, now),
        changed: before != now,
    })
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
    citizen: RealName<opens::Cancelling>,
    Path(id): Path<String>,
    Extension(pay): Extension<Arc<Payments>>,
    Form(shown): Form<Shown>,
) -> Result<Response, Problem> {
    let order = load(citizen.ctx(), &citizen.person, &id).await?;
    match begin::agree(&pay, citizen.ctx(), &citizen.person, &order.id, Fen::new(shown.fen)).await {
        Ok(()) => Ok(see_other(&format!("/pay/{id}/state"))),
        Err(error) => refused(error, &id, Way::PersonalAccount),
    }
}

#[derive(Template)]
#[template(path = "pay/give_up.html")]
struct GiveUpPage {
    page: Page,
    back: String,
    id: String,
    name: String,
    /// What is cancelled with it.
    facts: Vec<Fact>,
    /// What is given up, in the words of the button that led here.
    give_up: String,
    /// What becomes of the place.
    ask_text: String,
    /// What came in and goes back.
    returns: Option<String>,
}

/// Asks before an order is given up.
pub(super) async fn ask_give_up(
    citizen: RealName<opens::Cancelling>,
    Path(id): Path<String>,
    Extension(pay): Extension<Arc<Payments>>,
) -> Result<Response, Problem> {
    let order = load(citizen.ctx(), &citizen.person, &id).await?;
    if matches!(order.state, OrderState::Settled | OrderState::Blocked) || order.view.stop.is_some() {
        return Ok(see_other(&format!("/pay/{id}/state")));
    }
    let page = citizen.visit.page.clone();
    let name = title(&page, &order);
    let facts = pay.listeners.of_order(&order)?.facts(citizen.ctx(), &order, &page).await?;
    let held = Legs::held(&order).sum();
    let returns = (held > Fen::ZERO).then(|| page.t1("pay-give-up-returns", "amount", yuan(&page, held)));
    // What may still come in is waited for, and holds the place meanwhile.
    let ask_text = give_up_waits(&page, &order).unwrap_or_else(|| page.t("pay-give-up-text"));
    let (back, give_up) = (format!("/pay/{id}/state"), give_up_words(&page, &order));
    Ok(html(&page.clone(), GiveUpPage { back, page, id, name, facts, give_up, ask_text, returns }))
}

/// A POST that carries nothing but its token.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Gives it up: what came in goes back by itself.
pub(super) async fn give_up(
    citizen: RealName<opens::Cancelling>,
    Path(id): Path<String>,
    Extension(pay): Extension<Arc<Payments>>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let order = load(citizen.ctx(), &citizen.person, &id).await?;
    if let Err(error) = stop::give_up(&pay, citizen.ctx(), &citizen.person, &order.id).await {
        return refused(error, &id, Way::PersonalAccount);
    }
    drive_a_while(&pay, &citizen, &order.id).await;
    Ok(see_other(&format!("/pay/{id}/state")))
}
