//! The job `payments.forget_notices`: a notice names the buyer's account at the channel, and its words are needed only
//! while somebody may still ask what was said.

use kernel::DAY_SECS;
use platform::Ctx;
use platform::db::LaneKey;
use platform::policy::PolicyError;
use platform::wiping::{self, Old};

use super::store;
use crate::policy::PaymentRules;

/// Forgets the words of old notices.
///
/// # Errors
/// What broke beneath, in words.
pub async fn forget_old(ctx: Ctx) -> Result<(), String> {
    let words = Old { name: "payment.notices.forget", kept, wipe: store::forget };
    wiping::wipe(&ctx, LaneKey::of("notice", "old"), &[words]).await
}

fn kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    Ok(ctx.policy.at::<PaymentRules>(ctx.now().date())?.notice_keep_days * DAY_SECS)
}
