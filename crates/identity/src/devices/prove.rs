//! Showing that a session is on the device it names: by the device's key.
//!
//! Where the network gives each request another address, what is shown helps at none of them. The page then asks no
//! more by itself; the answer that its person gives by the button holds on whatever network, for a while
//! (`docs/adr/0017`).

use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::challenge::Challenge;
use super::here::Here;
use super::model::{DeviceProofId, How};
use super::policy::DevicePolicy;
use super::standing::{Standing, standing};
use super::store::{self, Live, NewProof, Roams};
use super::wish::Wish;
use crate::failure::Failure;
use crate::people;
use crate::sessions::{self, Renewal, Token};

/// Where a session stands.
pub(crate) struct Looked {
    pub(crate) standing: Standing,
    /// The device it is on, unless that is new.
    pub(crate) device: Option<Live>,
    /// It has shown itself a moment ago, from wherever.
    pub(crate) lately: bool,
}

/// Looks where a session stands. For a payment only an answer of the key is one that should have helped: a code has counted
/// for another payment.
pub(crate) async fn look(ctx: &Ctx, here: &Here, wish: &Wish) -> Result<Looked, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<DevicePolicy>(now.date())?;
    let here = here.clone();
    let by_key = matches!(wish, Wish::Payment(_));
    let looked = ctx.db.read("device.look", move |tx| -> Result<_, DbFault> {
        let standing = standing(tx, &here.session, &here.person, &here.word, &here.place, now, &policy)?;
        let device = store::live(tx, &here.person, &here.word)?;
        let since = now.minus_secs(policy.again_secs);
        let lately = match &device {
            Some(device) => store::shown_since(tx, &here.session, &device.id, since, by_key)?,
            None => false,
        };
        Ok(Looked { standing, device, lately })
    });
    Ok(looked.await?)
}

/// A challenge for this session's device. `by_itself`: the page answers it at once, and nobody has to read before they tap.
/// `roams`: its answer is to hold on whatever network.
pub(crate) fn challenge(
    ctx: &Ctx,
    here: &Here,
    device: &Live,
    (by_itself, roams): (bool, bool),
) -> Result<Challenge, Failure> {
    let policy = ctx.policy.at::<DevicePolicy>(ctx.now().date())?;
    let secs = if by_itself { policy.challenge_secs } else { policy.roaming_secs };
    Ok(Challenge::draw(ctx, &here.session, &device.id, roams, secs))
}

/// A challenge that came back signed.
pub(crate) struct Answer {
    pub(crate) here: Here,
    /// What the browser calls this service.
    pub(crate) origin: String,
    pub(crate) challenge: String,
    pub(crate) signature: String,
}

/// What came of an answer.
pub(crate) enum Answered {
    /// It was refused, whatever is wrong with it. `roams`: it was asked for where the address keeps changing, and is to be
    /// asked for in the same way again.
    No { roams: bool },
    /// It is the device. With another token where the session begins to roam.
    Yes(Option<Token>),
}

/// Judges an answer. A session that begins to roam gets another token, and none of those before opens anything from then
/// on: whoever has copied one stands outside while the network no longer counts (T11). A code by SMS leaves the last one
/// its minute (`challenges/show_phone.rs`).
pub(crate) async fn answer(ctx: &Ctx, answer: Answer) -> Result<Answered, Failure> {
    let (here, now) = (answer.here, ctx.now());
    let mine = here.clone();
    let device = ctx.db.read("device.of_answer", move |tx| -> Result<_, DbFault> {
        let Some(device) = store::live(tx, &mine.person, &mine.word)? else { return Ok(None) };
        Ok(store::key_of(tx, &device.id)?.map(|key| (device, key)))
    });
    let Some((device, key)) = device.await? else { return Ok(Answered::No { roams: false }) };
    let read = Challenge::read(ctx, &here.session, &device.id, &answer.challenge);
    let asked_to_roam = read.as_ref().is_some_and(|challenge| challenge.roams);
    let signed = read
        .filter(|challenge| challenge.is_young(now) && challenge.signed_by(&key, &answer.origin, &answer.signature));
    let act = |act| ctx.act(act, device.id.as_str(), json!({ "session": here.session.as_str() }));
    let (refused, roams) = (act("device.refused"), act("device.roams"));
    let lane = people::lane(&here.person);
    let since = now.minus_secs(ctx.policy.at::<DevicePolicy>(now.date())?.roaming_secs);
    let (roaming_id, renewal): (DeviceProofId, Renewal) = (ctx.id(), Renewal::draw(ctx, &here.session));
    let new = signed.map(|challenge| NewProof {
        id: ctx.id(),
        session: here.session,
        device: device.id.clone(),
        how: How::Key,
        nonce: challenge.nonce,
        place: here.place,
        roams: None,
        now,
    });
    let token = renewal.token().clone();
    let written = ctx.db.write(lane, "device.answer", move |tx| -> Result<Option<bool>, DbFault> {
        // The key is read again: it may have been replaced, or the device signed out, meanwhile.
        let mut new = match &new {
            Some(new) if store::key_of(tx, &new.device)?.as_ref() == Some(&key) => new.clone(),
            _ => return refuse(tx, &refused),
        };
        // While it roams and its network still wanders, its answers go on to: nobody has to tap every two minutes.
        let wanders = store::wanders(tx, &new.session, &new.device, &new.place, since)?;
        new.roams = match (asked_to_roam, wanders) {
            (true, _) => Some((roaming_id.clone(), Roams::Asked)),
            (false, true) => Some((roaming_id.clone(), Roams::Still)),
            (false, false) => None,
        };
        if !store::seen(tx, &new.device, now)? || !store::insert_proof(tx, &new)? {
            return refuse(tx, &refused);
        }
        let begins = asked_to_roam && !wanders;
        if begins {
            sessions::renew_alone(tx, &renewal)?;
            tx.audit(roams.clone());
        }
        Ok(Some(begins))
    });
    Ok(match written.await? {
        None => Answered::No { roams: asked_to_roam },
        Some(begins) => Answered::Yes(begins.then_some(token)),
    })
}

fn refuse(tx: &mut Tx<'_>, refused: &AuditEntry) -> Result<Option<bool>, DbFault> {
    tx.audit(refused.clone());
    Ok(None)
}
