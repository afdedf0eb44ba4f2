//! Real name: who has been authenticated, on which device, and at which of the two levels (RNA-1, RNA-2).
//!
//! What needs which level is one table ([`opens`]); a page asks for it by the type of its extractor,
//! [`RealName`]. The insurer's word moves the level by itself: right after authentication, once a day
//! by a job, and when a gate finds it old.

pub(crate) mod back;
mod covered;
mod gate;
mod insurance;
mod kept;
mod model;
pub mod opens;
pub(crate) mod policy;
mod refresh;
mod remembered;
pub(crate) mod store;

pub use covered::{CoveredPerson, ask_insurer, covered, insurer_said_at};
pub(crate) use gate::Known;
pub use gate::{Asks, First, Home, RealName, Refused};
pub(crate) use insurance::{Asked, GAINED, Occasion, ask_again, psn_no, refresh};
pub use kept::keep_forms;
pub(crate) use kept::routes;
pub(crate) use kept::store::{delete_of as delete_kept_forms, wipe as wipe_kept_forms};
pub use model::Level;
pub(crate) use model::{Cover, Facts, Insured, Way};
pub(crate) use policy::RealNamePolicy;
pub(crate) use refresh::refresh_due;
pub use remembered::{recall, remember};
pub(crate) use store::wipe_devices;
