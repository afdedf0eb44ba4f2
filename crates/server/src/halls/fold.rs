//! Everything that halls hand up, put together.

use std::sync::{Arc, OnceLock};

use axum::Router;
use hall::search::{Found, Patterns, Services};
use hall::{Hall, MakesInstitution, Rows, Seed, Text, Tile, TodoRow, Whose, Wired, Works};
use kernel::{Fen, Moment, ShortNo};
use payments::Listeners;
use platform::Ctx;
use platform::check::Check;
use platform::db::{DbFault, Tx};
use platform::policy::Known;
use ui::Nav;
use ui::desk::DeskNav;
use ui::nav::Link;

use super::routes;
use super::twins::{self, Once};
use crate::failure::StartError;
use crate::own;

/// Everything that halls hand up, and what stands below them likewise. Each command makes it before anything else.
pub struct Halls {
    /// The halls, and what stands below them as values of the same type (`own`).
    all: Vec<Hall>,
    routes: Router<Ctx>,
    nav: Arc<Nav>,
    desks: Arc<DeskNav>,
    listeners: Arc<Listeners>,
    /// Made by the first search, since a command that is no server makes none.
    services: OnceLock<Services>,
}

impl Halls {
    /// The halls of this program.
    ///
    /// # Errors
    /// As [`Halls::of`].
    pub fn new() -> Result<Arc<Halls>, StartError> {
        Halls::of(super::all())
    }

    /// These halls, with what stands below all halls.
    ///
    /// # Errors
    /// Two have the same name, route, first part of paths, tab, page of the desks, order, institution, text or service, or the
    /// same place for one of these; or the navigation has more than there is room for. It is a mistake in this program, and
    /// whose thing would be used were a matter of luck.
    pub fn of(halls: Vec<Hall>) -> Result<Arc<Halls>, StartError> {
        let (house, identity) = (own::house(&halls), own::identity());
        let below = [own::payments(), own::ledger(), own::upkeep()];
        // What halls offer comes before what stands below them.
        let parts = [&house].into_iter().chain(&halls).chain([&identity]).chain(&below).map(|hall| hall.nav.clone());
        let parts: Vec<Nav> = parts.collect();
        // In this order commands say what is theirs.
        let mut all = vec![house, identity];
        all.extend(halls);
        all.extend(below);
        twins::refuse(&all)?;
        let routes = routes::merged(&all)?;
        let nav = Arc::new(Nav::of(parts).map_err(StartError)?);
        let desks = Arc::new(DeskNav::new(all.iter().flat_map(|hall| hall.desks.iter().copied())));
        let subjects = all.iter().flat_map(|hall| hall.subjects.iter());
        let listeners = Listeners::of(subjects.map(|(subject, listener)| (*subject, Arc::clone(listener))));
        let listeners = Arc::new(listeners.map_err(StartError)?);
        Ok(Arc::new(Halls { all, routes, nav, desks, listeners, services: OnceLock::new() }))
    }

    /// Who follows the orders of each kind of thing that is paid for.
    pub fn listeners(&self) -> &Arc<Listeners> {
        &self.listeners
    }

    /// The tabs, and what is known of paths.
    pub fn nav(&self) -> &Arc<Nav> {
        &self.nav
    }

    /// The tiles of the front page, in order.
    pub fn tiles(&self) -> Vec<Tile> {
        let mut tiles: Vec<_> = self.all.iter().flat_map(|hall| hall.tiles.iter().copied()).collect();
        tiles.sort_by_key(|tile| tile.at);
        tiles
    }

    /// The navigation of all desks.
    pub fn desks(&self) -> &Arc<DeskNav> {
        &self.desks
    }

    /// Every route of theirs, without state.
    pub fn routes(&self) -> Router<Ctx> {
        self.routes.clone()
    }

    /// Every invariant that has tables, in the order in which `renshe check` says them.
    pub fn checks(&self) -> Vec<Check> {
        self.all.iter().flat_map(|hall| hall.checks.iter().copied()).collect()
    }

    /// Every section of policy that something reads: what a start checks.
    pub fn sections(&self) -> Vec<Known> {
        self.all.iter().flat_map(|hall| hall.sections.iter().copied()).collect()
    }

    /// Every text that goes to phones.
    pub fn texts(&self) -> Vec<Text> {
        self.all.iter().flat_map(|hall| hall.texts.iter().copied()).collect()
    }

    /// Counts what a city is made of, so that a command can say what it has opened; each only up to `most`.
    ///
    /// # Errors
    /// What broke beneath.
    pub fn census(&self) -> impl Fn(&mut Tx<'_>, i64) -> Result<Vec<(&'static str, u64)>, DbFault> + use<> {
        let counts: Vec<_> = self.all.iter().flat_map(|hall| hall.census.iter().copied()).collect();
        move |tx, most| counts.iter().map(|(what, count)| Ok((*what, count(tx, most)?))).collect()
    }

