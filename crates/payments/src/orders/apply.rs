//! The one way an order changes: an answer is heard or a decision taken, the attempt moves, the ledger with it, the
//! order's state follows from its attempts, its listener is told, and the next look is set. All in one closure.

use kernel::Fen;
use ledger::LedgerError;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::books;
use super::listen::{News, Telling};
use super::model::{Cause, Next, OrderId, OrderState, Undo, next, order_state};
use super::paths::may_go;
use super::pen::Pen;
use super::store::{self, Order};
use crate::attempts::hear::{Act, CALL_AFTER_SECS, Heard, Verdict, WATCH_FOR_SECS, happened_at, hear};
use crate::attempts::model::{AttemptId, Event, Kind, Move, State, advance};
use crate::attempts::store::{self as attempts, Attempt, Clearing, Learned, NewAttempt};
use crate::calls::{self, store as standing};
use crate::ports::{ChannelState, RefundState, Undone, Unsigned};
use crate::registrations::store as registrations;
use crate::sim::planted::{Bug, bug};

/// In `pay_order.told`: the person was told that the order is paid, and that too much was.
const EXTRA: &str = "settled_extra";
/// In `pay_order.told`: the person was told that the order is paid, and that what was too much did not arrive.
const EXTRA_STUCK: &str = "settled_extra_stuck";
/// In `pay_order.told`: the person was told that a refund did not arrive, and that somebody looks after it.
const STUCK: &str = "returning_stuck";

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
    if let Heard::OfSibling(sibling, settled) = heard {
        let of_sibling = Heard::Settled(settled.clone());
        let order = self::heard(tx, pen, order, (*sibling, Act::Watch), &of_sibling)?;
        return self::heard(tx, pen, &order, (place, act), &Heard::NoSettlement);
    }
    let verdict = hear(&attempt.view, act, heard, attempt.asks, pen.now);
    if let Some(why) = &verdict.block {
        store::set_blocked(tx, &order.id, Some(why))?;
        calls::call(tx, pen.at(), &order.id, "amounts")?;
    }
    about_keys(tx, pen, heard)?;
    let moves = verdict.event.map(|event| (event, advance(attempt.view.state, event)));
    match moves {
        Some((event, Ok(Move::To(to)))) => {
            let learned = learned(attempt.view.kind, event, heard, pen);
            books::moved(tx, pen, order, place, to, (learned.split.as_ref(), learned.happened_at))?;
            if !attempts::apply(tx, attempt, (event, to), &learned, verdict.due_at, (pen.source, pen.now))? {
                return Err(DbFault::Busy.into());
            }
            after(tx, pen, order, place, to)?;
        }
        Some((_, Err(forbidden))) => {
            tracing::error!(attempt = attempt.id.as_str(), %forbidden, "payment.odd_answer");
            if *heard == Heard::Reversed {
                // It had been made and we have just taken it back, so nothing more may build on it.
                store::set_blocked(tx, &order.id, Some("a settlement that was made has been reversed"))?;
            }
            calls::call(tx, pen.at(), &order.id, "odd_answer")?;
            attempts::look_again(tx, attempt, verdict.due_at, None, &forbidden.to_string())?;
        }
        Some((_, Ok(Move::Stays))) | None => stays(tx, pen, attempt, (act, heard), &verdict)?,
    }
    let waits = attempt.created_at.secs_until(pen.now) > CALL_AFTER_SECS;
    if waits && attempt.view.state.is_live() && verdict.event.is_none_or(|event| event == Event::Again) {
        calls::call(tx, pen.at(), &order.id, attempt.view.kind.as_str())?;
    }
    follow(tx, pen, order)
}

/// Signatures that do not work concern every order: a person is called to the channel.
fn about_keys(tx: &mut Tx<'_>, pen: &Pen, heard: &Heard) -> Result<(), DbFault> {
    match heard {
        Heard::UnknownKey(serial) => calls::call_channel(tx, pen.at(), &format!("{} {serial}", calls::UNKNOWN_KEY)),
        Heard::Unsigned { what: Unsigned::Signature, .. } => {
            calls::call_channel(tx, pen.at(), calls::SIGNATURE_REFUSED)
        }
        _ => Ok(()),
    }
}

