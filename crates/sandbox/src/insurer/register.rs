//! 2201: a visit is opened.

use platform::db::Tx;
use serde_json::json;

use super::books::{Visit, VisitState};
use super::carry::{Act, Told};
use super::fields::{Fields, Refusal, says};
use super::rules::Scheme;
use super::store;
use crate::people::Person;

/// Opens a visit. The institution's own number (`ipt_otp_no`) leads to the same visit while that is
/// open, whatever the message's number.
pub(super) fn register(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Told, Refusal> {
    let (data, person) = (act.data(), act.person);
    let scheme = scheme(data, person)?;
    data.certificate(&person.id_number)?;
    data.must("begntime", 19)?;
    for (name, most) in [("atddr_no", 30), ("dr_name", 50), ("dept_code", 30), ("dept_name", 100), ("caty", 6)] {
        data.must(name, most)?;
    }
    let ipt_otp_no = data.must("ipt_otp_no", 30)?;
    let visit = match store::live_visit(tx, &act.call.institution, ipt_otp_no)? {
        Some(visit) if visit.psn_no != person.psn_no || visit.scheme != scheme => return says("ipt_otp_no已被使用"),
        Some(visit) if visit.state == VisitState::Settled => return says("该就诊已结算"),
        Some(visit) => visit,
        None => {
            let visit = Visit {
                mdtrt_id: act.number.to_owned(),
                institution: act.call.institution.clone(),
                ipt_otp_no: ipt_otp_no.to_owned(),
                psn_no: person.psn_no.clone(),
                scheme,
                region: person.region.clone(),
                state: VisitState::Open,
                opened_at: act.now,
            };
            if !store::insert_visit(tx, &visit)? {
                return says("ipt_otp_no已被使用");
            }
            visit
        }
    };
    let output = json!({ "data": {
        "mdtrt_id": visit.mdtrt_id,
        "psn_no": visit.psn_no,
        "ipt_otp_no": visit.ipt_otp_no,
    } });
    Ok(Told::Done(output, String::new()))
}

/// The insurance named, if it is the one that runs.
pub(super) fn scheme(data: Fields<'_>, person: &Person) -> Result<Scheme, Refusal> {
    let named = data.word("insutype", &["310", "390"])?;
    match Scheme::of(person.insured) {
        Some(scheme) if scheme.insutype() == named => Ok(scheme),
        _ => says("未参保或参保状态异常"),
    }
}
