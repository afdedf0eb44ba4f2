//! One code, one payment (RNA-9): where a browser cannot show by its key that it is the device, what it has shown otherwise (a
//! code from its owner's phone, or an authentication on it) counts for one payment, and the next one asks for a code of
//! its own. A payment is an order: whoever comes back to it, for the rest of its price, is not asked again.

pub(crate) mod store;

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::model::{How, Shown, holds};
use super::policy::DevicePolicy;
use super::store as devices;
use crate::askers::Place;
use crate::failure::Failure;
use crate::people::{self, PersonId};
use crate::sessions::SessionId;

/// Who wants to pay what, on which device.
#[derive(Clone)]
pub(crate) struct Paying {
    pub(crate) session: SessionId,
    pub(crate) person: PersonId,
    /// The word of the device cookie.
    pub(crate) word: String,
    pub(crate) place: Place,
    /// The order's id.
    pub(crate) payment: String,
}

/// By what a payment may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    /// The device's key, or what has counted for this payment before: nothing is used up.
    Known,
    /// One of these, none of which has counted for a payment.
    Unused(Vec<String>),
    /// Nothing: a code is asked for.
    Nothing,
}

/// Whether a payment may be made with what was shown; uses nothing up.
pub(crate) async fn may_pay(ctx: &Ctx, paying: &Paying) -> Result<bool, Failure> {
    let (now, paying) = (ctx.now(), paying.clone());
    let policy = ctx.policy.at::<DevicePolicy>(now.date())?;
    let by = ctx.db.read("device.may_pay", move |tx| by(tx, &paying, now, &policy)).await?;
    Ok(by != By::Nothing)
}

/// Lets what was shown count for this payment; `false` where a code has to be entered first. Of two payments at once that
/// rest on one code, one is asked for another.
pub(crate) async fn confirm_payment(ctx: &Ctx, paying: &Paying) -> Result<bool, Failure> {
    let (now, looked) = (ctx.now(), paying.clone());
    let policy = ctx.policy.at::<DevicePolicy>(now.date())?;
    let rules = policy.clone();
    match ctx.db.read("device.may_pay", move |tx| by(tx, &looked, now, &rules)).await? {
        By::Known => return Ok(true),
        By::Nothing => return Ok(false),
        By::Unused(_) => {}
    }
    let (lane, paying) = (people::lane(&paying.person), paying.clone());
    let used = ctx.db.write(lane, "device.confirm_payment", move |tx| -> Result<bool, DbFault> {
        let nonces = match by(tx, &paying, now, &policy)? {
            By::Known => return Ok(true),
            By::Nothing => return Ok(false),
            By::Unused(nonces) => nonces,
        };
        for nonce in nonces {
            if store::use_proof(tx, &nonce, &paying.session, &paying.payment, now)? {
                return Ok(true);
            }
        }
        // Another instance was faster with each of them; perhaps for this very payment.
        Ok(by(tx, &paying, now, &policy)? == By::Known)
    });
    Ok(used.await?)
}

fn by(tx: &mut Tx<'_>, paying: &Paying, now: Moment, policy: &DevicePolicy) -> Result<By, DbFault> {
    let Some(device) = devices::live(tx, &paying.person, &paying.word)? else { return Ok(By::Nothing) };
    let since = now.minus_secs(policy.key_look_secs);
    let shown = devices::shown(tx, &paying.session, &device.id, &paying.place, since)?;
    let uses = store::uses(tx, &paying.session)?;
    Ok(judge(&shown, device.has_key, &uses, &paying.payment, |shown| {
        holds(shown, device.has_key, now, policy.key_fresh_secs, policy.roaming_secs)
    }))
}

/// `uses`: nonce and payment of what has counted in this session.
fn judge(
    shown: &[(String, Shown)],
    has_key: bool,
    uses: &[(String, String)],
    payment: &str,
    holds: impl Fn(Shown) -> bool,
) -> By {
    let holding: Vec<&(String, Shown)> = shown.iter().filter(|(_, shown)| holds(*shown)).collect();
    let by_key = |how| matches!((how, has_key), (How::Key, _) | (How::Fresh, true));
    let used_for = |nonce: &str| uses.iter().find(|(used, _)| used == nonce).map(|(_, payment)| payment.as_str());
    if holding.iter().any(|(nonce, shown)| by_key(shown.how) || used_for(nonce) == Some(payment)) {
        return By::Known;
    }
    let unused: Vec<String> =
        holding.iter().filter(|(nonce, _)| used_for(nonce).is_none()).map(|(nonce, _)| nonce.clone()).collect();
    if unused.is_empty() { By::Nothing } else { By::Unused(unused) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_counts_once() {
        let at = Moment::from_ms(1_760_000_000_000);
        let one = |nonce: &str, how| (nonce.to_owned(), Shown { how, at, roams: false });
        let used = |nonce: &str, payment: &str| (nonce.to_owned(), payment.to_owned());
        let unused = |nonces: &[&str]| By::Unused(nonces.iter().map(|nonce| (*nonce).to_owned()).collect());
        let cases = [
            (vec![], false, vec![], By::Nothing),
            (vec![one("k", How::Key)], true, vec![], By::Known),
            (vec![one("f", How::Fresh)], true, vec![], By::Known),
            (vec![one("f", How::Fresh)], false, vec![], unused(&["f"])),
            (vec![one("s", How::Sms)], false, vec![], unused(&["s"])),
            (vec![one("s", How::Sms)], true, vec![used("s", "other")], By::Nothing),
            (vec![one("s", How::Sms)], false, vec![used("s", "this")], By::Known),
            (vec![one("f", How::Fresh), one("s", How::Sms)], false, vec![used("f", "other")], unused(&["s"])),
        ];
        for (shown, has_key, uses, expected) in cases {
            assert_eq!(judge(&shown, has_key, &uses, "this", |_| true), expected, "{shown:?} {has_key} {uses:?}");
        }
        let late = [one("s", How::Sms)];
        assert_eq!(judge(&late, false, &[], "this", |_| false), By::Nothing, "what does not hold does not count");
    }
}
