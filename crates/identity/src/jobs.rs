//! Periodic clearing: what has served its time is deleted, not kept for curiosity.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use platform::jobs::Job;

use crate::{login, sessions, sms_codes, staff};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const CHUNK: u64 = 500;

/// The jobs of this crate.
pub fn jobs() -> Vec<Job> {
    vec![
        Job { name: "identity.wipe_codes", every_secs: HOUR, run: |ctx| Box::pin(wipe_codes(ctx)) },
        Job { name: "identity.wipe_sessions", every_secs: HOUR, run: |ctx| Box::pin(wipe_sessions(ctx)) },
    ]
}

/// Codes go a day after their end (long enough to look into a complaint), the log the caps count
/// after two, guards when they have long been forgiven.
async fn wipe_codes(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    chunks(&ctx, "sms_code.wipe", now.minus_secs(DAY), sms_codes::store::wipe_codes).await?;
    chunks(&ctx, "sms_log.wipe", now.minus_secs(2 * DAY), sms_codes::store::wipe_log).await?;
    chunks(&ctx, "login_guard.wipe", now.minus_secs(30 * DAY), login::store::wipe).await
}

/// Sessions go a day after their time.
async fn wipe_sessions(ctx: Ctx) -> Result<(), String> {
    let before = ctx.now().minus_secs(DAY);
    chunks(&ctx, "session.wipe", before, sessions::store::wipe).await?;
    chunks(&ctx, "staff_session.wipe", before, staff::store::wipe_sessions).await
}

/// Nobody else writes rows so old, so deleting them from a lane of its own disturbs no one.
async fn chunks(
    ctx: &Ctx,
    name: &'static str,
    before: Moment,
    wipe: fn(&mut Tx<'_>, Moment) -> Result<u64, DbFault>,
) -> Result<(), String> {
    loop {
        let wiped = ctx.db.bulk(LaneKey::of("identity", "wipe"), name, move |tx| wipe(tx, before));
        if wiped.await.map_err(|fault| fault.to_string())? < CHUNK {
            return Ok(());
        }
    }
}
