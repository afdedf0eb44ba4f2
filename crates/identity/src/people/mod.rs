//! People and their accounts: the only place that knows how names and numbers are sealed.

mod create;
mod goes;
mod model;
mod pages;
pub(crate) mod store;

pub(crate) use create::{NewAccount, Newcomer};
pub(crate) use goes::goes_at;
pub use model::{AccountState, Myself, PatientCard};
pub(crate) use pages::routes;
pub use store::{Reach, count, patient_card, reach};

pub(crate) use crate::ids::lane;
pub use crate::ids::{AccountId, PersonId};
