//! The people of the city, whom the insurer, the card system and the face source know. They are drawn from a seed, so
//! that the same seed gives the same people, and can be changed on the control pages.

pub(crate) mod account;
pub(crate) mod api;
mod change;
mod city;
mod draw;
mod first;
mod model;
mod names;
pub(crate) mod page;
pub(crate) mod store;

use crate::about::Page;

use change::change;
pub(crate) use city::{fill, welcome};
pub use first::FirstPerson;
use first::add;
pub use model::{CardState, Face, Insured};
pub(crate) use model::{Person, WRONG_PINS_MAX};
#[cfg(test)]
pub(crate) use {draw::City, first::samples};

/// The page of everybody whom partners know: it is no single partner's.
pub(crate) const PAGE: Page = Page { path: "/people", zh: "人员", en: "People" };
