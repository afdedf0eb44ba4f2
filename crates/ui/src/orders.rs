//! The rows of 我的订单: each hall gives its own, the server puts the page together.

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
