//! Signing devices out: they stand for their owner no more, and their sessions end with them.

use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::bind::told;
use super::here::Here;
use super::list::{What, list};
use super::may_log_out::may_log_out;
use super::model::DeviceId;
use super::store;
use crate::failure::Failure;
use crate::messages;
use crate::people::lane;
use crate::sessions::{self, SessionId};

/// Signs one of a person's own devices out.
pub(super) struct EndDevice {
    /// Who asks, and from where.
    pub(super) here: Here,
    /// The one that is to be signed out.
    pub(super) device: DeviceId,
}

/// The result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It is the one that asks, whose session has ended as well.
    Here,
    /// It is another one, and its owner was told on every channel; or one that is not theirs or was signed out before,
    /// which is no mistake.
    Elsewhere,
    /// Nothing was signed out: the session has shown neither its device nor its owner's phone, and may be in a thief's hands.
    ShowFirst,
}

/// Signs the device out, and every session that showed to be on it. Whoever has lost a telephone does so on any browser
/// where they show who they are ([`may_log_out`]); a password or a session alone is not enough.
pub(super) async fn end(ctx: &Ctx, command: EndDevice) -> Result<Ended, Failure> {
    if !may_log_out(ctx, &command.here).await? {
        return Ok(Ended::ShowFirst);
    }
    end_shown(ctx, command).await
}

/// The same where that was seen.
async fn end_shown(ctx: &Ctx, command: EndDevice) -> Result<Ended, Failure> {
    let EndDevice { here, device } = command;
    let (person, mine, wanted) = (here.person.clone(), here.word.clone(), device.clone());
    let read = ctx.db.read("device.ends", move |tx| -> Result<_, DbFault> {
        let found = store::list(tx, &person)?.into_iter().find(|one| one.id == wanted);
        Ok(found.map(|one| (one.word == mine, one.label, one.word)))
    });
    let Some((this, label, word)) = read.await? else { return Ok(Ended::Elsewhere) };
    let now = ctx.now();
    let message = match this {
        true => None,
        false => Some(messages::prepare(ctx, &here.person, "device_ended", &told(&label, now), true).await?),
    };
    let acting = ctx.clone();
    let ended = ctx.db.write(lane(&here.person), "device.end", move |tx| -> Result<bool, DbFault> {
        if !store::end(tx, &here.person, &device, now)? {
            return Ok(false);
        }
        let mut sessions = store::sessions_on(tx, &device)?;
        sessions.extend(sessions::store::in_browser(tx, &here.person, &word)?);
        if this {
            sessions.push(here.session.clone());
        }
        let mut ended = 0;
        for session in sessions {
            if sessions::store::end(tx, &here.person, &session, now)? {
                ended += 1;
            }
        }
        if let Some(message) = &message {
            messages::insert(tx, message)?;
        }
        tx.audit(acting.act("device.ended", device.as_str(), json!({ "sessions": ended })));
        Ok(this)
    });
    Ok(if ended.await? { Ended::Here } else { Ended::Elsewhere })
}

/// Signs out every device of a person but the one that asks, and every login in another browser. One after another: what
/// is cut short goes on at the next tap.
pub(super) async fn end_all_others(ctx: &Ctx, here: &Here) -> Result<Ended, Failure> {
    if !may_log_out(ctx, here).await? {
        return Ok(Ended::ShowFirst);
    }
    for one in list(ctx, here).await? {
        let What::Proven(device, _) = one.what else { continue };
        if !one.here {
            end_shown(ctx, EndDevice { here: here.clone(), device }).await?;
        }
    }
    sessions::end_others(ctx, &here.person, &here.session).await?;
    Ok(Ended::Elsewhere)
}

/// Ends a login and every other one in the same browser. One's own login ends in any case, and by itself where nothing was
/// shown: others in the same browser may be its owner's.
pub(super) async fn end_login(ctx: &Ctx, here: &Here, login: &SessionId) -> Result<Ended, Failure> {
    let (own, may) = (*login == here.session, may_log_out(ctx, here).await?);
    if !may && !own {
        return Ok(Ended::ShowFirst);
    }
    let (person, wanted) = (here.person.clone(), login.clone());
    let found = ctx.db.read("device.logins", move |tx| -> Result<_, DbFault> {
        match sessions::store::word_of(tx, &person, &wanted)? {
            None => Ok(Vec::new()),
            Some(word) if word.is_empty() || !may => Ok(vec![wanted.clone()]),
            Some(word) => sessions::store::in_browser(tx, &person, &word),
        }
    });
    for session in found.await?.into_iter().filter(|one| own || *one != here.session) {
        sessions::end(ctx, &here.person, &session).await?;
    }
    Ok(if own { Ended::Here } else { Ended::Elsewhere })
}
