//! Opening a city: its database, its keys, its policy. This file says which commands may make what is missing, and
//! which only open what is there.
//!
//! A mistyped folder or a forgotten `--config` must never look like a city without any trouble in it. So only three
//! commands make or change a schema: `renshe migrate`, and in the demo `renshe` alone and `renshe seed`. All others
//! open what is there and say where it is; where there is nothing, they leave nothing behind.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, Moment, OsRng, Rng};
use platform::config::Config;
use platform::db::{Db, DbFault, DbSettings, Found, LaneKey, MigrateError, Migrations, OnFatal, Pages, Target};
use platform::db::{Tx, look_at_pages};
use platform::password::Hasher;
use platform::policy::Policy;
use platform::vault::{Vault, judge_keys, knows_no_key, verify_keys};
use platform::{Ctx, Trace, private};
use tokio::sync::Notify;

use crate::failure::StartError;
use crate::halls::Halls;

/// What a command may do to the city that its configuration names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Make what is missing and bring an older schema up to date: the demo.
    Make,
    /// Serve the city that is there. Its folder is made for what is exported, nothing else.
    Serve,
    /// Change something in the city that is there.
    Act,
    /// Read the city that is there, for as long as that takes.
    Look,
}

/// Opens database and keys and makes the context of this process. Blocks: call it on a plain thread.
///
/// # Errors
/// What is not as it must be, where it is, which configuration led there, and what to do.
pub fn open(config: &Config, halls: &Halls, clock: Arc<dyn Clock>, access: Access) -> Result<Ctx, StartError> {
    let target = target(config)?;
    let policy = policy(config, halls, clock.now())?;
    let found = Migrations::embedded().look(&target).map_err(|error| unusable(config, &target, &error))?;
    let own = is_own(&config.data_dir);
    let rng: Arc<dyn Rng> = Arc::new(OsRng);
    let vault = match (access, found) {
        (Access::Make, Found::Missing | Found::Empty) => make_keys(config, rng.as_ref())?,
        // A new key file is never made beside a database that has seen another one, because it could not read anything.
        (Access::Make, Found::At(_)) if knows_no_key(&target).is_ok_and(|none| none) => {
            make_keys(config, rng.as_ref())?
        }
        (_, Found::Missing) => return Err(no_city(config, &target, "there is no such file")),
        (_, Found::Empty) => return Err(no_city(config, &target, "the database is empty")),
        (_, Found::At(_)) => {
            Vault::open(&config.keys_file, config.crypto).map_err(|error| StartError::at("keys", error))?
        }
    };
    if matches!(access, Access::Make | Access::Serve) {
        usable_folder(&config.data_dir)?;
        refuse_damaged(config, &target)?;
    }
    match access {
        Access::Make => Migrations::embedded().apply(&target, clock.now()).map(drop),
        _ => Migrations::embedded().verify(&target),
    }
    .map_err(|error| unusable(config, &target, &error))?;
    if access != Access::Look {
        narrow(config, &target, own)?;
    }
    let pepper = vault.mac("password-pepper", b"");
    let hasher = Hasher::new(Arc::clone(&rng), pepper).map_err(|error| StartError::at("passwords", error))?;
    let settings = db_settings(config, target, access, rng.as_ref());
    let db = Db::open(settings).map_err(|error| StartError::at("database", error))?;
    Ok(Ctx {
        db,
        clock,
        rng,
        vault: Arc::new(vault),
        policy: Arc::new(policy),
        hasher,
        mode: config.mode,
        nudge: Arc::new(Notify::new()),
        not_after: None,
        trace: Trace::system("renshe"),
    })
}

/// Makes sure that the key file is this database's, and remembers keys that are new to it.
///
/// # Errors
/// It is another's.
pub async fn verify_vault(ctx: &Ctx) -> Result<(), StartError> {
    let vault = Arc::clone(&ctx.vault);
    ctx.db
        .write(LaneKey::of("vault", "check"), "vault.check", move |tx| verify_keys(tx, &vault))
        .await
        .map_err(|fault: DbFault| StartError::at("keys", fault))
}

