//! 2202: a visit is cancelled, while it is not settled.

use platform::db::Tx;
use serde_json::json;

use super::books::{Visit, VisitState};
use super::carry::{Act, Told};
use super::fields::{Refusal, says};
use super::store;

/// Cancels a visit; its institution may use the visit's number for another one.
pub(super) fn cancel(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Told, Refusal> {
    let data = act.data();
    let (mdtrt_id, ipt_otp_no) = (data.must("mdtrt_id", 30)?, data.must("ipt_otp_no", 30)?);
    let visit = Visit::find(tx, mdtrt_id, &act.person.psn_no)?;
    if visit.ipt_otp_no != ipt_otp_no {
        return says("ipt_otp_no与就诊信息不一致");
    }
    match visit.state {
        VisitState::Open => store::set_visit(tx, mdtrt_id, VisitState::Cancelled)?,
        VisitState::Settled => return says("该就诊已结算，不能撤销挂号"),
        VisitState::Cancelled => return says("挂号已撤销"),
    }
    Ok(Told::Done(json!({}), String::new()))
}
