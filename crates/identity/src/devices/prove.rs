//! Showing that a session is on the device it names: by the device's key.

use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::challenge::Challenge;
use super::here::Here;
use super::model::How;
use super::policy::DevicePolicy;
use super::standing::{Standing, standing};
use super::store::{self, Live, NewProof};
use crate::failure::Failure;
use crate::people;

/// Where a session stands, with its device unless that is new.
pub(super) async fn look(ctx: &Ctx, here: &Here) -> Result<(Standing, Option<Live>), Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<DevicePolicy>(now.date())?;
    let here = here.clone();
    let looked = ctx.db.read("device.look", move |tx| -> Result<_, DbFault> {
        let standing = standing(tx, &here.session, &here.person, &here.word, &here.place, now, &policy)?;
        Ok((standing, store::live(tx, &here.person, &here.word)?))
    });
    Ok(looked.await?)
}

/// A challenge for this session's device.
pub(super) fn challenge(ctx: &Ctx, here: &Here, device: &Live) -> Result<Challenge, Failure> {
    let secs = ctx.policy.at::<DevicePolicy>(ctx.now().date())?.challenge_secs;
    Ok(Challenge::draw(ctx, &here.session, &device.id, secs))
}

/// A challenge that came back signed.
pub(super) struct Answer {
    pub(super) here: Here,
    /// What the browser calls this service.
    pub(super) origin: String,
    pub(super) challenge: String,
    pub(super) signature: String,
}

/// Judges an answer; `false` refuses it, whatever is wrong with it.
pub(super) async fn answer(ctx: &Ctx, answer: Answer) -> Result<bool, Failure> {
    let (here, proof, now) = (answer.here, ctx.id(), ctx.now());
    let mine = here.clone();
    let device = ctx.db.read("device.of_answer", move |tx| -> Result<_, DbFault> {
        let Some(device) = store::live(tx, &mine.person, &mine.word)? else { return Ok(None) };
        Ok(store::key_of(tx, &device.id)?.map(|key| (device, key)))
    });
    let Some((device, key)) = device.await? else { return Ok(false) };
    let read = Challenge::read(ctx, &here.session, &device.id, &answer.challenge);
    let signed = read.filter(|challenge| challenge.signed_by(&key, &answer.origin, &answer.signature));
    let refused = ctx.act("device.refused", device.id.as_str(), json!({ "session": here.session.as_str() }));
    let lane = people::lane(&here.person);
    let new = signed.map(|challenge| NewProof {
        id: proof,
        session: here.session,
        device: device.id,
        how: How::Key,
        nonce: challenge.nonce,
        place: here.place,
        now,
    });
    let written = ctx.db.write(lane, "device.answer", move |tx| -> Result<bool, DbFault> {
        // The key is read again: it may have been replaced, or the device signed out, meanwhile.
        let good = match &new {
            Some(new) if store::key_of(tx, &new.device)?.as_ref() == Some(&key) => {
                store::seen(tx, &new.device, now)? && store::insert_proof(tx, new)?
            }
            _ => false,
        };
        if !good {
            tx.audit(refused.clone());
        }
        Ok(good)
    });
    Ok(written.await?)
}
