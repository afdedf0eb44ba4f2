//! The one way an order changes: an answer is heard or a decision taken, the attempt moves, the ledger with it, the
//! order's state follows from its attempts, its listener is told, and the next look is set. All in one closure.

use kernel::Fen;
use ledger::LedgerError;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::books;
use super::listen::{News, Telling};
use super::model::{Cause, Next, OrderId, OrderState, Undo, may_go, next, order_state};
use super::pen::Pen;
use super::store::{self, Order};
use crate::attempts::hear::{Act, CALL_AFTER_SECS, Heard, WATCH_FOR_SECS, hear};
use crate::attempts::model::{AttemptId, Event, Kind, Move, State, advance};
use crate::attempts::store::{self as attempts, Learned, NewAttempt};
use crate::calls;
use crate::ports::{ChannelState, RefundState, Undone};
use crate::sim::planted::{Bug, bug};

/// In a row: the person was told that the order is paid, and that too much was.
const EXTRA: &str = "settled_extra";

/// Why an order was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The ledger refused, which is a mistake of ours or a stop.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Hears an answer about the attempt at `place` of an order that is held.
pub(crate) fn heard(
    tx: &mut Tx<'_>,
    pen: &Pen,
    order: &Order,
    (place, act): (usize, Act),
    heard: &Heard,
) -> Result<Order, ApplyError> {
    let Some(attempt) = order.attempts.get(place) else { return Ok(order.clone()) };
    let verdict = hear(&attempt.view, act, heard, attempt.asks, pen.now);
    if let Some(why) = &verdict.block {
        store::set_blocked(tx, &order.id, Some(why))?;
        calls::call(tx, pen, &order.id, "amounts")?;
    }
    let moves = verdict.event.map(|event| (event, advance(attempt.view.state, event)));
    match moves {
        Some((event, Ok(Move::To(to)))) => {
            let learned = learned(attempt.view.kind, event, heard, pen);
            books::moved(tx, pen, order, place, to, learned.split.as_ref())?;
            if !attempts::apply(tx, attempt, (event, to), &learned, verdict.due_at, (pen.source, pen.now))? {
                return Err(DbFault::Busy.into());
            }
            after(tx, pen, order, place, to)?;
        }
        Some((_, Err(forbidden))) => {
            tracing::error!(attempt = attempt.id.as_str(), %forbidden, "payment.odd_answer");
            if *heard == Heard::Reversed {
                // It had been made, and we have just taken it back: nothing more may build on it.
                store::set_blocked(tx, &order.id, Some("a settlement that was made has been reversed"))?;
            }
            calls::call(tx, pen, &order.id, "odd_answer")?;
            attempts::look_again(tx, attempt, verdict.due_at, None, &forbidden.to_string())?;
        }
        Some((_, Ok(Move::Stays))) | None => {
            if let (Act::Offer, Heard::Offered(link)) = (act, heard) {
                attempts::relink(tx, attempt, link, pen.now)?;
            }
            attempts::look_again(tx, attempt, verdict.due_at, None, &note(heard))?;
        }
    }
    let waits = attempt.created_at.secs_until(pen.now) > CALL_AFTER_SECS;
    if waits && attempt.view.state.is_live() && verdict.event.is_none_or(|event| event == Event::Again) {
        calls::call(tx, pen, &order.id, attempt.view.kind.as_str())?;
    }
    settle(tx, pen, order)
}

/// What follows at once from money that moved.
fn after(tx: &mut Tx<'_>, pen: &Pen, order: &Order, place: usize, to: State) -> Result<(), DbFault> {
    let kind = order.attempts.get(place).map(|one| one.view.kind);
    if kind == Some(Kind::Settle) && to == State::Succeeded && order.view.stop.is_none() && !bug(Bug::DeadlineNotMoved)
    {
        // PHA-5: half an hour from the insurer's success.
        store::set_deadline(tx, &order.id, pen.now.plus_secs(pen.rules.half_paid_secs))?;
    }
    let unpaid = order.view.settlement().is_none();
    if kind == Some(Kind::Settle) && to == State::Failed && order.view.stop.is_none() && unpaid {
        // Nothing is paid: the place is kept as long as it was before.
        store::set_deadline(tx, &order.id, order.open_until)?;
    }
    Ok(())
}

