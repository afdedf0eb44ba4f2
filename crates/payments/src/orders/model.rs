//! An order, the one function that derives its state, and the one that says what is to be done next; pure.
//!
//! Nothing here asks or writes: the driver does what [`next`] says, through the same function a notice, a
//! sweeper and a page end in.

use kernel::{Fen, Moment};

use crate::attempts::hear::Act;
use crate::attempts::model::{Kind, State, View};
use crate::ports::Split;
use crate::sim::planted::{Bug, bug};

pub use crate::order::{Cause, OrderId, OrderState, Way};

/// An order as the decisions see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderView {
    /// What is to be paid.
    pub total: Fen,
    /// Set when it ends.
    pub stop: Option<Cause>,
    /// When it ends by itself, unless everything is paid.
    pub deadline: Moment,
    /// Stopped until a person has looked.
    pub blocked: bool,
    /// What the person agreed to, purse by purse.
    pub confirmed: Option<Split>,
    /// All attempts, oldest first.
    pub attempts: Vec<View>,
}

impl OrderView {
    /// The settlement in force and its place: made and not undone.
    pub fn settlement(&self) -> Option<(usize, &View)> {
        self.attempts
            .iter()
            .enumerate()
            .find(|(place, one)| one.kind == Kind::Settle && one.state == State::Succeeded && !self.undone(*place))
    }

    /// Own money that came in and did not go back, with places.
    pub fn payments(&self) -> impl Iterator<Item = (usize, &View)> {
        self.attempts.iter().enumerate().filter(|(place, one)| {
            one.kind == Kind::Pay
                && (one.state == State::Succeeded || (bug(Bug::UnknownIsPaid) && one.state == State::Unknown))
                && !self.undone(*place)
        })
    }

    /// The sum of own money that came in and did not go back.
    pub fn paid(&self) -> Fen {
        Fen::sum(self.payments().map(|(_, one)| one.amount)).unwrap_or(Fen::ZERO)
    }

    /// The own money that is still needed in the present state.
    pub fn own_money_needed(&self) -> Fen {
        match self.settlement().and_then(|(_, one)| one.split) {
            Some(split) => split.cash,
            None => self.total,
        }
    }

    /// Own money that came in and is not on its way back.
    fn stays(&self) -> Fen {
        Fen::sum(self.payments().filter(|(place, _)| !self.being_undone(*place)).map(|(_, one)| one.amount))
            .unwrap_or(Fen::ZERO)
    }

    /// The settlement that stays: in force and not being undone.
    fn kept(&self) -> Option<(usize, &View)> {
        self.settlement().filter(|(place, _)| !self.being_undone(*place))
    }

    /// Whether something that brings money in may still do so.
    pub(crate) fn incoming(&self) -> bool {
        self.attempts.iter().any(|one| one.kind.brings() && one.state.is_live())
    }

    /// Whether an attempt of this kind may still move money by itself.
    pub fn live(&self, kind: Kind) -> Option<(usize, &View)> {
        self.attempts.iter().enumerate().find(|(_, one)| one.kind == kind && one.state.is_live())
    }

    fn undone(&self, place: usize) -> bool {
        self.attempts.iter().any(|one| one.of == Some(place) && one.state.has_undone())
    }

    fn being_undone(&self, place: usize) -> bool {
        let counts = |state: State| state != State::Failed && !(bug(Bug::UndoneTwice) && state == State::Unknown);
        self.attempts.iter().any(|one| one.of == Some(place) && counts(one.state))
    }

    fn agreed(&self, split: &Split) -> bool {
        bug(Bug::ReconfirmSkipped)
            || self
                .confirmed
                .is_some_and(|agreed| split.cash <= agreed.cash && split.personal_account <= agreed.personal_account)
    }
}

/// Where an order stands (rule 8): from what is known of its attempts and nothing else.
pub fn order_state(order: &OrderView) -> OrderState {
    if order.blocked {
        return OrderState::Blocked;
    }
    let moving = order.attempts.iter().any(|one| one.state.is_live());
    let held = order.settlement().is_some() || order.payments().next().is_some();
    if order.stop.is_some() {
        let ever = order.attempts.iter().any(|one| one.kind.brings() && one.state == State::Succeeded);
        return match (moving || held, ever) {
            (true, _) => OrderState::Returning,
            (false, true) => OrderState::Refunded,
            (false, false) => OrderState::Closed,
        };
    }
    let paying = order.live(Kind::Pay).is_some();
    match order.settlement().and_then(|(_, one)| one.split) {
        _ if order.live(Kind::Settle).is_some() => OrderState::Settling,
        Some(split) if !order.agreed(&split) => OrderState::Reconfirm,
        _ if order.paid() >= order.own_money_needed() => OrderState::Settled,
        Some(_) => OrderState::HalfPaid,
        None if paying => OrderState::Paying,
        None => OrderState::Open,
    }
}

/// What undoes an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undo {
    /// [`Kind::Void`] or [`Kind::Refund`].
    pub kind: Kind,
    /// The place of what is undone.
    pub of: usize,
    /// All of it.
    pub amount: Fen,
}

/// What is to be done next about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing, until somebody acts.
    Nothing,
    /// Nothing before then.
    At(Moment),
    /// The order ends.
    Stop(Cause),
    /// A new attempt that undoes another.
    Begin(Undo),
    /// This action about the attempt at this place.
    Do(usize, Act),
}

