//! The search's answer: each hall gives its own rows, the server puts the page together.

use askama::Template;

use crate::nav::Link;
use crate::page::Page;

/// A thing found.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Where it is.
    pub href: String,
    /// Its name.
    pub title: String,
    /// What tells it apart from others of the name.
    pub detail: String,
}

/// What was found of a kind.
#[derive(Clone, Debug)]
pub struct Part {
    /// The key of the kind's name.
    pub title: &'static str,
    /// The things, those first that fit best.
    pub lines: Vec<Line>,
    /// There is more than is shown.
    pub more: bool,
}

/// What was found, or how to search.
#[derive(Clone, Debug, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// The page.
    pub page: Page,
    /// What was typed, as it stands in the box again.
    pub q: String,
    /// False while nothing has been asked for.
    pub asked: bool,
    /// What was found, kind by kind; kinds of which nothing was found are left out.
    pub parts: Vec<Part>,
    /// Where things are listed, for whoever found nothing.
    pub lists: Vec<Link>,
}

impl SearchPage {
    /// Where somebody begins who has nothing waiting; home, where no hall says so.
    fn back(&self) -> &'static str {
        self.page.nav().start.map_or("/", |start| start.path)
    }
}
