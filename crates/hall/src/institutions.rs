//! Kinds of institutions that a hall keeps something of its own for.

use futures_util::future::BoxFuture;
use identity::InstitutionId;
use identity::institutions::{AddError, AddInstitution, Kind};
use platform::Ctx;

/// How an institution of one kind is added, where a hall has rows beside the directory's: `renshe institution add` asks for a
/// level and leaves the rest to the hall.
#[derive(Clone, Copy)]
pub struct MakesInstitution {
    /// The kind; one hall makes it.
    pub kind: Kind,
    /// The words for its level, one of which an operator says.
    pub levels: &'static [&'static str],
    /// Adds one.
    pub add: AddsAtLevel,
}

/// Adds an institution of a level, which is one of [`MakesInstitution::levels`], to the directory and to the hall at once.
///
/// # Errors
/// See [`AddError`]; nothing was added.
pub type AddsAtLevel = for<'a> fn(&'a Ctx, AddInstitution, &'a str) -> BoxFuture<'a, Result<InstitutionId, AddError>>;
