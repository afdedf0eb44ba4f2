//! Showing that a session is on the device it names, without a key: by a code from its owner's phone.

use kernel::Mobile;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use crate::askers::phone_place;
use crate::devices::store::{self, NewProof, Roams};
use crate::devices::{DevicePolicy, DeviceProofId, Here, How, told, use_proof};
use crate::failure::Failure;
use crate::messages;
use crate::people::{PersonId, store as people};
use crate::sessions::{self, Renewal, Token};
use crate::sms_codes::{Attempt, Challenge, Purpose, Refusal, redeem};

/// The number of a person's account; `None` if there is no active one.
pub(super) async fn own_mobile(ctx: &Ctx, person: &PersonId) -> Result<Option<Mobile>, Failure> {
    let (vault, person) = (ctx.vault.clone(), person.clone());
    let reach = ctx.db.read("device.mobile", move |tx| people::reach(tx, &vault, &person)).await?;
    Ok(reach.and_then(|reach| reach.mobile))
}

/// Redeems the code. Its owner is told if the device had a key, since then a code is not the usual way.
///
/// A session that showed itself from elsewhere of late sits on a network whose address changes: the code holds on
/// whatever network as well, for a while, and the session gets another token (`docs/adr/0017`).
///
/// A code that was asked for to confirm a payment counts for that `payment`, an order's id, from now on (RNA-9).
///
/// The caller has seen that the code went to this person's own number.
pub(super) async fn show_phone(
    ctx: &Ctx,
    here: &Here,
    challenge: &Challenge,
    code: &str,
    payment: Option<&str>,
) -> Result<Result<Option<Token>, Refusal>, Failure> {
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
        roams: None,
        now,
    };
    let since = now.minus_secs(ctx.policy.at::<DevicePolicy>(now.date())?.key_look_secs);
    let (roaming_id, renewal): (DeviceProofId, Renewal) = (ctx.id(), Renewal::draw(ctx, &here.session));
    let token = renewal.token().clone();
    let message = match device.has_key {
        true => Some(messages::prepare(ctx, &here.person, "device_by_sms", &told(&device.label, now), false).await?),
        false => None,
    };
    let entry = |act| ctx.act(act, device.id.as_str(), json!({ "by": "sms", "session": here.session.as_str() }));
    let (shown, refused, begins) = (entry("device.shown"), entry("device.refused"), entry("device.roams"));
    let (person, word, payment) = (here.person.clone(), here.word.clone(), payment.map(str::to_owned));
    let redeemed = ctx.db.write(attempt.mobile.lane(), "device.show_phone", move |tx| -> Result<_, DbFault> {
        if let Err(refusal) = redeem(tx, &attempt)? {
            tx.audit(refused.clone());
            return Ok(Err(refusal));
        }
        let roams = store::shown_elsewhere(tx, &new.session, &new.device, &new.place, since)?;
        let new = NewProof { roams: roams.then(|| (roaming_id.clone(), Roams::Asked)), ..new.clone() };
        if store::live(tx, &person, &word)?.is_none() || !store::insert_proof(tx, &new)? {
            return Ok(Err(Refusal::Gone));
        }
        if roams {
            // The token before opens for a minute: without script the second of two taps comes with it.
            sessions::renew(tx, &renewal)?;
            tx.audit(begins.clone());
        }
        if let Some(payment) = &payment {
            use_proof(tx, &new.nonce, &new.session, payment, now)?;
        }
        sessions::store::show_phone(tx, &new.session, phone_place(&new.place), now)?;
        if let Some(message) = &message {
            messages::insert(tx, message)?;
        }
        tx.audit(shown.clone());
        Ok(Ok(roams))
    });
    Ok(redeemed.await?.map(|roams| roams.then_some(token)))
}

/// Redeems the code where its owner was never authenticated on this device: nothing that is gated opens by it, and other
/// devices can be logged out. Whoever has lost a telephone does so on a new one.
///
/// The caller has seen that the code went to this person's own number.
pub(super) async fn show_phone_alone(
    ctx: &Ctx,
    here: &Here,
    challenge: &Challenge,
    code: &str,
) -> Result<Result<(), Refusal>, Failure> {
    let (attempt, now) = (Attempt::new(ctx, challenge, Purpose::Device, code)?, ctx.now());
    let entry = |act| ctx.act(act, here.session.as_str(), json!({ "by": "sms" }));
    let (shown, refused) = (entry("session.phone_shown"), entry("session.phone_refused"));
    let (session, place) = (here.session.clone(), phone_place(&here.place).to_vec());
    let redeemed = ctx.db.write(attempt.mobile.lane(), "session.show_phone", move |tx| -> Result<_, DbFault> {
        if let Err(refusal) = redeem(tx, &attempt)? {
            tx.audit(refused.clone());
            return Ok(Err(refusal));
        }
        sessions::store::show_phone(tx, &session, &place, now)?;
        tx.audit(shown.clone());
        Ok(Ok(()))
    });
    Ok(redeemed.await?)
}
