//! Sessions of citizens: opened at login, found by their token at each request, ended by sign-out,
//! by hand from another device, by disuse or by age.

mod end;
mod extract;
mod model;
mod open;
mod pages;
mod policy;
mod renew;
pub(crate) mod store;
mod token;

pub(crate) use end::end_by_token;
pub use end::{end, end_others};
pub(crate) use extract::{Bearer, BeforeAgreeing, COOKIE, back};
pub use extract::{Citizen, MaybeCitizen, SignedIn};
pub use model::SessionId;
pub(crate) use model::{Prover, alive};
pub(crate) use open::{NewSession, Seat};
pub(crate) use pages::{give_token, routes};
pub(crate) use policy::SessionPolicy;
pub(crate) use renew::{Renewal, renew, renew_alone};
pub(crate) use token::Token;
