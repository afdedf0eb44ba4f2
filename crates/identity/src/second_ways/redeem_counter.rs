//! Entering a code from a counter.

use kernel::PersonName;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::issue_code::code_mac;
use super::model::judge;
use super::policy::SecondWayPolicy;
use super::store;
use crate::failure::Failure;
use crate::proofs::{Claim, NewProof, Passed, Way, pass};
use crate::sms_codes::Refusal;

/// Judges a try at the person's code for this purpose, and passes the proof in the same closure.
pub(super) async fn redeem_counter(
    ctx: &Ctx,
    claim: &Claim,
    name: &PersonName,
    code: &str,
) -> Result<Result<(), Refusal>, Failure> {
    let now = ctx.now();
    let tries = ctx.policy.at::<SecondWayPolicy>(now.date())?.counter_tries;
    let mine = claim.clone();
    let newest = ctx.db.read("counter_code.newest", move |tx| store::newest(tx, &mine)).await?;
    let Some(id) = newest else { return Ok(Err(Refusal::Gone)) };
    let mac = code_mac(ctx, &id, name, code);
    let proof = NewProof::prepare(ctx, claim, Way::Counter, id.as_str()).await?;
    let refused = ctx.act("counter_code.refused", id.as_str(), json!({ "purpose": claim.purpose.as_str() }));
    let redeemed = ctx.db.write(claim.subject.lane(), "counter_code.redeem", move |tx| -> Result<_, DbFault> {
        let Some((view, stored)) = store::hold_code(tx, &id)? else { return Ok(Err(Refusal::Gone)) };
        let (answer, write) = judge(&view, bool::from(stored.as_slice().ct_eq(&mac)), now, tries);
        if let Some((state, tries)) = write {
            store::set_code(tx, &id, state, tries, now)?;
        }
        if let Err(refusal) = answer {
            tx.audit(refused.clone());
            return Ok(Err(refusal));
        }
        Ok(match pass(tx, &proof)? {
            Passed::New => Ok(()),
            Passed::Again => Err(Refusal::Gone),
        })
    });
    Ok(redeemed.await?)
}
