//! Leaving a device's key here, right after its owner was authenticated on it or entered a code.

use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::here::{Here, word};
use super::model::How;
use super::policy::DevicePolicy;
use super::store;
use crate::failure::Failure;
use crate::people;
use crate::sessions::Citizen;

/// Leaves the key, in place of one the browser has lost. `false` if this session has not shown more
/// than cookies of late: a thief of cookies must not make a key of theirs the device's.
pub(crate) async fn leave_key(ctx: &Ctx, here: &Here, key: Vec<u8>) -> Result<bool, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<DevicePolicy>(now.date())?;
    let (acting, here, lane) = (ctx.clone(), here.clone(), people::lane(&here.person));
    let left = ctx.db.write(lane, "device.leave_key", move |tx| -> Result<bool, DbFault> {
        let Some(device) = store::live(tx, &here.person, &here.word)? else { return Ok(false) };
        let since = now.minus_secs(policy.key_after_secs);
        let shown = store::shown(tx, &here.session, &device.id, &here.place, since)?;
        let allowed = shown.iter().any(|(_, shown)| shown.how != How::Key && !shown.roams && shown.at > since);
        let left = allowed && store::set_key(tx, &device.id, &key, now)?;
        let act = if left { "device.key_left" } else { "device.key_refused" };
        tx.audit(acting.act(act, device.id.as_str(), json!({ "replaced": device.has_key })));
        Ok(left)
    });
    Ok(left.await?)
}

/// Whether this browser's device is bound and has left no key yet.
pub(crate) async fn wants_key(citizen: &Citizen) -> Result<bool, Failure> {
    let (ctx, person, word) = (citizen.ctx(), citizen.person.clone(), word(citizen));
    let device = ctx.db.read("device.wants_key", move |tx| store::live(tx, &person, &word)).await?;
    Ok(device.is_some_and(|device| !device.has_key))
}
