//! The driver: does what [`next`](super::model::next) says until there is nothing to do now. Page, notice and
//! sweeper all end here; whoever comes second finds the work leased or done.
//!
//! ```text
//! read → decide → (closure: still so? lease, mark as sent) → call → (closure: hear) → again
//! ```

use std::sync::Arc;

use identity::CoveredPerson;
use identity::ports::PortError;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::policy::PolicyError;
use serde::{Deserialize, Serialize};

use super::apply::{self, ApplyError};
use super::listen::Listener;
use super::model::{Next, OrderId, Undo, next};
use super::pen::Pen;
use super::store::{self, Order};
use super::tell::tell;
use crate::attempts::hear::{Act, Heard, may_reverse};
use crate::attempts::model::{AttemptId, Event, Kind, Move, advance};
use crate::attempts::store::{self as attempts, Learned};
use crate::ports::{
    Cashier, ChannelState, CloseAnswer, Giving, Insured, Offer, PayPorts, Presettled, SettleError, Visit,
};
use crate::registrations::store as registrations;
use crate::sim::planted::{Bug, bug};

/// Steps of one drive; what is left then is found by the next sweep.
const STEPS_MOST: usize = 24;

/// What paying needs from outside, and who listens.
#[derive(Clone)]
pub struct Payments {
    /// The partners.
    pub ports: PayPorts,
    /// Those that identity asks: who somebody is to the insurer.
    pub identity: Arc<identity::Ports>,
    /// The context whose things are paid.
    pub listener: Arc<dyn Listener>,
}

/// Why a drive ended early; the sweep comes again.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// No rules for this day.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The order could not be changed.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Something of identity's failed.
    #[error(transparent)]
    Identity(#[from] identity::Failure),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// What an offer repeats word for word.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) description: String,
    pub(crate) code: bool,
    pub(crate) client_ip: String,
}

/// Drives one order as far as it goes now.
///
/// # Errors
/// What broke; nothing is lost by it.
pub async fn drive(pay: &Payments, ctx: &Ctx, id: &OrderId) -> Result<(), DriveError> {
    for _ in 0..STEPS_MOST {
        let Some(order) = load(ctx, id).await? else { return Ok(()) };
        if apply::must_tell(&order) {
            tell(pay, ctx, &order).await?;
            continue;
        }
        let went_on = match next(&order.view, ctx.now()) {
            Next::Nothing => return rest(pay, ctx, &order).await,
            Next::At(at) if order.next_at == Some(at) => return Ok(()),
            Next::At(_) => return rest(pay, ctx, &order).await,
            Next::Stop(cause) => {
                write(pay, ctx, &order, move |tx, pen, held| match next(&held.view, pen.now) {
                    Next::Stop(now) if now == cause => apply::stop(tx, pen, &held, cause).map(|_| true),
                    _ => Ok(false),
                })
                .await?
            }
            Next::Begin(undo) => begin(pay, ctx, &order, undo).await?,
            Next::Do(place, Act::Drop) => {
                write(pay, ctx, &order, move |tx, pen, held| {
                    if next(&held.view, pen.now) != Next::Do(place, Act::Drop) {
                        return Ok(false);
                    }
                    apply::heard(tx, pen, &held, (place, Act::Drop), &Heard::Dropped).map(|_| true)
                })
                .await?
            }
            Next::Do(place, act) => act_on(pay, ctx, &order, place, act).await?,
        };
        if !went_on {
            return Ok(());
        }
    }
    Ok(())
}

async fn load(ctx: &Ctx, id: &OrderId) -> Result<Option<Order>, DbFault> {
    let id = id.clone();
    ctx.db.read("payment.load", move |tx| store::find(tx, &id)).await
}

/// Sets the next look where it was not.
async fn rest(pay: &Payments, ctx: &Ctx, order: &Order) -> Result<(), DriveError> {
    let wanted = match next(&order.view, ctx.now()) {
        Next::At(at) => Some(at),
        _ => None,
    };
    if order.next_at != wanted {
        write(pay, ctx, order, |tx, pen, held| apply::settle(tx, pen, &held).map(|_| true)).await?;
    }
    Ok(())
}

