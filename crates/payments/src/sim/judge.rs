//! What must hold at every step and at the end, asked of the order as it stands and of the partners' own truth.

use kernel::{Fen, Moment};

use super::partners::Back;
use super::world::World;
use crate::attempts::model::{Kind, State};
use crate::orders::model::{Cause, OrderState, OrderView, order_state};

/// The order as it stands.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) view: OrderView,
    pub(super) state: OrderState,
    pub(super) stopped_at: Option<Moment>,
    pub(super) numbers: Vec<String>,
    pub(super) closed_at: Vec<Option<Moment>>,
}

/// What the ledger says of an order at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ledger {
    pub(super) order: Fen,
    pub(super) institution: Fen,
    pub(super) expects: bool,
}

/// Remembers what it needs from before.
#[derive(Debug, Clone, Default)]
pub(super) struct Judge {
    undos: usize,
    settled_at: Vec<Option<Moment>>,
    overdue_since: Option<i64>,
    /// When it last was at rest.
    rested_ms: i64,
}

/// I-M09: so long may an order stand past its end, in true time while the service is up.
const GRACE_MS: i64 = 300_000;
/// So long after the last stir, or after it was last at rest, everything has come to rest: twice the longest pause, a half hour, and some.
const REST_MS: i64 = 3 * 3_600_000;

impl Judge {
    /// Looks at a step; the world keeps what is wrong.
    pub(super) fn step(&mut self, now: &Snapshot, world: &mut World) {
        if let Err(why) = self.judge(now, world) {
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
        self.undone(now, world)?;
        self.stopped(now, world)?;
        for (place, one) in view.attempts.iter().enumerate() {
            ended(one.kind, one.state, &now.numbers[place], now.closed_at[place], world)?;
        }
        if now.state == OrderState::Settled {
            paid(view, world)?;
        }
        let waits = !matches!(now.state, OrderState::Settled | OrderState::Blocked | OrderState::Returning)
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
        if rests {
            self.rested_ms = world.true_ms();
        }
        let long = world.true_ms() - world.stirred_ms.max(self.rested_ms) > REST_MS;
        rule(rests || !long, "it does not come to rest")
    }

    /// What goes back goes back once, whole, and not before the payments have ended.
    fn undone(&mut self, now: &Snapshot, world: &World) -> Result<(), String> {
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
        let _ = world;
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

/// What has ended without money: nothing of it may be on its way, and a payment was closed by the channel.
fn ended(kind: Kind, state: State, number: &str, closed_at: Option<Moment>, world: &World) -> Result<(), String> {
    match (kind, state) {
        // The clock was moved: how long it was on its way nobody can know. It is found by watching.
        (Kind::Settle, State::Failed) if !world.jumped && world.on_its_way(number) => {
            Err("told as failed while it was on its way".into())
        }
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

/// Everything was paid, as agreed, and the partners know it.
fn paid(view: &OrderView, world: &World) -> Result<(), String> {
    let came = world.insurer.held().checked_add(world.channel.held()).unwrap_or(Fen::ZERO);
    let going = world.channel.refunds.iter().any(|one| one.state != Back::Failed);
    if came < view.total && !going {
        return Err(format!("settled, and the partners hold {came}"));
    }
    let Some(split) = view.settlement().and_then(|(_, one)| one.split) else { return Ok(()) };
    let own = view.paid() >= view.total;
    let said_yes = world.agreed.iter().any(|(cash, account)| split.cash <= *cash && split.personal_account <= *account);
    if said_yes || own { Ok(()) } else { Err("I-M18: nobody agreed to this".into()) }
}

/// The end: the partners hold what the order says, and so does the ledger.
pub(super) fn at_rest(now: &Snapshot, ledger: Ledger, world: &World) -> Result<(), String> {
    if now.state == OrderState::Blocked {
        return Ok(());
    }
    let came = world.insurer.held().checked_add(world.channel.held()).unwrap_or(Fen::ZERO);
    let says = match now.state {
        OrderState::Settled => now.view.total,
        OrderState::Refunded | OrderState::Closed => Fen::ZERO,
        other => return Err(format!("at rest and {other}")),
    };
    if came != says {
        return Err(format!("it is {}, and the partners hold {came}", now.state));
    }
    if now.view.attempts.iter().any(|one| one.state.is_live()) {
        return Err("at rest with something under way".into());
    }
    if ledger != (Ledger { order: Fen::ZERO, institution: says, expects: false }) {
        return Err(format!("the ledger has {ledger:?} of an order that is {}", now.state));
    }
    Ok(())
}
