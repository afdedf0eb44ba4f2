//! Bookings a second, in process and over HTTP, on both engines.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use health::SlotId;
use health::appointments::book::{Book, book};

use crate::city::{City, wishes};
use crate::load::{self, Tally};
use crate::raw;
use crate::report::Report;
use crate::store::Form;

type Done = Result<(), Box<dyn Error>>;

/// One visit each: nobody may have many at once.
const PEOPLE: usize = 8_400;
/// Bookings spread over all clinics on PostgreSQL; the others go to one.
const SPREAD: usize = 6_000;
/// People booking at the same time.
const AT_ONCE: usize = 64;
const LONGEST: Duration = Duration::from_secs(60);

/// SQLite: one commit a booking as the limit, then group commit, then the same over HTTP.
pub fn sqlite(report: &mut Report) -> Done {
    let city = City::build("sqlite", "", PEOPLE)?;
    let all = wishes(&city.places()?, PEOPLE, 8_400);
    let (first, rest) = all.split_at(800.min(all.len()));
    let (second, third) = rest.split_at(3_800.min(rest.len()));
    // One at a time: every booking pays for its own commit.
    let limit = in_process(&city, first, 1);
    let ours = in_process(&city, second, AT_ONCE);
    report.ratio("bookings, SQLite, in process", ours, limit, "/s", "≥ 4 × one commit a booking");
    let over_http = http(&city, third, AT_ONCE)?;
    report.ratio("bookings, SQLite, over HTTP", over_http.per_second(), ours, "/s", "≥ 0.4 × in process");
    city.end();
    Ok(())
}

/// PostgreSQL over HTTP, spread over clinics and all on one, beside pgbench with the same statements.
pub fn postgres(report: &mut Report, admin: &str) -> Done {
    let database = raw::database(admin, "renshe_bench")?;
    let city = City::build("postgres", &database, PEOPLE)?;
    let places = city.places()?;
    let all = wishes(&places, PEOPLE, SPREAD);
    // Warm connections and plans.
    http(&city, &all[..500], 16)?;
    let spread = http(&city, &all[500..], AT_ONCE)?;
    let last = &places.last().ok_or("no slots")?.clinic;
    let slots: Vec<_> = places.iter().filter(|place| place.clinic == *last).map(|place| place.slot.clone()).collect();
    for slot in &slots {
        city.widen(slot, 1_000_000)?;
    }
    let hot: Vec<_> = (SPREAD..PEOPLE).map(|person| (person, slots[person % slots.len()].clone())).collect();
    let hot = http(&city, &hot, AT_ONCE)?;
    city.end();
    for (form, said) in [(Form::Plain, "plain"), (Form::Merged, "merged")] {
        let raw_spread = raw::pgbench(admin, "renshe_bench", raw::Aim::Spread, form)?;
        let raw_hot = raw::pgbench(admin, "renshe_bench", raw::Aim::Hot, form)?;
        let name = |where_to| format!("bookings, PostgreSQL, over HTTP, {where_to}; pgbench {said}");
        report.ratio(&name("spread"), spread.per_second(), raw_spread, "/s", "≥ 0.8 × pgbench plain");
        report.ratio(&name("one hot clinic"), hot.per_second(), raw_hot, "/s", "≥ 1.5 × pgbench plain");
    }
    Ok(())
}

fn in_process(city: &City, wishes: &[(usize, SlotId)], at_once: usize) -> f64 {
    let started = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let wishes = Arc::new(wishes.to_vec());
    let good = city.runtime.block_on(async {
        let tasks: Vec<_> = (0..at_once)
            .map(|_| {
                let (next, wishes, ctx) = (Arc::clone(&next), Arc::clone(&wishes), city.ctx.clone());
                let people: Vec<_> = city.people.iter().map(|(person, _)| person.clone()).collect();
                tokio::spawn(async move {
                    let mut good = 0_u64;
                    while let Some((person, slot)) = wishes.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let command = Book { person: people[*person].clone(), slot: slot.clone() };
                        good += u64::from(book(&ctx, command).await.is_ok());
                    }
                    good
                })
            })
            .collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap_or(0);
        }
        sum
    });
    good as f64 / started.elapsed().as_secs_f64()
}

fn http(city: &City, wishes: &[(usize, SlotId)], connections: usize) -> Result<Tally, Box<dyn Error>> {
    let addr = city.serve()?;
    let mut lines: Vec<Vec<Vec<u8>>> = vec![Vec::new(); connections];
    for (number, (person, slot)) in wishes.iter().enumerate() {
        let (cookie, form) = city.form(*person);
        lines[number % connections].push(load::post(&format!("/slots/{slot}/book"), &cookie, &form));
    }
    let tally = city.runtime.block_on(load::drive(addr, lines, LONGEST));
    if tally.good < wishes.len() as u64 * 9 / 10 {
        return Err(format!(
            "{} of {} requests were answered well, {} at all",
            tally.good,
            wishes.len(),
            tally.answers
        )
        .into());
    }
    Ok(tally)
}
