//! Sample data of a demo.

use futures_util::future::BoxFuture;
use identity::InstitutionId;
use platform::Ctx;

/// A hall's sample data. Errors are lines for an operator.
#[derive(Clone, Copy)]
pub struct Seed {
    /// Its place among the halls' seeds, the smallest first.
    pub at: u8,
    /// Puts it in; what is there stays. Answers with the institutions at whose desks the demo has clerks.
    pub run: fn(Ctx) -> BoxFuture<'static, Result<Vec<SeededDesk>, String>>,
    /// What one must know to try it, a line each.
    pub says: fn(Ctx) -> BoxFuture<'static, Result<Vec<String>, String>>,
}

/// An institution with a desk at which the demo has a clerk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededDesk {
    /// Its id.
    pub id: InstitutionId,
    /// Its name.
    pub name: String,
}
