//! What a hall (厅) hands up to the server: one plain value. A hall is a context with pages of its own for citizens and
//! desks; the server knows each by its value alone, and so nothing below the halls names one.
//!
//! What needs no adapter is data, so that every command has it; what needs adapters is made later, out of [`Wired`]. This
//! crate has types, and the merges of what several halls hand up. It must not contain SQL, pages or paths.

mod institutions;
pub mod orders;
pub mod search;
mod seed;
mod texts;
pub mod todos;
mod whose;
mod works;

use std::sync::Arc;

use axum::Router;
use futures_util::future::BoxFuture;
use kernel::{Fen, ShortNo};
use payments::{Listener, Subject};
use platform::Ctx;
use platform::check::Check;
use platform::db::{DbFault, Tx};
use platform::policy::Known;
use ui::Nav;
use ui::desk::DeskLink;
use ui::nav::Link;

pub use institutions::{AddsAtLevel, MakesInstitution};
pub use orders::{ListsOrders, Row, Rows};
pub use seed::{Seed, SeededDesk};
pub use texts::Text;
pub use todos::{ListsTodos, TodoRow, Todos};
pub use whose::Whose;
pub use works::{Wired, Works};

/// One hall, made by its crate's function `hall()` as `Hall { routes, checks, ..Hall::named("pensions") }`: the table of
/// contents of that crate. The contexts below the halls hand up the same value.
pub struct Hall {
    /// The crate's name. Its jobs begin with it, and its interfaces for partners are below `/api/v1/<name>`.
    pub name: &'static str,
    /// The pages of citizens and of desks.
    pub routes: Router<Ctx>,
    /// Interfaces for partners' own systems, without `/api/v1/<name>` before them.
    pub apis: Router<Ctx>,
    /// Its tabs, and what is known of its paths by their first parts.
    pub nav: Nav,
    /// Its tiles on the front page.
    pub tiles: Vec<Tile>,
    /// The entries of its desk pages in the navigation of the desks.
    pub desks: Vec<DeskLink>,
    /// The invariants of its tables.
    pub checks: Vec<Check>,
    /// The sections of policy that it reads.
    pub sections: Vec<Known>,
    /// What is paid for in it, with who follows the orders.
    pub subjects: Vec<(Subject, Arc<dyn Listener>)>,
    /// The texts that it sends to phones.
    pub texts: Vec<Text>,
    /// Its pages by the names that people look for.
    pub services: Vec<search::Service>,
    /// Where its things are listed, for whoever has searched and found nothing.
    pub lists: Vec<Link>,
    /// Looks among its things.
    pub find: Option<search::Find>,
    /// What waits for a person in it (待办).
    pub todos: Option<ListsTodos>,
    /// A person's orders in it.
    pub orders: Option<ListsOrders>,
    /// The price of a thing by its short number.
    pub by_number: Option<ByNumber>,
    /// What a city is made of, counted, so that a command can say what it has opened.
    pub census: Vec<(&'static str, Count)>,
    /// The version of what its public pages show: it grows with every committed change of it in this process. What a search
    /// has found is kept only while no hall's has grown.
    pub version: fn() -> u64,
    /// Its sample data.
    pub seed: Option<Seed>,
    /// The kinds of institutions that are more than a line of the directory, since people look for them in it.
    pub institutions: Vec<MakesInstitution>,
    /// Makes what needs adapters.
    pub works: fn(&Wired) -> Works,
}

/// A tile of the services on the front page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Where it leads.
    pub link: Link,
    /// Its place among the tiles, the smallest first.
    pub at: u8,
}

impl Tile {
    /// A tile at a place, with the key of its words.
    pub const fn new(at: u8, path: &'static str, words: &'static str, icon: &'static str) -> Tile {
        Tile { link: Link { path, words, icon }, at }
    }
}

/// Counts rows as far as `most`: a count that is only printed must not keep anybody from what they came to do.
///
/// # Errors
/// What broke beneath.
pub type Count = fn(&mut Tx<'_>, most: i64) -> Result<u64, DbFault>;

/// What the thing with a short number (单号) costs, for whoever looks after payments and finds no order by it; `None` where
/// the hall has no such thing. What is free has a number like any other, and no order.
///
/// # Errors
/// What broke beneath.
pub type ByNumber = for<'a> fn(&'a Ctx, &'a ShortNo) -> BoxFuture<'a, Result<Option<Fen>, DbFault>>;

impl Hall {
    /// A hall of this name that hands up nothing yet.
    pub fn named(name: &'static str) -> Hall {
        Hall {
            name,
            routes: Router::new(),
            apis: Router::new(),
            nav: Nav::default(),
            tiles: Vec::new(),
            desks: Vec::new(),
            checks: Vec::new(),
            sections: Vec::new(),
            subjects: Vec::new(),
            texts: Vec::new(),
            services: Vec::new(),
            lists: Vec::new(),
            find: None,
            todos: None,
            orders: None,
            by_number: None,
            census: Vec::new(),
            version: || 0,
            seed: None,
            institutions: Vec::new(),
            works: |_| Works::default(),
        }
    }
}
