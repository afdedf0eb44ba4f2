//! 2208: a settlement is undone, and the personal account has its part back.

use platform::db::Tx;

use super::books::{Settlement, SettlementState};
use super::carry::{Act, Told};
use super::fields::{Refusal, says};
use super::settle::give_back;
use super::store;

/// Undoes a settlement once; its visit may be settled again.
pub(super) fn void(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Told, Refusal> {
    let data = act.data();
    let (setl_id, mdtrt_id) = (data.must("setl_id", 30)?, data.must("mdtrt_id", 30)?);
    let found = Settlement::find(tx, setl_id, &act.person.psn_no)?.filter(|found| found.mdtrt_id == mdtrt_id);
    let Some(settlement) = found else { return says("未查询到结算信息") };
    match settlement.state {
        SettlementState::Settled => {}
        SettlementState::Voided => return says("结算已撤销"),
        SettlementState::Reversed => return says("结算已撤销（已冲正）"),
    }
    store::set_settlement(tx, setl_id, SettlementState::Voided)?;
    let left = give_back(tx, act, &settlement, "void")?;
    // The record has a number of its own; the settlement keeps its.
    let undone = settlement.setl_id.clone();
    let record = Settlement {
        setl_id: act.number.to_owned(),
        msgid: act.call.msgid.clone(),
        state: SettlementState::Voided,
        settled_at: act.now,
        ..settlement
    };
    Ok(Told::Done(record.tell(act.person, left)?, undone))
}
