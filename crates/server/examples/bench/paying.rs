//! Whole payments a second: booked, settled by the insurer, the rest paid at the channel's cashier, the notice heard;
//! against a sandbox in a process of its own. And notices a second, on orders that wait for them.

mod client;
mod town;

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kernel::{Clock, Fen, OsRng, SystemClock};
use platform::password::Hasher;
use sandbox::NoticeSigner;

use crate::raw;
use crate::report::Report;
use client::Client;
use town::Town;

type Done = Result<(), Box<dyn Error>>;

/// People paying at the same time.
const AT_ONCE: usize = 16;
/// Clinics that each person pays for from three purses, and as many more that are paid by a notice.
const ROUNDS: usize = 4;
/// Clinics that cost nothing and that each person books: enough for a steady rate.
const BOOKINGS: usize = 16;
/// Looks at a password, one after another.
const CHECKS: u32 = 20;
/// Own money that waits for its notice, fen.
const FEE: Fen = Fen::new(2_500);

/// On both engines.
pub fn run(report: &mut Report, postgres: Option<&str>) -> Done {
    measure(report, "SQLite", "")?;
    match postgres {
        Some(admin) => measure(report, "PostgreSQL", &raw::database(admin, "renshe_bench_pay")?),
        None => Ok(()),
    }
}

fn measure(report: &mut Report, engine: &str, database: &str) -> Done {
    let town = Arc::new(Town::start(database)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let people = town.payers.len();
    let bookings = runtime.block_on(many(&town, people * BOOKINGS, move |client, town, at| async move {
        // Neighbours book different clinics, and nobody the same one twice.
        let (person, round) = (at % people, at / people);
        client.book(&town.payers[person], &town.free[(person + round) % town.free.len()]).await.is_some()
    }))?;
    let (before, looks) = (town.cpu_ms()?, town.looks.load(Ordering::Relaxed));
    let paid = runtime.block_on(many(&town, people * ROUNDS, move |client, town, at| async move {
        let (person, round) = (at % people, at / people);
        client.pays(&town.payers[person], &town.priced[(person + round) % ROUNDS]).await.is_some()
    }))?;
    let looks = (town.looks.load(Ordering::Relaxed) - looks) as f64 / paid.good.max(1) as f64;
    let cpu = (town.cpu_ms()? - before) / paid.good.max(1) as f64;
    let name = |what: &str| format!("{what}, {engine}");
    report.ratio(&name("mixed payments against the sandbox"), paid.rate(), bookings.rate(), "/s", "beside bookings");
    let check = runtime.block_on(password_check())?;
    report.ratio(&name("processor a mixed payment, platform alone; one password check"), cpu, check, "ms", "—");
    report.figure(&name("pages looked at, a mixed payment"), looks, "", "—");
    let waiting = runtime.block_on(offered(&town))?;
    let told = runtime.block_on(notices(&town, &waiting.numbers))?;
    runtime.block_on(all_settled(&town, waiting.orders))?;
    report.ratio(&name("notices accepted"), told.rate(), bookings.rate(), "/s", "beside bookings");
    report.figure(&name("notices, median"), told.percentile(50), "ms", "—");
    report.figure(&name("notices, p99"), told.percentile(99), "ms", "< 5000, the channel's patience");
    drop(runtime);
    Arc::try_unwrap(town).map_err(|_| "the town is still in use")?.end();
    Ok(())
}

/// What one look at a payment password costs by itself, milliseconds: the floor under a payment.
async fn password_check() -> Result<f64, Box<dyn Error>> {
    let hasher = Hasher::new(Arc::new(OsRng), [7; 32])?;
    let hash = hasher.hash(town::PIN.to_owned()).await?;
    let begun = Instant::now();
    for _ in 0..CHECKS {
        hasher.verify(town::PIN.to_owned(), hash.clone()).await?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1000.0 / f64::from(CHECKS))
}

/// What came of many things done at once.
struct Tally {
    good: usize,
    seconds: f64,
    millis: Vec<f64>,
}

impl Tally {
    fn rate(&self) -> f64 {
        self.good as f64 / self.seconds.max(1e-9)
    }

    fn percentile(&self, percent: usize) -> f64 {
        let at = (self.millis.len() * percent / 100).min(self.millis.len().saturating_sub(1));
        self.millis.get(at).copied().unwrap_or(0.0)
    }
}

/// Does something `count` times, [`AT_ONCE`] at a time.
async fn many<F, W>(town: &Arc<Town>, count: usize, work: F) -> Result<Tally, Box<dyn Error>>
where
    F: Fn(Arc<Client>, Arc<Town>, usize) -> W + Clone + Send + 'static,
    W: Future<Output = bool> + Send,
{
    let (next, begun) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (town, next, work, client) =
            (Arc::clone(town), Arc::clone(&next), work.clone(), Arc::new(Client::new(town)?));
        workers.spawn(async move {
            let mut millis = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= count {
                    return millis;
                }
                let begun = Instant::now();
                if work(Arc::clone(&client), Arc::clone(&town), at).await {
                    millis.push(begun.elapsed().as_secs_f64() * 1000.0);
                }
            }
        });
    }
    let mut millis: Vec<f64> = workers.join_all().await.into_iter().flatten().collect();
    let seconds = begun.elapsed().as_secs_f64();
    millis.sort_by(f64::total_cmp);
    if millis.len() < count {
        return Err(format!("{} of {count} went wrong", count - millis.len()).into());
    }
    Ok(Tally { good: millis.len(), seconds, millis })
}