/// The same for a command that only looks: nothing is written.
///
/// # Errors
/// It is another's.
pub async fn judge_vault(ctx: &Ctx) -> Result<(), StartError> {
    let vault = Arc::clone(&ctx.vault);
    ctx.db
        .read("vault.judge", move |tx: &mut Tx<'_>| judge_keys(tx, &vault).map(|_| ()))
        .await
        .map_err(|fault: DbFault| StartError::at("keys", fault))
}

/// Makes sure that this program follows every kind of order that the database holds: what it does not know it must not change.
/// To be called before anything of the city is changed or served.
///
/// # Errors
/// Orders of another program's are there.
pub async fn verify_listeners(ctx: &Ctx, halls: &Halls) -> Result<(), StartError> {
    halls.listeners().verify(ctx).await.map_err(|error| StartError::at("database", error))
}

/// Where the configuration says that the database is.
///
/// # Errors
/// It says nothing readable.
pub fn target(config: &Config) -> Result<Target, StartError> {
    Target::parse(config.database.url.expose()).map_err(|error| StartError::at("database", error))
}

/// Makes the folder of a SQLite database that is to be made.
///
/// # Errors
/// It cannot be made or written.
pub fn make_place(config: &Config, target: &Target) -> Result<(), StartError> {
    let Target::Sqlite(path) = target else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder == config.data_dir {
        return usable_folder(folder);
    }
    private::make(folder).map_err(|error| StartError::at(&folder.display().to_string(), error))
}

/// The demo's keys, made at its first start.
fn make_keys(config: &Config, rng: &dyn Rng) -> Result<Vault, StartError> {
    usable_folder(&config.data_dir)?;
    Vault::open_or_create(&config.keys_file, config.crypto, rng).map_err(|error| StartError::at("keys", error))
}

/// Why a database cannot be used, with where it is and what led there.
pub fn unusable(config: &Config, target: &Target, error: &MigrateError) -> StartError {
    if let MigrateError::Fault(DbFault::Corrupt(why)) = error {
        return damaged(config, target, why);
    }
    StartError(format!("database: {error}. {}", whereabouts(config, target)))
}

fn no_city(config: &Config, target: &Target, what: &str) -> StartError {
    StartError(format!(
        "database: there is no city at {}: {what}. {} Another city: give its file with --config or RENSHE_CONFIG. A new one: \
         `renshe keys create` and `renshe migrate` make an empty one, `renshe` alone the demo",
        target.place(),
        whereabouts(config, target)
    ))
}

/// Which configuration led to which place.
fn whereabouts(config: &Config, target: &Target) -> String {
    let origin = match &config.origin {
        Some(path) => format!("the configuration {}", path.display()),
        None => "no configuration file (neither --config nor RENSHE_CONFIG was given)".to_owned(),
    };
    format!("This is where {origin} leads: data_dir {}, database {}.", absolute(&config.data_dir), target.place())
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).as_deref().unwrap_or(path).display().to_string()
}

fn policy(config: &Config, halls: &Halls, now: Moment) -> Result<Policy, StartError> {
    let policy = Policy::load(config.policy_dir.as_deref()).map_err(|error| StartError::at("policy", error))?;
    policy.verify_all(&halls.sections()).map_err(|error| StartError::at("policy", error))?;
    let calls = identity::policy::background_calls(&policy, now.date());
    for (figure, name, calls) in calls.map_err(|error| StartError::at("policy", error))? {
        leaves_places(config, (figure, name), calls)?;
    }
    Ok(policy)
}

/// Whether so many calls of a job at a partner, by a figure of the policy, leave some to people.
fn leaves_places(config: &Config, (figure, name): (&str, &str), calls: usize) -> Result<(), StartError> {
    let Some(partner) = config.partners().find(|partner| partner.name == name) else {
        let known: Vec<&str> = config.partners().map(|partner| partner.name).collect();
        return Err(StartError(format!("policy {figure}: no partner «{name}»; known: {}", known.join(", "))));
    };
    let places = partner.places();
    if calls >= places {
        return Err(StartError(format!(
            "policy {figure} is {calls} and {name}.max_in_flight {places}: a job would take every place, and people would wait \
             behind it; make the first smaller or the second larger"
        )));
    }
    Ok(())
}

/// A start must not go on over damaged pages, because what is written beside them would be lost with them.
fn refuse_damaged(config: &Config, target: &Target) -> Result<(), StartError> {
    let most = config.database.start_check_secs;
    if most == 0 || Migrations::embedded().look(target).is_ok_and(|found| found == Found::Missing) {
        return Ok(());
    }
    let pages =
        look_at_pages(target, Some(Duration::from_secs(most))).map_err(|error| StartError::at("database", error))?;
    match pages {
        Pages::Whole | Pages::Guarded => Ok(()),
        Pages::Unfinished => {
            tracing::warn!(most_secs = most, "database.pages_not_all_looked_at");
            Ok(())
        }
        Pages::Unguarded => {
            tracing::warn!(
                "database.no_page_checksums: initdb --data-checksums or pg_checksums --enable turns them on"
            );
            Ok(())
        }
        Pages::Damaged(said) => Err(damaged(config, target, said.first().map_or("(no words)", String::as_str))),
    }
}

