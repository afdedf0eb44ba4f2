//! What can go wrong at the door, in the words a caller can act on.

use std::fmt;

/// A failure of the database door. Every use case carries it as one variant of its own error
/// (`Fault(#[from] DbFault)`); pages turn it into a sentence and a reference number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbFault {
    /// The queue is full or the row stayed locked: nothing was done, ask again in a moment (503).
    Busy,
    /// The database cannot be reached: nothing was done.
    Down(String),
    /// The connection ended around COMMIT and the process is stopping: it may or may not have been
    /// done. Callers say "being confirmed", never "failed".
    Unknown,
    /// The closure panicked: its changes were rolled back.
    Panicked,
    /// No room on the disk: nothing was done.
    DiskFull,
    /// A constraint refused the row; the text names the constraint or its columns.
    Conflict(String),
    /// Any other refusal by the engine: a mistake of ours.
    Sql(String),
    /// A stored value does not have the type or form it must have.
    Corrupt(String),
}

impl fmt::Display for DbFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => write!(f, "the database is busy; nothing was done"),
            Self::Down(why) => write!(f, "the database cannot be reached: {why}"),
            Self::Unknown => write!(f, "the connection ended during commit; the outcome is not known yet"),
            Self::Panicked => write!(f, "the transaction's code panicked and was rolled back"),
            Self::DiskFull => write!(f, "the disk is full; nothing was written"),
            Self::Conflict(which) => write!(f, "a constraint refused the row: {which}"),
            Self::Sql(why) => write!(f, "the database refused a statement: {why}"),
            Self::Corrupt(what) => write!(f, "a stored value cannot be read: {what}"),
        }
    }
}

impl std::error::Error for DbFault {}

/// What the driver says of a failed call, before the lane decides what to do about it.
#[derive(Debug, Clone)]
pub(crate) enum DriverError {
    /// Lock time-out, deadlock, serialisation failure: run the closure again, alone.
    Retry,
    /// The connection is gone.
    Lost(String),
    /// SQLite's I/O error; after one at commit nothing is certain any more.
    Io(String),
    Full,
    Conflict(String),
    Other(String),
    Corrupt(String),
}

impl DriverError {
    pub(crate) fn fault(&self) -> DbFault {
        match self {
            Self::Retry => DbFault::Busy,
            Self::Lost(why) | Self::Io(why) => DbFault::Down(why.clone()),
            Self::Full => DbFault::DiskFull,
            Self::Conflict(which) => DbFault::Conflict(which.clone()),
            Self::Other(why) => DbFault::Sql(why.clone()),
            Self::Corrupt(what) => DbFault::Corrupt(what.clone()),
        }
    }
}
