//! Adding an institution: an operator's act, and one of the sample data.

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::ids::{InstitutionId, Kind, OtherKind};
use super::model::{BadFacts, Capability, Facts, Institution, State, clean_code};
use super::{lane, store};
use crate::failure::Failure;

/// Adds an institution.
pub struct AddInstitution {
    /// What it is.
    pub kind: Kind,
    /// Its short name: 2 to 32 letters, digits, dots, dashes, underscores; case does not matter.
    pub code: String,
    /// What is known of it.
    pub facts: Facts,
    /// What it does with us.
    pub capabilities: Vec<Capability>,
}

/// Why an institution was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The code has letters it may not have, or is an id.
    #[error("an institution's code is 2 to 32 letters, digits, dots, dashes or underscores")]
    BadCode,
    /// The id is of another kind than what it is to be.
    #[error(transparent)]
    OtherKind(#[from] OtherKind),
    /// The code is another's.
    #[error("this code is taken")]
    CodeTaken,
    /// The insurer's code is another's.
    #[error("another institution has this insurer's code")]
    InsurerCodeTaken,
    /// A text is missing or too long.
    #[error(transparent)]
    BadFacts(#[from] BadFacts),
    /// Something beneath did not work.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<DbFault> for AddError {
    fn from(fault: DbFault) -> AddError {
        AddError::Failure(fault.into())
    }
}

/// An institution that is inserted together with what another context keeps of it, in one transaction.
pub struct NewInstitution {
    institution: Institution,
    entry: AuditEntry,
    now: Moment,
}

impl NewInstitution {
    /// Reads what was typed of an institution, and draws up its rows: open, and nobody's sample.
    ///
    /// # Errors
    /// [`AddError::BadCode`] and [`AddError::BadFacts`].
    pub fn read(ctx: &Ctx, command: AddInstitution) -> Result<NewInstitution, AddError> {
        let institution = Institution {
            id: InstitutionId::make(command.kind, ctx.now(), ctx.rng.as_ref()),
            code: clean_code(&command.code).ok_or(AddError::BadCode)?,
            facts: command.facts.clean()?,
            demo: false,
            state: State::Open,
            capabilities: command.capabilities.into_iter().collect(),
        };
        Ok(NewInstitution::of(ctx, institution))
    }

    /// Draws up the row and its audit row. That code and texts are fit is for the caller to see to.
    pub fn of(ctx: &Ctx, institution: Institution) -> NewInstitution {
        let can: Vec<&str> = institution.capabilities.iter().map(Capability::as_str).collect();
        let detail = json!({ "kind": institution.id.kind().as_str(), "code": institution.code, "can": can });
        let entry = ctx.act("institution.added", institution.id.as_str(), detail);
        NewInstitution { institution, entry, now: ctx.now() }
    }

    /// The institution.
    pub fn institution(&self) -> &Institution {
        &self.institution
    }

    /// Inserts it; `false` if its code or its insurer's code is another's.
    ///
    /// # Errors
    /// What broke beneath.
    pub fn insert(&self, tx: &mut Tx<'_>) -> Result<bool, DbFault> {
        let inserted = store::insert(tx, &self.institution, self.now)?;
        if inserted {
            tx.audit(self.entry.clone());
        }
        Ok(inserted)
    }

    /// Which of its codes is another's, after [`NewInstitution::insert`] has found one.
    ///
    /// # Errors
    /// What broke beneath.
    pub fn taken(&self, tx: &mut Tx<'_>) -> Result<AddError, DbFault> {
        let taken = store::by_code(tx, &self.institution.code)?.is_some();
        Ok(if taken { AddError::CodeTaken } else { AddError::InsurerCodeTaken })
    }
}

/// Adds an open institution. Of a kind that is more than that, a hall adds it.
///
/// # Errors
/// See [`AddError`]; nothing was added.
pub async fn add(ctx: &Ctx, command: AddInstitution) -> Result<InstitutionId, AddError> {
    let new = NewInstitution::read(ctx, command)?;
    let id = new.institution.id.clone();
    let added = ctx.db.write(lane(&id), "institution.add", move |tx| -> Result<(), AddError> {
        if new.insert(tx)? { Ok(()) } else { Err(new.taken(tx)?) }
    });
    added.await?;
    Ok(id)
}
