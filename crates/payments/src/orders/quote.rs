//! How much would be taken from which purse: the visit is registered with the insurer (2201, 2204) and pre-settled
//! (2206). This is only advice. What is shown is kept with a hash, and an agreement names that hash.

use std::sync::Arc;

use identity::CoveredPerson;
use platform::Ctx;
use platform::db::DbFault;
use platform::policy::PolicyError;
use sha2::{Digest, Sha256};

use super::drive::Payments;
use super::model::{OrderState, Way};
use super::pen::Pen;
use super::store::Order;
use crate::attempts::model::Kind;
use crate::calls;
use crate::policy::PaymentRules;
use crate::ports::{PortError, Presettled, Refusal, Registered, RegisteredVisit, SettleError, Split};
use crate::quotes::Asked;
use crate::quotes::asks::{self, Reserved};
use crate::quotes::store::{self, Quote};
use crate::registrations::store as registrations;

pub use crate::quotes::Quoted;

/// Why there is no quote, when it is not the insurer's doing.
#[derive(Debug, thiserror::Error)]
pub enum QuoteError {
    /// No rules for this day.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Something of identity's failed.
    #[error(transparent)]
    Identity(#[from] identity::Failure),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// The quote for one of the two ways through the insurer; it is asked unless it has just been asked. What is all one's own
/// money costs what the order costs, and needs no quote.
///
/// # Errors
/// See [`QuoteError`]; what the insurer does is in [`Quoted`].
pub async fn quote(pay: &Payments, ctx: &Ctx, order: &Order, way: Way) -> Result<Quoted, QuoteError> {
    let now = ctx.now();
    let rules = ctx.policy.at::<PaymentRules>(now.date())?;
    let (vault, today, of) = (ctx.vault.clone(), now.date(), order.clone());
    let read = ctx.db.read("payment.quote", move |tx| {
        let registered = registrations::registration(tx, &vault, (&of.id, &of.person), today)?;
        let covered = identity::covered(tx, &vault, &of.person, today)?;
        let odd = calls::store::stands(tx, &of.id, calls::QUOTE)?;
        Ok::<_, DbFault>((covered, registered, store::quote_for(tx, &of.id, way)?, odd))
    });
    let (covered, registered, last, odd) = read.await?;
    if odd {
        return Ok(Quoted::Odd);
    }
    // A settlement that did not come about may have failed because the amounts are others by now.
    let tried = order.attempts.iter().filter(|one| one.view.kind == Kind::Settle).map(|one| one.changed_at).max();
    let last = last.filter(|last| tried.is_none_or(|tried| tried < last.at));
    if let Some(fresh) = last.as_ref().filter(|last| now < last.at.plus_secs(rules.quote_secs)) {
        return Ok(Quoted::Shown(fresh.clone()));
    }
    // The insurer is asked only now and then, however often a page is opened.
    let question = asked(order, way);
    if let Reserved::No(answer) = asks::reserve(ctx, &question, tried, &rules).await? {
        return Ok(match (answer, last) {
            // It has answered since, and has taken back what it said before.
            (Some(said @ (Quoted::Refused(_) | Quoted::NotInsured)), _) => said,
            (_, Some(last)) => Quoted::Shown(last),
            (answer, None) => answer.unwrap_or(Quoted::Silent),
        });
    }
    let quoted = ask(pay, ctx, order, way, (covered, registered)).await?;
    asks::answered(ctx, &question, &quoted).await?;
    Ok(quoted)
}

/// The question about a way to pay an order.
pub(crate) fn asked(order: &Order, way: Way) -> Asked {
    Asked { order: order.id.clone(), person: order.person.clone(), lane: order.lane_key(), way }
}

/// Asks the insurer.
async fn ask(
    pay: &Payments,
    ctx: &Ctx,
    order: &Order,
    way: Way,
    (covered, registered): (Option<CoveredPerson>, Option<(Registered, Option<CoveredPerson>)>),
) -> Result<Quoted, QuoteError> {
    let (person, registered) = match registered {
        Some((registered, Some(person))) => (person, registered),
        other => {
            let person = match covered {
                Some(person) => Some(person),
                None => ask_who(pay, ctx, order).await?,
            };
            let Some(person) = person else { return Ok(Quoted::NotInsured) };
            match other {
                Some((registered, _)) => (person, registered),
                None => match register(pay, ctx, order, &person).await? {
                    Ok(registered) => (person, registered),
                    Err(error) => return refused(pay, ctx, order, error).await,
                },
            }
        }
    };
    let visit = RegisteredVisit {
        person,
        care: order.care.clone(),
        registered,
        use_personal_account: way == Way::PersonalAccount,
    };
    match pay.ports.settlements.presettle(ctx, &visit).await {
        Ok(advice) => Ok(Quoted::Shown(keep(ctx, order, way, advice).await?)),
        Err(error) => refused(pay, ctx, order, error).await,
    }
}

/// Registers the visit (2201, 2204), and keeps its numbers with the person they were given to.
async fn register(
    pay: &Payments,
    ctx: &Ctx,
    order: &Order,
    person: &CoveredPerson,
) -> Result<Result<Registered, SettleError>, QuoteError> {
    let registered = match pay.ports.settlements.register(ctx, person, &order.care).await {
        Ok(registered) => registered,
        Err(error) => return Ok(Err(error)),
    };
    let (kept, person, ctx_, now) = (order.clone(), person.clone(), ctx.clone(), ctx.now());
    let written = ctx.db.write(order.lane_key(), "payment.registered", move |tx| -> Result<_, DbFault> {
        registrations::insert_registration(tx, &ctx_, (&kept.id, &kept.person), (&registered, &person), now)?;
        // Another look may have registered it first, and then that registration counts.
        let first = registrations::registration(tx, &ctx_.vault, (&kept.id, &kept.person), now.date())?;
        Ok(first.map_or_else(|| registered.clone(), |(first, _)| first))
    });
    Ok(Ok(written.await?))
}

/// Asks the insurer who the person is, where it has not said so yet.
async fn ask_who(pay: &Payments, ctx: &Ctx, order: &Order) -> Result<Option<CoveredPerson>, QuoteError> {
    identity::ask_insurer(ctx, &pay.identity, &order.person).await?;
    let (vault, person, today) = (ctx.vault.clone(), order.person.clone(), ctx.now().date());
    Ok(ctx.db.read("payment.covered", move |tx| identity::covered(tx, &vault, &person, today)).await?)
}

/// What the insurer's answer means for the page. Amounts that do not add up are shown to nobody, and a person is
/// called; until they have looked the insurer is not asked for this order again. Nothing has moved, so one's own money
/// is still good.
async fn refused(pay: &Payments, ctx: &Ctx, order: &Order, error: SettleError) -> Result<Quoted, QuoteError> {
    tracing::warn!(order = order.id.as_str(), %error, "payment.no_quote");
    match error {
        SettleError::Refused { what, .. } => Ok(Quoted::Refused(what)),
        SettleError::Port(PortError::Refused(_)) => Ok(Quoted::Refused(Refusal::Other)),
        SettleError::Port(_) => Ok(Quoted::Silent),
        SettleError::Amounts(_) => {
            let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "page")?;
            let id = order.id.clone();
            let called = ctx
                .db
                .write(order.lane_key(), "payment.odd_quote", move |tx| calls::call(tx, pen.at(), &id, calls::QUOTE));
            called.await?;
            Ok(Quoted::Odd)
        }
    }
}

async fn keep(ctx: &Ctx, order: &Order, way: Way, advice: Presettled) -> Result<Quote, DbFault> {
    let hash = content_hash(order, way, &advice.split);
    let quote = Quote { n: 0, way, advice, hash, at: ctx.now() };
    // Once the page has ended, no row is needed.
    if order.state != OrderState::Open {
        return Ok(quote);
    }
    let id = order.id.clone();
    ctx.db
        .write(order.lane_key(), "payment.quoted", move |tx| -> Result<_, DbFault> {
            let n = store::quote(tx, &id)?.map_or(1, |last| last.n + 1);
            let row = Quote { n, ..quote.clone() };
            store::insert_quote(tx, &id, &row)?;
            Ok(row)
        })
        .await
}

/// Binds amounts to an order: what is agreed to is exactly this (I-M18).
pub fn content_hash(order: &Order, way: Way, split: &Split) -> Vec<u8> {
    let Split { fund, personal_account, other, cash } = split;
    let text = format!(
        "{}|{}|{}|{}|{}|{}|{}|{}|{}",
        order.id, order.subject_id, order.person, order.view.total, way, fund, personal_account, other, cash
    );
    Sha256::digest(text.as_bytes()).to_vec()
}
