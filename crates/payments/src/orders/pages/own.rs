//! `/pay/{order}?way=own_money`: all of it one's own money, with what is lost by that, before it is chosen.

use askama::Template;
use axum::response::Response;
use kernel::Fen;
use ui::{Page, Problem, html};

use super::pay::Payer;
use super::{Held, title};
use crate::orders::Order;
use crate::orders::model::Way;
use crate::orders::trail::purses;
use crate::orders::words::{own_money_until, yuan};
use crate::policy::PaymentRules;
use crate::quotes::store as quotes;

#[derive(Template)]
#[template(path = "pay/own.html")]
struct OwnPage {
    page: Page,
    id: String,
    name: String,
    held: Held,
    total: String,
    /// While there is time for it at the channel.
    own_fen: Option<i64>,
    /// What the insurer would pay, where it has said so.
    lost: Option<Lost>,
}

/// The two ways beside each other.
struct Lost {
    /// One's own money when the insurer pays its part.
    own_money: String,
    /// What the insurer would have paid.
    insured: String,
    /// From which purses.
    from: String,
    /// There is a personal account whose money can be kept, and a fund that pays without it.
    keeps: bool,
}

/// The page. The insurer is not asked for it: what it said last is shown.
pub(super) async fn show(payer: &Payer, order: &Order) -> Result<Response, Problem> {
    let (ctx, page) = (payer.ctx(), payer.visit.page.clone());
    let rules = ctx.policy.at::<PaymentRules>(ctx.now().date()).map_err(Problem::fault)?;
    let id = order.id.clone();
    let last = ctx.db.read("payment.own", move |tx| quotes::quote_for(tx, &id, Way::PersonalAccount)).await?;
    let split = last.map(|quote| quote.advice.split);
    let insured = split.and_then(|split| Some((split, split.insured().filter(|insured| *insured > Fen::ZERO)?)));
    let until = own_money_until(order, &rules);
    let shown = OwnPage {
        id: order.id.to_string(),
        name: title(&page, order),
        held: Held::until(&page, order.view.deadline, until),
        total: yuan(&page, order.view.total),
        own_fen: (ctx.now() <= until).then(|| order.view.total.get()),
        lost: insured.map(|(split, insured)| Lost {
            own_money: yuan(&page, split.cash),
            insured: yuan(&page, insured),
            from: purses(&page, &split),
            keeps: split.personal_account > Fen::ZERO && split.fund > Fen::ZERO,
        }),
        page,
    };
    Ok(html(&shown.page.clone(), shown))
}
