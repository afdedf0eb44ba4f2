//! 2207: a visit is settled, and the personal account pays its part.

use kernel::Fen;
use platform::db::Tx;

use super::books::{Settlement, VisitState};
use super::carry::{Act, Told};
use super::fields::{Refusal, says};
use super::presettle::reckon;
use super::store;
use crate::people::account;

/// Settles a visit once. The values that the sender repeats from the pre-settlement must match the result now; the
/// account's part is calculated anew.
pub(super) fn settle(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Told, Refusal> {
    let settlement = Settlement { setl_id: act.number.to_owned(), ..reckon(tx, act)? };
    let (data, split) = (act.data(), settlement.split);
    for (name, wanted) in [
        ("fulamt_ownpay_amt", Fen::ZERO),
        ("overlmt_selfpay", split.over_limit),
        ("preselfpay_amt", Fen::ZERO),
        ("inscp_scp_amt", split.in_scope),
    ] {
        if data.yuan(name)? != wanted {
            return says(format!("{name}与预结算结果不一致"));
        }
    }
    store::insert_settlement(tx, &settlement)?;
    take(tx, act, &settlement, "settle")?;
    Ok(Told::Done(settlement.tell(act.person, split.after)?, settlement.setl_id))
}

/// Takes the account's part and marks the visit; answers what the account holds then.
pub(super) fn take(
    tx: &mut Tx<'_>,
    act: &Act<'_>,
    settlement: &Settlement,
    reason: &'static str,
) -> Result<Fen, Refusal> {
    let Some(less) = Fen::ZERO.checked_sub(settlement.split.account) else { return says("金额超出范围") };
    let Some(left) = account::add(tx, act.person, less, reason, &act.call.msgid, act.now)? else {
        return says("个人账户余额不足");
    };
    store::set_visit(tx, &settlement.mdtrt_id, VisitState::Settled)?;
    Ok(left)
}

/// Gives the account's part back and opens the visit again; answers what the account holds then.
pub(super) fn give_back(
    tx: &mut Tx<'_>,
    act: &Act<'_>,
    settlement: &Settlement,
    reason: &'static str,
) -> Result<Fen, Refusal> {
    let back = settlement.split.account;
    let Some(left) = account::add(tx, act.person, back, reason, &act.call.msgid, act.now)? else {
        return says("个人账户状态异常");
    };
    store::set_visit(tx, &settlement.mdtrt_id, VisitState::Open)?;
    Ok(left)
}
