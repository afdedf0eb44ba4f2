//! What a call to the insurer needs: the visit under the person and the numbers it was registered with.

use platform::Ctx;
use platform::db::DbFault;

use super::drive::{DriveError, Payments};
use super::model::Way;
use super::store::Order;
use crate::ports::{Presettled, RegisteredVisit};
use crate::quotes::store as quotes;
use crate::registrations::store as registrations;

/// Of one order.
pub(super) struct Asking {
    pub(super) visit: RegisteredVisit,
    pub(super) advice: Presettled,
}

/// Finds it; `None` while nothing is registered, or nobody knows who the person is to the insurer.
pub(super) async fn asking(pay: &Payments, ctx: &Ctx, order: &Order) -> Result<Option<Asking>, DriveError> {
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
        let Some((registered, kept)) = registrations::registration(tx, &vault, (&asked.id, &asked.person), today)?
        else {
            return Ok(None);
        };
        // What was registered under one number is settled and undone under the same.
        let person = match kept {
            Some(person) => Some(person),
            None => identity::covered(tx, &vault, &asked.person, today)?,
        };
        let quote = quotes::quote_agreed(tx, &asked.id, asked.confirmed_hash.as_deref())?;
        Ok::<_, DbFault>(person.map(|person| (person, registered, quote)))
    });
    let Some((person, registered, quote)) = read.await? else { return Ok(None) };
    let advice = quote.map(|quote| quote.advice).unwrap_or(Presettled {
        split: order.view.confirmed.unwrap_or_default(),
        balance: None,
        echo: Default::default(),
    });
    let use_personal_account = order.way != Some(Way::Fund);
    Ok(Some(Asking {
        visit: RegisteredVisit { person, care: order.care.clone(), registered, use_personal_account },
        advice,
    }))
}