/// What is said of damage, wherever it is met: on the first page already, or by a look at all of them.
fn damaged(config: &Config, target: &Target, why: &str) -> StartError {
    StartError(format!(
        "database: {} has damaged pages, so nothing was started: {why}. Keep the file as it is for whoever looks into it, and \
         put the newest backup back (docs/runbooks/run-a-city.md, \"Backup and restore\"). {}",
        target.place(),
        whereabouts(config, target)
    ))
}

/// Whether a folder is a city's own: not there yet, or with nothing in it but what a city puts there. A folder in which
/// somebody else keeps things (`/srv`, the current folder) is not ours to close to others.
fn is_own(folder: &Path) -> bool {
    const OURS: [&str; 5] = ["renshe.sqlite3", "keys.toml", "anchors", "sandbox", ".write-probe"];
    let Ok(entries) = std::fs::read_dir(folder) else { return true };
    entries
        .flatten()
        .all(|entry| entry.file_name().to_str().is_some_and(|name| OURS.iter().any(|ours| name.starts_with(ours))))
}

/// Makes the data folder where it is missing, for its owner alone, and makes sure that it can be written.
fn usable_folder(folder: &Path) -> Result<(), StartError> {
    let told = |error| {
        StartError(format!(
            "the data folder {} cannot be used: {error}; choose another with data_dir",
            folder.display()
        ))
    };
    private::make(folder).map_err(told)?;
    let probe = folder.join(".write-probe");
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(told)
}

/// Takes from others what they may do with the data folder, if it is the city's own, and with the database's files.
fn narrow(config: &Config, target: &Target, own: bool) -> Result<(), StartError> {
    let told = |error| StartError::at("data_dir", error);
    if own && config.data_dir.is_dir() {
        private::folder(&config.data_dir).map_err(told)?;
    } else if let Some(rights) = private::wider(&config.data_dir) {
        let folder = absolute(&config.data_dir);
        tracing::warn!(
            folder,
            rights,
            "data_dir holds other things too, so its rights were left; give the city a folder of its own"
        );
    }
    if let Target::Sqlite(path) = target {
        for ending in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            private::file(Path::new(&name)).map_err(told)?;
        }
    }
    Ok(())
}

fn db_settings(config: &Config, target: Target, access: Access, rng: &dyn Rng) -> DbSettings {
    let on_fatal: OnFatal = Arc::new(|why| {
        tracing::error!(why, "database.fatal");
        end_process(70);
    });
    DbSettings {
        lanes: config.database.lanes,
        readers: config.database.readers,
        queue: config.database.queue,
        bulk_queue: config.database.bulk_queue,
        unhurried: access == Access::Look,
        on_fatal,
        ..DbSettings::new(target, instance(rng))
    }
}

/// A name for this start of this process, unique among all instances.
pub fn instance(rng: &dyn Rng) -> String {
    let mut bytes = [0; 8];
    rng.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// After an I/O error at commit nothing is certain, so the process must not answer anybody any more.
#[expect(clippy::disallowed_methods, reason = "the one place where the process ends itself (architecture, rule 5)")]
fn end_process(code: i32) {
    std::process::exit(code);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings;

    #[test]
    fn a_job_leaves_places_to_people_and_asks_a_partner_that_there_is() {
        let config = settings::from_text("test", "[cards]\nmax_in_flight = 3\n", []).expect("a configuration");
        let told = |name: &str, calls: usize| {
            leaves_places(&config, ("cards.look_at_once", name), calls)
                .map_or_else(|error| error.to_string(), |()| String::new())
        };
        assert_eq!(told("cards", 2), "");
        assert!(told("cards", 3).starts_with("policy cards.look_at_once is 3 and cards.max_in_flight 3: a job would"));
        let known: Vec<&str> = config.partners().map(|partner| partner.name).collect();
        assert!(known.contains(&"cards"), "{known:?}");
        let nobody = format!("policy cards.look_at_once: no partner «post»; known: {}", known.join(", "));
        assert_eq!(told("post", 1), nobody);
    }
}
