//! One notice (reliability 6.5): verified and opened by the adapter, stored under its own id, and heard in the same
//! closure. The same notice again changes nothing; one about nobody we know is kept and answered.

use std::sync::Arc;

use http::HeaderMap;
use kernel::Fen;
use platform::Ctx;
use platform::db::{DbFault, LaneKey};
use platform::policy::PolicyError;
use platform::vault::{Aad, VaultError};

use super::store::{self, Row};
use crate::attempts::hear::{Act, Heard};
use crate::attempts::model::Kind;
use crate::attempts::store as attempts;
use crate::orders::OrderId;
use crate::orders::apply::{self, ApplyError};
use crate::orders::drive::Payments;
use crate::orders::pen::Pen;
use crate::orders::store as orders;
use crate::ports::{About, ChannelState, Notice, NoticeRefusal, RefundState};

const RAIL: &str = "wechat_pay";

/// The result of receiving a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Heard; its order may have something to do now.
    Heard(OrderId),
    /// It came before.
    Again,
    /// About a number that is not ours; kept.
    Stranger,
}

/// Why it was not taken; the channel sends it again.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// It is not the channel's word to us.
    #[error(transparent)]
    Refused(#[from] NoticeRefusal),
    /// There is no policy for this day.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// It could not be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The order could not be changed.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Takes a notice of WeChat Pay.
///
/// # Errors
/// See [`ReceiveError`].
pub async fn receive(pay: &Payments, ctx: &Ctx, headers: &HeaderMap, body: &[u8]) -> Result<Received, ReceiveError> {
    let notice = verified(pay, ctx, headers, body).await?;
    let sealed = seal(ctx, &notice, body)?;
    let Meaning { kind, number, act, heard, amount } = meaning(&notice);
    let found = {
        let number = number.clone();
        ctx.db.read("payment.notice.glance", move |tx| match attempts::by_number(tx, kind, &number)? {
            Some((id, n)) => Ok(orders::find(tx, &id)?.map(|order| (order, n))),
            None => Ok::<_, DbFault>(None),
        })
    };
    let found = found.await?;
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "notice")?;
    let Some((order, n)) = found else {
        return stranger(ctx, notice.event_id, sealed, number, amount).await;
    };
    let done = ctx.db.write(order.lane_key(), "payment.notice", move |tx| -> Result<_, ReceiveError> {
        pen.fresh();
        let held = orders::hold(tx, &order.id)?.ok_or_else(|| DbFault::Corrupt("an order is gone".to_owned()))?;
        let place = usize::try_from(n - 1).unwrap_or(usize::MAX);
        let Some(attempt) = held.attempts.get(place) else { return Ok(Received::Stranger) };
        let agrees = amount.is_none_or(|amount| amount == attempt.view.amount);
        let row = Row {
            event_id: &notice.event_id,
            body: &sealed,
            number: &number,
            attempt_id: attempt.id.as_str(),
            verdict: if agrees { "accepted" } else { "amount" },
            amount,
            expected: Some(attempt.view.amount),
            now: pen.now,
        };
        if !store::insert(tx, RAIL, &row)? {
            return Ok(Received::Again);
        }
        apply::heard(tx, &pen, &held, (place, act), &heard)?;
        Ok(Received::Heard(held.id))
    });
    done.await
}

/// Verifies and opens it. One that is signed under the name of a key that is not known here may be the channel's all the
/// same, which changes its keys now and then: the channel is asked for it once. Where it has none the notice is refused and
/// counted; nobody is called, since anybody may write a serial. What the channel signs so when it is asked itself calls a person.
async fn verified(pay: &Payments, ctx: &Ctx, headers: &HeaderMap, body: &[u8]) -> Result<Notice, ReceiveError> {
    let channel = &pay.ports.wechat_pay;
    let refusal = match channel.notice(ctx, headers, body) {
        Ok(notice) => return Ok(notice),
        Err(refusal) => refusal,
    };
    let NoticeRefusal::UnknownKey(serial) = &refusal else { return Err(refusal.into()) };
    if channel.learn_key(ctx, serial).await {
        return Ok(channel.notice(ctx, headers, body)?);
    }
    Err(refusal.into())
}

fn seal(ctx: &Ctx, notice: &Notice, body: &[u8]) -> Result<Vec<u8>, VaultError> {
    let aad = Aad { table: "pay_notice", column: "body", row: &notice.event_id };
    ctx.vault.system_key().seal(aad, body, ctx.rng.as_ref())
}

/// Keeps a notice about a number that is not ours. The channel vouches for it, so somebody should look: it may be money
/// that another system of the merchant's took, or a number that a restored backup has forgotten.
async fn stranger(
    ctx: &Ctx,
    event_id: String,
    sealed: Vec<u8>,
    number: String,
    amount: Option<Fen>,
) -> Result<Received, ReceiveError> {
    metrics::counter!("renshe_payment_notices_stranger").increment(1);
    tracing::error!(event = event_id, number, "payment.notice_about_a_stranger");
    let (lane, now) = (LaneKey::of("notice", &event_id), ctx.now());
    let written = ctx.db.write(lane, "payment.notice.stranger", move |tx| {
        let row = Row {
            event_id: &event_id,
            body: &sealed,
            number: &number,
            attempt_id: "",
            verdict: "stranger",
            amount,
            expected: None,
            now,
        };
        store::insert(tx, RAIL, &row).map(drop)
    });
    written.await?;
    Ok(Received::Stranger)
}

/// What a notice means for the attempt that it is about.
struct Meaning {
    kind: Kind,
    number: String,
    act: Act,
    heard: Heard,
    amount: Option<Fen>,
}

fn meaning(notice: &Notice) -> Meaning {
    match &notice.about {
        About::Payment { number, state } => {
            let amount = match state {
                ChannelState::Paid { amount, .. } => Some(*amount),
                _ => None,
            };
            let heard = Heard::Channel(state.clone());
            Meaning { kind: Kind::Pay, number: number.clone(), act: Act::AskPay, heard, amount }
        }
        About::Refund { number, state } => {
            let amount = match state {
                RefundState::Done { amount, .. } => Some(*amount),
                _ => None,
            };
            let heard = Heard::Refund(state.clone());
            Meaning { kind: Kind::Refund, number: number.clone(), act: Act::AskRefund, heard, amount }
        }
    }
}