fn learned(kind: Kind, event: Event, heard: &Heard, pen: &Pen) -> Learned {
    let mut learned = Learned { note: note(heard), ..Learned::default() };
    match heard {
        Heard::Settled(settled) if kind == Kind::Settle => {
            learned.external_no = Some(settled.setl_id.clone());
            learned.split = Some(settled.split);
            learned.amount = settled.split.insured();
        }
        Heard::Offered(link) => learned.link = Some(link.clone()),
        Heard::Channel(ChannelState::Paid { channel_no, .. }) => learned.external_no = Some(channel_no.clone()),
        Heard::Channel(ChannelState::Closed | ChannelState::NotFound) => learned.closed = event == Event::Close,
        Heard::Refund(RefundState::Done { channel_no, .. } | RefundState::Processing { channel_no }) => {
            learned.external_no = Some(channel_no.clone());
        }
        _ => {}
    }
    // What has ended without money can be late all the same.
    let believed = bug(Bug::RefusalBelieved) && matches!(heard, Heard::Refused(_));
    if event == Event::Close || (event == Event::Refuse && kind == Kind::Settle && !believed) {
        learned.watch_until = Some(pen.now.plus_secs(WATCH_FOR_SECS));
    }
    learned
}

/// What was heard, in a word for people who look; nothing personal.
fn note(heard: &Heard) -> String {
    let (word, why) = match heard {
        Heard::NotSent(why) => ("not sent", why.as_str()),
        Heard::Nothing(why) => ("no answer", why.as_str()),
        Heard::Refused(why) => ("refused", why.as_str()),
        Heard::Mismatch(why) => ("amounts", why.as_str()),
        Heard::Refund(RefundState::Failed { why }) => ("failed", why.as_str()),
        Heard::Voided(Undone { doubt: Some(why), .. }) => ("doubt", why.as_str()),
        _ => return String::new(),
    };
    format!("{word}: {}", why.chars().take(120).collect::<String>())
}

/// Ends an order that is held, from now on: nothing new begins, what came in goes back.
pub(crate) fn stop(tx: &mut Tx<'_>, pen: &Pen, order: &Order, cause: Cause) -> Result<Order, ApplyError> {
    if order.view.stop.is_some() {
        return Ok(order.clone());
    }
    store::set_stop(tx, &order.id, cause, pen.now)?;
    // What is offered is closed now, not at the next question.
    if !bug(Bug::NotHurried) {
        attempts::hurry(tx, &order.id, pen.now)?;
    }
    tx.audit(pen.ctx.act("payment.stopped", order.id.as_str(), json!({ "cause": cause.as_str() })));
    let mut order = settle(tx, pen, order)?;
    // What was never sent needs no partner to be given up.
    while let Next::Do(place, Act::Drop) = next(&order.view, pen.now) {
        order = heard(tx, pen, &order, (place, Act::Drop), &Heard::Dropped)?;
    }
    Ok(order)
}

/// Begins what undoes an attempt of an order that is held. `id` and `number` were drawn before.
pub(crate) fn undo(
    tx: &mut Tx<'_>,
    pen: &Pen,
    order: &Order,
    undo: Undo,
    (id, number): (AttemptId, String),
) -> Result<Order, ApplyError> {
    let of = order.attempts.get(undo.of);
    let new = NewAttempt {
        id,
        order: order.id.clone(),
        n: next_place(order),
        kind: undo.kind,
        number,
        of_n: of.map(|one| one.n),
        amount: undo.amount,
        split: of.and_then(|one| one.view.split),
        cause: order.view.stop.map_or("too_much", Cause::as_str),
        terms: String::new(),
        expires_at: None,
        now: pen.now,
    };
    intend(tx, pen, order, &new)?;
    settle(tx, pen, order)
}