    /// What waits for a person, and how much: what presses first, then the nearest, at most `most` rows and those that are
    /// always shown.
    ///
    /// # Errors
    /// What broke beneath.
    pub fn todos(
        &self,
        tx: &mut Tx<'_>,
        whose: &Whose<'_>,
        most: Option<usize>,
    ) -> Result<(Vec<TodoRow>, usize), DbFault> {
        let each = self.all.iter().filter_map(|hall| hall.todos).map(|lists| lists(tx, whose, most));
        Ok(hall::todos::merge(each.collect::<Result<_, _>>()?, most))
    }

    /// A person's orders after those of the page before, of what is over `most`; with where the next page begins, if there
    /// is one.
    ///
    /// # Errors
    /// What broke beneath.
    pub fn orders(
        &self,
        tx: &mut Tx<'_>,
        whose: &Whose<'_>,
        before: Option<(Moment, &str)>,
        most: usize,
    ) -> Result<(Rows, Option<(Moment, String)>), DbFault> {
        // One more than is shown: whether there is another page is known, not guessed.
        let each = self.all.iter().filter_map(|hall| hall.orders).map(|lists| lists(tx, whose, before, most + 1));
        Ok(hall::orders::page(each.collect::<Result<_, _>>()?, most))
    }

    /// Their pages, by the names that people look for.
    pub fn services(&self) -> &Services {
        let all = || self.all.iter().flat_map(|hall| hall.services.iter().copied());
        self.services.get_or_init(|| Services::of(all()))
    }

    /// Where the things of each are listed.
    pub fn lists(&self) -> Vec<Link> {
        self.all.iter().flat_map(|hall| hall.lists.iter().copied()).collect()
    }

    /// What each finds among its own things, kind by kind.
    ///
    /// # Errors
    /// What broke beneath.
    pub fn find(&self, tx: &mut Tx<'_>, asked: &Patterns) -> Result<Vec<Found>, DbFault> {
        let mut found = Vec::new();
        for find in self.all.iter().filter_map(|hall| hall.find) {
            found.extend(find(tx, asked)?);
        }
        Ok(found)
    }

    /// The version of what the public pages of all halls show.
    pub fn version(&self) -> u64 {
        self.all.iter().map(|hall| (hall.version)()).fold(0, u64::wrapping_add)
    }

    /// The sample data of each, in the order in which it is put in.
    pub fn seeds(&self) -> Vec<(&'static str, Seed)> {
        let mut seeds: Vec<_> = self.all.iter().filter_map(|hall| Some((hall.name, hall.seed?))).collect();
        seeds.sort_by_key(|(_, seed)| seed.at);
        seeds
    }

    /// The kinds of institutions that halls add to the directory themselves.
    pub fn institutions(&self) -> impl Iterator<Item = MakesInstitution> {
        self.all.iter().flat_map(|hall| hall.institutions.iter().copied())
    }

    /// What the thing with a short number costs, whosever it is; `None` where nothing has it.
    ///
    /// # Errors
    /// What broke beneath.
    pub async fn by_number(&self, ctx: &Ctx, no: &ShortNo) -> Result<Option<Fen>, DbFault> {
        for look in self.all.iter().filter_map(|hall| hall.by_number) {
            if let Some(price) = look(ctx, no).await? {
                return Ok(Some(price));
            }
        }
        Ok(None)
    }

    /// Jobs and carriers of all, and those that the program adds itself.
    ///
    /// # Errors
    /// Two have a job of the same name, or carry the same kind of parcel: one of them would never run.
    pub fn works(&self, wired: &Wired, added: Works) -> Result<Works, StartError> {
        let made = self.all.iter().map(|hall| (hall.name, (hall.works)(wired)));
        let (mut all, mut jobs, mut kinds) = (Works::default(), Once::new("job"), Once::new("kind of parcel"));
        for (hall, works) in made.chain([("the program", added)]) {
            works.jobs.iter().try_for_each(|job| jobs.take(hall, job.name))?;
            works.carriers.iter().try_for_each(|carrier| kinds.take(hall, carrier.kind()))?;
            all.jobs.extend(works.jobs);
            all.carriers.extend(works.carriers);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The kinds that the sources below a folder make.
    fn made(folder: &Path) -> Vec<String> {
        let mut kinds = Vec::new();
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                kinds.extend(made(&path));
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                let named = text.split("Subject::new(\"").skip(1).filter_map(|rest| rest.split('"').next());
                kinds.extend(named.map(str::to_owned));
            }
        }
        kinds
    }

    #[test]
    fn every_kind_that_is_ordered_is_followed() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        // This crate makes none, and those of payments are its tests'.
        let owners = |name: &str| !["payments", "server"].contains(&name);
        let mut kinds = Vec::new();
        for entry in std::fs::read_dir(&crates).expect("the crates").flatten() {
            let source = entry.path().join("src");
            if entry.file_name().to_str().is_some_and(owners) && source.is_dir() {
                kinds.extend(made(&source));
            }
        }
        let halls = Halls::new().expect("no twins");
        let mut followed: Vec<_> =
            halls.all.iter().flat_map(|hall| hall.subjects.iter().map(|(subject, _)| subject.to_string())).collect();
        kinds.sort_unstable();
        followed.sort_unstable();
        assert_eq!(kinds, followed, "a kind that is made and not handed up is missed only by its first order");
    }
}
