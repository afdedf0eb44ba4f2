//! 5203: what became of a settlement.

use platform::db::Tx;
use serde_json::Value;

use super::books::{Settlement, SettlementState, Visit};
use super::carry::Act;
use super::fields::{Refusal, says};
use super::store;

/// Tells the settlement that is in force, or the one that is named even if it has been voided. One
/// that was reversed has never been.
pub(super) fn query(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Value, Refusal> {
    let data = act.data();
    let (mdtrt_id, setl_id) = (data.must("mdtrt_id", 30)?, data.text("setl_id", 30)?);
    let visit = Visit::find(tx, mdtrt_id, &act.person.psn_no)?;
    let found = match setl_id {
        "" => store::in_force(tx, &visit.mdtrt_id)?,
        _ => Settlement::find(tx, setl_id, &act.person.psn_no)?,
    };
    match found.filter(|found| found.mdtrt_id == visit.mdtrt_id && found.state != SettlementState::Reversed) {
        Some(settlement) => settlement.tell(act.person, settlement.split.after),
        None => says("未查询到结算信息"),
    }
}
