//! Periodic clearing: rows that have served their purpose are deleted.

use std::sync::Arc;

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use platform::jobs::{Job, in_chunks};

use crate::faces::FacePolicy;
use crate::keeping::TracePolicy;
use crate::messages::policy::MessagePolicy;
use crate::ports::Ports;
use crate::{
    cards, devices, faces, login, messages, owners, pay_password, proofs, real_name, second_ways, sessions, sms_codes,
    staff,
};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// How long one run of clearing may take; the next one continues where it ended.
const WIPE_SECS: u64 = 900;

/// The jobs of this crate.
pub fn jobs(ports: Arc<Ports>) -> Vec<Job> {
    let cards = cards::jobs::jobs(&ports);
    let jobs = vec![
        Job::new("identity.refresh_insurance", MINUTE, move |ctx| real_name::refresh_due(ctx, ports.clone())),
        Job::new("identity.wipe_codes", HOUR, wipe_codes).within(WIPE_SECS),
        Job::new("identity.wipe_sessions", HOUR, wipe_sessions).within(WIPE_SECS),
        Job::new("identity.wipe_proofs", HOUR, wipe_proofs).within(WIPE_SECS),
        Job::new("identity.wipe_faces", HOUR, wipe_faces).within(WIPE_SECS),
        Job::new("identity.wipe_second_ways", HOUR, wipe_second_ways).within(WIPE_SECS),
        Job::new("identity.wipe_messages", HOUR, wipe_messages).within(WIPE_SECS),
        Job::new("identity.wipe_traces", HOUR, wipe_traces).within(WIPE_SECS),
        Job::new("identity.expire_accounts", HOUR, owners::expire).within(WIPE_SECS),
    ];
    [jobs, cards, pay_password::jobs()].concat()
}

/// Codes go a day after their end (long enough to look into a complaint), the log the caps count
/// after two, guards when they have long been forgiven.
async fn wipe_codes(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    chunks(&ctx, "sms_code.wipe", now.minus_secs(DAY), sms_codes::store::wipe_codes).await?;
    chunks(&ctx, "sms_log.wipe", now.minus_secs(2 * DAY), sms_codes::store::wipe_log).await?;
    chunks(&ctx, "login_guard.wipe", now.minus_secs(30 * DAY), login::store::wipe).await
}

/// How long used and unused proofs are kept after their time: whoever contests one does so soon.
pub(crate) const PROOF_DAYS: i64 = 30;

/// Proofs go a month after their time, kept forms with their time: they were somebody's words.
async fn wipe_proofs(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    chunks(&ctx, "kept_form.wipe", now, real_name::wipe_kept_forms).await?;
    chunks(&ctx, "proof.wipe", now.minus_secs(PROOF_DAYS * DAY), proofs::store::wipe).await
}

/// Sessions go a day after their time.
async fn wipe_sessions(ctx: Ctx) -> Result<(), String> {
    let before = ctx.now().minus_secs(DAY);
    chunks(&ctx, "session.wipe", before, sessions::store::wipe).await?;
    chunks(&ctx, "session_former_token.wipe", before, sessions::store::wipe_former).await?;
    chunks(&ctx, "session_phone.wipe", ctx.now().minus_secs(7 * DAY), sessions::store::wipe_phones).await?;
    chunks(&ctx, "staff_session.wipe", before, staff::store::wipe_sessions).await
}

/// Face checks that nobody came back to end after a day; after a month only their results are kept.
async fn wipe_faces(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    let keep = ctx.policy.at::<FacePolicy>(now.date()).map_err(|error| error.to_string())?.keep_days;
    chunks(&ctx, "face_check.give_up", now.minus_secs(DAY), faces::store::give_up).await?;
    chunks(&ctx, "face_check.empty", now.minus_secs(keep * DAY), faces::store::empty).await?;
    chunks(&ctx, "face_budget.wipe", now.minus_secs(30 * DAY), faces::store::wipe_budgets).await
}

/// What devices showed goes long after the sessions it was for; tries at cards and counters' codes
/// after the day in which they count, with the numbers they kept.
async fn wipe_second_ways(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    chunks(&ctx, "device_proof.wipe", now.minus_secs(7 * DAY), devices::store::wipe).await?;
    chunks(&ctx, "device_proof_use.wipe", now.minus_secs(7 * DAY), devices::one_payment::store::wipe_uses).await?;
    chunks(&ctx, "card_way.wipe", now.minus_secs(DAY), second_ways::store::wipe_ways).await?;
    chunks(&ctx, "card_miss.wipe", now.minus_secs(2 * DAY), second_ways::misses::wipe).await?;
    chunks(&ctx, "counter_miss.wipe", now.minus_secs(2 * DAY), second_ways::store::wipe_counter_misses).await?;
    chunks(&ctx, "card_try.wipe", now.minus_secs(2 * DAY), second_ways::store::wipe_tries).await?;
    chunks(&ctx, "card_guard.wipe", now.minus_secs(2 * DAY), second_ways::store::wipe_guards).await?;
    chunks(&ctx, "counter_code.wipe", now.minus_secs(DAY), second_ways::store::wipe_codes).await
}

/// Messages go when nobody asks any more what was said; counts of texts the day after theirs.
async fn wipe_messages(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    let keep = ctx.policy.at::<MessagePolicy>(now.date()).map_err(|error| error.to_string())?.keep_days;
    chunks(&ctx, "message.wipe", now.minus_secs(keep * DAY), messages::store::wipe).await?;
    chunks(&ctx, "message_text.wipe", now.minus_secs(DAY), messages::store::wipe_texts).await
}

/// Devices go long after they were signed out, results of face checks and what they rested on after years.
async fn wipe_traces(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    let keep = ctx.policy.at::<TracePolicy>(now.date()).map_err(|error| error.to_string())?;
    let (devices, faces) = (now.minus_secs(keep.ended_device_days * DAY), now.minus_secs(keep.face_result_days * DAY));
    chunks(&ctx, "device.wipe", devices, devices::store::wipe_ended).await?;
    chunks(&ctx, "real_name_device.wipe", devices, real_name::wipe_devices).await?;
    chunks(&ctx, "face_check.wipe", faces, faces::store::wipe_results).await?;
    chunks(&ctx, "consent.wipe_withdrawn", faces, faces::store::wipe_withdrawn).await?;
    chunks(&ctx, "consent.wipe_visitors", faces, faces::store::wipe_visitors).await
}

/// Nobody else writes rows so old, so deleting them from a lane of its own disturbs no one.
async fn chunks(
    ctx: &Ctx,
    name: &'static str,
    before: Moment,
    wipe: fn(&mut Tx<'_>, Moment) -> Result<u64, DbFault>,
) -> Result<(), String> {
    in_chunks(ctx, LaneKey::of("identity", "wipe"), name, move |tx| wipe(tx, before)).await.map(drop)
}
