//! Signing a device out: it stands for its owner no more, and its sessions end with it.

use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::here::Here;
use super::model::DeviceId;
use super::store;
use crate::failure::Failure;
use crate::people::lane;
use crate::sessions;

/// Signs one of a person's own devices out, and every session that showed to be on it; also the one
/// that asks, if it asks from that device: `true` then. A device that is not theirs, or was signed out
/// before, is no mistake.
pub(super) async fn end(ctx: &Ctx, here: &Here, device: &DeviceId) -> Result<bool, Failure> {
    let (here, device, now, acting) = (here.clone(), device.clone(), ctx.now(), ctx.clone());
    let ended = ctx.db.write(lane(&here.person), "device.end", move |tx| -> Result<bool, DbFault> {
        let this = store::live(tx, &here.person, &here.word)?.is_some_and(|live| live.id == device);
        if !store::end(tx, &here.person, &device, now)? {
            return Ok(false);
        }
        let mut sessions = store::sessions_on(tx, &device)?;
        if this {
            sessions.push(here.session.clone());
        }
        let mut ended = 0;
        for session in sessions {
            if sessions::store::end(tx, &here.person, &session, now)? {
                ended += 1;
            }
        }
        tx.audit(acting.act("device.ended", device.as_str(), json!({ "sessions": ended })));
        Ok(this)
    });
    Ok(ended.await?)
}
