//! Showing that a session is on the device it names, without a key: by a code from its owner's phone.

use kernel::Mobile;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::bind::told;
use super::here::Here;
use super::model::How;
use super::store::{self, NewProof};
use crate::blind::Blind;
use crate::failure::Failure;
use crate::messages;
use crate::people::{PersonId, store as people};
use crate::sms_codes::{Attempt, Challenge, Purpose, Refusal, redeem};

/// The number of a person's account; `None` if there is no active one.
pub(super) async fn own_mobile(ctx: &Ctx, person: &PersonId) -> Result<Option<Mobile>, Failure> {
    let (vault, person) = (ctx.vault.clone(), person.clone());
    let reach = ctx.db.read("device.mobile", move |tx| people::reach(tx, &vault, &person)).await?;
    Ok(reach.and_then(|reach| reach.mobile))
}

/// Redeems the code. Its owner is told if the device had a key, since then a code is not the usual way.
///
/// The caller has seen that the code went to this person's own number.
pub(super) async fn show_phone(
    ctx: &Ctx,
    here: &Here,
    challenge: &Challenge,
    code: &str,
) -> Result<Result<(), Refusal>, Failure> {
    let attempt = Attempt::new(ctx, challenge, Purpose::Device, code)?;
    let mine = here.clone();
    let device = ctx.db.read("device.of_code", move |tx| store::live(tx, &mine.person, &mine.word)).await?;
    let Some(device) = device else { return Ok(Err(Refusal::Gone)) };
    let now = ctx.now();
    let new = NewProof {
        id: ctx.id(),
        session: here.session.clone(),
        device: device.id.clone(),
        how: How::Sms,
        nonce: challenge.id.as_str().to_owned(),
        place: here.place.clone(),
        now,
    };
    let message = match device.has_key {
        true => Some(messages::prepare(ctx, &here.person, "device_by_sms", &told(&device.label, now), false).await?),
        false => None,
    };
    let entry = |act| ctx.act(act, device.id.as_str(), json!({ "by": "sms", "session": here.session.as_str() }));
    let (shown, refused) = (entry("device.shown"), entry("device.refused"));
    let (person, word) = (here.person.clone(), here.word.clone());
    let redeemed = ctx.db.write(attempt.mobile.lane(), "device.show_phone", move |tx| -> Result<_, DbFault> {
        if let Err(refusal) = redeem(tx, &attempt)? {
            tx.audit(refused.clone());
            return Ok(Err(refusal));
        }
        if store::live(tx, &person, &word)?.is_none() || !store::insert_proof(tx, &new)? {
            return Ok(Err(Refusal::Gone));
        }
        if let Some(message) = &message {
            messages::insert(tx, message)?;
        }
        tx.audit(shown.clone());
        Ok(Ok(()))
    });
    Ok(redeemed.await?)
}

/// Whether two numbers are the same one.
pub(super) fn same(ctx: &Ctx, a: &Mobile, b: &Mobile) -> bool {
    Blind::mobile(&ctx.vault, a) == Blind::mobile(&ctx.vault, b)
}
