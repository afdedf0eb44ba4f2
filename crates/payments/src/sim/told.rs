//! Which errors are a rule's no, which are the death of the process, and which are mistakes of the program.

use ledger::LedgerError;
use platform::db::DbFault;

use crate::orders::begin::BeginError;
use crate::orders::quote::QuoteError;
use crate::orders::refunds::RefundError;
use crate::{ApplyError, DriveError, ReceiveError};

/// An error as somebody is told of it.
pub(super) trait Told: std::fmt::Display {
    /// What broke beneath, if it was the database.
    fn fault(&self) -> Option<&DbFault>;

    /// Whether a rule said no.
    fn is_a_no(&self) -> bool {
        false
    }

    /// Whether the process died over a commit, as the simulator has it die.
    fn is_a_crash(&self) -> bool {
        matches!(self.fault(), Some(DbFault::Unknown))
    }
}

impl Told for DbFault {
    fn fault(&self) -> Option<&DbFault> {
        Some(self)
    }
}

impl Told for LedgerError {
    fn fault(&self) -> Option<&DbFault> {
        if let LedgerError::Fault(fault) = self { Some(fault) } else { None }
    }
}

impl Told for identity::Failure {
    fn fault(&self) -> Option<&DbFault> {
        if let identity::Failure::Fault(fault) = self { Some(fault) } else { None }
    }
}

impl Told for ApplyError {
    fn fault(&self) -> Option<&DbFault> {
        match self {
            ApplyError::Ledger(error) => error.fault(),
            ApplyError::Fault(fault) => Some(fault),
        }
    }
}

impl Told for BeginError {
    fn fault(&self) -> Option<&DbFault> {
        match self {
            BeginError::Identity(error) => error.fault(),
            BeginError::Apply(error) => error.fault(),
            BeginError::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    fn is_a_no(&self) -> bool {
        matches!(self, BeginError::State(_) | BeginError::Changed | BeginError::TooLate | BeginError::Over)
    }
}

impl Told for RefundError {
    fn fault(&self) -> Option<&DbFault> {
        match self {
            RefundError::Begin(error) => error.fault(),
            RefundError::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    fn is_a_no(&self) -> bool {
        matches!(self, RefundError::NoneWaits | RefundError::BeingAsked | RefundError::Channel(_))
    }
}

impl Told for QuoteError {
    fn fault(&self) -> Option<&DbFault> {
        match self {
            QuoteError::Policy(_) => None,
            QuoteError::Identity(error) => error.fault(),
            QuoteError::Fault(fault) => Some(fault),
        }
    }
}

impl Told for DriveError {
    fn fault(&self) -> Option<&DbFault> {
        match self {
            DriveError::Policy(_) => None,
            DriveError::Apply(error) => error.fault(),
            DriveError::Identity(error) => error.fault(),
            DriveError::Fault(fault) => Some(fault),
        }
    }
}

impl Told for ReceiveError {
    fn fault(&self) -> Option<&DbFault> {
        match self {
            ReceiveError::Apply(error) => error.fault(),
            ReceiveError::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}
