//! Brings the people into the database: the named ones before the ports answer, the drawn ones
//! behind them.

use std::sync::Arc;

use platform::db::{Db, DbFault, LaneKey};

use super::draw::{City, Drawn};
use super::first::{self, FirstPerson};
use super::store;

/// People in one transaction: long enough to be quick, short enough to let others through.
const CHUNK: usize = 500;

/// Puts the named people in.
pub(crate) async fn welcome(db: &Db, first: Vec<FirstPerson>, seed: u64) -> Result<(), DbFault> {
    db.write(lane(), "sandbox.people.first", move |tx| first::insert_all(tx, &first, seed)).await
}

/// Draws the city up to a number of people. What an earlier start has put in stays as it is; a
/// start that was cut short is taken up where it ended.
pub(crate) async fn fill(db: &Db, seed: u64, people: usize) -> Result<(), DbFault> {
    let drawn = db.read("sandbox.people.drawn", store::drawn).await?;
    let drawn = usize::try_from(drawn).unwrap_or(usize::MAX);
    if drawn >= people {
        return Ok(());
    }
    let mut city = City::new(seed);
    let mut done = 0;
    while done < people {
        let many = CHUNK.min(people - done);
        // Drawing takes the processor, not the database: it does not hold up the runtime.
        let (back, chunk) = tokio::task::spawn_blocking(move || {
            let chunk: Vec<Drawn> = (0..many).map(|_| city.draw()).collect();
            (city, chunk)
        })
        .await
        .map_err(|_| DbFault::Panicked)?;
        city = back;
        if done + many > drawn {
            let (chunk, from) = (Arc::new(chunk), i64::try_from(done).unwrap_or(i64::MAX));
            db.bulk(lane(), "sandbox.people.fill", move |tx| {
                for (place, drawn) in (from..).zip(chunk.iter()) {
                    let added = store::insert(tx, place, &drawn.person)?;
                    if let (true, Some(card)) = (added, &drawn.replaced) {
                        store::insert_card(tx, card)?;
                    }
                }
                Ok::<_, DbFault>(())
            })
            .await?;
        }
        done += many;
    }
    tracing::info!(people, seed, "sandbox.people.filled");
    Ok(())
}

/// New rows belong to nobody yet.
fn lane() -> LaneKey {
    LaneKey::of("sandbox_people", "")
}
