//! Proofs: that a person has just shown who they are, by whichever way (RNA-3, RNA-11), for one
//! purpose, used once, by the browser that earned it.
//!
//! A way (face, card, counter) is given a [`Claimant`]: who wants to be proven, for what, from where.
//! When it is satisfied it passes the proof in its own closure with [`pass`]. A proof of the real
//! name takes effect there and then; the others are redeemed by the page they open, with [`redeem`].

mod authenticate;
mod claimant;
mod model;
mod pass;
pub(crate) mod store;

pub(crate) use claimant::{Claimant, Visitor, budget_of, clear_visitor, keep_visitor};
pub(crate) use model::{ProofPurpose, Proving};
pub(crate) use pass::{NewProof, Passed, pass, redeem, vouch};

pub(crate) use crate::real_name::Way;
