//! The job `payments.forget_notices`: a notice names the buyer's account at the channel, and its words are needed only
//! while somebody may still ask what was said.

use kernel::DAY_SECS;
use platform::Ctx;
use platform::db::LaneKey;
use platform::jobs::Job;
use platform::policy::PolicyError;
use platform::wiping::{self, Old};

use super::store;
use crate::policy::PaymentRules;

/// The job that forgets the words of old notices.
pub fn forget_old() -> Job {
    let words = Old { name: "payment.notices.forget", kept, wipe: store::forget };
    wiping::job("payments.forget_notices", LaneKey::of("notice", "old"), vec![words])
}

fn kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    Ok(ctx.policy.at::<PaymentRules>(ctx.now().date())?.notice_keep_days * DAY_SECS)
}
