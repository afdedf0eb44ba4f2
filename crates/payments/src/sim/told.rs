//! Which errors are a rule's no, and which are mistakes of the program.

use platform::db::DbFault;

use crate::orders::begin::BeginError;
use crate::orders::quote::QuoteError;
use crate::{ApplyError, DriveError, ReceiveError};

/// An error as somebody is told of it.
pub(super) trait Told: std::fmt::Display {
    /// Whether a rule said no.
    fn is_a_no(&self) -> bool {
        false
    }
}

impl Told for BeginError {
    fn is_a_no(&self) -> bool {
        matches!(self, BeginError::State(_) | BeginError::Changed | BeginError::TooLate)
    }
}

impl Told for QuoteError {}
impl Told for DriveError {}
impl Told for ReceiveError {}
impl Told for ApplyError {}
impl Told for DbFault {}
