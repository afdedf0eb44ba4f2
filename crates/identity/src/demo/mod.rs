//! People and staff of the demo city. Names and numbers are invented; the ID numbers are generated.

mod crowd;
mod vouch;

use kernel::{IdNumber, Mobile, PersonName};
use platform::db::DbFault;
use platform::{Actor, Ctx, Mode};
use serde_json::json;

use crate::agreements::Shown;
use crate::askers::KnownDevice;
use crate::blind::Blind;
use crate::devices;
use crate::failure::Failure;
use crate::institutions::{HospitalId, InstitutionId};
use crate::owners;
use crate::pay_password::Pin;
use crate::people::{Newcomer, PersonId, lane, store as people};
use crate::sessions::{self, Token};
use crate::staff::{self, AddStaff, AddStaffError, Role};

pub use crowd::crowd;
use vouch::{Vouch, Vouchee, insure};

/// Password of every citizen of the demo city.
pub(crate) const CITIZEN_PASSWORD: &str = "changzhou2026";
/// Password of every clerk of the demo city.
const CLERK_PASSWORD: &str = "gongzuotai2026";

/// Name, ID number, mobile number.
const CITIZENS: [(&str, &str, &str); 4] = [
    ("周明远", "320402198001010012", "13900000001"),
    ("林晓岚", "32040419900615002X", "13900000002"),
    ("沈德福", "320411195812080033", "13900000003"),
    ("古丽娜尔·艾山", "320412197001010029", "13900000004"),
];

/// Names of the clerks, one a hospital, in order.
const CLERKS: [(&str, &str); 3] = [("chuangkou1", "钱慧"), ("chuangkou2", "吴建平"), ("chuangkou3", "郑小雨")];

/// The clerk of the service window: login name and name.
const WINDOW: (&str, &str) = ("fuwu1", "孙丽华");

/// A sample citizen, as partners must know them too.
#[derive(Debug, Clone, Copy)]
pub struct DemoCitizen {
    /// The name.
    pub name: &'static str,
    /// The ID number.
    pub number: &'static str,
    /// The mobile number.
    pub mobile: &'static str,
}

/// The sample citizens in their order.
pub fn citizens() -> [DemoCitizen; 4] {
    CITIZENS.map(|(name, number, mobile)| DemoCitizen { name, number, mobile })
}

/// A login to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoLogin {
    /// Whose.
    pub name: String,
    /// Mobile number, or staff login name.
    pub login: String,
    /// The password.
    pub password: String,
    /// `citizen`, or a staff role.
    pub role: &'static str,
    /// The institution that staff serve.
    pub institution: Option<InstitutionId>,
}

/// Why the demo city could not be peopled.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A city has people of its own.
    #[error("sample people are for the demo only")]
    Production,
    /// The sample data in this file does not parse.
    #[error("sample data: {0}")]
    Sample(String),
    /// A clerk could not be added.
    #[error(transparent)]
    Staff(#[from] AddStaffError),
    /// Something beneath did not work.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<DbFault> for SeedError {
    fn from(fault: DbFault) -> SeedError {
        SeedError::Failure(fault.into())
    }
}

/// Puts the sample people in, and a clerk for each of the first hospitals; those who are there
/// already stay as they are. Returns everybody's login.
///
/// # Errors
/// [`SeedError::Production`] in production.
pub async fn seed(ctx: &Ctx, hospitals: &[HospitalId]) -> Result<Vec<DemoLogin>, SeedError> {
    if ctx.mode == Mode::Production {
        return Err(SeedError::Production);
    }
    let ctx = ctx.acting(Actor::System);
    let mut logins = Vec::new();
    for (name, number, mobile) in CITIZENS {
        citizen(&ctx, name, number, mobile).await?;
        logins.push(DemoLogin {
            name: name.to_owned(),
            login: mobile.to_owned(),
            password: CITIZEN_PASSWORD.to_owned(),
            role: "citizen",
            institution: None,
        });
    }
    for ((login, name), hospital) in CLERKS.into_iter().zip(hospitals) {
        let institution = Some(InstitutionId::from(hospital.clone()));
        clerk(&ctx, login, name, Role::Clerk, institution.clone()).await?;
        logins.push(DemoLogin {
            name: name.to_owned(),
            login: login.to_owned(),
            password: CLERK_PASSWORD.to_owned(),
            role: Role::Clerk.as_str(),
            institution,
        });
    }
    let (login, name) = WINDOW;
    clerk(&ctx, login, name, Role::Window, None).await?;
    logins.push(DemoLogin {
        name: name.to_owned(),
        login: login.to_owned(),
        password: CLERK_PASSWORD.to_owned(),
        role: Role::Window.as_str(),
        institution: None,
    });
    Ok(logins)
}

