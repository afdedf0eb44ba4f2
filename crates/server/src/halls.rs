//! The list of halls: the one place where this program names them; and what they hand up, put together.

mod fold;
#[cfg(test)]
mod nav_tests;
mod routes;
#[cfg(test)]
mod search_tests;
mod twins;

use hall::Hall;

pub use fold::Halls;

/// The halls of this program, in the order in which pages show what is theirs. To add one, add its line.
pub fn all() -> Vec<Hall> {
    vec![health::hall()]
}
