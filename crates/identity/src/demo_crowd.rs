//! Many people at once, signed in: for load, benchmarks and rushes in tests. Not for production.

use kernel::check_digit::mod11_2;
use kernel::{Date, IdNumber, Mobile, Moment, PersonName, Time};
use platform::db::{DbFault, LaneKey};
use platform::{Actor, Ctx, Mode};
use serde_json::json;

use crate::demo::{CITIZEN_PASSWORD, SeedError};
use crate::failure::Failure;
use crate::people::{Newcomer, PersonId, store as people};
use crate::sessions::{self, COOKIE, NewSession, Seat};

/// People in one transaction: four rows each, and a bulk closure writes 500 at most.
const CHUNK: i64 = 100;
/// Birthdays that the numbers are spread over.
const DAYS: i64 = 15_000;
const FIRST_BIRTHDAY: Date = Date::constant(1960, 1, 1);

type Rows = Vec<(Newcomer, NewSession)>;

/// Adds `n` people, sealed like everybody else, each with a session on a loopback address. Returns
/// who they are with the `Cookie` header that signs them in. All have the sample citizens' password,
/// hashed once. Two calls at once can draw the same numbers; one of them is then refused.
///
/// # Errors
/// [`SeedError::Production`] in production.
pub async fn crowd(ctx: &Ctx, n: usize) -> Result<Vec<(PersonId, String)>, SeedError> {
    if ctx.mode == Mode::Production {
        return Err(SeedError::Production);
    }
    let ctx = ctx.acting(Actor::System);
    let hash = ctx.hasher.hash(CITIZEN_PASSWORD.to_owned()).await.map_err(Failure::from)?;
    let first = ctx.db.read("demo.people", people::count).await?;
    let end = first.saturating_add(i64::try_from(n).unwrap_or(i64::MAX));
    let mut crowd = Vec::with_capacity(n);
    let mut from = first;
    while from < end {
        let to = end.min(from + CHUNK);
        let rows: Rows = (from..to).map(|number| rows(&ctx, number, &hash)).collect::<Result<_, _>>()?;
        crowd.extend(
            rows.iter().map(|(new, session)| (new.person.clone(), format!("{COOKIE}={}", session.token.secret()))),
        );
        insert(&ctx, rows).await?;
        from = to;
    }
    Ok(crowd)
}

async fn insert(ctx: &Ctx, rows: Rows) -> Result<(), DbFault> {
    let entry = ctx.act("account.created", "demo:crowd", json!({ "people": rows.len(), "demo": true }));
    let inserted = ctx.db.bulk(LaneKey::of("demo", "crowd"), "demo.crowd", move |tx| -> Result<(), DbFault> {
        for (new, session) in &rows {
            if !people::insert(tx, new)? {
                return Err(DbFault::Conflict("one of a crowd came twice".into()));
            }
            sessions::store::insert(tx, session, &new.account, &new.person)?;
        }
        tx.audit(entry.clone());
        Ok(())
    });
    inserted.await
}

/// The person with a number: every number has its own ID number and mobile number.
fn rows(ctx: &Ctx, number: i64, hash: &str) -> Result<(Newcomer, NewSession), SeedError> {
    let sample = |why: &dyn std::fmt::Display| SeedError::Sample(format!("person {number} of a crowd: {why}"));
    let birth = Moment::at(FIRST_BIRTHDAY, Time::midnight()).plus_secs(number % DAYS * 86_400).date();
    let digits = format!("320402{:04}{:02}{:02}{:03}", birth.year(), birth.month(), birth.day(), 500 + number / DAYS);
    let check = mod11_2::of(&digits).ok_or_else(|| sample(&"no check digit"))?;
    let id_number = IdNumber::parse(&format!("{digits}{check}"), ctx.now().date()).map_err(|error| sample(&error))?;
    let mobile = Mobile::parse(&format!("177{number:08}")).map_err(|error| sample(&error))?;
    let name = PersonName::parse("市民").map_err(|error| sample(&error))?;
    let new = Newcomer::prepare(ctx, &name, &id_number, &mobile, hash.to_owned()).map_err(Failure::from)?;
    let session = NewSession::prepare(ctx, Seat::new("", ""))?;
    Ok((new, session))
}
