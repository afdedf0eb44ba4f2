//! The rows of the search's answer: each hall gives its own, the server puts the page together.

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
