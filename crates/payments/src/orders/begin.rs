//! A person pays: agrees to what was shown and has it settled, or has one's own money asked for at the channel.
//! The intent is committed before any partner is called.

use std::sync::Arc;

use identity::PersonId;
use identity::pay_password::{Checked, Pin};
use kernel::{Fen, Moment};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::policy::PolicyError;
use serde_json::json;

use super::act::Terms;
use super::apply::{self, ApplyError, intend, next_place};
use super::drive::Payments;
use super::model::{OrderId, OrderState, Way};
use super::pen::Pen;
use super::quote::content_hash;
use super::store::{self, Order};
use crate::attempts::model::{AttemptId, Kind};
use crate::attempts::store::NewAttempt;
use crate::authorisations::{self, Authorisation};
use crate::ports::Split;
use crate::quotes::store::{self as quotes, Quote};

/// Why nothing was begun.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// This person has no such order.
    #[error("no such order")]
    NotFound,
    /// It is not, or no longer, in a state in which this can begin.
    #[error("the order is {0}")]
    State(OrderState),
    /// What was shown is not what stands now: it is shown anew.
    #[error("the amounts have changed since they were shown")]
    Changed,
    /// The payment password was not right, or may not be tried.
    #[error("the payment password: {0:?}")]
    Password(Checked),
    /// Too little time is left for a payment to end in.
    #[error("too little time is left")]
    TooLate,
    /// The order's time is over, though nobody has ended it yet.
    #[error("the order's time is over")]
    Over,
    /// Money stands still: the books did not agree (rule 7).
    #[error("payments are stopped")]
    Stopped,
    /// No rules for this day.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Something of identity's failed.
    #[error(transparent)]
    Identity(#[from] identity::Failure),
    /// The order could not be changed.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

impl From<ledger::LedgerError> for BeginError {
    fn from(error: ledger::LedgerError) -> BeginError {
        match error {
            ledger::LedgerError::Stopped => BeginError::Stopped,
            other => BeginError::Apply(other.into()),
        }
    }
}

/// A person agrees to a quote with the payment password.
#[derive(Debug, Clone)]
pub struct Settle {
    /// Who.
    pub person: PersonId,
    /// In which session, for the authorisation.
    pub session: String,
    /// Which order.
    pub order: OrderId,
    /// The hash of the quote that was shown, as bytes.
    pub hash: Vec<u8>,
    /// 电子社保卡支付密码.
    pub pin: Pin,
}

/// Checks the password, and has the insurer settle what was shown. The caller drives afterwards.
///
/// # Errors
/// See [`BeginError`]; nothing was begun then.
pub async fn settle(pay: &Payments, ctx: &Ctx, command: Settle) -> Result<(), BeginError> {
    let (order, shown) = {
        let (person, id, hash) = (command.person.clone(), command.order.clone(), command.hash.clone());
        let read = ctx.db.read("payment.settle.glance", move |tx| {
            Ok::<_, DbFault>((store::of_person(tx, &person, &id)?, quotes::shown(tx, &id, &hash)?))
        });
        read.await?
    };
    let order = order.ok_or(BeginError::NotFound)?;
    may_begin(&order, ctx.now())?;
    let quote = shown.ok_or(BeginError::Changed)?;
    match identity::pay_password::check(ctx, &command.person, &command.pin).await? {
        Checked::Right => settle_authorised(pay, ctx, command, order, quote).await,
        other => Err(BeginError::Password(other)),
    }
}

/// The password was right: authorises this content, and commits the intent that uses it up.
///
/// # Errors
/// See [`BeginError`].
pub(crate) async fn settle_authorised(
    pay: &Payments,
    ctx: &Ctx,
    command: Settle,
    order: Order,
    quote: Quote,
) -> Result<(), BeginError> {
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "page")?;
    let authorisation = Authorisation {
        id: ctx.id(),
        person: command.person.clone(),
        order: command.order.clone(),
        hash: command.hash.clone(),
        session: command.session.clone(),
        now: pen.now,
        expires_at: pen.now.plus_secs(pen.rules.authorisation_secs),
    };
    authorisations::write(ctx, &authorisation).await?;
    let id: AttemptId = ctx.id();
    let number = pay.ports.settlements.number(ctx);
    let done = ctx.db.write(order.lane_key(), "payment.settle", move |tx| -> Result<(), BeginError> {
        pen.fresh();
        let held = hold(tx, &command)?;
        may_begin(&held, pen.now)?;
        ledger::ensure_running(tx)?;
        let split = quote.advice.split;
        if content_hash(&held, quote.way, &split) != command.hash {
            return Err(BeginError::Changed);
        }
        if !authorisations::use_up(tx, &authorisation, &id, pen.ctx.now())? {
            return Err(BeginError::Changed);
        }
        store::set_confirmed(tx, &held.id, quote.way, &split, &command.hash)?;
        let until = pen.now.plus_secs(pen.rules.half_paid_secs);
        store::set_deadline(tx, &held.id, until)?;
        let amount = split.insured().unwrap_or(Fen::ZERO);
        let new = attempt(&held, &id, Kind::Settle, number.clone(), amount, &pen);
        intend(tx, &pen, &held, &NewAttempt { split: Some(split), ..new })?;
        apply::follow(tx, &pen, &held)?;
        Ok(())
    });
    done.await
}

