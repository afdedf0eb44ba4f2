//! Login with an ID number or a mobile number, and the password.

use kernel::{IdNumber, Mobile, typing};
use platform::db::{DbFault, Tx};
use platform::{Actor, Ctx};
use serde_json::json;

use super::budgets::{Budgets, Counted, Door};
use super::policy::LoginPolicy;
use crate::askers::KnownDevice;
use crate::blind::Blind;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::people::AccountId;
use crate::people::store::{self as people, AccountRow};
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
    let (typed, named) = read_name(ctx, &command.login);
    let used_here = command.device.as_ref().map(|known| known.owner.clone());
    let account = ctx.db.read("login.account", move |tx| find(tx, &named, used_here.as_ref())).await?;
    let known = command.device.as_ref().filter(|known| account.as_ref().is_some_and(|row| row.account == known.owner));
    // Many people share one address, so a known device has a budget of its own.
    if known.is_none()
        && let Err(secs) = gates.login(ctx, policy.cap())
    {
        return Ok(PasswordLogin::Locked { secs });
    }
    let budgets = Budgets::of(ctx, Door::Citizens, &typed, known.map(|known| known.device.as_str()));
    let mine = budgets.clone();
    if let Some(secs) = ctx.db.read("login.guard", move |tx| mine.locked_secs(tx, now)).await? {
        return Ok(PasswordLogin::Locked { secs });
    }
    // The same work where there is no account, so that both take as long (T04).
    let right = match &account {
        Some(row) => ctx.hasher.verify(command.password, row.password_hash.clone()).await?,
        None => ctx.hasher.verify_nobody(command.password).await?,
    };
    let Some(account) = account.filter(|_| right) else {
        return refuse(ctx, &policy, &budgets).await;
    };
    let word = KnownDevice::word(ctx, command.device.as_ref());
    let device = KnownDevice::issue(ctx, word, &account.account, policy.device_days);
    let new = NewSession::prepare(ctx, command.seat, &device.device)?;
    let token = new.token.clone();
    Ok(match open(ctx, budgets, account, new).await? {
        Ok(()) => PasswordLogin::In { token, device },
        Err(Some(secs)) => PasswordLogin::Locked { secs },
        Err(None) => PasswordLogin::Wrong { left: policy.tries },
    })
}

/// Opens the session; `Err` holds the seconds of a lock that came meanwhile, or nothing where the account
/// is not what it was.
async fn open(
    ctx: &Ctx,
    budgets: Budgets,
    account: AccountRow,
    new: NewSession,
) -> Result<Result<(), Option<i64>>, Failure> {
    let now = ctx.now();
    let ok = ctx.acting(Actor::Citizen(account.account.as_str().to_owned())).act(
        "login.ok",
        account.account.as_str(),
        json!({ "by": "password" }),
    );
    let opened = ctx.db.write(budgets.lane(), "login.by_password", move |tx| -> Result<_, DbFault> {
        if let Some(secs) = budgets.locked_secs(tx, now)? {
            return Ok(Err(Some(secs)));
        }
        if !people::still(tx, &account)? {
            return Ok(Err(None));
        }
        budgets.forget(tx)?;
        sessions::store::insert(tx, &new, &account.account, &account.person)?;
        tx.audit(ok.clone());
        Ok(Ok(()))
    });
    Ok(opened.await?)
}

async fn refuse(ctx: &Ctx, policy: &LoginPolicy, budgets: &Budgets) -> Result<PasswordLogin, Failure> {
    let entry = ctx.act("login.refused", &format!("guard:{}", budgets.short()), json!({ "by": "password" }));
    Ok(match budgets.count_wrong(ctx, "login.refused", policy, entry).await? {
        Counted::Locked { secs } => PasswordLogin::Locked { secs },
        Counted::Wrong { left } => PasswordLogin::Wrong { left },
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

fn find(tx: &mut Tx<'_>, named: &Named, used_here: Option<&AccountId>) -> Result<Option<AccountRow>, DbFault> {
    match named {
        Named::Mobile(mobile) => people::by_mobile(tx, mobile),
        Named::Number(number) => people::by_id_number(tx, number, used_here),
        // The same work as for a name that could be somebody's.
        Named::Nobody => people::by_mobile(tx, &Blind::stored(Vec::new())),
    }
}
