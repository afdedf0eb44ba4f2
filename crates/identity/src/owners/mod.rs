//! To whom an ID number belongs (docs/adr/0011). Somebody who signs up only claims an ID number; it belongs to nobody
//! until a person has been proven to have it. The first proof makes the number that person's for good, and ends every
//! other account that said it. A later proof in another account is the same human being with a new telephone: the owner
//! is given that account's mobile number and password, and all that stood before is signed out.
//!
//! Owned table: `number_owner`. An account nobody was proven for holds nothing of value and goes after a
//! while.

mod expire;
mod goes;
mod name;
mod oust;
mod policy;
pub(crate) mod store;
mod take;

pub(crate) use expire::expire;
pub(crate) use goes::goes_at;
pub(crate) use name::{Renaming, name_to_prove, rename, wish_name};
pub(crate) use oust::{Ousting, oust};
pub(crate) use policy::AccountPolicy;
pub(crate) use take::{Taking, take};
