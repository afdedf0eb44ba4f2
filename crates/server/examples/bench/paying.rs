//! Whole payments a second: booked, settled by the insurer, the rest paid at the channel's cashier, the notice heard;
//! against a sandbox in a process of its own. And notices a second, on orders that wait for them.

mod client;
mod town;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kernel::{Clock, Fen, OsRng, SystemClock};
use platform::password::Hasher;
use sandbox::NoticeSigner;

use crate::raw;
use crate::report::Report;
use client::Client;
use town::{Payer, Town};

type Done = Result<(), Box<dyn Error>>;

/// People paying at the same time.
const AT_ONCE: usize = 16;
/// Clinics of one's own money that each person books for the notices.
const ROUNDS: usize = 4;
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
    let bookings = runtime.block_on(many(&town, town.payers.len(), |client, town, at| async move {
        client.book(&town.payers[at], &town.free[at % town.free.len()]).await.is_some()
    }))?;
    let before = town.cpu_ms()?;
    let paid = runtime.block_on(many(&town, town.payers.len(), |client, town, at| async move {
        client.pays(&town.payers[at], &town.priced[at % ROUNDS]).await.is_some()
    }))?;
    let cpu = (town.cpu_ms()? - before) / paid.good.max(1) as f64;
    let name = |what: &str| format!("{what}, {engine}");
    report.ratio(&name("mixed payments against the sandbox"), paid.rate(), bookings.rate(), "/s", "beside bookings");
    let check = runtime.block_on(password_check())?;
    report.ratio(&name("processor a mixed payment, platform alone; one password check"), cpu, check, "ms", "—");
    let waiting = Arc::new(runtime.block_on(offered(&town))?);
    let told = runtime.block_on(notices(&town, &waiting))?;
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
            (Arc::clone(town), Arc::clone(&next), work.clone(), Arc::new(Client::new(&town.url, &town.cashier)?));
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

/// Orders whose own money is offered at the channel, by our numbers.
async fn offered(town: &Arc<Town>) -> Result<Vec<String>, Box<dyn Error>> {
    let people = town.payers.len();
    many(town, people * ROUNDS, move |client, town, at| async move {
        let slot = &town.priced[ROUNDS + at / people];
        let payer: &Payer = &town.payers[at % people];
        client.offers(payer, slot, FEE).await.is_some()
    })
    .await?;
    town.open_payments().await
}

/// The channel says of each that it was paid.
async fn notices(town: &Arc<Town>, waiting: &Arc<Vec<String>>) -> Result<Tally, Box<dyn Error>> {
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
