//! The job `payments.forget_notices`: a notice names the buyer's account at the channel, and its words are needed only
//! while somebody may still ask what was said.

use kernel::DAY_SECS;
use platform::Ctx;
use platform::db::{DbFault, LaneKey};

use super::store;
use crate::policy::PaymentRules;

/// Notices of one closure: a city's whole day in one would keep others waiting.
const CHUNK: i64 = 500;

/// Forgets the words of old notices.
///
/// # Errors
/// What broke beneath, in words.
pub async fn forget_old(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    let rules = ctx.policy.at::<PaymentRules>(now.date()).map_err(|error| error.to_string())?;
    let before = now.minus_secs(rules.notice_keep_days * DAY_SECS);
    let mut forgotten = 0;
    loop {
        let lane = LaneKey::of("notice", "old");
        let chunk = ctx.db.write(lane, "payment.notices.forget", move |tx| store::forget(tx, before, CHUNK)).await;
        let chunk: u64 = chunk.map_err(|fault: DbFault| fault.to_string())?;
        forgotten += chunk;
        if chunk == 0 {
            tracing::info!(forgotten, "payment.notices_forgotten");
            return Ok(());
        }
    }
}
