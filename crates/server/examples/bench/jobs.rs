//! What the jobs carry: people asked about at the insurer and at the card system, texts, rows let go of. The partners are
//! the sandbox's, in this process and on the same cores, and answer at once: what is measured is our own work for each. How
//! many a city's partners let through is their answer's time and `refresh_at_once`.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use hall::{Wired, Works};
use identity::Ports;
use kernel::{OsRng, ShiftedClock};
use platform::config::Config;
use platform::db::LaneKey;
use platform::outbox::{self, Letter, Worker};
use renshe::halls::Halls;
use renshe::ports::{self, SandboxAt};
use renshe::{settings, start};
use sandbox::{Sandbox, SandboxSettings};
use serde_json::json;

use crate::city::City;
use crate::raw;
use crate::report::Report;
use crate::store;

type Done = Result<(), Box<dyn Error>>;

/// As many as one run of the jobs takes.
const PEOPLE: usize = 4_000;
const TEXTS: usize = 3_000;
const ROWS: i64 = 200_000;

/// The same on both engines.
pub fn run(report: &mut Report, admin: Option<&str>) -> Done {
    on(report, "SQLite", "")?;
    match admin {
        Some(admin) => on(report, "PostgreSQL", &raw::database(admin, "renshe_bench_jobs")?),
        None => Ok(()),
    }
}

fn on(report: &mut Report, engine: &str, database: &str) -> Done {
    let city = City::build(&format!("jobs-{engine}"), database, PEOPLE)?;
    let folder = std::env::temp_dir().join(format!("renshe-bench-{}-partners-{engine}", std::process::id()));
    let anywhere = ([127, 0, 0, 1], 0).into();
    let mut settings = SandboxSettings::demo(anywhere, folder.clone(), Arc::new(ShiftedClock::new()), Arc::new(OsRng));
    settings.people = 0;
    settings.accounts.insert("sms", serde_json::json!({ "limits": false }));
    let sandbox = city.runtime.block_on(Sandbox::start(settings))?;
    let at = SandboxAt::from(&sandbox);
    let own = [("RENSHE__DATA_DIR".to_owned(), folder.display().to_string())];
    let config = settings::from_text("bench", "", own)?;
    let partners = ports::ports(&config, &at, &Arc::default())?;

    write(&city, store::all_insurance_due)?;
    let asked = job(&city, &partners, &config, &at, "identity.refresh_insurance")?;
    report.figure(&per_second("people asked about at the insurer", engine), PEOPLE as f64 / asked, "/s", DAILY);
    write(&city, store::all_have_cards)?;
    let looked = job(&city, &partners, &config, &at, "identity.look_at_cards")?;
    report.figure(&per_second("cards looked at", engine), PEOPLE as f64 / looked, "/s", DAILY);
    write(&city, |tx| store::old_rows(tx, ROWS))?;
    let wiped = job(&city, &partners, &config, &at, "identity.wipe_codes")?;
    report.figure(&per_second("rows let go of", engine), ROWS as f64 / wiped, "/s", "—");
    let carried = texts(&city, &partners, &config, &at)?;
    report.figure(&per_second("texts carried", engine), TEXTS as f64 / carried, "/s", "—");

    city.runtime.block_on(sandbox.stop());
    city.end();
    // Best effort: the figures are already taken.
    drop(std::fs::remove_dir_all(&folder));
    Ok(())
}

const DAILY: &str = "≥ 58, five million a day";

fn per_second(what: &str, engine: &str) -> String {
    format!("{what}, {engine}")
}

/// How long one run of a job takes, in seconds.
fn job(city: &City, ports: &Arc<Ports>, config: &Config, at: &SandboxAt, name: &str) -> Result<f64, Box<dyn Error>> {
    let (halls, wired) = wired(ports, config, at)?;
    let job =
        halls.works(&wired, Works::default())?.jobs.into_iter().find(|job| job.name == name).ok_or("no such job")?;
    let began = Instant::now();
    city.runtime.block_on((job.run)(city.ctx.clone()))?;
    Ok(began.elapsed().as_secs_f64())
}

/// The halls, and what they are wired to.
fn wired(ports: &Arc<Ports>, config: &Config, at: &SandboxAt) -> Result<(Arc<Halls>, Wired), Box<dyn Error>> {
    let halls = Halls::new()?;
    let pay = ports::payments(config, at, (ports, halls.listeners()), ("http://127.0.0.1:9", &Arc::default()))?;
    Ok((halls, Wired { identity: Arc::clone(ports), pay }))
}

/// How long the outbox takes to carry many texts.
fn texts(city: &City, ports: &Arc<Ports>, config: &Config, at: &SandboxAt) -> Result<f64, Box<dyn Error>> {
    city.runtime.block_on(async {
        for number in 0..TEXTS {
            let payload = json!({
                "mobile": format!("1380000{number:04}"), "template": "verify", "params": { "code": "123456" }
            });
            let letter = Letter::new(&city.ctx, "sms", &number.to_string(), &payload)?;
            let key = LaneKey::of("bench", &number.to_string());
            city.ctx.db.write(key, "bench.post", move |tx| outbox::post(tx, &letter)).await?;
        }
        let began = Instant::now();
        let (halls, wired) = wired(ports, config, at)?;
        let carriers = start::works(config, &at.sms, &halls, &wired)?.carriers;
        let worker = Worker::new(city.ctx.clone(), "bench", carriers);
        let working = tokio::spawn(worker.run());
        while city.ctx.db.read("bench.waiting", outbox::backlog).await?.waiting > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        working.abort();
        Ok(began.elapsed().as_secs_f64())
    })
}

fn write(
    city: &City,
    act: impl Fn(&mut platform::db::Tx<'_>) -> Result<u64, platform::db::DbFault> + Send + 'static,
) -> Done {
    city.runtime.block_on(city.ctx.db.write(LaneKey::of("bench", "plant"), "bench.plant", act))?;
    Ok(())
}
