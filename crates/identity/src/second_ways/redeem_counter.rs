//! Entering a code from a counter.

use kernel::PersonName;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::issue_code::code_mac;
use super::model::{CounterCodeId, MissId, judge};
use super::policy::SecondWayPolicy;
use super::store::{self, PAPER_NAME};
use crate::failure::Failure;
use crate::proofs::{NewProof, Passed, Proving, Way, pass};
use crate::sessions::Token;
use crate::sms_codes::Refusal;

/// Judges a try at the person's code for this purpose, and passes the proof in the same closure: of the name on
/// the paper that the clerk saw. Returns the token for the browser's cookie, if it has a session.
pub(super) async fn redeem_counter(
    ctx: &Ctx,
    proving: &Proving,
    code: &str,
) -> Result<Result<Option<Token>, Refusal>, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<SecondWayPolicy>(now.date())?;
    let Some((id, name)) = newest(ctx, proving).await? else { return Ok(Err(Refusal::Gone)) };
    let mac = code_mac(ctx, &id, code);
    let proving = Proving { name: name.unwrap_or_else(|| proving.name.clone()), ..proving.clone() };
    let proof = NewProof::prepare(ctx, &proving, Way::Counter, id.as_str()).await?;
    let token = proof.token();
    let refused = ctx.act("counter_code.refused", id.as_str(), json!({ "purpose": proving.purpose.as_str() }));
    let (miss, limits): (MissId, _) = (ctx.id(), (policy.counter_tries, policy.counter_all_tries));
    let redeemed = ctx.db.write(proving.subject.lane(), "counter_code.redeem", move |tx| -> Result<_, DbFault> {
        let held = store::hold_code(tx, &id, proving.budget, &proving.asker)?;
        let Some((view, stored)) = held else { return Ok(Err(Refusal::Gone)) };
        let (answer, write) = judge(&view, bool::from(stored.as_slice().ct_eq(&mac)), now, limits);
        if let Some((state, tries)) = write {
            store::set_code(tx, &id, state, tries, now)?;
        }
        if let Err(refusal) = answer {
            if write.is_some() {
                store::insert_counter_miss(tx, &miss, &id, &proving, now)?;
            }
            tx.audit(refused.clone());
            return Ok(Err(refusal));
        }
        Ok(match pass(tx, &proof)? {
            Passed::New => Ok(()),
            Passed::Again => Err(Refusal::Gone),
        })
    });
    Ok(redeemed.await?.map(|()| token))
}

/// The person's newest code for this purpose, and the name it was given for.
async fn newest(ctx: &Ctx, proving: &Proving) -> Result<Option<(CounterCodeId, Option<PersonName>)>, Failure> {
    let (proving, key) = (proving.clone(), ctx.vault.system_key());
    let found = ctx.db.read("counter_code.newest", move |tx| -> Result<_, DbFault> {
        let Some(id) = store::newest(tx, &proving)? else { return Ok(None) };
        let name = match store::paper_name(tx, &id)? {
            Some(sealed) => Some(PAPER_NAME.read(&key, id.as_str(), &sealed, PersonName::parse)?),
            None => None,
        };
        Ok(Some((id, name)))
    });
    Ok(found.await?)
}
