//! One's devices: each browser once, whether its owner was authenticated on it or has only logged in there.

use kernel::Moment;
use platform::Ctx;
use platform::db::DbFault;

use super::here::Here;
use super::model::DeviceId;
use super::store;
use crate::failure::Failure;
use crate::sessions::{self, SessionId, SessionPolicy};

/// A browser that is somebody's, or in which they are logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OneDevice {
    pub(super) what: What,
    /// How it calls itself; empty where it does not say.
    pub(super) label: String,
    /// The first half of the network address of the login; empty where nobody is logged in on it now.
    pub(super) address: String,
    pub(super) seen_at: Moment,
    /// The one that asks.
    pub(super) here: bool,
}

/// What it is to its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Its owner was authenticated on it, then.
    Proven(DeviceId, Moment),
    /// Somebody has logged in on it with its owner's password or phone.
    LoggedIn(SessionId),
}

/// A person's devices: the one that asks first, then the last used.
pub(super) async fn list(ctx: &Ctx, here: &Here) -> Result<Vec<OneDevice>, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<SessionPolicy>(now.date())?;
    let person = here.person.clone();
    let found = ctx.db.read("device.list", move |tx| -> Result<_, DbFault> {
        Ok((store::list(tx, &person)?, sessions::store::list(tx, &person, now)?))
    });
    let (devices, mut logins) = found.await?;
    logins.retain(|login| sessions::alive(login.seen_at, login.expires_at, now, &policy));
    Ok(merged(devices, logins, here))
}

/// Each browser once: its logins are under its word.
fn merged(devices: Vec<store::Listed>, logins: Vec<sessions::store::Listed>, here: &Here) -> Vec<OneDevice> {
    let mut all: Vec<(String, OneDevice)> = devices
        .into_iter()
        .map(|device| {
            let one = OneDevice {
                what: What::Proven(device.id, device.bound_at),
                label: device.label,
                address: String::new(),
                seen_at: device.seen_at,
                here: device.word == here.word,
            };
            (device.word, one)
        })
        .collect();
    for login in logins {
        let here = login.id == here.session;
        // A browser of another name that came with the same cookie has copied it: its owner is to see it.
        let same = |one: &OneDevice| one.label.is_empty() || one.label == login.device;
        let known = all.iter_mut().find(|(word, one)| !word.is_empty() && *word == login.word && same(one));
        match known {
            Some((_, one)) => {
                // The newest login comes first: it says where the browser is.
                if one.address.is_empty() {
                    one.address = login.address;
                }
                one.seen_at = one.seen_at.max(login.seen_at);
                one.here |= here;
                if one.label.is_empty() {
                    one.label = login.device;
                }
            }
            None => {
                let (what, label, address) = (What::LoggedIn(login.id), login.device, login.address);
                all.push((login.word, OneDevice { what, label, address, seen_at: login.seen_at, here }));
            }
        }
    }
    let mut all: Vec<OneDevice> = all.into_iter().map(|(_, one)| one).collect();
    all.sort_by_key(|one| (!one.here, std::cmp::Reverse(one.seen_at)));
    all
}