/// The attempt does not move: what was heard, and when it is looked at again.
fn stays(
    tx: &mut Tx<'_>,
    pen: &Pen,
    attempt: &Attempt,
    (act, heard): (Act, &Heard),
    verdict: &Verdict,
) -> Result<(), DbFault> {
    match (act, heard) {
        (Act::Offer, Heard::Offered(link)) => attempts::relink(tx, attempt, link, pen.now)?,
        (Act::Offer, Heard::Unsigned { says, .. }) => {
            metrics::counter!("renshe_payment_refusals_unsigned").increment(1);
            tracing::warn!(attempt = attempt.id.as_str(), word = says, "payment.refused_and_not_signed");
            attempts::doubt(tx, attempt)?;
        }
        (Act::Offer, Heard::Refused { .. }) => attempts::doubt(tx, attempt)?,
        _ => {}
    }
    attempts::look_again(tx, attempt, verdict.due_at, None, &note(heard))
}

/// What follows at once from money that moved.
fn after(tx: &mut Tx<'_>, pen: &Pen, order: &Order, place: usize, to: State) -> Result<(), DbFault> {
    let kind = order.attempts.get(place).map(|one| one.view.kind);
    if kind == Some(Kind::Refund) {
        call_for_refund(tx, pen, order, place, to)?;
    }
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

/// The call for a refund that waits for a person ends when the refund waits no longer; only then is it made anew should the
/// same happen again. One call stands for all refunds of an order that wait for the same reason: it ends with the last.
fn call_for_refund(tx: &mut Tx<'_>, pen: &Pen, order: &Order, place: usize, to: State) -> Result<(), DbFault> {
    let called = |one: &Attempt| called_for(one.view.state).filter(|_| one.view.kind == Kind::Refund);
    let waited = order.attempts.get(place).and_then(called);
    let others = || order.attempts.iter().enumerate().filter(|(other, _)| *other != place);
    if let Some(reason) = waited
        && !others().any(|(_, one)| called(one) == Some(reason))
    {
        standing::done_for(tx, order.id.as_str(), reason, pen.now)?;
    }
    // Nothing comes of itself any more: a person is called at once.
    called_for(to).map_or(Ok(()), |reason| calls::call(tx, pen.at(), &order.id, reason))
}

/// For what a person is called while a refund stands so.
const fn called_for(refund: State) -> Option<&'static str> {
    match refund {
        State::Abnormal => Some(calls::REFUND_ABNORMAL),
        State::Closed => Some(calls::REFUND_CLOSED),
        _ => None,
    }
}

fn learned(kind: Kind, event: Event, heard: &Heard, pen: &Pen) -> Learned {
    let mut learned = Learned { note: note(heard), happened_at: happened_at(heard), ..Learned::default() };
    match heard {
        Heard::Settled(settled) if kind == Kind::Settle => {
            let facts = settled.facts.clone();
            learned.clearing = Clearing {
                optins: facts.clr_optins,
                kind: facts.clr_type,
                way: facts.clr_way,
                medins_setl_id: facts.medins_setl_id,
            };
            learned.external_no = Some(settled.setl_id.clone());
            learned.split = Some(settled.split);
            learned.amount = settled.split.insured();
        }
        Heard::Refused { what, .. } => learned.refusal = *what,
        Heard::Offered(link) => learned.link = Some(link.clone()),
        Heard::Channel(ChannelState::Paid { channel_no, .. }) => learned.external_no = Some(channel_no.clone()),
        Heard::Channel(ChannelState::Closed | ChannelState::NotFound { .. }) => {
            learned.closed = event == Event::Close;
        }
        Heard::Refund(
            RefundState::Done { channel_no, .. }
            | RefundState::Processing { channel_no }
            | RefundState::Abnormal { channel_no }
            | RefundState::Closed { channel_no, .. },
        ) => {
            learned.external_no = Some(channel_no.clone());
        }
        _ => {}
    }
    // An attempt that ended without money can still bring late money.
    let believed = bug(Bug::RefusalBelieved) && matches!(heard, Heard::Refused { .. });
    let closed = event == Event::Close && kind == Kind::Pay;
    if closed || (event == Event::Refuse && (kind == Kind::Settle || doubtful(heard)) && !believed) {
        learned.watch_until = Some(pen.now.plus_secs(WATCH_FOR_SECS));
    }
    learned
}

/// It ended by words that nobody signed, or by putting two of them together: it is looked at for a day as well.
fn doubtful(heard: &Heard) -> bool {
    matches!(heard, Heard::Channel(ChannelState::NotFound { .. }))
}

