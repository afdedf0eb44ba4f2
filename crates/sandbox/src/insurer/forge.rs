//! The content of a forged answer: it has the right form and is wrong in a way that a careful reader can see.

use kernel::Fen;
use serde_json::{Value, json};

use super::House;
use super::fields::Fields;
use super::rules::{SCALE, Scheme, Split, over_limit};
use super::{CANCEL, CODE, Call, FEES, PERSON, REGISTER, REVERSE, SIGN_IN, SIGN_OUT, UNFEES, VOID, envelope, person};
use crate::partner::Reply;

/// Nobody's number.
const NOBODY: &str = "32049999999999999999";

/// Another person's answer, or amounts that do not add up: the personal account pays 1.00 more.
pub(super) fn forgery(house: &House, call: &Call) -> Reply {
    let data = &call.input["data"];
    let mut reply = envelope::done(
        house,
        match call.infno.as_str() {
            PERSON => person::somebody_else(),
            CODE => json!({ "data": {
                "psn_no": NOBODY,
                "ec_code": "0000000000000000000000000000",
                "expi_time": "2099-12-31 23:59:59",
            } }),
            SIGN_IN => json!({ "signinoutb": { "sign_time": "2099-12-31 23:59:59", "sign_no": "0".repeat(30) } }),
            REGISTER => json!({ "data": {
                "mdtrt_id": "9".repeat(30),
                "psn_no": NOBODY,
                "ipt_otp_no": data["ipt_otp_no"],
            } }),
            FEES => json!({ "result": [{
                "feedetl_sn": "9",
                "det_item_fee_sumamt": "0.01",
                "overlmt_amt": "0.00",
                "inscp_scp_amt": "0.02",
            }] }),
            CANCEL | REVERSE | UNFEES | SIGN_OUT => json!({}),
            // Its amounts would be believed; only the person it is about can be seen to be wrong.
            VOID => {
                let mut told = amounts(call);
                told["setlinfo"]["mdtrt_id"] = json!("9".repeat(30));
                told
            }
            _ => amounts(call),
        },
    );
    if [CANCEL, REVERSE, UNFEES, SIGN_OUT].contains(&call.infno.as_str()) {
        // There is nothing in these answers to be wrong but their form: a forger's has no field for the number.
        reply.body.as_object_mut().map(|body| body.remove("inf_refmsgid"));
    }
    reply
}

fn amounts(call: &Call) -> Value {
    let data = &call.input["data"];
    let total = Fields(data).yuan("medfee_sumamt").unwrap_or(Fen::new(2_500));
    let over = over_limit(total, SCALE).unwrap_or_default();
    let Some(split) = Split::of(total, over, Scheme::Employees, true, total) else { return json!({}) };
    let account = split.account.checked_add(Fen::new(100)).unwrap_or_default();
    let own = split.own().unwrap_or_default();
    json!({
        "setlinfo": {
            "setl_id": data["setl_id"].as_str().filter(|text| !text.is_empty()).unwrap_or("999999999999999999999999999999"),
            "mdtrt_id": data["mdtrt_id"],
            "psn_no": data["psn_no"],
            "medfee_sumamt": total.to_string(),
            "fulamt_ownpay_amt": "0.00",
            "overlmt_selfpay": over.to_string(),
            "preselfpay_amt": "0.00",
            "inscp_scp_amt": split.in_scope.to_string(),
            "hifp_pay": split.fund.to_string(),
            "fund_pay_sumamt": split.fund.to_string(),
            "psn_part_amt": own.to_string(),
            "acct_pay": account.to_string(),
            "psn_cash_pay": split.cash.to_string(),
            "balc": "0.00",
            "medins_setl_id": call.msgid,
            "refd_setl_flag": "0",
        },
        "setldetail": [{ "fund_pay_type": "310100", "fund_payamt": split.fund.to_string() }],
    })
}
