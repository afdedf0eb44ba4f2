//! Where an order stands, in words: a title with its tone, and what it means for the person's money.

use kernel::{Fen, Moment, ShortNo};
use ui::Page;

use super::apply::waits_for_a_person;
use super::model::{Cause, OrderState};
use super::store::Order;
use crate::attempts::hear::CALL_AFTER_SECS;
use crate::attempts::model::{Kind, State};
use crate::attempts::store::Attempt;
use crate::policy::PaymentRules;

/// The legs of an order by which money came in, ever: what is said of its return depends on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Legs {
    /// The insurer's part.
    pub insured: Fen,
    /// One's own money: the purse `cash` of a settlement, and whatever else was paid at the channel.
    pub own_money: Fen,
}

impl Legs {
    /// What came in, returned or not.
    pub fn ever(order: &Order) -> Legs {
        let came = |kind: Kind| {
            let all = order.attempts.iter().filter(move |one| one.view.kind == kind);
            Fen::sum(all.filter(|one| one.view.state == State::Succeeded).map(|one| one.view.amount))
        };
        Legs { insured: came(Kind::Settle).unwrap_or(Fen::ZERO), own_money: came(Kind::Pay).unwrap_or(Fen::ZERO) }
    }

    /// What came in and has not gone back.
    pub fn held(order: &Order) -> Legs {
        let insured = order.view.settlement().map_or(Fen::ZERO, |(_, one)| one.amount);
        Legs { insured, own_money: order.view.paid() }
    }

    /// What goes back, or has gone back.
    pub fn undone(order: &Order) -> Legs {
        let back = |kind: Kind| {
            let all = order.view.attempts.iter().filter(move |one| one.kind == kind);
            Fen::sum(all.map(|one| one.amount)).unwrap_or(Fen::ZERO)
        };
        Legs { insured: back(Kind::Void), own_money: back(Kind::Refund) }
    }

    /// Both together.
    pub fn sum(self) -> Fen {
        self.insured.checked_add(self.own_money).unwrap_or(Fen::ZERO)
    }

    /// The end of the keys that tell of a return: `both`, `insured` or `cash`, one's own money. The words stand in messages
    /// that were sent, so that they stay.
    pub fn word(self) -> &'static str {
        match (self.insured > Fen::ZERO, self.own_money > Fen::ZERO) {
            (true, false) => "insured",
            (false, true) => "cash",
            _ => "both",
        }
    }
}

/// Where an order stands, in words, and its tone.
pub fn state_word(page: &Page, order: &Order) -> (String, &'static str) {
    let tone = match order.state {
        OrderState::Settled => "done",
        OrderState::Open | OrderState::HalfPaid | OrderState::Reconfirm | OrderState::Paying => "due",
        OrderState::Returning if stuck(order).is_some() || void_waits(order, page.now()) => "due",
        OrderState::Settling | OrderState::Returning | OrderState::Refunded | OrderState::Closed => "blue",
        OrderState::Blocked => "due",
    };
    (page.t(&format!("pay-{}", word(order, page.now()))), tone)
}

/// What that means: who has the money, and what comes next.
pub fn state_text(page: &Page, order: &Order, rules: &PaymentRules) -> String {
    let key = format!("pay-{}-text", word(order, page.now()));
    match order.state {
        OrderState::HalfPaid => {
            page.t2(&key, "insured", yuan(page, Legs::held(order).insured), "cash", yuan(page, own_money_due(order)))
        }
        OrderState::Returning if stuck(order).is_some() => {
            let amount = yuan(page, stuck(order).unwrap_or(Fen::ZERO));
            page.t2("pay-stuck-text", "amount", amount, "no", short_no(order))
        }
        OrderState::Refunded if outside(order) > Fen::ZERO => {
            page.t1("pay-refunded-outside-text", "amount", yuan(page, outside(order)))
        }
        OrderState::Returning | OrderState::Reconfirm if void_waits(order, page.now()) => {
            page.t2("pay-void-waits-text", "amount", yuan(page, Legs::held(order).insured), "no", short_no(order))
        }
        OrderState::Returning if brought(order) && order.view.live(Kind::Pay).is_some() => {
            page.t("pay-returning-waiting")
        }
        OrderState::Returning if brought(order) => {
            let legs = Legs::ever(order);
            let args = [
                ("insured", yuan(page, legs.insured)),
                ("cash", yuan(page, legs.own_money)),
                ("days", rules.refund_days.to_string()),
            ];
            page.with(&format!("pay-returning-{}", legs.word()), &args)
        }
        OrderState::Reconfirm => page.t1(&key, "until", page.moment(order.view.deadline)),
        OrderState::Closed if order.view.stop == Some(Cause::TimedOut) => page.t("pay-timed-out-text"),
        OrderState::Blocked => page.t1(&key, "no", short_no(order)),
        _ => page.t(&key),
    }
}

