//! Trying a code, inside the closure of whatever it is for.

use kernel::{Mobile, Moment};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use subtle::ConstantTimeEq;

use super::model::{CodeId, Purpose, Refusal, judge};
use super::policy::SmsCodePolicy;
use super::store;
use crate::blind::Blind;
use crate::failure::Failure;

/// A code that was asked for, as the next page needs it.
#[derive(Clone)]
pub struct Challenge {
    /// Its id.
    pub id: CodeId,
    /// The number it went to.
    pub mobile: Mobile,
}

/// Finds what a form's challenge stands for; `None` once it has been wiped, or for another purpose.
pub(super) async fn challenge(ctx: &Ctx, id: &CodeId, purpose: Purpose) -> Result<Option<Challenge>, Failure> {
    let (wanted, key) = (id.clone(), ctx.vault.system_key());
    let mobile = ctx.db.read("sms_code.challenge", move |tx| -> Result<Option<Mobile>, DbFault> {
        let Some(sealed) = store::mobile_of(tx, &wanted, purpose)? else { return Ok(None) };
        store::MOBILE.read(&key, wanted.as_str(), &sealed, Mobile::parse).map(Some)
    });
    Ok(mobile.await?.map(|mobile| Challenge { id: id.clone(), mobile }))
}

/// One try at a code, made ready outside the closure. The closure must run in the lane of the
/// number's blind index: the code's row is written there.
#[derive(Clone)]
pub(crate) struct Attempt {
    id: CodeId,
    purpose: Purpose,
    mac: [u8; 32],
    max_tries: i64,
    now: Moment,
    pub(crate) mobile: Blind,
}

impl Attempt {
    /// `code` must be six digits.
    pub(crate) fn new(ctx: &Ctx, challenge: &Challenge, purpose: Purpose, code: &str) -> Result<Attempt, Failure> {
        let now = ctx.now();
        let policy = ctx.policy.at::<SmsCodePolicy>(now.date())?;
        Ok(Attempt {
            id: challenge.id.clone(),
            purpose,
            mac: code_mac(ctx, &challenge.id, code),
            max_tries: policy.tries,
            now,
            mobile: Blind::mobile(&ctx.vault, &challenge.mobile),
        })
    }
}

/// Whether a try would be accepted now; writes nothing and counts nothing.
pub(crate) fn promising(tx: &mut Tx<'_>, attempt: &Attempt) -> Result<bool, DbFault> {
    let Some((code, mac)) = store::find(tx, &attempt.id)? else { return Ok(false) };
    let matches = bool::from(mac.as_slice().ct_eq(&attempt.mac));
    Ok(judge(&code, attempt.purpose, matches, attempt.now, attempt.max_tries).answer.is_ok())
}

/// Judges a try and writes what becomes of the code. A refusal is `Ok(Err(..))`: it leaves a trace,
/// so the closure must not roll back.
pub(crate) fn redeem(tx: &mut Tx<'_>, attempt: &Attempt) -> Result<Result<(), Refusal>, DbFault> {
    let Some((code, mac)) = store::hold(tx, &attempt.id)? else { return Ok(Err(Refusal::Gone)) };
    let matches = bool::from(mac.as_slice().ct_eq(&attempt.mac));
    let verdict = judge(&code, attempt.purpose, matches, attempt.now, attempt.max_tries);
    if let Some((state, tries)) = verdict.write {
        store::set_state(tx, &attempt.id, state, tries, attempt.now)?;
    }
    Ok(verdict.answer)
}

/// What is stored of a code: bound to its challenge, so that equal digits never look equal.
pub(super) fn code_mac(ctx: &Ctx, challenge: &CodeId, code: &str) -> [u8; 32] {
    ctx.vault.mac("sms_code", format!("{}\n{code}", challenge.as_str()).as_bytes())
}
