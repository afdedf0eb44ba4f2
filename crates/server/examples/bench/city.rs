//! A city to measure: sample hospitals, a crowd of signed-in people, a server on a port.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use hall::Wired;
use health::SlotId;
use identity::PersonId;
use kernel::SystemClock;
use platform::Ctx;
use platform::db::LaneKey;
use platform::listen::{self, Plain};
use renshe::app;
use renshe::halls::Halls;
use renshe::ports::{self, SandboxAt};
use renshe::{commands, settings, start};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::store::{self, Place};

/// A city over one database.
pub struct City {
    pub ctx: Ctx,
    pub people: Vec<(PersonId, String)>,
    pub runtime: Runtime,
    folder: PathBuf,
}

impl City {
    /// Builds it in a fresh folder; `database` is an address or "" for SQLite in that folder.
    pub fn build(name: &str, database: &str, people: usize) -> Result<Self, Box<dyn Error>> {
        let folder = std::env::temp_dir().join(format!("renshe-bench-{}-{name}", std::process::id()));
        let mut settings = vec![("RENSHE__DATA_DIR".to_owned(), folder.display().to_string())];
        if !database.is_empty() {
            settings.push(("RENSHE__DATABASE__URL".to_owned(), database.to_owned()));
        }
        let config = settings::from_text("bench", "", settings)?;
        let halls = Halls::new()?;
        let ctx = start::open(&config, &halls, Arc::new(SystemClock), start::Access::Make)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let crowd = runtime.block_on(async {
            start::verify_vault(&ctx).await?;
            commands::seed::seed(&ctx, &halls).await?;
            Ok::<_, Box<dyn Error>>(identity::demo::crowd(&ctx, people).await?)
        })?;
        Ok(Self { ctx, people: crowd, runtime, folder })
    }

    /// Every bookable slot, one clinic after another.
    pub fn places(&self) -> Result<Vec<Place>, Box<dyn Error>> {
        let after = self.ctx.now().plus_secs(86_400);
        let read = self.ctx.db.read("bench.places", move |tx| store::places(tx, after));
        Ok(self.runtime.block_on(read)?)
    }

    /// Makes one slot large enough for everybody.
    pub fn widen(&self, slot: &SlotId, capacity: i64) -> Result<(), Box<dyn Error>> {
        let slot = slot.clone();
        let key = LaneKey::of("bench", "widen");
        let write = self.ctx.db.write(key, "bench.widen", move |tx| store::widen(tx, &slot, capacity));
        Ok(self.runtime.block_on(write)?)
    }

    /// Serves the city on a free port.
    pub fn serve(&self) -> Result<SocketAddr, Box<dyn Error>> {
        // Nobody is asked here: everybody's insurance is fresh.
        let config = settings::from_text("bench", "", [])?;
        let at = SandboxAt::beside(config.sandbox.listen);
        let numbers = Arc::default();
        let ports = ports::ports(&config, &at, &numbers)?;
        let config =
            settings::from_text("bench", "", [("RENSHE__DATA_DIR".to_owned(), self.folder.display().to_string())])?;
        let halls = Halls::new()?;
        let pay = ports::payments(&config, &at, (&ports, halls.listeners()), ("http://127.0.0.1:9", &numbers))?;
        let listener = self.runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let addr = listener.local_addr()?;
        let wired = Wired { identity: ports, pay };
        let service = app::service(self.ctx.clone(), &halls, wired, app::Place::demo(&format!("http://{addr}")));
        // The load comes from one address.
        let mut rules = config.http.rules(listen::files::raise(), config.proxy.trusted)?;
        rules.per_neighbourhood = rules.connections;
        self.runtime.spawn(listen::serve(listener, Plain, service, rules, std::future::pending()));
        Ok(addr)
    }

    /// Cookies and form token of a person.
    pub fn form(&self, number: usize) -> (String, String) {
        let visit = ui::csrf::visit(&format!("bench{number}"), self.ctx.now());
        let token = ui::csrf::token(&self.ctx.vault, self.ctx.rng.as_ref(), &visit, self.ctx.now());
        (format!("{}; {}={visit}", self.people[number].1, ui::csrf::cookie_name(&visit)), format!("csrf={token}"))
    }

    /// Ends the database and removes the folder.
    pub fn end(self) {
        self.ctx.db.close();
        self.runtime.shutdown_background();
        // Best effort: the figures are already taken.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Wishes that can all come true: each (person, slot) once, one clinic a person at a time.
pub fn wishes(places: &[Place], people: usize, most: usize) -> Vec<(usize, SlotId)> {
    let mut clinics: Vec<(&str, Vec<&SlotId>)> = Vec::new();
    for place in places {
        if clinics.last().is_none_or(|(clinic, _)| *clinic != place.clinic) {
            clinics.push((&place.clinic, Vec::new()));
        }
        if let Some((_, slots)) = clinics.last_mut() {
            slots.extend(std::iter::repeat_n(&place.slot, usize::try_from(place.left).unwrap_or(0)));
        }
    }
    // Round by round over all clinics, so that neighbours in the list are spread.
    let mut wishes = Vec::new();
    let mut person = 0;
    for round in 0..clinics.iter().map(|(_, slots)| slots.len()).max().unwrap_or(0) {
        for (_, slots) in &clinics {
            if let Some(slot) = slots.get(round) {
                wishes.push((person % people, (*slot).clone()));
                person += 1;
                if wishes.len() == most {
                    return wishes;
                }
            }
        }
    }
    wishes
}
