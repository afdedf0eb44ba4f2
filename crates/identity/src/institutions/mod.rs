//! The directory of institutions: whom people serve, what other systems, keys and money belong to. Written by operators and
//! by the sample data; the pages of the other contexts join the table `institution` and never write it.

mod add;
mod change;
pub(crate) mod checks;
mod close;
mod find;
mod hours;
mod ids;
mod model;
pub(crate) mod store;
#[cfg(test)]
mod stories;

pub use add::{AddError, AddInstitution, NewInstitution, add};
pub use change::{ChangeError, change, set_capability};
pub use close::{close, reopen};
pub use find::{find, list};
pub use hours::{Hours, NotHours};
pub use ids::{
    AgencyId, BankId, EmployerId, HospitalId, InstitutionId, Kind, NotInstitution, OtherKind, PharmacyId, TaxHallId,
};
pub use model::{BadFacts, Capabilities, Capability, District, Facts, Institution, NotDistrict, State};
pub use store::of;

use platform::db::LaneKey;

/// The lane of an institution's rows.
fn lane(id: &InstitutionId) -> LaneKey {
    LaneKey::of("institution", id.as_str())
}
