//! What must hold at every step and at the end, asked of the order as it stands and of the partners' own truth.

use std::fmt;

use kernel::{Fen, Moment};

use super::faults::Fault;
use super::house::Stands;
use super::partners::Back;
use super::world::World;
use crate::attempts::model::{Kind, State, View};
use crate::orders::model::{Cause, OrderState, OrderView, order_state};

/// The order as it stands.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) view: OrderView,
    pub(super) state: OrderState,
    pub(super) stopped_at: Option<Moment>,
    pub(super) numbers: Vec<String>,
    pub(super) closed_at: Vec<Option<Moment>>,
    /// Whether its listener was told that what was kept for it is free.
    pub(super) freed: bool,
}

/// What the ledger says of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ledger {
    pub(super) order: Fen,
    pub(super) institution: Fen,
    pub(super) expects: bool,
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ledger { order, institution, expects } = self;
        let expects = if *expects { ", more expected" } else { "" };
        write!(f, "{order} + {institution}{expects}")
    }
}

/// Remembers what it needs from before.
#[derive(Debug, Clone, Default)]
pub(super) struct Judge {
    undos: usize,
    settled_at: Vec<Option<Moment>>,
    sent_at: Vec<Option<Moment>>,
    stopped: bool,
    overdue_since: Option<i64>,
    resting: bool,
    /// When it last was at rest.
    rested_ms: i64,
}

/// I-M09: so long may an order stand past its end, in true time while the service is up.
const GRACE_MS: i64 = 300_000;
/// So long after the last stir, or after it was last at rest, everything has come to rest: twice the longest pause, a half hour, and some.
const REST_MS: i64 = 3 * 3_600_000;

/// So often the channel may say of a number that it knows no such payment, until that is heard.
const NOT_FOUND_MOST: u32 = 120;

impl Judge {
    /// Looks at a step; the world keeps what is wrong.
    pub(super) fn step(&mut self, stands: &Stands, world: &mut World) {
        let judged = self.judge(&stands.order, world).and_then(|()| books(stands));
        let taken_back = |one: &View| one.expires_at.is_none_or(|end| end <= world.now());
        let live = stands.order.view.live(Kind::Pay);
        if world.withdrawn && live.is_some_and(|(_, one)| !taken_back(one)) {
            world.breaks("what was taken back is still offered");
        }
        world.withdrawn = false;
        if let Err(why) = stands.odd.clone().map_or(judged, Err) {
            world.breaks(why);
        }
    }

    fn judge(&mut self, now: &Snapshot, world: &World) -> Result<(), String> {
        let view = &now.view;
        let rule = |holds: bool, why: &str| if holds { Ok(()) } else { Err(why.to_owned()) };
        rule(order_state(view) == now.state, "I-M12: the stored state is another")?;
        for kind in [Kind::Settle, Kind::Pay] {
            let live = view.attempts.iter().filter(|one| one.kind == kind && one.state.is_live()).count();
            rule(live <= 1, "I-M07: two live attempts of a kind")?;
        }
        blocked(now, world)?;
        self.sent(view)?;
        self.undone(now)?;
        self.ends(now, world)?;
        self.stopped(now, world)?;
        free(now)?;
        for (place, one) in view.attempts.iter().enumerate() {
            ended(one.kind, one.state, &now.numbers[place], now.closed_at[place], world)?;
            went_back(one, &now.numbers[place], world)?;
        }
        if now.state == OrderState::Settled {
            paid(view, world)?;
        }
        // Paid by own money, it only waits for what was settled beside to be undone.
        let paid = stays(view, |kind| kind == Kind::Pay) >= view.total;
        let waits = !paid
            && !matches!(now.state, OrderState::Settled | OrderState::Blocked | OrderState::Returning)
            && !now.state.is_over();
        // A clock that was moved back makes every row wait so much longer.
        let overdue = waits && !world.jumped && view.deadline < world.now();
        let since = match (overdue && world.is_up(), self.overdue_since) {
            (false, _) => None,
            (true, since) => Some(since.unwrap_or(world.true_ms())),
        };
        self.overdue_since = since;
        rule(since.is_none_or(|since| world.true_ms() - since < GRACE_MS), "I-M09: it stays past its end")?;
        let rests = now.state.is_over() || matches!(now.state, OrderState::Settled | OrderState::Blocked);
        if rests || self.resting {
            self.rested_ms = world.true_ms();
        }
        self.resting = rests;
        // What the channel has it gives back only by its own word, for which one has to wait.
        let unsigned = if world.channel.trades.is_empty() { 0 } else { world.unsigned_until.min(world.true_ms()) };
        let stirred = world.stirred_ms.max(self.rested_ms).max(unsigned);
        let long = world.true_ms() - stirred > REST_MS;
        rule(rests || !long, "it does not come to rest")?;
        // A clock that was moved back makes the minute long in which an offer may still be on its way.
        let asked = world.not_found.values().max().copied().filter(|_| !world.jumped).unwrap_or_default();
        rule(asked < NOT_FOUND_MOST, "what the channel does not know is asked about for ever")
    }

