//! Asking for a code.

use kernel::Mobile;
use platform::outbox::{self, Letter};
use platform::{Ctx, db::DbFault};
use serde_json::json;
use ui::Page;

use super::model::{CODE_DIGITS, CodeEvent, CodeId, CodeState, Purpose, wait_secs};
use super::policy::SmsCodePolicy;
use super::redeem::code_mac;
use super::store::{self, NewCode};
use crate::askers::{Asker, Budget, KnownDevice};
use crate::blind::Blind;
use crate::devices;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::people;

/// Asks for a code to a number.
#[derive(Clone)]
pub(super) struct RequestCode {
    /// Where it goes.
    pub(super) mobile: Mobile,
    /// What it is for.
    pub(super) purpose: Purpose,
    /// Drawn when the form was shown: a second tap on the same form answers with the same code
    /// instead of "too soon".
    pub(super) ticket: String,
    /// Who asks.
    pub(super) asker: Asker,
    /// Whether that is the number's owner.
    pub(super) own: Own,
}

/// Whether a number's owner asks.
#[derive(Clone)]
pub(crate) enum Own {
    /// On a device of theirs.
    Yes,
    /// If this device is theirs.
    IfOn(KnownDevice),
    /// Somebody of whom nothing is known.
    No,
}

impl Own {
    /// Where it follows from the device that a browser names, if any.
    pub(crate) fn here(ctx: &Ctx, page: &Page) -> Own {
        KnownDevice::here(ctx, page).map_or(Own::No, Own::IfOn)
    }

    /// Where it is known whose tries are spent.
    pub(crate) fn of(budget: Budget) -> Own {
        if budget.is_own() { Own::Yes } else { Own::No }
    }
}

/// What came of asking. Nothing here depends on whether the number is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Requested {
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

/// Sends a new code, which replaces the one that this browser asked for before, within the caps (ACC-6, T01,
/// T04): what strangers ask for neither ends the owner's code nor spends the last of the owner's.
///
/// A login code for an unknown number is made, logged and capped like any other; only the letter is
/// missing.
pub(super) async fn request(ctx: &Ctx, gates: &Gates, command: RequestCode) -> Result<Requested, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<SmsCodePolicy>(now.date())?;
    let blind = Blind::mobile(&ctx.vault, &command.mobile);
    let own = is_own(ctx, &blind, command.own).await?;
    // Many people stand behind one address: owners have budgets of their own.
    if !own && let Err(secs) = gates.sms(ctx, policy.cap()) {
        return Ok(Requested::Wait { secs });
    }
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
        holder: command.asker.who.clone().unwrap_or_else(|| Blind::stored(kernel::bytes32(&*ctx.rng).to_vec())),
        asker: command.asker,
        own,
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
        let since = new.now.minus_secs(86_400);
        let (granted, to_browser) = (store::granted_since(tx, &new, since)?, store::to_browser_since(tx, &new, since)?);
        if let Some(secs) = wait_secs(&granted, &to_browser, new.own, new.now, &policy) {
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

/// The code that is on its way to this number for this purpose and browser, if any: where it is too early for another, this one
/// is to be entered.
pub(super) async fn on_its_way(ctx: &Ctx, command: &RequestCode) -> Result<Option<CodeId>, Failure> {
    let Some(browser) = command.asker.who.clone() else { return Ok(None) };
    let (mobile, purpose, now) = (Blind::mobile(&ctx.vault, &command.mobile), command.purpose, ctx.now());
    let found = ctx.db.read("sms_code.on_its_way", move |tx| store::live_of(tx, &mobile, purpose, &browser, now));
    Ok(found.await?)
}

async fn is_own(ctx: &Ctx, mobile: &Blind, own: Own) -> Result<bool, Failure> {
    match own {
        Own::Yes => Ok(true),
        Own::No => Ok(false),
        Own::IfOn(device) => {
            let mobile = mobile.clone();
            let found = ctx.db.read("sms_code.owner", move |tx| -> Result<bool, DbFault> {
                let Some(row) = people::store::by_mobile(tx, &mobile)? else { return Ok(false) };
                devices::is_of(tx, Some(&device), &row.account, &row.person)
            });
            Ok(found.await?)
        }
    }
}

/// A ticket as we draw them. Anything else is none: it was not made by us, and may hold what a
/// database does not take, or more than it should keep.
fn our_ticket(text: String) -> String {
    let drawn = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if drawn { text } else { String::new() }
}
