//! The job `payments.forget_notices`: a notice names the buyer's account at the channel, and its words are needed only
//! while somebody may still ask what was said.

use platform::Ctx;
use platform::db::LaneKey;

use super::store;
use crate::orders::policy::PaymentRules;

const DAY_SECS: i64 = 24 * 3600;

/// Forgets the words of old notices.
///
/// # Errors
/// What broke beneath, in words.
pub async fn forget_old(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    let rules = ctx.policy.at::<PaymentRules>(now.date()).map_err(|error| error.to_string())?;
    let before = now.minus_secs(rules.notice_keep_days * DAY_SECS);
    let lane = LaneKey::of("notice", "old");
    let forgotten = ctx.db.write(lane, "payment.notices.forget", move |tx| store::forget(tx, before)).await;
    let forgotten: u64 = forgotten.map_err(|fault: platform::db::DbFault| fault.to_string())?;
    tracing::info!(forgotten, "payment.notices_forgotten");
    Ok(())
}