/// Orders that wait for their notices.
struct Waiting {
    /// Whose by their place among the people, and the order.
    orders: Vec<(usize, String)>,
    /// Our numbers of their payments.
    numbers: Vec<String>,
}

/// Orders whose own money is offered at the channel.
async fn offered(town: &Arc<Town>) -> Result<Waiting, Box<dyn Error>> {
    let people = town.payers.len();
    let orders: Arc<Mutex<Vec<(usize, String)>>> = Arc::default();
    let found = Arc::clone(&orders);
    many(town, people * ROUNDS, move |client, town, at| {
        let found = Arc::clone(&found);
        async move {
            let slot = &town.priced[ROUNDS + at / people];
            let order = client.offers(&town.payers[at % people], slot, FEE).await;
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            order.map(|order| found.push((at % people, order))).is_some()
        }
    })
    .await?;
    let numbers = town.open_payments().await?;
    let orders = std::mem::take(&mut *orders.lock().unwrap_or_else(PoisonError::into_inner));
    if orders.len() != people * ROUNDS || numbers.len() != orders.len() {
        return Err(format!("{} orders, {} of them at the channel", orders.len(), numbers.len()).into());
    }
    Ok(Waiting { orders, numbers })
}

/// What was told was heard: every order is paid.
async fn all_settled(town: &Arc<Town>, orders: Vec<(usize, String)>) -> Done {
    let orders = Arc::new(orders);
    many(town, orders.len(), move |client, town, at| {
        let orders = Arc::clone(&orders);
        async move { client.settled(&town.payers[orders[at].0], &orders[at].1).await.is_some() }
    })
    .await
    .map(drop)
}

/// The channel says of each that it was paid.
async fn notices(town: &Arc<Town>, waiting: &[String]) -> Result<Tally, Box<dyn Error>> {
    let signer = NoticeSigner::new(town.account()?)?;
    let signed: Option<Vec<_>> =
        waiting.iter().map(|number| signer.paid(&OsRng, number, FEE, SystemClock.now())).collect();
    let signed = Arc::new(signed.ok_or("a notice could not be sealed")?);
    // What signing cost is not the platform's; what waits behind the offers is.
    tokio::time::sleep(Duration::from_secs(1)).await;
    many(town, signed.len(), move |client, _, at| {
        let signed = Arc::clone(&signed);
        async move { client.notice(&signed[at]).await }
    })
    .await
}
