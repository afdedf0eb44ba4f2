//! Login with a code sent to the mobile number.

use platform::db::DbFault;
use platform::{Actor, Ctx};
use serde_json::json;

use super::policy::LoginPolicy;
use crate::askers::{KnownDevice, Place, phone_place};
use crate::failure::Failure;
use crate::people::{AccountId, store as people};
use crate::sessions::{self, NewSession, Seat, Token};
use crate::sms_codes::{Attempt, Challenge, Purpose, Refusal, redeem};

/// Logs in by code.
pub(crate) struct ByCode {
    pub(crate) challenge: Challenge,
    /// Six digits.
    pub(crate) code: String,
    pub(crate) seat: Seat,
    pub(crate) device: Option<KnownDevice>,
    pub(crate) place: Place,
}

/// What came of it.
pub(crate) enum CodeLogin {
    In { token: Token, device: KnownDevice },
    Refused(Refusal),
}

/// Redeems the code and opens a session. The code of an unknown number was never sent, so nobody
/// gets as far as learning that there is no account.
pub(crate) async fn by_code(ctx: &Ctx, command: ByCode) -> Result<CodeLogin, Failure> {
    let days = ctx.policy.at::<LoginPolicy>(ctx.now().date())?.device_days;
    let attempt = Attempt::new(ctx, &command.challenge, Purpose::Login, &command.code)?;
    let word = KnownDevice::word(ctx, command.device.as_ref());
    let new = NewSession::prepare(ctx, command.seat, &word)?;
    let token = new.token.clone();
    let (acting, challenge) = (ctx.clone(), command.challenge.id.clone());
    let (lane, place) = (attempt.mobile.lane(), command.place);
    let opened = ctx.db.write(lane, "login.by_code", move |tx| -> Result<Result<AccountId, Refusal>, DbFault> {
        if let Err(refusal) = redeem(tx, &attempt)? {
            tx.audit(acting.act("login.refused", challenge.as_str(), json!({ "by": "code" })));
            return Ok(Err(refusal));
        }
        let Some(row) = people::by_mobile(tx, &attempt.mobile)? else { return Ok(Err(Refusal::Gone)) };
        sessions::store::insert(tx, &new, &row.account, &row.person)?;
        sessions::store::show_phone(tx, &new.id, phone_place(&place), new.now)?;
        let citizen = acting.acting(Actor::Citizen(row.account.as_str().to_owned()));
        tx.audit(citizen.act("login.ok", row.account.as_str(), json!({ "by": "code" })));
        Ok(Ok(row.account))
    });
    Ok(match opened.await? {
        Ok(account) => CodeLogin::In { token, device: KnownDevice::issue(ctx, word, &account, days) },
        Err(refusal) => CodeLogin::Refused(refusal),
    })
}
