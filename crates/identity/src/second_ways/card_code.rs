//! The last step of the card way: the code sent to the number on record.

use kernel::Mobile;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::TryId;
use super::policy::SecondWayPolicy;
use super::store::{self, MOBILE};
use crate::blind::Blind;
use crate::failure::Failure;
use crate::proofs::{Claim, NewProof, Passed, Way, pass};
use crate::sms_codes::{self, Attempt, Challenge, CodeId, Purpose, Refusal, redeem};

/// A right password of a moment ago, and the number on record of its card.
pub(super) struct RightTry {
    pub(super) id: TryId,
    pub(super) mobile: Mobile,
}

/// Finds a right try of this browser, person and purpose; `None` if there is none, or an old one.
pub(super) async fn right_try(ctx: &Ctx, claim: &Claim, id: &TryId) -> Result<Option<RightTry>, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<SecondWayPolicy>(now.date())?;
    let (claim, wanted, key) = (claim.clone(), id.clone(), ctx.vault.system_key());
    let mobile = ctx.db.read("card_try.right", move |tx| -> Result<Option<Mobile>, DbFault> {
        let since = now.minus_secs(policy.card_code_secs);
        let Some(sealed) = store::right_try(tx, &wanted, &claim, since)? else { return Ok(None) };
        MOBILE.read(&key, wanted.as_str(), &sealed, Mobile::parse).map(Some)
    });
    Ok(mobile.await?.map(|mobile| RightTry { id: id.clone(), mobile }))
}

/// The code that was sent for this try: one to another number is none.
pub(super) async fn challenge_of(ctx: &Ctx, right: &RightTry, id: &CodeId) -> Result<Option<Challenge>, Failure> {
    let found = sms_codes::challenge(ctx, id, Purpose::CardProof).await?;
    let same = |a: &Mobile, b: &Mobile| Blind::mobile(&ctx.vault, a) == Blind::mobile(&ctx.vault, b);
    Ok(found.filter(|challenge| same(&challenge.mobile, &right.mobile)))
}

/// Redeems the code and passes the proof in one closure. It runs in the lane of the ID number, where
/// proofs pass; the code's row is held by its own statement.
pub(super) async fn redeem_code(
    ctx: &Ctx,
    claim: &Claim,
    right: &RightTry,
    challenge: &Challenge,
    code: &str,
) -> Result<Result<(), Refusal>, Failure> {
    let attempt = Attempt::new(ctx, challenge, Purpose::CardProof, code)?;
    let proof = NewProof::prepare(ctx, claim, Way::Card, right.id.as_str()).await?;
    let refused = ctx.act("card_proof.refused", right.id.as_str(), json!({ "why": "code" }));
    let id = right.id.clone();
    let redeemed = ctx.db.write(claim.subject.lane(), "card_proof.redeem", move |tx| -> Result<_, DbFault> {
        if let Err(refusal) = redeem(tx, &attempt)? {
            tx.audit(refused.clone());
            return Ok(Err(refusal));
        }
        if !store::use_try(tx, &id)? {
            return Ok(Err(Refusal::Gone));
        }
        Ok(match pass(tx, &proof)? {
            Passed::New => Ok(()),
            Passed::Again => Err(Refusal::Gone),
        })
    });
    Ok(redeemed.await?)
}
