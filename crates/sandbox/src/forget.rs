//! Deletes rows that a long demo gathers and nobody asks for any more: notices that were taken, and sign-ins of other
//! days. Texts, face checks and nonces are deleted when new ones come. Everything that partners must remember stays:
//! orders, refunds, settlements, messages by which a repetition is known.

use std::time::Duration;

use platform::db::{DbFault, LaneKey};

use crate::house::House;
use crate::registry::ALL;

/// How long they are kept, by the sandbox's clock.
const KEPT_SECS: i64 = 30 * 86_400;
/// How often old rows are looked for, by the machine's clock.
const PAUSE: Duration = Duration::from_secs(3600);

/// Works until the task is dropped.
pub(crate) async fn run(house: House) {
    loop {
        if let Err(fault) = once(&house).await {
            tracing::warn!(%fault, "sandbox.forget");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn once(house: &House) -> Result<(), DbFault> {
    let before = house.now().minus_secs(KEPT_SECS);
    house
        .db
        .bulk(LaneKey::of("sandbox", "forget"), "sandbox.forget", move |tx| {
            ALL.iter().try_for_each(|entry| (entry.forget)(tx, before))
        })
        .await
}
