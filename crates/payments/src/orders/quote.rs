//! What would be taken from where: registered with the insurer (2201, 2204) and pre-settled (2206). Advice; what
//! is shown is kept with a hash, and what is agreed to names that hash.

use identity::CoveredPerson;
use platform::Ctx;
use platform::db::DbFault;
use platform::policy::PolicyError;
use sha2::{Digest, Sha256};

use super::drive::{Payments, insured};
use super::model::{OrderState, Way};
use super::policy::PaymentRules;
use super::store::{self, Order, Quote};
use crate::ports::{PortError, Presettled, SettleError, Split, Visit};
use crate::registrations::store as registrations;

/// What can be shown of a way to pay.
#[derive(Debug, Clone)]
pub enum Quoted {
    /// By this quote.
    Shown(Quote),
    /// The insurer refuses: by a word of the port (`not_insured`, …). Own money is still good.
    Refused(String),
    /// The insurer does not answer now.
    Silent,
    /// The insurer's amounts do not add up; nothing may be settled by them.
    Odd,
    /// The person is not known to the insurer.
    NotInsured,
}

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

/// The quote for a way; asks the insurer unless it has just been asked.
///
/// # Errors
/// See [`QuoteError`]; what the insurer does is in [`Quoted`].
pub async fn quote(pay: &Payments, ctx: &Ctx, order: &Order, way: Way) -> Result<Quoted, QuoteError> {
    let now = ctx.now();
    let rules = ctx.policy.at::<PaymentRules>(now.date())?;
    let (vault, id, person) = (ctx.vault.clone(), order.id.clone(), order.person.clone());
    let read = ctx.db.read("payment.quote", move |tx| {
        let covered = identity::covered(tx, &vault, &person, now.date())?;
        Ok::<_, DbFault>((covered, registrations::registration(tx, &id)?, store::quote(tx, &id)?))
    });
    let (covered, registered, last) = read.await?;
    if way == Way::OwnMoney {
        let advice = Presettled { split: Split::own_money(order.view.total), balance: None, echo: Default::default() };
        return Ok(Quoted::Shown(keep(ctx, order, way, advice, last.map_or(1, |last| last.n + 1)).await?));
    }
    if let Some(last) = last.as_ref().filter(|last| last.way == way && now < last.at.plus_secs(rules.quote_secs)) {
        return Ok(Quoted::Shown(last.clone()));
    }
    let covered = match covered {
        Some(covered) => Some(covered),
        None => ask_who(pay, ctx, order).await?,
    };
    let Some(covered) = covered else { return Ok(Quoted::NotInsured) };
    let person = insured(covered);
    let settlements = &pay.ports.settlements;
    let registered = match registered {
        Some(registered) => registered,
        None => match settlements.register(ctx, &person, &order.care).await {
            Ok(registered) => {
                let (id, kept) = (order.id.clone(), registered);
                ctx.db
                    .write(order.lane_key(), "payment.registered", move |tx| -> Result<_, DbFault> {
                        registrations::insert_registration(tx, &id, &kept, now)?;
                        // Another look may have registered it first: that one counts.
                        Ok(registrations::registration(tx, &id)?.unwrap_or_else(|| kept.clone()))
                    })
                    .await?
            }
            Err(error) => return Ok(silent(error)),
        },
    };
    let visit = Visit { person, care: order.care.clone(), registered, use_account: way == Way::Account };
    match settlements.presettle(ctx, &visit).await {
        Ok(advice) => Ok(Quoted::Shown(keep(ctx, order, way, advice, last.map_or(1, |last| last.n + 1)).await?)),
        Err(error) => Ok(silent(error)),
    }
}

/// Asks the insurer who the person is, where it has not said so yet.
async fn ask_who(pay: &Payments, ctx: &Ctx, order: &Order) -> Result<Option<CoveredPerson>, QuoteError> {
    identity::ask_insurer(ctx, &pay.identity, &order.person).await?;
    let (vault, person, today) = (ctx.vault.clone(), order.person.clone(), ctx.now().date());
    Ok(ctx.db.read("payment.covered", move |tx| identity::covered(tx, &vault, &person, today)).await?)
}

fn silent(error: SettleError) -> Quoted {
    tracing::warn!(%error, "payment.no_quote");
    match error {
        SettleError::Port(PortError::Refused(word)) => Quoted::Refused(word),
        SettleError::Port(_) => Quoted::Silent,
        SettleError::Amounts(_) => Quoted::Odd,
    }
}

async fn keep(ctx: &Ctx, order: &Order, way: Way, advice: Presettled, n: i64) -> Result<Quote, DbFault> {
    let hash = content_hash(order, way, &advice.split);
    let quote = Quote { n, way, advice, hash, at: ctx.now() };
    // A page that has ended needs no row.
    if order.state != OrderState::Open {
        return Ok(quote);
    }
    let (id, row) = (order.id.clone(), quote.clone());
    ctx.db
        .write(order.lane_key(), "payment.quoted", move |tx| -> Result<_, DbFault> {
            let n = store::quote(tx, &id)?.map_or(1, |last| last.n + 1);
            let row = Quote { n, ..row.clone() };
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