/// Decides what is to be done next. Money that came in goes back only when no payment can come any more:
/// what is unknown blocks (I-M11).
pub fn next(order: &OrderView, now: Moment) -> Next {
    if order.blocked {
        return Next::Nothing;
    }
    let ending = order.stop.is_some();
    let mut soonest: Option<Moment> = None;
    let mut wait = |at: Moment| soonest = Some(soonest.map_or(at, |before| before.min(at)));
    for (place, one) in order.attempts.iter().enumerate() {
        match due(order, one, now) {
            Due::Never => {}
            Due::Later(at) => wait(at),
            Due::Now(act) => return Next::Do(place, act),
        }
    }
    if let Some(undo) = undo(order) {
        return Next::Begin(undo);
    }
    if !ending && bug(Bug::GivesUpItself) {
        return Next::Stop(Cause::Cancelled);
    }
    if let Some(end) = runs_until(order) {
        if now >= end {
            return Next::Stop(Cause::TimedOut);
        }
        wait(end);
    }
    soonest.map_or(Next::Nothing, Next::At)
}

/// So long after its end an order waits for the channel to say whether an offered payment was made in time.
const LAST_QUESTION_SECS: i64 = 60;

/// When an order is told that its time is over; `None` while nothing but a person ends it: it is paid, has ended or stands
/// blocked.
fn runs_until(order: &OrderView) -> Option<Moment> {
    // Paid in full by one's own money beside a settlement that was found later: it is paid, and the settlement goes.
    let paid = order_state(order) == OrderState::Settled || order.stays() >= order.total;
    if order.stop.is_some() || order.blocked || paid {
        return None;
    }
    // What was offered is asked about once more: paid in time is paid.
    let asked = order.live(Kind::Pay).map_or(0, |_| LAST_QUESTION_SECS);
    Some(ends_at(order).plus_secs(asked))
}

/// Whether an order's time is over as things stand.
pub(crate) fn is_overdue(order: &OrderView, now: Moment) -> bool {
    runs_until(order).is_some_and(|end| now >= end)
}

/// When an order ends by itself.
fn ends_at(order: &OrderView) -> Moment {
    match order_state(order) {
        _ if bug(Bug::DeadlineEarly) => order.deadline.minus_secs(1_800),
        _ if bug(Bug::DeadlineLate) => order.deadline.plus_secs(86_400),
        OrderState::HalfPaid if bug(Bug::HalfPaidForever) => order.deadline.plus_secs(365 * 86_400),
        _ => order.deadline,
    }
}

enum Due {
    Never,
    Later(Moment),
    Now(Act),
}

fn due(order: &OrderView, one: &View, now: Moment) -> Due {
    let end = if one.kind == Kind::Settle { Some(order.deadline) } else { one.expires_at };
    let over = order.stop.is_some() || end.is_some_and(|end| now >= end);
    let ask = match (one.kind, one.state) {
        (_, State::Succeeded | State::Outside) => return Due::Never,
        (_, State::Abnormal) => Act::AskRefund,
        // The insurer certainly has not settled it, and after the end it must not (I-M09).
        (Kind::Settle, State::Requested) if over && !bug(Bug::SettledAfterEnd) => return Due::Now(Act::Drop),
        (Kind::Pay, State::Requested) if over && one.sent_at.is_none() => return Due::Now(Act::Drop),
        // Sent once, and sent again was to follow: it may be with the channel.
        (Kind::Pay, State::Requested) if over => Act::Close,
        (Kind::Settle, State::Requested) => Act::Settle,
        (Kind::Pay, State::Requested) => Act::Offer,
        (Kind::Void, State::Requested) => Act::Void,
        (Kind::Refund, State::Requested) => Act::Refund,
        (Kind::Settle, State::Unknown | State::Open) => Act::AskSettle,
        (Kind::Pay, State::Unknown | State::Open) if over => Act::Close,
        (Kind::Pay, State::Unknown | State::Open) => Act::AskPay,
        (Kind::Void, State::Unknown | State::Open) => Act::AskVoid,
        (Kind::Refund, State::Unknown | State::Open) => Act::AskRefund,
        (_, State::Failed | State::Closed) => match one.watch_until {
            // A look that was planned within the time is made, however late it is.
            Some(until) if one.due_at < until && !bug(Bug::WatchOff) => Act::Watch,
            _ => return Due::Never,
        },
    };
    let at = one.due_at;
    let at = match one.lease_until {
        Some(lease) if bug(Bug::LeaseForever) => lease.max(at).plus_secs(365 * 86_400),
        Some(lease) if !bug(Bug::LeaseIgnored) => lease.max(at),
        _ => at,
    };
    let mut at = at;
    if one.kind == Kind::Pay && ask != Act::Close {
        at = one.expires_at.filter(|_| one.state.is_live()).map_or(at, |end| at.min(end));
    }
    if now >= at { Due::Now(ask) } else { Due::Later(at) }
}

fn undo(order: &OrderView) -> Option<Undo> {
    let incoming = order.incoming();
    let settlement = order.kept();
    let payment = order.payments().filter(|(place, _)| !order.being_undone(*place)).last();
    let void = |(of, one): (usize, &View)| Undo { kind: Kind::Void, of, amount: one.amount };
    let refund = |(of, one): (usize, &View)| Undo { kind: Kind::Refund, of, amount: one.amount };
    if order.stop.is_some() {
        if incoming && !bug(Bug::VoidWhileOpen) {
            return None;
        }
        return payment.map(refund).or(settlement.map(void));
    }
    // Too much came in: a payment that was late, or a settlement found late after all was paid in cash. What is
    // already going back counts no more on either side.
    let needed = match settlement.and_then(|(_, one)| one.split) {
        Some(split) => split.cash,
        None if bug(Bug::BothGoBack) => order.own_money_needed(),
        None => order.total,
    };
    let stays = order.stays();
    if stays > needed && !incoming {
        return match settlement {
            Some(settlement) if stays == order.total => Some(void(settlement)),
            _ => payment.map(refund),
        };
    }
    None
}
