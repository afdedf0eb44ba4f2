//! Login with an ID number or a mobile number, and the password.

use kernel::{IdNumber, Mobile, typing};
use platform::db::{DbFault, Tx};
use platform::{Actor, Ctx};
use serde_json::json;

use super::device::KnownDevice;
use super::guard::Guard;
use super::store;
use crate::blind::Blind;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::people::store::{self as people, AccountRow};
use crate::policy::LoginPolicy;
use crate::sessions::{self, NewSession, Seat, Token};

/// Logs in by password.
pub(crate) struct ByPassword {
    /// As typed: an ID number, a mobile number, or neither.
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) seat: Seat,
    pub(crate) device: Option<KnownDevice>,
}

/// What came of it. Nothing here depends on whether there is such an account, but `In`.
pub(crate) enum PasswordLogin {
    In { token: Token, device: KnownDevice },
    Wrong { left: i64 },
    Locked { secs: i64 },
}

/// Who is meant by what was typed.
enum Named {
    Number(Blind),
    Mobile(Blind),
    Nobody,
}

/// Verifies the password and opens a session; wrong tries climb the lock-out ladder, also those
/// that ran side by side, since the guard is read again where it is written.
pub(crate) async fn by_password(ctx: &Ctx, gates: &Gates, command: ByPassword) -> Result<PasswordLogin, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<LoginPolicy>(now.date())?;
    if let Err(secs) = gates.login(ctx, &policy) {
        return Ok(PasswordLogin::Locked { secs });
    }
    let (typed, named) = read_name(ctx, &command.login);
    let account = ctx.db.read("login.account", move |tx| find(tx, &named)).await?;
    let known =
        command.device.as_ref().filter(|known| account.as_ref().is_some_and(|row| row.account == known.account));
    let key = Blind::guard(&ctx.vault, &typed, known.map(|known| known.device.as_str()));
    let of_key = key.clone();
    let before = ctx.db.read("login.guard", move |tx| store::guard(tx, &of_key)).await?;
    if let Some(secs) = before.locked_secs(now) {
        return Ok(PasswordLogin::Locked { secs });
    }
    // The same work where there is no account, so that both take as long (T04).
    let right = match &account {
        Some(row) => ctx.hasher.verify(command.password, row.password_hash.clone()).await?,
        None => ctx.hasher.verify_nobody(command.password).await?,
    };
    let Some(account) = account.filter(|_| right) else {
        return refuse(ctx, &policy, key).await;
    };
    let new = NewSession::prepare(ctx, command.seat)?;
    let device = KnownDevice::issue(ctx, command.device.as_ref(), &account.account, policy.device_days);
    let token = new.token.clone();
    let ok = ctx.acting(Actor::Citizen(account.account.as_str().to_owned())).act(
        "login.ok",
        account.account.as_str(),
        json!({ "by": "password" }),
    );
    let lane = key.lane();
    let opened = ctx.db.write(lane, "login.by_password", move |tx| -> Result<Result<(), Option<i64>>, DbFault> {
        if let Some(secs) = store::guard(tx, &key)?.locked_secs(now) {
            return Ok(Err(Some(secs)));
        }
        if !people::still(tx, &account)? {
            return Ok(Err(None));
        }
        store::forget(tx, &key)?;
        sessions::store::insert(tx, &new, &account.account, &account.person)?;
        tx.audit(ok.clone());
        Ok(Ok(()))
    });
    Ok(match opened.await? {
        Ok(()) => PasswordLogin::In { token, device },
        Err(Some(secs)) => PasswordLogin::Locked { secs },
        Err(None) => PasswordLogin::Wrong { left: policy.tries },
    })
}

async fn refuse(ctx: &Ctx, policy: &LoginPolicy, key: Blind) -> Result<PasswordLogin, Failure> {
    let entry = ctx.act("login.refused", &format!("guard:{}", key.short()), json!({ "by": "password" }));
    Ok(match count_wrong(ctx, "login.refused", key, policy, entry).await? {
        Counted::Locked { secs } => PasswordLogin::Locked { secs },
        Counted::Wrong { left } => PasswordLogin::Wrong { left },
    })
}

/// Where a name stands after a wrong try, at the moment it was counted.
pub(crate) enum Counted {
    Wrong { left: i64 },
    Locked { secs: i64 },
}

/// Counts a wrong try; while a lock is in force nothing more is counted.
pub(crate) async fn count_wrong(
    ctx: &Ctx,
    name: &'static str,
    key: Blind,
    policy: &LoginPolicy,
    entry: platform::audit::AuditEntry,
) -> Result<Counted, Failure> {
    let (now, rules) = (ctx.now(), policy.clone());
    let counted = ctx.db.write(key.lane(), name, move |tx| -> Result<Guard, DbFault> {
        let before = store::hold(tx, &key, now)?;
        if before.locked_secs(now).is_some() {
            return Ok(before);
        }
        let after = before.after_wrong(now, &rules);
        store::remember(tx, &key, &after, now)?;
        tx.audit(entry.clone());
        Ok(after)
    });
    let guard = counted.await?;
    Ok(match guard.locked_secs(now) {
        Some(secs) => Counted::Locked { secs },
        None => Counted::Wrong { left: guard.left(policy) },
    })
}

/// The typed name in one form (so that spaces make no new budget), and who it may mean.
fn read_name(ctx: &Ctx, typed: &str) -> (String, Named) {
    if let Ok(mobile) = Mobile::parse(typed) {
        return (mobile.expose().to_owned(), Named::Mobile(Blind::mobile(&ctx.vault, &mobile)));
    }
    if let Ok(number) = IdNumber::parse(typed, ctx.now().date()) {
        return (number.expose().to_owned(), Named::Number(Blind::id_number(&ctx.vault, &number)));
    }
    (typing::login(typed), Named::Nobody)
}

fn find(tx: &mut Tx<'_>, named: &Named) -> Result<Option<AccountRow>, DbFault> {
    match named {
        Named::Mobile(mobile) => people::by_mobile(tx, mobile),
        Named::Number(number) => people::by_id_number(tx, number),
        // The same work as for a name that could be somebody's.
        Named::Nobody => people::by_mobile(tx, &Blind::stored(Vec::new())),
    }
}
