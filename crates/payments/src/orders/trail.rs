//! The money trail in plain words: one line an attempt, with who has the money now; and what the last try came to.

use kernel::{Fen, Moment};
use ui::Page;

use super::store::Order;
use super::words::{waits_for_long, yuan};
use crate::attempts::model::{Kind, State};
use crate::attempts::store::{Attempt, WITHDRAWN};
use crate::ports::{Refusal, Split};

const MINUTE_MS: i64 = 60_000;

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

/// Every attempt that says something, the oldest first by the moment that its line shows.
pub fn lines(page: &Page, order: &Order) -> Vec<Line> {
    let mut attempts: Vec<&Attempt> = order.attempts.iter().collect();
    // By the minute, as a line shows it: within one they stay as they were begun, though partners count in whole seconds.
    attempts.sort_by_key(|one| happened(one).unwrap_or(one.changed_at).ms() / MINUTE_MS);
    // Whoever went on in another way is told of that one, and of none before.
    let newest = attempts.iter().rposition(|one| one.view.kind == Kind::Pay);
    let told = attempts.iter().enumerate().filter(|(place, one)| !is_withdrawn(one) || Some(*place) == newest);
    told.filter_map(|(_, one)| line(page, one)).collect()
}

/// Whether its buyer went on in another way.
fn is_withdrawn(one: &Attempt) -> bool {
    (one.view.kind, one.view.state) == (Kind::Pay, State::Closed) && one.cause == WITHDRAWN
}

fn line(page: &Page, one: &Attempt) -> Option<Line> {
    let (mark, word) = match one.view.state {
        State::Succeeded => ("done", "done"),
        _ if waits_for_long(one, page.now()) => ("danger", "waits"),
        State::Requested | State::Unknown => ("now", "unknown"),
        State::Open => ("now", "open"),
        // Nothing comes of itself any more: somebody looks after it.
        State::Abnormal => ("danger", "abnormal"),
        State::Closed if one.view.kind == Kind::Refund => ("danger", "closed"),
        // Nothing went wrong.
        State::Closed if is_withdrawn(one) => ("later", "withdrawn"),
        State::Closed => ("later", "closed"),
        State::Outside => ("done", "outside"),
        // An attempt that was dropped before it was sent does not concern anybody.
        State::Failed if one.view.sent_at.is_none() => return None,
        State::Failed => ("later", "failed"),
    };
    let title = page.t1(&format!("pay-trail-{}-{word}", one.view.kind), "amount", amount(page, one));
    let number = one.external_no.as_deref().map_or_else(String::new, |no| format!(" · {no}"));
    Some(Line { mark, title, detail: format!("{}{number}", when(page, one)) })
}

/// When the money moved, by the partner's own word.
fn happened(one: &Attempt) -> Option<Moment> {
    one.happened_at.filter(|_| one.view.state == State::Succeeded)
}

/// When it happened by the partner's own word; where we heard of it on another day, that is said beside it.
fn when(page: &Page, one: &Attempt) -> String {
    let learned = one.changed_at;
    match happened(one) {
        Some(at) if at.date() != learned.date() => {
            page.t2("pay-trail-learned", "at", page.moment(at), "learned", page.moment(learned))
        }
        Some(at) => page.moment(at),
        None => page.moment(learned),
    }
}

/// 「医保统筹 8.00 元、个人账户 12.00 元」 for what the insurer moves, one amount for the rest.
fn amount(page: &Page, one: &Attempt) -> String {
    let split = one.view.split.filter(|_| matches!(one.view.kind, Kind::Settle | Kind::Void));
    split.map_or_else(|| yuan(page, one.view.amount), |split| purses(page, &split))
}

/// The insurer's purses with their amounts, those from which nothing is taken left out.
pub(crate) fn purses(page: &Page, split: &Split) -> String {
    let parts = [
        ("pay-trail-fund", split.fund),
        ("pay-trail-account", split.personal_account),
        ("pay-trail-other", split.other),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(_, part)| *part > Fen::ZERO)
        .map(|(key, part)| page.t1(key, "amount", yuan(page, part)))
        .collect();
    parts.join(&page.t("pay-trail-and"))
}

/// What the last try to pay came to, where it brought nothing: what was refused must not look as if it had never been. It says
/// that one can try again, so of the channel it is said only `in_time`, while there is time for it.
pub(crate) fn last_try(page: &Page, order: &Order, in_time: bool) -> Option<String> {
    let last = order.attempts.iter().rfind(|one| one.view.kind.brings() && one.view.sent_at.is_some())?;
    let word = match (last.view.kind, last.view.state) {
        (Kind::Settle, State::Failed) => match last.refusal {
            Some(Refusal::AccountShort) => "account-short",
            Some(Refusal::NotInsured) => "not-insured",
            _ => "settle",
        },
        (Kind::Pay, _) if !in_time => return None,
        (Kind::Pay, State::Failed) => "refused",
        (Kind::Pay, State::Closed) if last.cause == WITHDRAWN => return None,
        (Kind::Pay, State::Closed) => "closed",
        _ => return None,
    };
    Some(page.t(&format!("pay-last-{word}")))
}
