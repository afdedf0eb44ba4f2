//! Invariants: questions to the database whose only right answer is "none", run by `renshe check`
//! and after each step of the simulator.

use kernel::Moment;

use crate::db::{DbFault, Tx};

/// One invariant. Contexts publish theirs as `checks()`.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its id in the requirements: `I-B01`.
    pub id: &'static str,
    /// What must hold, as a sentence for an operator.
    pub says: &'static str,
    /// Reads the database at a moment and reports.
    pub run: fn(&mut Tx<'_>, Moment) -> Result<CheckResult, DbFault>,
}

/// What a check looked at and what it found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckResult {
    /// The number of rows examined, so that "nothing broken" can be told from "nothing read".
    pub rows: u64,
    /// One line for each thing that breaks the invariant; ids, no personal data.
    pub broken: Vec<String>,
}

/// The platform's own invariants.
pub fn checks() -> Vec<Check> {
    vec![crate::audit::CHECK]
}
