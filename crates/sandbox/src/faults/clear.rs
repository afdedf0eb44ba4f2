//! Takes rules away.

use platform::db::DbFault;

use super::{FaultId, store};
use crate::house::House;

/// Takes one rule away; true when it was there.
pub(crate) async fn one(house: &House, id: FaultId) -> Result<bool, DbFault> {
    let gone = house.db.write(store::lane(), "sandbox.fault.clear", move |tx| store::delete(tx, &id)).await?;
    Ok(gone > 0)
}

/// Takes every rule away; answers how many there were.
pub(crate) async fn all(house: &House) -> Result<u64, DbFault> {
    house.db.write(store::lane(), "sandbox.fault.clear_all", store::delete_all).await
}