fn hold(tx: &mut Tx<'_>, command: &Settle) -> Result<Order, BeginError> {
    let held = store::hold(tx, &command.order)?.filter(|order| order.person == command.person);
    held.ok_or(BeginError::NotFound)
}

fn may_begin(order: &Order, now: Moment) -> Result<(), BeginError> {
    if order.state != OrderState::Open {
        return Err(BeginError::State(order.state));
    }
    if now >= order.view.deadline { Err(BeginError::Over) } else { Ok(()) }
}

fn attempt(order: &Order, id: &AttemptId, kind: Kind, number: String, amount: Fen, pen: &Pen) -> NewAttempt {
    NewAttempt {
        id: id.clone(),
        order: order.id.clone(),
        n: next_place(order),
        kind,
        number,
        of_n: None,
        amount,
        split: None,
        cause: "",
        terms: String::new(),
        expires_at: None,
        now: pen.now,
    }
}

/// A person wants to pay one's own money at the channel.
#[derive(Debug, Clone)]
pub struct PayOwnMoney {
    /// Who.
    pub person: PersonId,
    /// Which order.
    pub order: OrderId,
    /// What was shown as one's own money to pay.
    pub shown: Fen,
    /// A code on this screen, or a link on this phone.
    pub code: bool,
    /// The buyer's address.
    pub client_ip: String,
}

/// Has the rest (or all of it, where nothing is settled by the insurer) asked for at the channel. A live payment is
/// kept: two devices that ask get the same one. The caller drives afterwards.
///
/// # Errors
/// See [`BeginError`]; nothing was begun then.
pub async fn pay_own_money(pay: &Payments, ctx: &Ctx, command: PayOwnMoney) -> Result<(), BeginError> {
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "page")?;
    let (person, id) = (command.person.clone(), command.order.clone());
    let read = ctx.db.read("payment.pay.glance", move |tx| store::of_person(tx, &person, &id));
    let order = read.await?.ok_or(BeginError::NotFound)?;
    let id: AttemptId = ctx.id();
    let done = ctx.db.write(order.lane_key(), "payment.pay", move |tx| -> Result<(), BeginError> {
        pen.fresh();
        let held = store::hold(tx, &command.order)?.filter(|order| order.person == command.person);
        let held = held.ok_or(BeginError::NotFound)?;
        if matches!(held.state, OrderState::HalfPaid | OrderState::Paying) && held.view.live(Kind::Pay).is_some() {
            return Ok(());
        }
        if !matches!(held.state, OrderState::Open | OrderState::HalfPaid) {
            return Err(BeginError::State(held.state));
        }
        let expires_at = held.view.deadline.minus_secs(pen.rules.channel_margin_secs);
        if pen.now.plus_secs(pen.rules.least_pay_secs) > expires_at {
            return Err(BeginError::TooLate);
        }
        let amount = held.view.own_money_needed().checked_sub(held.view.paid()).unwrap_or(Fen::ZERO);
        if amount != command.shown || amount <= Fen::ZERO {
            return Err(BeginError::Changed);
        }
        ledger::ensure_running(tx)?;
        if held.state == OrderState::Open {
            let split = Split::own_money(amount);
            let hash = content_hash(&held, Way::OwnMoney, &split);
            store::set_confirmed(tx, &held.id, Way::OwnMoney, &split, &hash)?;
        }
        let terms = Terms {
            description: held.title.chars().take(40).collect(),
            code: command.code,
            client_ip: command.client_ip.clone(),
        };
        let terms = serde_json::to_string(&terms).map_err(|error| DbFault::Corrupt(error.to_string()))?;
        let new = attempt(&held, &id, Kind::Pay, id.as_str().to_owned(), amount, &pen);
        intend(tx, &pen, &held, &NewAttempt { terms, expires_at: Some(expires_at), ..new })?;
        apply::follow(tx, &pen, &held)?;
        Ok(())
    });
    done.await
}

/// A person agrees to the amounts that the insurer has settled by, where they are not those that were shown.
///
/// # Errors
/// See [`BeginError`].
pub async fn agree(pay: &Payments, ctx: &Ctx, person: &PersonId, id: &OrderId, shown: Fen) -> Result<(), BeginError> {
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "page")?;
    let order = {
        let (person, id) = (person.clone(), id.clone());
        ctx.db.read("payment.agree.glance", move |tx| store::of_person(tx, &person, &id)).await?
    };
    let order = order.ok_or(BeginError::NotFound)?;
    let id = id.clone();
    let done = ctx.db.write(order.lane_key(), "payment.agree", move |tx| -> Result<(), BeginError> {
        pen.fresh();
        let held = store::hold(tx, &id)?.ok_or(BeginError::NotFound)?;
        let split = held.view.settlement().and_then(|(_, one)| one.split);
        let split = split.filter(|_| held.state == OrderState::Reconfirm).ok_or(BeginError::State(held.state))?;
        if split.cash != shown {
            return Err(BeginError::Changed);
        }
        let way = held.way.unwrap_or(Way::PersonalAccount);
        store::set_confirmed(tx, &held.id, way, &split, &content_hash(&held, way, &split))?;
        tx.audit(pen.ctx.act("payment.agreed", held.id.as_str(), json!({ "cash_fen": split.cash.get() })));
        apply::follow(tx, &pen, &held)?;
        Ok(())
    });
    done.await
}