    /// What goes back goes back once, whole, and not before the payments have ended.
    fn undone(&mut self, now: &Snapshot) -> Result<(), String> {
        let attempts = &now.view.attempts;
        let undos = attempts.iter().filter(|one| one.of.is_some()).count();
        if undos == self.undos {
            return Ok(());
        }
        self.undos = undos;
        let Some(last) = attempts.iter().rev().find(|one| one.of.is_some()) else { return Ok(()) };
        let Some(of) = last.of.and_then(|of| attempts.get(of)) else { return Err("I-M06: undoes nothing".into()) };
        if attempts.iter().filter(|one| one.of == last.of).count() > 1 {
            return Err("I-M06: undone twice".into());
        }
        if of.state != State::Succeeded || of.amount != last.amount {
            return Err("I-M06: goes back what did not come".into());
        }
        let right = matches!((of.kind, last.kind), (Kind::Settle, Kind::Void) | (Kind::Pay, Kind::Refund));
        if !right {
            return Err("I-M08: goes back another way".into());
        }
        if last.kind == Kind::Void && now.view.stop.is_some() {
            let open = attempts.iter().any(|one| one.kind == Kind::Pay && one.state.is_live());
            if open {
                return Err("I-M11: a void before the payment ended".into());
            }
        }
        if now.view.stop.is_none() && now.view.attempts.iter().any(|one| one.kind.brings() && one.state.is_live()) {
            return Err("too much goes back while more may come".into());
        }
        if now.view.stop.is_none() && stays(&now.view, Kind::brings) < now.view.total {
            return Err("more goes back than was too much".into());
        }
        Ok(())
    }

    /// Nothing that brings money in is handed to a partner after the end, and nothing at all while a person must look.
    fn sent(&mut self, view: &OrderView) -> Result<(), String> {
        self.sent_at.resize(view.attempts.len(), None);
        for (one, before) in view.attempts.iter().zip(&mut self.sent_at) {
            if one.sent_at == *before {
                continue;
            }
            *before = one.sent_at;
            let end = if one.kind == Kind::Settle { Some(view.deadline) } else { one.expires_at };
            let over = view.stop.is_some() || one.sent_at >= end;
            if one.kind.brings() && over {
                return Err(format!("a {} was sent after the end", one.kind));
            }
            if view.blocked {
                return Err(format!("a {} was sent while a person must look", one.kind));
            }
        }
        Ok(())
    }

    /// What must hold when an order is told to end.
    fn ends(&mut self, now: &Snapshot, world: &World) -> Result<(), String> {
        let Some(cause) = now.view.stop.filter(|_| !self.stopped) else { return Ok(()) };
        self.stopped = true;
        if cause == Cause::Cancelled && !world.given_up {
            return Err("it was given up by nobody".into());
        }
        if cause == Cause::TimedOut && stays(&now.view, |kind| kind == Kind::Pay) >= now.view.total {
            return Err("I-M10: all of it was paid, and its time was over".into());
        }
        let offered = |one: &&View| one.kind == Kind::Pay && one.state == State::Open;
        if now.view.attempts.iter().filter(offered).any(|one| one.due_at > world.now()) {
            return Err("what is offered is not closed at once".into());
        }
        Ok(())
    }

