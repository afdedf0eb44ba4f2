//! What holds for the whole crate: the words, the templates, the pages as a browser gets them.

mod names;
mod offline;
mod pages;
mod palette;
pub(crate) mod preview;
mod sent;
mod words;
