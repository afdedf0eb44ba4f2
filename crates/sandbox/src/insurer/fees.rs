//! 2204: what a visit costs, line by line; and 2205, which takes lines back.

use kernel::{Decimal, Fen};
use platform::db::Tx;
use serde_json::{Value, json};

use super::books::{Line, Visit};
use super::carry::{Act, Told};
use super::fields::{Fields, Refusal, says};
use super::rules::{self, PRICE_CAP};
use super::store;

/// Takes the lines of one visit: all of them, or none.
pub(super) fn fees(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Told, Refusal> {
    let lines = act.call.input["feedetail"].as_array();
    let mut visit: Option<Visit> = None;
    let mut result = Vec::new();
    for fields in lines.into_iter().flatten().map(Fields) {
        let mdtrt_id = fields.must("mdtrt_id", 30)?;
        if fields.must("psn_no", 30)? != act.person.psn_no {
            return says("费用明细不属于同一参保人");
        }
        match &visit {
            None => visit = Some(Visit::open(tx, mdtrt_id, &act.person.psn_no)?),
            Some(visit) if visit.mdtrt_id == mdtrt_id => {}
            Some(_) => return says("费用明细不属于同一就诊"),
        }
        let (line, told) = read(fields)?;
        if !store::insert_fee(tx, &line)? {
            return says("feedetl_sn重复");
        }
        result.push(told);
    }
    Ok(Told::Done(json!({ "result": result }), String::new()))
}

/// The batch that stands for all lines of a visit.
const EVERY: &str = "0000";

/// Takes back a batch of an open visit, or all of its lines.
pub(super) fn unfees(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Told, Refusal> {
    let data = act.data();
    let visit = Visit::open(tx, data.must("mdtrt_id", 30)?, &act.person.psn_no)?;
    let batch = Some(data.must("chrg_bchno", 30)?).filter(|batch| *batch != EVERY);
    if store::delete_fees(tx, &visit.mdtrt_id, batch)? == 0 {
        return says("未查询到费用明细");
    }
    Ok(Told::Done(json!({}), String::new()))
}

/// A line, and what is answered about it.
fn read(fields: Fields<'_>) -> Result<(Line, Value), Refusal> {
    for (name, most) in [("fee_ocur_time", 19), ("med_list_codg", 50), ("bilg_dept_codg", 30), ("bilg_dr_codg", 30)] {
        fields.must(name, most)?;
    }
    let sum = fields.yuan("det_item_fee_sumamt")?;
    let cnt = Decimal::<4>::from_units(fields.decimal("cnt", 4)?);
    let pric = Decimal::<6>::from_units(fields.decimal("pric", 6)?);
    if pric.times(cnt) != Some(sum) {
        return says("det_item_fee_sumamt与单价、数量不符");
    }
    let over_limit = rules::over_limit(sum, cnt.units());
    let (Some(over_limit), Some(in_scope)) = (over_limit, over_limit.and_then(|over| sum.checked_sub(over))) else {
        return says("金额超出范围");
    };
    let line = Line {
        mdtrt_id: fields.must("mdtrt_id", 30)?.to_owned(),
        feedetl_sn: fields.must("feedetl_sn", 30)?.to_owned(),
        batch_no: fields.must("chrg_bchno", 30)?.to_owned(),
        item_code: fields.must("medins_list_codg", 150)?.to_owned(),
        sum,
        over_limit,
    };
    let told = json!({
        "feedetl_sn": line.feedetl_sn,
        "det_item_fee_sumamt": sum.to_string(),
        "cnt": cnt.to_string(),
        "pric": pric.to_string(),
        "pric_uplmt_amt": PRICE_CAP.to_string(),
        "selfpay_prop": "0.0000",
        "fulamt_ownpay_amt": Fen::ZERO.to_string(),
        "overlmt_amt": over_limit.to_string(),
        "preselfpay_amt": Fen::ZERO.to_string(),
        "inscp_scp_amt": in_scope.to_string(),
        "chrgitm_lv": "01",
        "med_chrgitm_type": "02",
    });
    Ok((line, told))
}
