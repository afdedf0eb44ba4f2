//! 2601: a message whose outcome the sender does not know is undone, and one that has not come yet
//! is never carried out.

use platform::db::Tx;
use serde_json::json;

use super::books::{Settlement, SettlementState};
use super::carry::{Act, Told};
use super::fields::{Refusal, says};
use super::messages::{self, Kept, State};
use super::settle::{give_back, take};
use super::{SETTLE, VOID, store};

/// What is answered about a message that never came.
const UNKNOWN: Told = Told::Refused("原交易不存在");

/// Undoes 2207 or 2208; doing it again changes nothing.
pub(super) fn reverse(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Told, Refusal> {
    let data = act.data();
    let (omsgid, oinfno) = (data.must("omsgid", 30)?, data.must("oinfno", 4)?);
    if ![SETTLE, VOID].contains(&oinfno) {
        return says("该交易不支持冲正");
    }
    let Some(original) = messages::store::by_msgid(tx, omsgid)? else {
        return bar(tx, act, omsgid, oinfno);
    };
    if original.infno != oinfno || original.psn_no != act.person.psn_no {
        return says("冲正信息与原交易不一致");
    }
    match original.state {
        State::Barred => return Ok(UNKNOWN),
        State::Reversed => {}
        State::Done => {
            let found = Settlement::find(tx, &original.setl_id, &act.person.psn_no)?;
            let Some(settlement) = found else { return says("未查询到结算信息") };
            if oinfno == SETTLE {
                unsettle(tx, act, &settlement)?
            } else {
                settle_again(tx, act, &settlement)?
            }
            messages::store::set_reversed(tx, omsgid)?;
        }
    }
    Ok(Told::Done(json!({}), original.setl_id))
}

/// As if it had never been settled. A settlement voided before has given everything back.
fn unsettle(tx: &mut Tx<'_>, act: &Act<'_>, settlement: &Settlement) -> Result<(), Refusal> {
    store::set_settlement(tx, &settlement.setl_id, SettlementState::Reversed)?;
    if settlement.state == SettlementState::Settled {
        give_back(tx, act, settlement, "reverse")?;
    }
    Ok(())
}

/// As if it had never been voided, if the account still bears it and nothing came in between.
fn settle_again(tx: &mut Tx<'_>, act: &Act<'_>, settlement: &Settlement) -> Result<(), Refusal> {
    if settlement.state != SettlementState::Voided {
        return says("原结算已冲正");
    }
    if store::in_force(tx, &settlement.mdtrt_id)?.is_some() {
        return says("该就诊已结算");
    }
    take(tx, act, settlement, "reverse")?;
    store::set_settlement(tx, &settlement.setl_id, SettlementState::Settled)?;
    Ok(())
}

/// Remembers a number that has not come yet, so that its message will have no effect.
fn bar(tx: &mut Tx<'_>, act: &Act<'_>, omsgid: &str, oinfno: &str) -> Result<Told, Refusal> {
    let barred = Kept {
        msgid: omsgid.to_owned(),
        infno: oinfno.to_owned(),
        digest: String::new(),
        psn_no: act.person.psn_no.clone(),
        state: State::Barred,
        output: String::new(),
        setl_id: String::new(),
        kept_at: act.now,
    };
    messages::store::insert(tx, &barred)?;
    Ok(UNKNOWN)
}
