//! People and their accounts: the only place that knows how names and numbers are sealed.

mod create;
mod model;
pub(crate) mod store;

pub(crate) use create::{NewAccount, Newcomer};
pub use model::{AccountState, Myself, PatientCard};
pub use store::{Reach, count, patient_card, reach};

pub(crate) use crate::ids::lane;
pub use crate::ids::{AccountId, PersonId};
