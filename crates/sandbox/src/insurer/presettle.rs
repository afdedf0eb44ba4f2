//! 2206: what a settlement would be now. It changes nothing and promises nothing.

use kernel::Fen;
use platform::db::Tx;
use serde_json::Value;

use super::books::{Settlement, SettlementState, Visit};
use super::carry::Act;
use super::fields::{Refusal, says};
use super::register::scheme;
use super::rules::Split;
use super::store;

/// Answers 2206.
pub(super) fn presettle(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Value, Refusal> {
    let settlement = reckon(tx, act)?;
    settlement.tell(act.person, settlement.split.after)
}

/// Calculates a settlement of the visit from its lines and the current balance of the personal account.
pub(super) fn reckon(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Settlement, Refusal> {
    let (data, person) = (act.data(), act.person);
    let scheme = scheme(data, person)?;
    data.certificate(&person.id_number)?;
    let med_type = data.word("med_type", &["11", "12", "13", "14"])?;
    data.must("psn_setlway", 3)?;
    let use_account = data.word("acct_used_flag", &["0", "1"])? == "1";
    let (mdtrt_id, batch_no) = (data.must("mdtrt_id", 30)?, data.must("chrg_bchno", 30)?);
    let claimed = data.yuan("medfee_sumamt")?;
    let visit = Visit::open(tx, mdtrt_id, &person.psn_no)?;
    if visit.scheme != scheme {
        return says("险种与挂号时不一致");
    }
    let (lines, total, over_limit) = store::batch(tx, mdtrt_id, batch_no)?;
    if lines == 0 {
        return says("未查询到费用明细");
    }
    if total != claimed || total == Fen::ZERO {
        return says("medfee_sumamt与费用明细合计不一致");
    }
    let split = Split::of(total, over_limit, scheme, use_account, person.balance);
    let split = if act.institution_bears { split.and_then(Split::borne_with_institution) } else { split };
    let Some(split) = split else { return says("金额超出范围") };
    Ok(Settlement {
        setl_id: String::new(),
        mdtrt_id: visit.mdtrt_id,
        psn_no: visit.psn_no,
        msgid: act.call.msgid.clone(),
        batch_no: batch_no.to_owned(),
        scheme,
        med_type: med_type.to_owned(),
        split,
        state: SettlementState::Settled,
        settled_at: act.now,
    })
}