    /// I-M10 and PHA-5.
    fn stopped(&mut self, now: &Snapshot, world: &World) -> Result<(), String> {
        self.settled_at.resize(now.view.attempts.len(), None);
        for (one, at) in now.view.attempts.iter().zip(&mut self.settled_at) {
            if one.kind == Kind::Settle && one.state == State::Succeeded && at.is_none() {
                *at = Some(world.now());
            }
        }
        let Some(stopped_at) = now.stopped_at.filter(|_| now.view.stop == Some(Cause::TimedOut)) else {
            return Ok(());
        };
        if stopped_at < now.view.deadline {
            return Err("I-M10: it ended before its time".into());
        }
        let before = self.settled_at.iter().flatten().filter(|at| **at < stopped_at).max();
        if before.is_some_and(|at| stopped_at < at.plus_secs(1_800)) {
            return Err("PHA-5: less than half an hour".into());
        }
        Ok(())
    }
}

/// The refund that waits for a person, and where it stands.
pub(super) fn waits_for_a_person(view: &OrderView) -> Option<(usize, State)> {
    let waits = |one: &View| one.kind == Kind::Refund && matches!(one.state, State::Abnormal | State::Closed);
    view.attempts.iter().position(waits).map(|place| (place, view.attempts[place].state))
}

/// What people have paid back themselves.
fn outside(view: &OrderView) -> Fen {
    Fen::sum(view.attempts.iter().filter(|one| one.state == State::Outside).map(|one| one.amount)).unwrap_or(Fen::ZERO)
}

/// What came in by such attempts and is not on its way back.
fn stays(view: &OrderView, by: fn(Kind) -> bool) -> Fen {
    let goes = |place: usize| view.attempts.iter().any(|one| one.of == Some(place) && one.state != State::Failed);
    let stay = view
        .attempts
        .iter()
        .enumerate()
        .filter(|(place, one)| by(one.kind) && one.state == State::Succeeded && !goes(*place));
    Fen::sum(stay.map(|(_, one)| one.amount)).unwrap_or(Fen::ZERO)
}

/// A person must look only where a partner told odd amounts.
fn blocked(now: &Snapshot, world: &World) -> Result<(), String> {
    let odd = [Fault::OddAmounts, Fault::ForgedPayment].into_iter().any(|kind| world.faults.has(kind));
    match now.view.blocked && !odd {
        true => Err("a person must look, and nothing was odd".into()),
        false => Ok(()),
    }
}

/// What was kept for an order is free exactly when it was told to end and nothing that brings money in is under way.
fn free(now: &Snapshot) -> Result<(), String> {
    let coming = now.view.attempts.iter().any(|one| one.kind.brings() && one.state.is_live());
    match (now.freed, now.view.stop.is_some() && !coming) {
        (true, false) => Err("it is free while money may come".into()),
        (false, true) => Err("it is not free, and no money can come".into()),
        _ => Ok(()),
    }
}

/// I-M16 at each step: the ledger says of the money what the attempts say.
fn books(stands: &Stands) -> Result<(), String> {
    if !stands.sound {
        return Err("the ledger: a movement twice, or more set aside than there is".into());
    }
    let (view, state) = (&stands.order.view, stands.order.state);
    let gone = |place: usize| view.attempts.iter().any(|one| one.of == Some(place) && one.state.has_undone());
    let here = view
        .attempts
        .iter()
        .enumerate()
        .filter(|(place, one)| one.kind.brings() && one.state == State::Succeeded && !gone(*place));
    let here = Fen::sum(here.map(|(_, one)| one.amount)).unwrap_or(Fen::ZERO);
    let delivered = if state == OrderState::Settled { view.total } else { Fen::ZERO };
    let order = Fen::new(here.get() - delivered.get());
    // What a person has paid back themselves, the institution has from the channel.
    let institution = Fen::new(delivered.get() + outside(view).get());
    // Also what waits for a person is still to go back.
    let waits = |one: &View| one.kind == Kind::Refund && matches!(one.state, State::Abnormal | State::Closed);
    let under_way = |one: &View| one.state.is_live() || waits(one);
    let expects = view.attempts.iter().any(|one| one.kind != Kind::Settle && one.amount > Fen::ZERO && under_way(one));
    let says = Ledger { order, institution, expects };
    match stands.ledger == says {
        true => Ok(()),
        false => {
            Err(format!("I-M16: the ledger has {}, and the attempts of an order that is {state} {says}", stands.ledger))
        }
    }
}