/// Vouches for whoever is signed in with a session's token in the browser of a device cookie: they
/// count as authenticated on it, and as insured here. `agent` is what the browser calls itself; it
/// sits on this machine.
///
/// # Errors
/// [`SeedError::Production`] in production; [`SeedError::Sample`] if nobody is signed in with these.
pub async fn vouch(ctx: &Ctx, token: &str, device: &str, agent: &str) -> Result<(), SeedError> {
    if ctx.mode == Mode::Production {
        return Err(SeedError::Production);
    }
    let ctx = ctx.acting(Actor::System);
    let nobody = || SeedError::Sample("nobody is signed in with this token on this device".into());
    let hash = Token::parse(token).ok_or_else(nobody)?.hash();
    let device = KnownDevice::read(&ctx, device).ok_or_else(nobody)?.device;
    let (vault, today) = (ctx.vault.clone(), ctx.now().date());
    let found = ctx.db.read("demo.signed_in", move |tx| -> Result<_, DbFault> {
        let Some(prover) = sessions::store::owner_of(tx, &hash)? else { return Ok(None) };
        let named = people::real_identity(tx, &vault, &prover.person, today)?;
        Ok(named.map(|(name, number)| (prover, name, number)))
    });
    let (prover, name, number) = found.await?.ok_or_else(nobody)?;
    let (subject, person) = (Blind::id_number(&ctx.vault, &number), prover.person.clone());
    let who = Vouchee { prover, subject: &subject, name: &name };
    let new = Vouch::prepare(&ctx, &who, (&device, agent))?;
    let insured = new.clone();
    ctx.db.write(subject.lane(), "demo.vouch", move |tx| vouch::vouch(tx, &new)).await?;
    ctx.db.write(lane(&person), "demo.insure", move |tx| insure(tx, &insured)).await?;
    Ok(())
}

/// Leaves the key of a device on which somebody was vouched for, as its browser's script does. `key`: a point of P-256,
/// uncompressed.
///
/// # Errors
/// [`SeedError::Production`] in production; [`SeedError::Sample`] if this is not a device of theirs.
pub async fn leave_key(ctx: &Ctx, person: &PersonId, device: &str, key: &[u8]) -> Result<(), SeedError> {
    if ctx.mode == Mode::Production {
        return Err(SeedError::Production);
    }
    let nobody = || SeedError::Sample("nobody was vouched for on this device".into());
    let word = KnownDevice::read(ctx, device).ok_or_else(nobody)?.device;
    let (whose, key, now) = (person.clone(), key.to_vec(), ctx.now());
    let left = ctx
        .db
        .write(lane(person), "demo.leave_key", move |tx| devices::store::give_key(tx, (&whose, &word), &key, now));
    if left.await? { Ok(()) } else { Err(nobody()) }
}

/// The ID number of somebody, for a sandbox that is to know them too; `None` if there is nobody.
///
/// # Errors
/// [`SeedError::Production`] in production.
pub async fn number_of(ctx: &Ctx, person: &PersonId) -> Result<Option<IdNumber>, SeedError> {
    if ctx.mode == Mode::Production {
        return Err(SeedError::Production);
    }
    let (vault, person, today) = (ctx.vault.clone(), person.clone(), ctx.now().date());
    let found = ctx.db.read("demo.number", move |tx| people::real_identity(tx, &vault, &person, today)).await?;
    Ok(found.map(|(_, number)| number))
}

/// Gives people a payment password (电子社保卡支付密码); who has one keeps it.
///
/// # Errors
/// [`SeedError::Production`] in production.
pub async fn give_pay_password(ctx: &Ctx, people: &[PersonId], pin: &str) -> Result<(), SeedError> {
    if ctx.mode == Mode::Production {
        return Err(SeedError::Production);
    }
    let pin = Pin::parse(pin).ok_or_else(|| SeedError::Sample("the payment password is six digits".to_owned()))?;
    Ok(crate::pay_password::give(&ctx.acting(Actor::System), people, &pin).await?)
}

async fn citizen(ctx: &Ctx, name: &str, number: &str, mobile: &str) -> Result<(), SeedError> {
    let sample = |why: String| SeedError::Sample(format!("{name}: {why}"));
    let name = PersonName::parse(name).map_err(|error| sample(error.to_string()))?;
    let number = IdNumber::parse(number, ctx.now().date()).map_err(|error| sample(error.to_string()))?;
    let mobile = Mobile::parse(mobile).map_err(|error| sample(error.to_string()))?;
    // Hashing is slow and sealing makes a key: both only where there is something to insert.
    let (of_number, of_mobile) = (Blind::id_number(&ctx.vault, &number), Blind::mobile(&ctx.vault, &mobile));
    let there = ctx.db.read("demo.owners", move |tx| -> Result<bool, DbFault> {
        Ok(owners::store::owner(tx, &of_number)?.is_some() || people::by_mobile(tx, &of_mobile)?.is_some())
    });
    if there.await? {
        return Ok(());
    }
    let hash = ctx.hasher.hash(CITIZEN_PASSWORD.to_owned()).await.map_err(Failure::from)?;
    // Known to the bureau for long: the number is theirs, though nobody has been authenticated on a device.
    let new = Newcomer::prepare(ctx, (&name, &number), &mobile, hash, &Shown::in_force(ctx)?, None)?;
    let entry =
        ctx.act("account.created", new.login.account.as_str(), json!({ "person": new.person.as_str(), "demo": true }));
    let lane = new.login.mobile_blind.lane();
    let inserted = ctx.db.write(lane, "demo.citizen", move |tx| -> Result<(), DbFault> {
        let theirs = people::insert(tx, &new)? && owners::store::own(tx, &new.id_number_blind, &new.person, new.now)?;
        if !theirs {
            return Err(DbFault::Conflict("a sample person came twice".into()));
        }
        tx.audit(entry.clone());
        Ok(())
    });
    match inserted.await {
        // Another instance was faster.
        Ok(()) | Err(DbFault::Conflict(_)) => Ok(()),
        Err(fault) => Err(fault.into()),
    }
}

async fn clerk(
    ctx: &Ctx,
    login: &str,
    name: &str,
    role: Role,
    institution: Option<InstitutionId>,
) -> Result<(), SeedError> {
    let command = AddStaff {
        login: login.to_owned(),
        name: name.to_owned(),
        role,
        institution,
        password: CLERK_PASSWORD.to_owned(),
    };
    match staff::add(ctx, command).await {
        Ok(_) | Err(AddStaffError::Taken) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
