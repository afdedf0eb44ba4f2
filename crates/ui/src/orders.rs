//! The template of 我的订单. The server composes it: each hall gives its own rows.

use askama::Template;

use crate::page::Page;

/// A row of the list.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// An icon name.
    pub icon: &'static str,
    /// Where it leads.
    pub href: String,
    /// What it is.
    pub title: String,
    /// When and where.
    pub detail: String,
    /// How it stands, in the person's words.
    pub state: String,
    /// The colour of that: what `tag-` stands before in the style sheet.
    pub tone: &'static str,
    /// What it costs, what of it is paid, and until when the rest must be; empty where it is free.
    pub money: String,
    /// Nothing is to be done or to come any more.
    pub over: bool,
}

/// Rows under one heading.
#[derive(Clone, Debug)]
pub struct Part {
    /// The heading.
    pub title: String,
    /// How many there are, where they are all here.
    pub count: Option<usize>,
    /// The rows, in order.
    pub lines: Vec<Line>,
}

/// A page of the list.
#[derive(Clone, Debug, Template)]
#[template(path = "orders.html")]
pub struct OrdersPage {
    /// The page.
    pub page: Page,
    /// The rows under their headings; a heading without rows is left out.
    pub parts: Vec<Part>,
    /// Whether this page begins after another one.
    pub later: bool,
    /// Where the next page is, if there is one.
    pub older: Option<String>,
}
