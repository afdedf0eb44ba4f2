//! The second step of the card way: the code sent to the number on record.

use kernel::Mobile;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::{WayEvent, WayId, WayState};
use super::policy::SecondWayPolicy;
use super::store::{self, CARD, MOBILE};
use crate::failure::Failure;
use crate::proofs::Proving;
use crate::sms_codes::{Attempt, Challenge, Purpose, Refusal, redeem};

/// A card named in this browser a moment ago.
pub(super) struct OpenWay {
    pub(super) id: WayId,
    pub(super) card_no: String,
    /// The number on record; gone once the code was right.
    pub(super) mobile: Option<Mobile>,
    pub(super) state: WayState,
}

/// Finds what was named by this browser, for this person and purpose; `None` if there is nothing, or it is old.
pub(super) async fn open_way(ctx: &Ctx, proving: &Proving, id: &WayId) -> Result<Option<OpenWay>, Failure> {
    let now = ctx.now();
    let secs = ctx.policy.at::<SecondWayPolicy>(now.date())?.card_code_secs;
    let (proving, wanted, key) = (proving.clone(), id.clone(), ctx.vault.system_key());
    let found = ctx.db.read("card_way.find", move |tx| -> Result<Option<OpenWay>, DbFault> {
        let Some(row) = store::find_way(tx, &wanted, &proving, now.minus_secs(secs))? else { return Ok(None) };
        let mobile = match &row.mobile {
            Some(sealed) => Some(MOBILE.read(&key, wanted.as_str(), sealed, Mobile::parse)?),
            None => None,
        };
        Ok(Some(OpenWay {
            card_no: CARD.open(&key, wanted.as_str(), &row.card)?,
            mobile,
            state: row.state,
            id: wanted.clone(),
        }))
    });
    Ok(found.await?)
}

/// Redeems the code: from now on the card's password may be tried. It runs in the lane of the ID number; the
/// code's row is held by its own statement.
pub(super) async fn show_phone(
    ctx: &Ctx,
    proving: &Proving,
    way: &WayId,
    challenge: &Challenge,
    code: &str,
) -> Result<Result<(), Refusal>, Failure> {
    let attempt = Attempt::new(ctx, challenge, Purpose::CardProof, code)?;
    let refused = ctx.act("card_proof.refused", way.as_str(), json!({ "why": "code" }));
    let id = way.clone();
    let redeemed = ctx.db.write(proving.subject.lane(), "card_way.phone", move |tx| -> Result<_, DbFault> {
        match redeem(tx, &attempt)? {
            // The second of two taps: the first has shown it.
            Ok(()) | Err(Refusal::Repeated) => {}
            Err(refusal) => {
                tx.audit(refused.clone());
                return Ok(Err(refusal));
            }
        }
        if let Some(phoned) = WayState::Named.on(WayEvent::CodeEntered) {
            store::set_way(tx, &id, WayState::Named, phoned)?;
        }
        Ok(Ok(()))
    });
    Ok(redeemed.await?)
}
