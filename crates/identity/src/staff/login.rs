//! Login and logout at a desk.

use kernel::typing;
use platform::db::{DbFault, LaneKey};
use platform::{Actor, Ctx, Mode};
use serde_json::json;

use super::model::{StaffId, StaffSessionId, clean_login};
use super::store::{self, NewStaffSession};
use crate::askers::Known;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::login::{Budgets, Counted, Door, LoginPolicy};
use crate::sessions::{SessionPolicy, Token};

/// A device at which somebody of the staff has logged in.
pub(crate) type KnownDesk = Known<StaffId>;

/// Logs in at a desk.
pub(crate) struct DeskTry {
    /// As typed.
    pub(crate) login: String,
    pub(crate) password: String,
    /// The device, if somebody has logged in on it.
    pub(crate) device: Option<KnownDesk>,
    /// The session that this browser held: it ends with the login.
    pub(crate) before: Option<Token>,
}

/// What came of a login. Whether there is such a login name shows in nothing but `In`.
pub(crate) enum DeskLogin {
    In {
        token: Token,
        device: KnownDesk,
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

/// Verifies the password and opens a desk session; the lock-out ladder is the citizens', with names of its own.
pub(crate) async fn log_in(ctx: &Ctx, gates: &Gates, command: DeskTry) -> Result<DeskLogin, Failure> {
    if ctx.mode == Mode::Production {
        return Ok(DeskLogin::NoSecondFactor);
    }
    let now = ctx.now();
    let policy = ctx.policy.at::<LoginPolicy>(now.date())?;
    // A name that cannot exist is looked for all the same.
    let login = clean_login(&command.login).unwrap_or_default();
    let staff = ctx.db.read("staff.by_login", move |tx| store::by_login(tx, &login)).await?;
    let known = command.device.as_ref().filter(|known| staff.as_ref().is_some_and(|(id, _)| *id == known.owner));
    if known.is_none()
        && let Err(secs) = gates.login(ctx, policy.cap())
    {
        return Ok(DeskLogin::Locked { secs });
    }
    let typed = typing::login(&command.login);
    let budgets = Budgets::of(ctx, Door::Desks, &typed, known.map(|known| known.device.as_str()));
    let mine = budgets.clone();
    if let Some(secs) = ctx.db.read("staff.guard", move |tx| mine.locked_secs(tx, now)).await? {
        return Ok(DeskLogin::Locked { secs });
    }
    let right = match &staff {
        Some((_, hash)) => ctx.hasher.verify(command.password, hash.clone()).await?,
        None => ctx.hasher.verify_nobody(command.password).await?,
    };
    let Some((staff, hash)) = staff.filter(|_| right) else {
        return refuse(ctx, &policy, &budgets).await;
    };
    let device = KnownDesk::issue(ctx, KnownDesk::word(ctx, command.device.as_ref()), &staff, policy.device_days);
    open(ctx, budgets, (staff, hash), command.before, device).await
}

async fn open(
    ctx: &Ctx,
    budgets: Budgets,
    (staff, hash): (StaffId, String),
    before: Option<Token>,
    device: KnownDesk,
) -> Result<DeskLogin, Failure> {
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
    let before = before.map(|token| token.hash());
    let opened = ctx.db.write(budgets.lane(), "staff.login", move |tx| -> Result<Option<i64>, DbFault> {
        // Tries that ran side by side may have locked the name meanwhile.
        if let Some(secs) = budgets.locked_secs(tx, now)? {
            return Ok(Some(secs));
        }
        // Ended, or given another password, while this one was verified: the next try is told.
        if !store::still(tx, &new.staff, &hash)? {
            return Err(DbFault::Busy);
        }
        budgets.forget(tx)?;
        if let Some(session) = before.as_ref().map(|hash| store::end_by_token(tx, hash, now)).transpose()?.flatten() {
            tx.audit(acting.act("session.revoked", session.as_str(), json!({ "why": "another login" })));
        }
        store::insert_session(tx, &new)?;
        tx.audit(entry.clone());
        Ok(None)
    });
    Ok(match opened.await? {
        Some(secs) => DeskLogin::Locked { secs },
        None => DeskLogin::In { token, device },
    })
}

async fn refuse(ctx: &Ctx, policy: &LoginPolicy, budgets: &Budgets) -> Result<DeskLogin, Failure> {
    let entry = ctx.act("login.refused", &format!("guard:{}", budgets.short()), json!({ "by": "desk" }));
    Ok(match budgets.count_wrong(ctx, "staff.login_refused", policy, entry).await? {
        Counted::Locked { secs } => DeskLogin::Locked { secs },
        Counted::Wrong { left } => DeskLogin::Wrong { left },
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
