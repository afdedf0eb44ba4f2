//! Another login password, by the old one (ACC-3). Whoever has forgotten the old one goes by `/forgot`.

use kernel::Mobile;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::budgets::{Budgets, Counted, Door};
use super::policy::LoginPolicy;
use crate::askers::KnownDevice;
use crate::failure::Failure;
use crate::messages;
use crate::password::{PasswordPolicy, personal_numbers, typed_twice, weakness};
use crate::people::store::{self as people, AccountRow};
use crate::people::{AccountId, PersonId, lane};
use crate::sessions::{self, Renewal, SessionId, Token};

/// Changes the login password of whoever is signed in.
pub(super) struct ChangePassword {
    pub(super) account: AccountId,
    pub(super) person: PersonId,
    /// Goes on, with another token; every other one ends.
    pub(super) session: SessionId,
    pub(super) device: Option<KnownDevice>,
    pub(super) old: String,
    pub(super) new: String,
}

/// What came of it.
pub(super) enum Changed {
    /// The new one stands; the browser is given this token.
    Done { token: Token },
    /// The new one may not be used; the error kind. The old one was not tried.
    Weak(&'static str),
    /// The old one was wrong.
    Wrong { left: i64 },
    /// Another browser has changed it since the old one was tried; nothing was changed here.
    Elsewhere,
    /// Too many wrong ones, here or at the login.
    Locked { secs: i64 },
}

/// Judges the new password, tries the old one within the budgets of the login, sets the new one, ends every
/// other session and tells the person.
pub(super) async fn change_password(ctx: &Ctx, command: ChangePassword) -> Result<Changed, Failure> {
    let now = ctx.now();
    let (account, mobile, personal) = find(ctx, &command).await?;
    if let Some(kind) = weakness(&command.new, &personal, &*ctx.policy.at::<PasswordPolicy>(now.date())?) {
        return Ok(Changed::Weak(kind));
    }
    let known = command.device.as_ref().filter(|known| known.owner == command.account);
    let budgets = Budgets::of(ctx, Door::Citizens, mobile.expose(), known.map(|known| known.device.as_str()));
    let mine = budgets.clone();
    if let Some(secs) = ctx.db.read("login.guard", move |tx| mine.locked_secs(tx, now)).await? {
        return Ok(Changed::Locked { secs });
    }
    let same = typed_twice(&command.old, &command.new);
    if !ctx.hasher.verify(command.old, account.password_hash.clone()).await? {
        let policy = ctx.policy.at::<LoginPolicy>(now.date())?;
        let entry = ctx.act("account.password_refused", account.account.as_str(), json!({}));
        return Ok(match budgets.count_wrong(ctx, "password.refused", &policy, entry).await? {
            Counted::Locked { secs } => Changed::Locked { secs },
            Counted::Wrong { left } => Changed::Wrong { left },
        });
    }
    // This is checked only after the old one was right, because it must not tell anybody what the password is.
    if same {
        return Ok(Changed::Weak("password-same"));
    }
    let mine = budgets.clone();
    let forgiven = ctx.db.write(budgets.lane(), "password.forgive", move |tx| -> Result<Option<i64>, DbFault> {
        let locked = mine.locked_secs(tx, now)?;
        if locked.is_none() {
            mine.forget(tx)?;
        }
        Ok(locked)
    });
    if let Some(secs) = forgiven.await? {
        return Ok(Changed::Locked { secs });
    }
    let hash = ctx.hasher.hash(command.new).await?;
    set(ctx, account, command.session, hash).await
}

/// The account as it is, its mobile number, and what no password of this person may contain.
async fn find(ctx: &Ctx, command: &ChangePassword) -> Result<(AccountRow, Mobile, Vec<String>), Failure> {
    let (vault, today) = (ctx.vault.clone(), ctx.now().date());
    let (id, person) = (command.account.clone(), command.person.clone());
    let found = ctx.db.read("password.account", move |tx: &mut Tx<'_>| -> Result<_, DbFault> {
        let hash = people::password_hash(tx, &id)?;
        let mobile = people::reach(tx, &vault, &person)?.and_then(|reach| reach.mobile);
        let number = people::real_identity(tx, &vault, &person, today)?.map(|(_, number)| number);
        Ok(hash.zip(mobile).zip(Some(number)))
    });
    let ((password_hash, mobile), number) = found.await?.ok_or(Failure::NoSuchPerson)?;
    let personal = personal_numbers(Some(&mobile), number.as_ref());
    let account = AccountRow { account: command.account.clone(), person: command.person.clone(), password_hash };
    Ok((account, mobile, personal))
}

async fn set(ctx: &Ctx, account: AccountRow, session: SessionId, hash: String) -> Result<Changed, Failure> {
    let now = ctx.now();
    let renewal = Renewal::draw(ctx, &session);
    let token = renewal.token().clone();
    let person = account.person.clone();
    let note = messages::prepare(ctx, &person, "password_changed", &json!({ "changed_at": now.ms() }), true).await?;
    let acting = ctx.clone();
    let changed = ctx.db.write(lane(&person), "password.change", move |tx| -> Result<bool, DbFault> {
        // Changed by another browser since the old one was tried: it is not the old one any more.
        if !people::still(tx, &account)? {
            return Ok(false);
        }
        people::set_password(tx, &account.person, &hash)?;
        let ended = sessions::store::end_others(tx, &account.person, &session, now)?;
        sessions::renew_alone(tx, &renewal)?;
        messages::insert(tx, &note)?;
        tx.audit(acting.act("account.password_changed", account.account.as_str(), json!({ "sessions": ended })));
        Ok(true)
    });
    Ok(if changed.await? { Changed::Done { token } } else { Changed::Elsewhere })
}
