//! Many people at once, signed in: for load, benchmarks and rushes in tests. Not for production.

use kernel::check_digit::mod11_2;
use kernel::{Date, IdNumber, Mobile, Moment, PersonName, Time};
use platform::audit::AuditEntry;
use platform::db::{DbFault, LaneKey};
use platform::{Actor, Ctx, Mode};
use serde_json::json;

use super::vouch::{self, Vouch, Vouchee, insure};
use super::{CITIZEN_PASSWORD, SeedError};
use crate::agreements::Shown;
use crate::askers::{DEVICE_COOKIE, KnownDevice};
use crate::failure::Failure;
use crate::people::{Newcomer, PersonId, store as people};
use crate::sessions::{self, COOKIE, NewSession, Prover, Seat};

/// People in one transaction: ten rows each, and a bulk closure writes 500 at most.
const CHUNK: i64 = 50;
/// Birthdays that the numbers are spread over.
const DAYS: i64 = 15_000;
/// How long their devices are known.
const DEVICE_DAYS: i64 = 180;
const FIRST_BIRTHDAY: Date = Date::constant(1960, 1, 1);

/// What becomes one person of a crowd.
struct One {
    new: Newcomer,
    session: NewSession,
    vouch: Vouch,
    cookies: String,
}

/// Adds `n` people, sealed like everybody else, each with a session on a loopback address. Returns
/// who they are with the `Cookie` header that signs them in on a device of their own, authenticated and
/// insured: `ses=…; dev=…`. All have the sample citizens' password, hashed once. Two calls at once can draw the same numbers; one of them is then refused.
///
/// # Errors
/// [`SeedError::Production`] in production.
pub async fn crowd(ctx: &Ctx, n: usize) -> Result<Vec<(PersonId, String)>, SeedError> {
    if ctx.mode == Mode::Production {
        return Err(SeedError::Production);
    }
    let ctx = ctx.acting(Actor::System);
    let hash = ctx.hasher.hash(CITIZEN_PASSWORD.to_owned()).await.map_err(Failure::from)?;
    let first = ctx.db.read("demo.people", |tx| people::count(tx, i64::MAX)).await?;
    let end = first.saturating_add(i64::try_from(n).unwrap_or(i64::MAX));
    let mut crowd = Vec::with_capacity(n);
    let mut from = first;
    while from < end {
        let to = end.min(from + CHUNK);
        let rows: Vec<One> = (from..to).map(|number| one(&ctx, number, &hash)).collect::<Result<_, _>>()?;
        crowd.extend(rows.iter().map(|one| (one.new.person.clone(), one.cookies.clone())));
        insert(&ctx, rows).await?;
        from = to;
    }
    Ok(crowd)
}

async fn insert(ctx: &Ctx, rows: Vec<One>) -> Result<(), DbFault> {
    let entry = |one: &One| ctx.act("account.created", one.new.login.account.as_str(), json!({ "demo": true }));
    let entries: Vec<AuditEntry> = rows.iter().map(entry).collect();
    let inserted = ctx.db.bulk(LaneKey::of("demo", "crowd"), "demo.crowd", move |tx| -> Result<(), DbFault> {
        for One { new, session, vouch, .. } in &rows {
            if !people::insert(tx, new)? {
                return Err(DbFault::Conflict("one of a crowd came twice".into()));
            }
            sessions::store::insert(tx, session, &new.login.account, &new.person)?;
            // They are nobody else's rows yet, so one lane may write them all.
            vouch::vouch(tx, vouch)?;
            insure(tx, vouch)?;
        }
        entries.iter().for_each(|entry| tx.audit(entry.clone()));
        Ok(())
    });
    inserted.await
}

/// The person with a number: every number has its own ID number and mobile number.
fn one(ctx: &Ctx, number: i64, hash: &str) -> Result<One, SeedError> {
    let sample = |why: &dyn std::fmt::Display| SeedError::Sample(format!("person {number} of a crowd: {why}"));
    let birth = Moment::at(FIRST_BIRTHDAY, Time::midnight()).plus_secs(number % DAYS * 86_400).date();
    let digits = format!("320402{:04}{:02}{:02}{:03}", birth.year(), birth.month(), birth.day(), 500 + number / DAYS);
    let check = mod11_2::of(&digits).ok_or_else(|| sample(&"no check digit"))?;
    let id_number = IdNumber::parse(&format!("{digits}{check}"), ctx.now().date()).map_err(|error| sample(&error))?;
    let mobile = Mobile::parse(&format!("177{number:08}")).map_err(|error| sample(&error))?;
    let name = PersonName::parse("市民").map_err(|error| sample(&error))?;
    let new = Newcomer::prepare(ctx, (&name, &id_number), &mobile, hash.to_owned(), &Shown::in_force(ctx)?, None)?;
    let device = KnownDevice::issue(ctx, KnownDevice::word(ctx, None), &new.login.account, DEVICE_DAYS);
    let session = NewSession::prepare(ctx, Seat::new("", ""), &device.device)?;
    let prover = Prover { person: new.person.clone(), account: new.login.account.clone(), session: session.id.clone() };
    let who = Vouchee { prover, subject: &new.id_number_blind, name: &name };
    let vouch = Vouch::prepare(ctx, &who, (&device.device, ""))?;
    let cookies = format!("{COOKIE}={}; {DEVICE_COOKIE}={}", session.token.secret(), device.cookie(ctx));
    Ok(One { new, session, vouch, cookies })
}
