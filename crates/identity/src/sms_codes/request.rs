//! Asking for a code.

use kernel::Mobile;
use platform::outbox::{self, Letter};
use platform::{Ctx, db::DbFault};
use serde_json::json;

use super::model::{CODE_DIGITS, CodeEvent, CodeId, CodeState, Purpose, wait_secs};
use super::redeem::code_mac;
use super::store::{self, NewCode};
use crate::blind::Blind;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::people;
use crate::policy::SmsCodePolicy;

/// Asks for a code to a number.
#[derive(Clone)]
pub struct RequestCode {
    /// Where it goes.
    pub mobile: Mobile,
    /// What it is for.
    pub purpose: Purpose,
    /// Drawn when the form was shown: a second tap on the same form answers with the same code
    /// instead of "too soon".
    pub ticket: String,
}

/// What came of asking. Nothing here depends on whether the number is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requested {
    /// A code is on its way, or would be if the number were known.
    Sent {
        /// Names the code in the next form.
        challenge: CodeId,
    },
    /// A cap was met.
    Wait {
        /// Until another code may be asked for.
        secs: i64,
    },
}

/// Sends a new code, which replaces the live one, within the caps (ACC-6, T01, T04).
///
/// A login code for an unknown number is made, logged and capped like any other; only the letter is
/// missing.
pub async fn request(ctx: &Ctx, gates: &Gates, command: RequestCode) -> Result<Requested, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<SmsCodePolicy>(now.date())?;
    if let Err(secs) = gates.sms(ctx, &policy) {
        return Ok(Requested::Wait { secs });
    }
    let blind = Blind::mobile(&ctx.vault, &command.mobile);
    let challenge: CodeId = ctx.id();
    let code = ctx.rng.digits(CODE_DIGITS);
    let expires_at = now.plus_secs(policy.valid_secs);
    let payload = json!({ "mobile": command.mobile.expose(), "template": "verify", "params": { "code": code } });
    let letter = Letter::new(ctx, "sms", challenge.as_str(), &payload)?.expires(expires_at);
    let mobile = store::MOBILE.of(challenge.as_str());
    let new = NewCode {
        mobile: ctx.vault.system_key().seal(mobile, command.mobile.expose().as_bytes(), &*ctx.rng)?,
        mobile_blind: blind.clone(),
        code_mac: code_mac(ctx, &challenge, &code),
        purpose: command.purpose,
        ticket: our_ticket(command.ticket),
        id: challenge,
        now,
        expires_at,
    };
    let lane = blind.lane();
    let requested = ctx.db.write(lane, "sms_code.request", move |tx| -> Result<Requested, DbFault> {
        // A form without a ticket was not made by us; it must not find another visitor's code.
        if !new.ticket.is_empty()
            && let Some(challenge) = store::live_with_ticket(tx, &new)?
        {
            return Ok(Requested::Sent { challenge });
        }
        let granted = store::granted_since(tx, &new.mobile_blind, new.now.minus_secs(86_400))?;
        if let Some(secs) = wait_secs(&granted, new.now, &policy) {
            return Ok(Requested::Wait { secs });
        }
        if let Some(replaced) = CodeState::Live.on(CodeEvent::Renewed) {
            store::replace_live(tx, &new, replaced)?;
        }
        if !store::insert(tx, &new)? {
            // Overtaken by another instance: its code is on the way, and its minute runs.
            return match store::live_with_ticket(tx, &new)? {
                Some(challenge) => Ok(Requested::Sent { challenge }),
                None => Ok(Requested::Wait { secs: policy.every_secs }),
            };
        }
        let known = people::store::by_mobile(tx, &new.mobile_blind)?.is_some();
        if known || new.purpose != Purpose::Login {
            outbox::post(tx, &letter)?;
        }
        Ok(Requested::Sent { challenge: new.id.clone() })
    });
    Ok(requested.await?)
}

/// A ticket as we draw them. Anything else is none: it was not made by us, and may hold what a
/// database does not take, or more than it should keep.
fn our_ticket(text: String) -> String {
    let drawn = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if drawn { text } else { String::new() }
}