/// One closure over the held order, in its lane.
async fn write<F>(pay: &Payments, ctx: &Ctx, order: &Order, body: F) -> Result<bool, DriveError>
where
    F: Fn(&mut Tx<'_>, &Pen, Order) -> Result<bool, ApplyError> + Send + 'static,
{
    let pen = Pen::new(ctx, Arc::clone(&pay.listener), "driver")?;
    let id = order.id.clone();
    let done = ctx.db.write(order.lane_key(), "payment.drive", move |tx| {
        pen.fresh();
        match store::hold(tx, &id)? {
            Some(held) => body(tx, &pen, held),
            None => Ok(false),
        }
    });
    Ok(done.await?)
}

async fn begin(pay: &Payments, ctx: &Ctx, order: &Order, undo: Undo) -> Result<bool, DriveError> {
    let id: AttemptId = ctx.id();
    let number = match undo.kind {
        Kind::Void => pay.ports.settlements.number(ctx),
        _ => id.as_str().to_owned(),
    };
    write(pay, ctx, order, move |tx, pen, held| match next(&held.view, pen.now) {
        Next::Begin(now) if now == undo => {
            apply::undo(tx, pen, &held, undo, (id.clone(), number.clone())).map(|_| true)
        }
        _ => Ok(false),
    })
    .await
}

/// What a call to the insurer needs.
struct Asking {
    visit: Visit,
    advice: Presettled,
}

async fn act_on(pay: &Payments, ctx: &Ctx, order: &Order, place: usize, act: Act) -> Result<bool, DriveError> {
    let kind = order.attempts.get(place).map(|one| one.view.kind);
    // Read before the attempt is marked as sent: what cannot be asked must not look as if it had been.
    let asking = match kind {
        Some(Kind::Settle | Kind::Void) => match asking(pay, ctx, order).await? {
            Some(asking) => Some(asking),
            None => {
                let heard = Heard::NotSent("the insurer's number of the person is not known".to_owned());
                return write(pay, ctx, order, move |tx, pen, held| {
                    apply::heard(tx, pen, &held, (place, act), &heard).map(|_| true)
                })
                .await;
            }
        },
        _ => None,
    };
    if !lease(pay, ctx, order, place, act).await? {
        return Ok(false);
    }
    let heard = call(&pay.ports, ctx, order, place, act, asking.as_ref()).await;
    write(pay, ctx, order, move |tx, pen, held| apply::heard(tx, pen, &held, (place, act), &heard).map(|_| true)).await
}

/// Takes the attempt for one look; what sends it writes before that it may be with the partner.
async fn lease(pay: &Payments, ctx: &Ctx, order: &Order, place: usize, act: Act) -> Result<bool, DriveError> {
    write(pay, ctx, order, move |tx, pen, held| {
        let Some(attempt) = held.attempts.get(place) else { return Ok(false) };
        if next(&held.view, pen.now) != Next::Do(place, act) {
            return Ok(false);
        }
        let until = pen.now.plus_secs(pen.rules.lease_secs);
        let sends = matches!(act, Act::Settle | Act::Offer | Act::Void | Act::Refund);
        if !sends {
            return Ok(attempts::lease(tx, attempt, until, pen.now)?);
        }
        if bug(Bug::SentUnmarked) {
            return Ok(attempts::lease(tx, attempt, until, pen.now)?);
        }
        let Ok(Move::To(to)) = advance(attempt.view.state, Event::Send) else { return Ok(false) };
        let learned = Learned { lease_until: Some(until), sent: true, ..Learned::default() };
        Ok(attempts::apply(tx, attempt, (Event::Send, to), &learned, pen.now, (pen.source, pen.now))?)
    })
    .await
}

async fn asking(pay: &Payments, ctx: &Ctx, order: &Order) -> Result<Option<Asking>, DriveError> {
    if let Some(asking) = known(ctx, order).await? {
        return Ok(Some(asking));
    }
    // Authenticated anew since the quote: the insurer's number of the person is asked for again.
    identity::ask_insurer(ctx, &pay.identity, &order.person).await?;
    Ok(known(ctx, order).await?)
}

async fn known(ctx: &Ctx, order: &Order) -> Result<Option<Asking>, DbFault> {
    let (vault, today) = (ctx.vault.clone(), ctx.now().date());
    let asked = order.clone();
    let read = ctx.db.read("payment.asking", move |tx| {
        let covered = identity::covered(tx, &vault, &asked.person, today)?;
        Ok::<_, DbFault>((covered, registrations::registration(tx, &asked.id)?, store::quote_agreed(tx, &asked)?))
    });
    let (Some(covered), Some(registered), quote) = read.await? else { return Ok(None) };
    let advice = quote.map(|quote| quote.advice).unwrap_or(Presettled {
        split: order.view.confirmed.unwrap_or_default(),
        balance: None,
        echo: Default::default(),
    });
    let use_account = order.way != Some(super::model::Way::Fund);
    let visit = Visit { person: insured(covered), care: order.care.clone(), registered, use_account };
    Ok(Some(Asking { visit, advice }))
}

/// A person of identity's as the insurer must be told of them.
pub(crate) fn insured(covered: CoveredPerson) -> Insured {
    let CoveredPerson { psn_no, number, name, kind, region } = covered;
    Insured { psn_no, number, name, kind, region }
}

/// Makes the one call; every way it can go is a [`Heard`].
async fn call(ports: &PayPorts, ctx: &Ctx, order: &Order, place: usize, act: Act, asking: Option<&Asking>) -> Heard {
    let Some(attempt) = order.attempts.get(place) else { return Heard::Nothing("no such attempt".to_owned()) };
    let number = attempt.number.as_str();
    match (act, asking) {
        (Act::Settle, Some(asking)) => {
            let renamed = bug(Bug::NewSettleNumber).then(|| format!("{number}-{}", attempt.asks));
            let number = renamed.as_deref().unwrap_or(number);
            match ports.settlements.settle(ctx, number, &asking.visit, &asking.advice).await {
                Ok(settled) => Heard::Settled(settled),
                Err(error) => failure(error),
            }
        }
        (Act::AskSettle, Some(asking)) => ask_settlement(ports, ctx, attempt, asking, true).await,
        (Act::Watch, Some(asking)) => ask_settlement(ports, ctx, attempt, asking, false).await,
        (Act::Void, Some(asking)) => void(ports, ctx, order, attempt, asking).await,
        (Act::AskVoid, Some(asking)) => match ports.settlements.settled(ctx, &asking.visit).await {
            Ok(Some(settled)) => Heard::Settled(settled),
            Ok(None) => Heard::NoSettlement,
            Err(error) => failure(error),
        },
        (Act::Offer, _) => match offer_of(attempt) {
            Ok(offer) => match ports.wechat_pay.offer(ctx, &offer).await {
                Ok(link) => Heard::Offered(link),
                Err(error) => port(error),
            },
            Err(why) => Heard::Refused(why),
        },
        (Act::AskPay | Act::Watch, _) => channel(ports.wechat_pay.query(ctx, number).await),
        (Act::Close, _) => close(ports, ctx, number).await,
        (Act::Refund, _) => match giving(order, attempt) {
            Some(giving) => refund(ports.wechat_pay.refund(ctx, &giving).await),
            None => Heard::Nothing("the payment is not there".to_owned()),
        },
        (Act::AskRefund, _) => {
            ports.wechat_pay.refund_state(ctx, number).await.map_or_else(port_of_question, Heard::Refund)
        }
        _ => Heard::Nothing("nobody to ask".to_owned()),
    }
}

async fn ask_settlement(
    ports: &PayPorts,
    ctx: &Ctx,
    attempt: &attempts::Attempt,
    asking: &Asking,
    reverses: bool,
) -> Heard {
    match ports.settlements.settled(ctx, &asking.visit).await {
        Ok(Some(settled)) if settled.number == attempt.number => Heard::Settled(settled),
        // Another attempt's settlement is in force: this one is not.
        Ok(Some(_)) if !reverses => Heard::NoSettlement,
        Ok(Some(settled)) => Heard::Mismatch(format!("a settlement under another number, {}", settled.setl_id)),
        Ok(None) if reverses && may_reverse(attempt.view.sent_at, ctx.now()) => {
            match ports.settlements.reverse(ctx, &asking.visit, &attempt.number).await {
                Ok(()) => Heard::Reversed,
                Err(error) => failure_of_question(error),
            }
        }
        Ok(None) => Heard::NoSettlement,
        Err(error) => failure_of_question(error),
    }
}

async fn void(ports: &PayPorts, ctx: &Ctx, order: &Order, attempt: &attempts::Attempt, asking: &Asking) -> Heard {
    let of = attempt.view.of.and_then(|place| order.attempts.get(place));
    let Some(setl_id) = of.and_then(|one| one.external_no.clone()) else {
        return Heard::Nothing("the settlement has no number".to_owned());
    };
    match ports.settlements.void(ctx, &attempt.number, &asking.visit, &setl_id).await {
        Ok(()) => Heard::Voided,
        Err(error) => failure(error),
    }
}

/// Query, close, query: only what the channel says after it was closed is the end.
async fn close(ports: &PayPorts, ctx: &Ctx, number: &str) -> Heard {
    let before = channel(ports.wechat_pay.query(ctx, number).await);
    match before {
        Heard::Channel(ChannelState::Open) => {}
        settled => return settled,
    }
    if bug(Bug::CloseSkipped) {
        return Heard::Channel(ChannelState::Closed);
    }
    match ports.wechat_pay.close(ctx, number).await {
        Ok(_) if bug(Bug::PaidReadAsClosed) => Heard::Channel(ChannelState::Closed),
        Ok(CloseAnswer::Closed | CloseAnswer::Paid | CloseAnswer::NotFound) => {
            channel(ports.wechat_pay.query(ctx, number).await)
        }
        Err(error) => port(error),
    }
}

/// The offer of an attempt, word for word as it was made.
pub(crate) fn offer_of(attempt: &attempts::Attempt) -> Result<Offer, String> {
    let terms: Terms = serde_json::from_str(&attempt.terms).map_err(|error| error.to_string())?;
    Ok(Offer {
        number: attempt.number.clone(),
        amount: attempt.view.amount,
        description: terms.description,
        expires_at: attempt.view.expires_at.unwrap_or(attempt.created_at),
        cashier: if terms.code { Cashier::Code } else { Cashier::Link },
        client_ip: terms.client_ip,
    })
}

fn giving(order: &Order, attempt: &attempts::Attempt) -> Option<Giving> {
    let payment = order.attempts.get(attempt.view.of?)?;
    Some(Giving {
        number: match bug(Bug::NewRefundNumber) {
            true => format!("{}-{}", attempt.number, attempt.asks),
            false => attempt.number.clone(),
        },
        payment_number: payment.number.clone(),
        amount: attempt.view.amount,
        paid: payment.view.amount,
        reason: "退款".to_owned(),
    })
}

fn channel(answer: Result<ChannelState, PortError>) -> Heard {
    answer.map_or_else(port_of_question, Heard::Channel)
}

fn refund(answer: Result<crate::ports::RefundState, PortError>) -> Heard {
    answer.map_or_else(port, Heard::Refund)
}

fn port(error: PortError) -> Heard {
    match error {
        PortError::NotSent(why) => Heard::NotSent(why),
        PortError::Unknown(why) => Heard::Nothing(why),
        PortError::Refused(why) => Heard::Refused(why),
    }
}

/// A question that is refused answers nothing.
fn port_of_question(error: PortError) -> Heard {
    Heard::Nothing(error.to_string())
}

fn failure(error: SettleError) -> Heard {
    match error {
        SettleError::Port(error) => port(error),
        SettleError::Amounts(why) => Heard::Mismatch(why),
    }
}

fn failure_of_question(error: SettleError) -> Heard {
    match error {
        SettleError::Port(error) => port_of_question(error),
        SettleError::Amounts(why) => Heard::Mismatch(why),
    }
}
