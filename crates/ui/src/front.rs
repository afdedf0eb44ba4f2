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

/// The electronic card of who is signed in, as last known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrontCard {
    /// Never asked for: real-name authentication comes first.
    None,
    /// Asked of the card system.
    Issuing,
    /// Can be shown.
    Live {
        /// The number with its middle starred out.
        masked: String,
    },
    /// It cannot be shown: so the card system says now.
    Suspended {
        /// The key of the words that the card's own page says it with.
        why: &'static str,
    },
    /// It was so when the card system was asked last, which does not answer now.
    Unsure,
    /// There was no physical card.
    NotIssued,
}

impl FrontCard {
    /// The line on the hero card.
    fn line(&self, page: &Page) -> String {
        match self {
            FrontCard::Live { masked } => masked.clone(),
            FrontCard::None => page.t("front-card-none"),
            FrontCard::Issuing => page.t("front-card-issuing"),
            FrontCard::Suspended { why } => page.t(why),
            FrontCard::Unsure => page.t("front-card-unsure"),
            FrontCard::NotIssued => page.t("front-card-not-issued"),
        }
    }

    /// Whether it has the colour of a card that cannot be shown.
    const fn is_off(&self) -> bool {
        matches!(self, FrontCard::Suspended { .. })
    }

    /// What the button says.
    fn button(&self, page: &Page) -> String {
        page.t(match self {
            FrontCard::Live { .. } => "front-card-show",
            FrontCard::None => "front-card-get",
            FrontCard::Issuing | FrontCard::Suspended { .. } | FrontCard::Unsure | FrontCard::NotIssued => {
                "front-card-open"
            }
        })
    }

    /// Where it leads.
    const fn href(&self) -> &'static str {
        match self {
            FrontCard::None => "/real-name?to=/card",
            _ => "/card",
        }
    }
}

/// What comes before anything of who is signed in is shown.
#[derive(Clone, Debug)]
pub struct Shut {
    /// The page that deals with it.
    pub href: String,
    /// The key of what is said of it; the button's ends in `-button`.
    pub words: &'static str,
}

/// The front page: hero, to-dos, services, news.
#[derive(Clone, Debug, Template)]
#[template(path = "front.html")]
pub struct FrontPage {
    /// The page.
    pub page: Page,
    /// What comes first: nothing of who is signed in is shown before.
    pub shut: Option<Shut>,
    /// The card of who is signed in.
    pub card: FrontCard,
    /// What waits for them: what presses first, and the next visit.
    pub todos: Vec<Todo>,
    /// How much waits for them in all; `/todos` shows it.
    pub todos_all: usize,
    /// The services that exist.
    pub services: Vec<Service>,
    /// News, if any.
    pub news: Vec<News>,
}

/// All that waits for who is signed in.
#[derive(Clone, Debug, Template)]
#[template(path = "todos.html")]
pub struct TodosPage {
    /// The page.
    pub page: Page,
    /// What waits for them, all of it.
    pub todos: Vec<Todo>,
}