/// What was heard, in a word for people who look; nothing personal.
fn note(heard: &Heard) -> String {
    let (word, why) = match heard {
        Heard::NotSent(why) => ("not sent", why.as_str()),
        Heard::Nothing(why) => ("no answer", why.as_str()),
        Heard::Refused { why, .. } => ("refused", why.as_str()),
        Heard::Unsigned { says, .. } => ("refused, not signed", says.as_str()),
        Heard::UnknownKey(serial) => ("signed with an unknown key", serial.as_str()),
        Heard::Mismatch(why) => ("amounts", why.as_str()),
        Heard::Refund(RefundState::Abnormal { .. }) => ("failed", "ABNORMAL"),
        Heard::Refund(RefundState::Closed { why, .. }) => ("failed", *why),
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
    // An offered payment is closed now and not at the next question.
    if !bug(Bug::NotHurried) {
        attempts::hurry(tx, &order.id, pen.now)?;
    }
    tx.audit(pen.ctx.act("payment.stopped", order.id.as_str(), json!({ "cause": cause.as_str() })));
    let mut order = follow(tx, pen, order)?;
    // An attempt that was never sent can be given up without asking a partner.
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
    follow(tx, pen, order)
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
pub(crate) fn follow(tx: &mut Tx<'_>, pen: &Pen, before: &Order) -> Result<Order, ApplyError> {
    let order = reload(tx, &before.id)?;
    let to = order_state(&order.view);
    if to != order.state {
        change(tx, pen, &order, to)?;
    }
    let order = reload(tx, &before.id)?;
    let late = bug(Bug::FreedLate) && !order.state.is_over();
    if order.view.stop.is_some() && (!order.view.incoming() || bug(Bug::FreedEarly)) && !late {
        pen.listeners.of_order(&order)?.ended(tx, &pen.ctx, &order, pen.now)?;
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
        if order.view.settlement().is_some() {
            registrations::keep_while_settled(tx, &order.id)?;
        }
    }
    if from == OrderState::Settled {
        registrations::settled_no_more(tx, &order.id)?;
    }
    if from == OrderState::Settled && !bug(Bug::NotTakenBack) {
        books::taken_back(tx, pen, order)?;
    }
    store::moved(tx, order, to, order.view.stop.map_or("", Cause::as_str), &pen.actor(), pen.now)?;
    tx.audit(pen.ctx.act("payment.changed", order.id.as_str(), json!({ "from": from.as_str(), "to": to.as_str() })));
    metrics::counter!("renshe_payment_orders", "state" => to.as_str()).increment(1);
    let order = reload(tx, &order.id)?;
    pen.listeners.of_order(&order)?.changed(tx, &pen.ctx, &News { order: &order, from, to, now: pen.now })?;
    Ok(())
}

/// Whether a refund goes on only when a person has done something.
pub(crate) const fn waits_for_a_person(state: State) -> bool {
    called_for(state).is_some()
}

/// What the person has yet to be told, as it will stand in the row: where the order stands, or that more was paid than
/// it costs and the rest goes back.
pub(crate) fn to_tell(order: &Order) -> Option<(&'static str, Telling)> {
    let held = order.view.settlement().is_some() || order.view.payments().next().is_some();
    let stuck = order.view.attempts.iter().any(|one| one.kind == Kind::Refund && waits_for_a_person(one.state));
    let undone = order.view.attempts.iter().filter(|one| !one.kind.brings()).map(|one| one.amount);
    let extra = Fen::sum(undone).unwrap_or(Fen::ZERO);
    let told = order.told.as_str();
    match order.state {
        OrderState::Settled if told == EXTRA_STUCK => None,
        OrderState::Settled if told == EXTRA => stuck.then_some((EXTRA_STUCK, Telling::Stuck)),
        OrderState::Settled if told == order.state.as_str() => {
            (extra > Fen::ZERO).then_some((EXTRA, Telling::Extra(extra)))
        }
        // Told that it is paid, and it is: a settlement that was found beside goes back by itself, and is told of then.
        OrderState::Reconfirm if told.starts_with(OrderState::Settled.as_str()) => None,
        OrderState::Returning if stuck && told != STUCK => Some((STUCK, Telling::Stuck)),
        OrderState::Returning if told == STUCK => None,
        state if told == state.as_str() => None,
        OrderState::Settled | OrderState::Refunded | OrderState::Reconfirm => {
            Some((order.state.as_str(), Telling::State))
        }
        OrderState::Returning if held => Some((order.state.as_str(), Telling::State)),
        _ => None,
    }
}