/// What the page of an order has in large letters. Of what has ended without money that is what became of the thing that
/// was to be paid, in the words of the question that was asked before.
pub(crate) fn headline(page: &Page, order: &Order) -> String {
    match (order.state, order.view.stop) {
        (OrderState::Closed, Some(Cause::TimedOut)) => page.t("pay-over"),
        (OrderState::Closed, _) => page.t("pay-cancelled"),
        _ => state_word(page, order).0,
    }
}

/// An amount with its unit, as every page says it.
pub(crate) fn yuan(page: &Page, amount: Fen) -> String {
    page.t1("pay-yuan", "yuan", amount)
}

/// The number that a person says on the telephone: the short one, or the order's own while it has none.
pub fn short_no(order: &Order) -> String {
    order.no.as_ref().map_or_else(|| order.id.to_string(), ShortNo::grouped)
}

/// What giving an order up waits for, and what it does then; nothing where no money can come in any more by what was begun.
pub fn give_up_waits(page: &Page, order: &Order) -> Option<String> {
    let live = |kind| order.view.live(kind).is_some();
    match (live(Kind::Settle), live(Kind::Pay)) {
        (true, _) => Some(page.t("pay-give-up-waits-insurer")),
        (false, true) => Some(page.t("pay-give-up-waits-wechat")),
        (false, false) => None,
    }
}

/// What the button says that gives an order up: of a return it speaks only where something came in.
pub(crate) fn give_up(page: &Page, order: &Order) -> String {
    let held = Legs::held(order).sum() > Fen::ZERO;
    page.t(if held { "pay-give-up-return" } else { "pay-give-up" })
}

/// What became of the thing that was to be paid, on a page whose title tells of the return of the money. The listener says
/// whether it is gone.
pub(crate) fn gone(page: &Page, order: &Order) -> Option<String> {
    match (order.state, order.view.stop) {
        (OrderState::Returning | OrderState::Refunded, Some(Cause::TimedOut)) => Some(page.t("pay-gone-timed-out")),
        (OrderState::Returning | OrderState::Refunded, Some(Cause::Cancelled)) => Some(page.t("pay-gone-cancelled")),
        _ => None,
    }
}

/// Whether what the insurer paid has not gone back for so long that somebody looks after it: nothing is promised then.
pub(crate) fn void_waits(order: &Order, now: Moment) -> bool {
    order.attempts.iter().any(|one| waits_for_long(one, now))
}

/// A return of the insurer's part for which a person has been called, or is about to be.
pub(crate) fn waits_for_long(one: &Attempt, now: Moment) -> bool {
    one.view.kind == Kind::Void && one.view.state.is_live() && one.created_at.secs_until(now) > CALL_AFTER_SECS
}

/// Own money that did not reach the person, and that somebody looks after.
pub fn stuck(order: &Order) -> Option<Fen> {
    of_refunds(order, waits_for_a_person).filter(|amount| *amount > Fen::ZERO)
}

/// Own money that was given back by other means.
pub fn outside(order: &Order) -> Fen {
    of_refunds(order, |state| state == State::Outside).unwrap_or(Fen::ZERO)
}

