//! The money trail in plain words: one line an attempt, with who has the money now.

use kernel::Fen;
use ui::Page;

use super::model::OrderState;
use super::store::Order;
use crate::attempts::model::{Kind, State};
use crate::attempts::store::Attempt;

/// One step of an order's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `done`, `now`, `later` or `danger`: how a step of a trail is drawn.
    pub mark: &'static str,
    /// What happened, with the amount.
    pub title: String,
    /// When, and the partner's number.
    pub detail: String,
}

/// Every attempt that says something, the oldest first.
pub fn lines(page: &Page, order: &Order) -> Vec<Line> {
    order.attempts.iter().filter_map(|one| line(page, one)).collect()
}

fn line(page: &Page, one: &Attempt) -> Option<Line> {
    let (mark, word) = match one.view.state {
        State::Succeeded => ("done", "done"),
        State::Requested | State::Unknown => ("now", "unknown"),
        State::Open => ("now", "open"),
        State::Closed => ("later", "closed"),
        // What was dropped before it was sent is nobody's business.
        State::Failed if one.view.sent_at.is_none() => return None,
        State::Failed => ("later", "failed"),
    };
    let title = page.t1(&format!("pay-trail-{}-{word}", one.view.kind), "amount", amount(page, one));
    let number = one.external_no.as_deref().map_or_else(String::new, |no| format!(" · {no}"));
    Some(Line { mark, title, detail: format!("{}{number}", page.moment(one.changed_at)) })
}

/// 「医保统筹 8.00 元、个人账户 12.00 元」 for what the insurer moves, one amount for the rest.
fn amount(page: &Page, one: &Attempt) -> String {
    let split = one.view.split.filter(|_| matches!(one.view.kind, Kind::Settle | Kind::Void));
    let Some(split) = split else { return page.t1("pay-yuan", "yuan", one.view.amount) };
    let parts = [
        ("pay-trail-fund", split.fund),
        ("pay-trail-account", split.personal_account),
        ("pay-trail-other", split.other),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(_, part)| *part > Fen::ZERO).map(|(key, part)| page.t1(key, "yuan", part)).collect();
    parts.join(&page.t("pay-trail-and"))
}

/// The end of the keys that say where an order stands. What ends without money is closed, not returned.
pub(crate) fn word(order: &Order) -> String {
    let came = order.attempts.iter().any(|one| one.view.kind.brings() && one.view.state == State::Succeeded);
    match order.state {
        OrderState::Returning if !came => "closing".to_owned(),
        state => state.as_str().replace('_', "-"),
    }
}

/// Where an order stands, in words, and its tone.
pub fn state_word(page: &Page, order: &Order) -> (String, &'static str) {
    let tone = match order.state {
        OrderState::Settled => "done",
        OrderState::Open | OrderState::HalfPaid | OrderState::Reconfirm | OrderState::Paying => "due",
        OrderState::Settling | OrderState::Returning | OrderState::Refunded | OrderState::Closed => "blue",
        OrderState::Blocked => "due",
    };
    (page.t(&format!("pay-{}", word(order))), tone)
}
