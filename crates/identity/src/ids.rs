//! The ids that folders on every floor name, and the lane of a person: so that who agrees, asks or waits can be told
//! without the folders that keep people and proofs.

use platform::db::LaneKey;

kernel::typed_id!(
    /// A human being, whether or not there is an account.
    pub PersonId, "per"
);
kernel::typed_id!(
    /// What a person logs in to; one active account a person.
    pub AccountId, "acc"
);

kernel::typed_id!(
    /// A proof of who somebody is.
    pub ProofId, "prf"
);

/// The lane that owns a person's rows: account, sessions, messages.
pub(crate) fn lane(person: &PersonId) -> LaneKey {
    LaneKey::of("person", person.as_str())
}
