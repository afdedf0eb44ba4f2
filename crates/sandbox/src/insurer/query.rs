//! 5203: what became of a settlement.

use platform::db::Tx;
use serde_json::{Value, json};

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
    if setl_id.is_empty() && act.lists_undone {
        return listed(tx, act, &visit);
    }
    let found = match setl_id {
        "" => store::in_force(tx, &visit.mdtrt_id)?,
        _ => Settlement::find(tx, setl_id, &act.person.psn_no)?,
    };
    match found.filter(|found| found.mdtrt_id == visit.mdtrt_id && found.state != SettlementState::Reversed) {
        Some(settlement) => settlement.tell(act.person, settlement.split.after),
        None => says("未查询到结算信息"),
    }
}

/// Everything of a visit, as some regions tell it: what is in force, what was undone, and of each that was undone the
/// record (`record`, which the dialect turns below nothing), under the number of what it undid.
fn listed(tx: &mut Tx<'_>, act: &Act<'_>, visit: &Visit) -> Result<Value, Refusal> {
    let all = store::of_visit(tx, &visit.psn_no, &visit.mdtrt_id)?;
    let (mut entries, mut lines) = (Vec::new(), Vec::new());
    for one in all.iter().filter(|one| one.state != SettlementState::Reversed) {
        let mut told = one.tell(act.person, one.split.after)?;
        if let Some(details) = told["setldetail"].as_array() {
            lines.extend_from_slice(details);
        }
        let info = told["setlinfo"].take();
        if one.state == SettlementState::Voided {
            let mut record = info.clone();
            record["record"] = json!(true);
            entries.push(record);
        }
        entries.push(info);
    }
    match entries.is_empty() {
        true => says("未查询到结算信息"),
        false => Ok(json!({ "setlinfo": entries, "setldetail": lines })),
    }
}
