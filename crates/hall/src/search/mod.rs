//! Search over every hall: services by their names, and what each hall finds among its own things.
//!
//! The words that a row is found by are made here ([`Words`]) and what was typed is made ready here ([`patterns`]), so
//! that every hall's rows are found in the same way; the rows and their SQL are the hall's.

mod words;

use platform::db::{DbFault, Tx};
use ui::search::Line;
use ui::{Lang, Page, locale};

pub use words::{Pattern, Patterns, QUERY_CHARS, Rank, Words, patterns, romanised};

/// A page that does something for a person, for whoever looks for it by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Its place among those that fit equally well, the smallest first; of the same place, the hall's own order.
    pub at: u8,
    /// Where it is.
    pub path: &'static str,
    /// The key of its name; with `-detail` behind it, of what it is for.
    pub key: &'static str,
    /// Other words for it, divided by blanks.
    pub also: &'static str,
}

impl Service {
    /// A service at a place, with the key of its name and other words for it.
    pub const fn new(at: u8, path: &'static str, key: &'static str, also: &'static str) -> Service {
        Service { at, path, key, also }
    }
}

/// Looks among a hall's own things, kind by kind; kinds of which nothing was found are left out.
///
/// # Errors
/// What broke beneath.
pub type Find = fn(&mut Tx<'_>, &Patterns) -> Result<Vec<Found>, DbFault>;

/// How many of each kind are shown. A hall asks for one more, so that whether there is more is known, not guessed.
pub const LIMIT: usize = 20;

/// What was found of a kind.
pub struct Found {
    /// The key of the kind's name.
    pub title: &'static str,
    /// The things, those first that fit best.
    pub rows: Vec<Show>,
    /// There is more than is shown.
    pub more: bool,
}

/// Makes the words of a thing found, once the read is over.
pub type Show = Box<dyn FnOnce(&Page) -> Line + Send>;

impl Found {
    /// What was found of a kind, with how one of it is shown; `None` where nothing was.
    pub fn of<T: Send + 'static>(title: &'static str, found: Vec<T>, show: fn(&Page, &T) -> Line) -> Option<Found> {
        let more = found.len() > LIMIT;
        let one = |thing: T| -> Show { Box::new(move |page| show(page, &thing)) };
        let rows: Vec<Show> = found.into_iter().take(LIMIT).map(one).collect();
        (!rows.is_empty()).then_some(Found { title, rows, more })
    }
}

/// The services of every hall, made ready to be searched.
#[derive(Debug)]
pub struct Services(Vec<(Service, Words)>);

impl Services {
    /// These, by their places; those of the same place in the order in which they are given.
    pub fn of(all: impl IntoIterator<Item = Service>) -> Services {
        let words = |service: Service| {
            let (name, name_en) = (locale::text(Lang::Zh, service.key), locale::text(Lang::En, service.key));
            (service, Words::of(&[&name], &name_en).and_also(service.also.split(' ')))
        };
        let mut all: Vec<(Service, Words)> = all.into_iter().map(words).collect();
        all.sort_by_key(|(service, _)| service.at);
        Services(all)
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = &Service> {
        self.0.iter().map(|(service, _)| service)
    }

    /// Those that fit, whose name begins with what was typed first.
    pub fn find(&self, asked: &Patterns) -> Vec<Service> {
        let fits = |(service, words): &(Service, Words)| Some((words.rank(asked)?, *service));
        let mut found: Vec<(Rank, Service)> = self.0.iter().filter_map(fits).collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, service)| service).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_whose_names_begin_so_come_first_and_others_by_their_places() {
        let all = Services::of([
            Service::new(60, "/things", "tab-me", "消息 letters"),
            Service::new(60, "/letters", "tab-messages", "通知 notifications"),
            Service::new(10, "/bills", "tab-home", "消息中心"),
        ]);
        let paths = |typed: &str| -> Vec<&str> {
            all.find(&patterns(typed).unwrap()).into_iter().map(|service| service.path).collect()
        };
        assert_eq!(paths("消息"), ["/letters", "/bills", "/things"]);
        assert_eq!(paths("notifications"), ["/letters"]);
        assert!(paths("白内障").is_empty());
    }

    #[test]
    fn one_more_than_is_shown_says_that_there_is_more() {
        let line = |_: &Page, _: &usize| Line::default();
        assert!(Found::of("kind", Vec::<usize>::new(), line).is_none());
        for (many, shown, more) in [(1, 1, false), (LIMIT, LIMIT, false), (LIMIT + 1, LIMIT, true)] {
            let found = Found::of("kind", (0..many).collect(), line).unwrap();
            assert_eq!((found.rows.len(), found.more), (shown, more), "{many}");
        }
    }
}
