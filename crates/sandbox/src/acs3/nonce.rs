//! Nonces are used once.

use platform::db::{DbFault, LaneKey};
use wire::acs3::CLOCK_SKEW_SECS;

use super::store;
use crate::house::House;

/// Remembers a nonce; false when it was seen before. It is kept as long as a request that carries
/// it could pass as fresh: signed ahead by the skew, repeated late by the skew.
pub(super) async fn fresh(house: &House, nonce: &str) -> Result<bool, DbFault> {
    let now = house.now();
    let expires_at = now.plus_secs(2 * CLOCK_SKEW_SECS);
    let nonce = nonce.to_owned();
    house
        .db
        .write(LaneKey::of("sandbox_nonce", ""), "sandbox.nonce", move |tx| {
            store::forget_nonces(tx, now)?;
            store::insert_nonce(tx, &nonce, expires_at)
        })
        .await
}