/// Writes an attempt with what it means in the ledger.
pub(crate) fn intend(tx: &mut Tx<'_>, pen: &Pen, order: &Order, new: &NewAttempt) -> Result<(), ApplyError> {
    if !attempts::insert(tx, new, pen.source)? {
        return Err(DbFault::Busy.into());
    }
    books::intended(tx, pen, &order.id, (&new.id, new.kind), new.amount, new.split.as_ref())?;
    let detail = json!({ "attempt": new.id.as_str(), "kind": new.kind.as_str(), "amount_fen": new.amount.get() });
    tx.audit(pen.ctx.act("payment.intended", order.id.as_str(), detail));
    Ok(())
}

/// The place of an order's next attempt.
pub(crate) fn next_place(order: &Order) -> i64 {
    order.attempts.last().map_or(1, |last| last.n + 1)
}

/// Brings the stored state to what the attempts say, tells the listener, and sets the next look.
pub(crate) fn settle(tx: &mut Tx<'_>, pen: &Pen, before: &Order) -> Result<Order, ApplyError> {
    let order = reload(tx, &before.id)?;
    let to = order_state(&order.view);
    if to != order.state {
        change(tx, pen, &order, to)?;
    }
    let order = reload(tx, &before.id)?;
    let late = bug(Bug::FreedLate) && !order.state.is_over();
    if order.view.stop.is_some() && (!order.view.incoming() || bug(Bug::FreedEarly)) && !late {
        pen.listener.ended(tx, &pen.ctx, &order, pen.now)?;
    }
    let next_at = match next(&order.view, pen.now) {
        _ if to_tell(&order).is_some() => Some(pen.now),
        Next::Nothing => None,
        Next::At(at) => Some(at),
        Next::Stop(_) | Next::Begin(_) | Next::Do(..) => Some(pen.now),
    };
    store::set_next(tx, &order.id, next_at)?;
    Ok(order)
}

fn reload(tx: &mut Tx<'_>, id: &OrderId) -> Result<Order, DbFault> {
    store::find(tx, id)?.ok_or_else(|| DbFault::Corrupt(format!("order {id} is gone")))
}

fn change(tx: &mut Tx<'_>, pen: &Pen, order: &Order, to: OrderState) -> Result<(), ApplyError> {
    let from = order.state;
    if !may_go(from, to) {
        tracing::error!(order = order.id.as_str(), %from, %to, "payment.odd_path");
    }
    if to == OrderState::Settled {
        books::delivered(tx, pen, order)?;
    }
    if from == OrderState::Settled && !bug(Bug::NotTakenBack) {
        books::taken_back(tx, pen, order)?;
    }
    store::moved(tx, order, to, order.view.stop.map_or("", Cause::as_str), &pen.actor(), pen.now)?;
    tx.audit(pen.ctx.act("payment.changed", order.id.as_str(), json!({ "from": from.as_str(), "to": to.as_str() })));
    metrics::counter!("renshe_payment_orders", "state" => to.as_str()).increment(1);
    let order = reload(tx, &order.id)?;
    pen.listener.changed(tx, &pen.ctx, &News { order: &order, from, to, now: pen.now })?;
    Ok(())
}

/// What the person has yet to be told, as it will stand in the row: where the order stands, or that more was paid than
/// it costs and the rest goes back.
pub(crate) fn to_tell(order: &Order) -> Option<(&'static str, Telling)> {
    let held = order.view.settlement().is_some() || order.view.payments().next().is_some();
    let undone = order.view.attempts.iter().filter(|one| !one.kind.brings()).map(|one| one.amount);
    let extra = Fen::sum(undone).unwrap_or(Fen::ZERO);
    let told = order.told.as_str();
    match order.state {
        OrderState::Settled if told == EXTRA => None,
        OrderState::Settled if told == order.state.as_str() => {
            (extra > Fen::ZERO).then_some((EXTRA, Telling::Extra(extra)))
        }
        state if told == state.as_str() => None,
        OrderState::Settled | OrderState::Refunded | OrderState::Reconfirm => {
            Some((order.state.as_str(), Telling::State))
        }
        OrderState::Returning if held => Some((order.state.as_str(), Telling::State)),
        _ => None,
    }
}
