//! Periodic clearing: rows that have served their purpose are deleted.

use std::sync::Arc;

use kernel::DAY_SECS;
use platform::Ctx;
use platform::jobs::Job;
use platform::policy::PolicyError;
use platform::wiping::{self, Old};

use crate::faces::FacePolicy;
use crate::keeping::{TracePolicy, wiping_lane};
use crate::messages::policy::MessagePolicy;
use crate::ports::Ports;
use crate::{
    cards, devices, faces, login, messages, owners, pay_password, proofs, real_name, second_ways, sessions, sms_codes,
    staff,
};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
/// How long a run of `identity.expire_accounts` may take, seconds; the next one continues where it ended.
const EXPIRE_SECS: u64 = 900;

/// The jobs of this crate.
pub fn jobs(ports: Arc<Ports>) -> Vec<Job> {
    let cards = cards::jobs::jobs(&ports);
    let jobs = vec![
        Job::new("identity.refresh_insurance", MINUTE, move |ctx| real_name::refresh_due(ctx, ports.clone())),
        wiping::job("identity.wipe_codes", wiping_lane(), old_codes()),
        wiping::job("identity.wipe_sessions", wiping_lane(), old_sessions()),
        wiping::job("identity.wipe_proofs", wiping_lane(), old_proofs()),
        wiping::job("identity.wipe_faces", wiping_lane(), old_faces()),
        wiping::job("identity.wipe_second_ways", wiping_lane(), old_second_ways()),
        wiping::job("identity.wipe_messages", wiping_lane(), old_messages()),
        wiping::job("identity.wipe_traces", wiping_lane(), old_traces()),
        Job::new("identity.expire_accounts", HOUR, owners::expire).within(EXPIRE_SECS),
    ];
    [jobs, cards, pay_password::jobs()].concat()
}

/// Codes go a day after their end (long enough to look into a complaint), the log the caps count
/// after two, guards when they have long been forgiven.
fn old_codes() -> Vec<Old> {
    vec![
        Old { name: "sms_code.wipe", kept: |_| Ok(DAY_SECS), wipe: sms_codes::store::wipe_codes },
        Old { name: "sms_log.wipe", kept: |_| Ok(2 * DAY_SECS), wipe: sms_codes::store::wipe_log },
        Old { name: "login_guard.wipe", kept: |_| Ok(30 * DAY_SECS), wipe: login::store::wipe },
    ]
}

/// How long used and unused proofs are kept after their time: whoever contests one does so soon.
pub(crate) const PROOF_DAYS: i64 = 30;

/// Proofs go a month after their time, kept forms with their time: they were somebody's words.
fn old_proofs() -> Vec<Old> {
    vec![
        Old { name: "kept_form.wipe", kept: |_| Ok(0), wipe: real_name::wipe_kept_forms },
        Old { name: "proof.wipe", kept: |_| Ok(PROOF_DAYS * DAY_SECS), wipe: proofs::store::wipe },
    ]
}

/// Sessions go a day after their time.
fn old_sessions() -> Vec<Old> {
    vec![
        Old { name: "session.wipe", kept: |_| Ok(DAY_SECS), wipe: sessions::store::wipe },
        Old { name: "session_former_token.wipe", kept: |_| Ok(DAY_SECS), wipe: sessions::store::wipe_former },
        Old { name: "session_phone.wipe", kept: |_| Ok(7 * DAY_SECS), wipe: sessions::store::wipe_phones },
        Old { name: "staff_session.wipe", kept: |_| Ok(DAY_SECS), wipe: staff::store::wipe_sessions },
    ]
}

/// Face checks that nobody came back to end after a day; after a month only their results are kept.
fn old_faces() -> Vec<Old> {
    vec![
        Old { name: "face_check.give_up", kept: |_| Ok(DAY_SECS), wipe: faces::store::give_up },
        Old { name: "face_check.empty", kept: face_check_kept, wipe: faces::store::empty },
        Old { name: "face_budget.wipe", kept: |_| Ok(30 * DAY_SECS), wipe: faces::store::wipe_budgets },
    ]
}

fn face_check_kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    Ok(ctx.policy.at::<FacePolicy>(ctx.now().date())?.keep_days * DAY_SECS)
}

/// What devices showed goes long after the sessions it was for; tries at cards and counters' codes
/// after the day in which they count, with the numbers they kept.
fn old_second_ways() -> Vec<Old> {
    vec![
        Old { name: "device_proof.wipe", kept: |_| Ok(7 * DAY_SECS), wipe: devices::store::wipe },
        Old { name: "device_proof_use.wipe", kept: |_| Ok(7 * DAY_SECS), wipe: devices::one_payment::store::wipe_uses },
        Old { name: "card_way.wipe", kept: |_| Ok(DAY_SECS), wipe: second_ways::store::wipe_ways },
        Old { name: "card_miss.wipe", kept: |_| Ok(2 * DAY_SECS), wipe: second_ways::misses::wipe },
        Old { name: "counter_miss.wipe", kept: |_| Ok(2 * DAY_SECS), wipe: second_ways::store::wipe_counter_misses },
        Old { name: "card_try.wipe", kept: |_| Ok(2 * DAY_SECS), wipe: second_ways::store::wipe_tries },
        Old { name: "card_guard.wipe", kept: |_| Ok(2 * DAY_SECS), wipe: second_ways::store::wipe_guards },
        Old { name: "counter_code.wipe", kept: |_| Ok(DAY_SECS), wipe: second_ways::store::wipe_codes },
    ]
}

/// Messages go when nobody asks any more what was said; counts of texts the day after theirs.
fn old_messages() -> Vec<Old> {
    vec![
        Old { name: "message.wipe", kept: messages_kept, wipe: messages::store::wipe },
        Old { name: "message_text.wipe", kept: |_| Ok(DAY_SECS), wipe: messages::store::wipe_texts },
    ]
}

fn messages_kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    Ok(ctx.policy.at::<MessagePolicy>(ctx.now().date())?.keep_days * DAY_SECS)
}

/// Devices go long after they were signed out, results of face checks and what they rested on after years.
fn old_traces() -> Vec<Old> {
    vec![
        Old { name: "device.wipe", kept: ended_devices_kept, wipe: devices::store::wipe_ended },
        Old { name: "real_name_device.wipe", kept: ended_devices_kept, wipe: real_name::wipe_devices },
        Old { name: "face_check.wipe", kept: face_results_kept, wipe: faces::store::wipe_results },
        Old { name: "consent.wipe_withdrawn", kept: face_results_kept, wipe: faces::store::wipe_withdrawn },
        Old { name: "consent.wipe_visitors", kept: face_results_kept, wipe: faces::store::wipe_visitors },
    ]
}

fn ended_devices_kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    Ok(ctx.policy.at::<TracePolicy>(ctx.now().date())?.ended_device_days * DAY_SECS)
}

fn face_results_kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    Ok(ctx.policy.at::<TracePolicy>(ctx.now().date())?.face_result_days * DAY_SECS)
}