fn of_refunds(order: &Order, of: impl Fn(State) -> bool) -> Option<Fen> {
    let refunds = order.view.attempts.iter().filter(|one| one.kind == Kind::Refund && of(one.state));
    Fen::sum(refunds.map(|one| one.amount))
}

/// One's own money that is still to come.
pub fn own_money_due(order: &Order) -> Fen {
    order.view.own_money_needed().checked_sub(order.view.paid()).unwrap_or(Fen::ZERO)
}

/// Everything was paid in one's own money, and the insurer's settlement was found after: it goes back by itself.
pub(crate) fn doubled(order: &Order) -> bool {
    order.state == OrderState::Reconfirm && order.view.paid() >= order.view.total
}

/// The last moment at which one's own money can be begun at the channel: it must have time to end there.
pub(crate) fn own_money_until(order: &Order, rules: &PaymentRules) -> Moment {
    order.view.deadline.minus_secs(rules.channel_margin_secs + rules.least_pay_secs)
}

/// The payment that is offered at the channel and not on its way out: its cashier can be shown. Nobody is led on to pay what
/// has ended, or what a person has to look at first.
pub(crate) fn offered(order: &Order, now: Moment) -> Option<&Attempt> {
    if order.state == OrderState::Blocked || order.view.stop.is_some() {
        return None;
    }
    let live = |one: &&Attempt| one.view.kind == Kind::Pay && one.view.state.is_live();
    order.attempts.iter().find(live).filter(|one| one.view.expires_at.is_none_or(|end| now < end))
}

/// Whether one's own money can be asked for at the channel now, with the insurer's part paid: nothing is under way there, and
/// there is time for it.
pub(crate) fn may_begin(order: &Order, now: Moment, rules: &PaymentRules) -> bool {
    order.state == OrderState::HalfPaid && order.view.live(Kind::Pay).is_none() && now <= own_money_until(order, rules)
}

/// What the person has still to pay, and the end of the time for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// How much.
    pub own_money: Fen,
    /// From then on it cannot be paid any more.
    pub until: Moment,
}

/// What the person has still to pay, where that is theirs to do and can still be done.
pub fn due(order: &Order, now: Moment, rules: &PaymentRules) -> Option<Due> {
    let until = match order.state {
        OrderState::Open | OrderState::Reconfirm => order.view.deadline,
        OrderState::HalfPaid | OrderState::Paying => match offered(order, now) {
            Some(offer) => offer.view.expires_at.unwrap_or(order.view.deadline),
            None if may_begin(order, now, rules) => order.view.deadline.minus_secs(rules.channel_margin_secs),
            None => return None,
        },
        _ => return None,
    };
    Some(Due { own_money: own_money_due(order), until }).filter(|due| now < due.until && due.own_money > Fen::ZERO)
}

/// Whether nothing was begun in the time that there was for it. The sweeper ends the order soon after.
pub fn is_over(order: &Order, now: Moment) -> bool {
    order.state == OrderState::Open && now >= order.view.deadline
}

/// The end of the keys that say where an order stands. What ends without money is closed, not returned.
pub(crate) fn word(order: &Order, now: Moment) -> String {
    let live = |kind| order.view.live(kind).is_some();
    match order.state {
        OrderState::Open if is_over(order, now) => "over".to_owned(),
        OrderState::Returning if !brought(order) && live(Kind::Settle) => "closing-insurer".to_owned(),
        OrderState::Returning if !brought(order) => "closing".to_owned(),
        OrderState::Returning if stuck(order).is_some() => "stuck".to_owned(),
        OrderState::Returning if void_waits(order, now) => "void-waits".to_owned(),
        OrderState::HalfPaid if live(Kind::Pay) => "half-paying".to_owned(),
        OrderState::Reconfirm if void_waits(order, now) => "void-waits".to_owned(),
        OrderState::Reconfirm if doubled(order) => "doubled".to_owned(),
        state => state.as_str().replace('_', "-"),
    }
}

fn brought(order: &Order) -> bool {
    order.attempts.iter().any(|one| one.view.kind.brings() && one.view.state == State::Succeeded)
}
