//! The list of halls: the one place where this program names them.

use hall::Hall;

/// The halls of this program, in the order in which pages show what is theirs. To add one, add its line.
pub fn all() -> Vec<Hall> {
    vec![health::hall()]
}
