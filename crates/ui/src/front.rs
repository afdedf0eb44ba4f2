//! The front page's template. The server composes it: each context brings its to-dos and services.

use crate::page::Page;
use askama::Template;

/// One thing that waits for me, with the one button that deals with it.
#[derive(Clone, Debug)]
pub struct Todo {
    /// What waits, in few words.
    pub title: String,
    /// Where and who.
    pub detail: String,
    /// Where the button leads.
    pub href: String,
    /// What the button says.
    pub button: String,
    /// The colour on the left: `due`, `blue` or `done`.
    pub bar: &'static str,
}

/// A tile of the service grid.
#[derive(Clone, Debug)]
pub struct Service {
    /// The words under the icon.
    pub title: String,
    /// An icon name.
    pub icon: &'static str,
    /// Where it leads.
    pub href: String,
}

/// A line of news; the section is hidden while there is none.
#[derive(Clone, Debug)]
pub struct News {
    /// The headline.
    pub title: String,
    /// Kind and date.
    pub detail: String,
    /// Where it leads.
    pub href: String,
}

/// The next visit, shown on the hero card.
#[derive(Clone, Debug)]
pub struct NextVisit {
    /// Date and time, as the page writes them.
    pub when: String,
    /// Hospital and department.
    pub place: String,
}

/// The front page: hero, to-dos, services, news.
#[derive(Clone, Debug, Template)]
#[template(path = "front.html")]
pub struct FrontPage {
    /// The page.
    pub page: Page,
    /// The next visit of who is signed in.
    pub next: Option<NextVisit>,
    /// What waits for them.
    pub todos: Vec<Todo>,
    /// The services that exist.
    pub services: Vec<Service>,
    /// News, if any.
    pub news: Vec<News>,
}
