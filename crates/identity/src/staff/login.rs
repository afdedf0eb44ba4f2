//! Login and logout at a desk.

use kernel::typing;
use platform::db::{DbFault, LaneKey};
use platform::{Actor, Ctx, Mode};
use serde_json::json;

use super::model::{StaffId, StaffSessionId, clean_login};
use super::store::{self, NewStaffSession};
use crate::blind::Blind;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::login;
use crate::policy::{LoginPolicy, SessionPolicy};
use crate::sessions::Token;

/// What came of a login. Whether there is such a login name shows in nothing but `In`.
pub(crate) enum DeskLogin {
    In {
        token: Token,
    },
    Wrong {
        left: i64,
    },
    Locked {
        secs: i64,
    },
    /// Production has no desks without a second factor.
    NoSecondFactor,
}

/// Verifies the password and opens a desk session; the lock-out ladder is the citizens'.
pub(crate) async fn log_in(ctx: &Ctx, gates: &Gates, typed: &str, password: String) -> Result<DeskLogin, Failure> {
    if ctx.mode == Mode::Production {
        return Ok(DeskLogin::NoSecondFactor);
    }
    let now = ctx.now();
    let policy = ctx.policy.at::<LoginPolicy>(now.date())?;
    if let Err(secs) = gates.login(ctx, &policy) {
        return Ok(DeskLogin::Locked { secs });
    }
    // A name that cannot exist is looked for all the same.
    let login = clean_login(typed).unwrap_or_default();
    let key = Blind::guard(&ctx.vault, &format!("staff\n{}", typing::login(typed)), None);
    let of_key = key.clone();
    let (before, staff) = ctx
        .db
        .read("staff.by_login", move |tx| -> Result<_, DbFault> {
            Ok((login::store::guard(tx, &of_key)?, store::by_login(tx, &login)?))
        })
        .await?;
    if let Some(secs) = before.locked_secs(now) {
        return Ok(DeskLogin::Locked { secs });
    }
    let right = match &staff {
        Some((_, hash)) => ctx.hasher.verify(password, hash.clone()).await?,
        None => ctx.hasher.verify_nobody(password).await?,
    };
    let Some((staff, _)) = staff.filter(|_| right) else {
        return refuse(ctx, &policy, key).await;
    };
    open(ctx, key, staff).await
}

async fn open(ctx: &Ctx, key: Blind, staff: StaffId) -> Result<DeskLogin, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<SessionPolicy>(now.date())?;
    let token = Token::draw(&*ctx.rng);
    let new = NewStaffSession {
        id: ctx.id(),
        token_hash: token.hash(),
        now,
        expires_at: now.plus_secs(policy.staff_absolute_secs),
        staff,
    };
    let acting = ctx.acting(Actor::Staff(new.staff.as_str().to_owned()));
    let entry = acting.act("staff.login", new.staff.as_str(), json!({}));
    let opened = ctx.db.write(key.lane(), "staff.login", move |tx| -> Result<Option<i64>, DbFault> {
        // Tries that ran side by side may have locked the name meanwhile.
        if let Some(secs) = login::store::guard(tx, &key)?.locked_secs(now) {
            return Ok(Some(secs));
        }
        login::store::forget(tx, &key)?;
        store::insert_session(tx, &new)?;
        tx.audit(entry.clone());
        Ok(None)
    });
    Ok(match opened.await? {
        Some(secs) => DeskLogin::Locked { secs },
        None => DeskLogin::In { token },
    })
}

async fn refuse(ctx: &Ctx, policy: &LoginPolicy, key: Blind) -> Result<DeskLogin, Failure> {
    let entry = ctx.act("login.refused", &format!("guard:{}", key.short()), json!({ "by": "desk" }));
    Ok(match login::count_wrong(ctx, "staff.login_refused", key, policy, entry).await? {
        login::Counted::Locked { secs } => DeskLogin::Locked { secs },
        login::Counted::Wrong { left } => DeskLogin::Wrong { left },
    })
}

/// Ends a desk session.
pub(crate) async fn log_out(ctx: &Ctx, session: &StaffSessionId) -> Result<(), Failure> {
    let (session, now) = (session.clone(), ctx.now());
    let entry = ctx.act("session.revoked", session.as_str(), json!({}));
    let lane = LaneKey::of("staff_session", session.as_str());
    let ended = ctx.db.write(lane, "staff.logout", move |tx| -> Result<(), DbFault> {
        if store::end(tx, &session, now)? {
            tx.audit(entry.clone());
        }
        Ok(())
    });
    Ok(ended.await?)
}