/// What has ended without money: nothing of it may be on its way, and a payment was closed by the channel.
fn ended(kind: Kind, state: State, number: &str, closed_at: Option<Moment>, world: &World) -> Result<(), String> {
    match (kind, state) {
        // The clock was moved: how long it was on its way nobody can know. It is found by watching.
        (Kind::Settle, State::Failed) if !world.jumped && world.on_its_way(number) => {
            Err("told as failed while it was on its way".into())
        }
        // The clock was moved: how long an offer was on its way nobody can know.
        (Kind::Pay, State::Failed) => match world.channel.trades.iter().find(|one| one.number == number) {
            Some(trade) if !trade.closed && !world.jumped => Err("told as not made, and offered at the channel".into()),
            _ => Ok(()),
        },
        (Kind::Pay, State::Closed) => {
            if closed_at.is_none() {
                return Err("closed without the channel's answer".into());
            }
            match world.channel.trades.iter().find(|one| one.number == number) {
                Some(trade) if !trade.closed && !world.jumped => Err("told as closed, and open at the channel".into()),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// What counts as given back is with the buyer, by the channel or by other means, and not by both.
fn went_back(one: &View, number: &str, world: &World) -> Result<(), String> {
    let there = world.channel.refunds.iter().find(|there| there.number == number).map(|there| there.state);
    let done = there == Some(Back::Done);
    match (one.kind, one.state) {
        (Kind::Refund, State::Succeeded) if !done => Err("told as given back, and the buyer has nothing".into()),
        (Kind::Refund, State::Outside) if done => Err("given back twice".into()),
        _ => Ok(()),
    }
}

/// Everything was paid, as agreed, and the partners know it.
fn paid(view: &OrderView, world: &World) -> Result<(), String> {
    let came = world.insurer.held().checked_add(world.channel.held()).unwrap_or(Fen::ZERO);
    let going = world.channel.refunds.iter().any(|one| one.state != Back::Closed);
    if came < view.total && !going {
        return Err(format!("settled, and the partners hold {came}"));
    }
    let Some(split) = view.settlement().and_then(|(_, one)| one.split) else { return Ok(()) };
    let own = view.paid() >= view.total;
    let said_yes = world.agreed.iter().any(|(cash, account)| split.cash <= *cash && split.personal_account <= *account);
    if said_yes || own { Ok(()) } else { Err("I-M18: nobody agreed to this".into()) }
}

/// The end: the partners hold what the order says, and so does the ledger.
pub(super) fn at_rest(stands: &Stands, world: &World) -> Result<(), String> {
    let now = &stands.order;
    if now.state == OrderState::Blocked {
        return Ok(());
    }
    let held = world.insurer.held().checked_add(world.channel.held()).unwrap_or(Fen::ZERO);
    let came = Fen::new(held.get() - outside(&now.view).get());
    let says = match now.state {
        OrderState::Settled => now.view.total,
        OrderState::Refunded | OrderState::Closed => Fen::ZERO,
        other => return Err(format!("at rest and {other}")),
    };
    // A clock that jumped over the day of watching: what was denied and done nobody can know.
    let jumped_over = world.jumped && world.faults.has(Fault::FalseRefusal);
    if came != says && !jumped_over {
        return Err(format!("it is {}, and the partners hold {came}", now.state));
    }
    if now.view.attempts.iter().any(|one| one.state.is_live()) || waits_for_a_person(&now.view).is_some() {
        return Err("at rest with something under way".into());
    }
    let institution = Fen::new(says.get() + outside(&now.view).get());
    let rests = Ledger { order: Fen::ZERO, institution, expects: false };
    match stands.ledger == rests {
        true => Ok(()),
        false => Err(format!("the ledger has {} of an order that is {}", stands.ledger, now.state)),
    }
}
