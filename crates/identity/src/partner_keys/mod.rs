//! Keys of hospitals' and pharmacies' own systems: made by the operator, and the extractor that proves
//! who asks by a signature over the whole request.

mod extract;
mod manage;
mod model;
pub(crate) mod store;

pub(crate) use extract::{ApiProblem, Asked, Partner};
pub use manage::{AddPartner, AddPartnerError, add, end, list};
pub use model::{PartnerKeyId, PartnerLine};
