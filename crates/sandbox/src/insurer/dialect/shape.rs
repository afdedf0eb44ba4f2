//! What stands in an answer, under which name: the envelope, a person, a settlement.

use serde_json::{Value, json};

use super::Dialect;
use crate::insurer::{PERSON, PRESETTLE, QUERY, SETTLE, VOID};

/// Amounts of `setlinfo` that an undoing turns below nothing.
const AMOUNTS: [&str; 18] = [
    "medfee_sumamt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
    "inscp_scp_amt",
    "act_pay_dedc",
    "hifp_pay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "maf_pay",
    "oth_pay",
    "fund_pay_sumamt",
    "psn_part_amt",
    "acct_pay",
    "psn_cash_pay",
    "hosp_part_amt",
];
/// The same of a line of `setldetail`.
const OF_A_LINE: [&str; 3] = ["fund_payamt", "inscp_scp_amt", "crt_payb_lmt_amt"];
/// Purses that are null where they pay nothing, in [`Dialect::Nulls`].
const NULL_WHEN_NOTHING: [&str; 6] =
    ["hifes_pay", "hifob_pay", "maf_pay", "oth_pay", "hosp_part_amt", "acct_mulaid_pay"];
/// What only a settlement that has been made has.
const OF_THE_MADE: [&str; 4] = ["setl_id", "setl_time", "clr_optins", "clr_way"];

/// Puts a dialect on an answer.
pub(super) fn shape(dialect: Dialect, infno: &str, body: &mut Value) {
    if let Some(output) = body.get_mut("output").filter(|output| output.is_object()) {
        match infno {
            PERSON => person(dialect, output),
            QUERY if output["setlinfo"].is_array() => listed(dialect, output),
            PRESETTLE | SETTLE | VOID | QUERY => settlement(dialect, infno, output),
            _ => {}
        }
    }
    envelope(dialect, body);
}

fn envelope(dialect: Dialect, body: &mut Value) {
    let refused = body["infcode"] != json!(0);
    let numbered = body.get("inf_refmsgid").is_some();
    let empty = body["output"].as_object().is_some_and(serde_json::Map::is_empty);
    match dialect {
        Dialect::National | Dialect::AsSettled | Dialect::Exponents => {}
        Dialect::Text => {
            body["infcode"] = json!(if refused { "-1" } else { "0" });
            if numbered {
                body["inf_refmsgid"] = json!("");
            }
            if !refused {
                body["err_msg"] = json!("成功");
            }
            if empty {
                body["output"] = json!("");
            }
        }
        Dialect::Bare => {
            if refused {
                *body = json!({"type": "error", "infcode": -1, "err_msg": body["err_msg"]});
            } else if empty {
                body.as_object_mut().map(|fields| fields.remove("output"));
            }
        }
        Dialect::Doubles | Dialect::Purses => {
            if !refused {
                body["err_msg"] = Value::Null;
            }
        }
        Dialect::Nulls => {
            for name in ["warn_msg", "cainfo", "signtype"] {
                body[name] = Value::Null;
            }
            if refused {
                body["inf_refmsgid"] = Value::Null;
            } else {
                body["err_msg"] = json!("success");
            }
            if empty {
                body["output"] = Value::Null;
            }
        }
    }
}

fn person(dialect: Dialect, output: &mut Value) {
    if matches!(dialect, Dialect::National | Dialect::Text | Dialect::Bare | Dialect::AsSettled | Dialect::Exponents) {
        let age = output["baseinfo"]["age"].as_str().and_then(|age| age.split('.').next()).unwrap_or_default();
        output["baseinfo"]["age"] = json!(age);
    }
    match dialect {
        Dialect::Nulls => output["idetinfo"] = Value::Null,
        Dialect::AsSettled => {
            if let Some([only]) = output["insuinfo"].as_array().map(Vec::as_slice) {
                output["insuinfo"] = only.clone();
            }
        }
        _ => {}
    }
}

fn settlement(dialect: Dialect, infno: &str, output: &mut Value) {
    let account = lines_of(dialect, infno, output);
    if let Some(lines) = output.get_mut("setldetail").and_then(Value::as_array_mut) {
        lines.extend(account);
    }
    let info = &mut output["setlinfo"];
    if infno != QUERY {
        without(info, &["refd_setl_flag"]);
    }
    if dialect == Dialect::Nulls {
        for name in NULL_WHEN_NOTHING {
            if info[name] == json!("0.00") {
                info[name] = Value::Null;
            }
        }
        if infno == PRESETTLE {
            OF_THE_MADE.iter().for_each(|name| info[*name] = Value::Null);
        }
    }
    match infno {
        QUERY => asked(dialect, info),
        VOID => undone(dialect, output),
        _ => {}
    }
}

/// What is in force and what was undone, each by 5203's names. A settlement that was undone stands beside the record of
/// that, which is below nothing.
fn listed(dialect: Dialect, output: &mut Value) {
    let Some(entries) = output["setlinfo"].as_array_mut() else { return };
    for info in entries {
        if info["record"] == json!(true) {
            turn(info, &AMOUNTS);
        }
        without(info, &["record", "medins_setl_id"]);
        asked(dialect, info);
    }
}

/// Lines of `setldetail` for who is no fund.
fn lines_of(dialect: Dialect, infno: &str, output: &Value) -> Vec<Value> {
    let info = &output["setlinfo"];
    let codes: &[(&str, &str)] = match dialect {
        Dialect::Nulls => &[("310200", "acct_pay")],
        // There the institution's part of an undoing is a line of another code.
        Dialect::Purses if infno == VOID => &[("310201", "acct_pay"), ("999997", "hosp_part_amt")],
        Dialect::Purses => &[("310201", "acct_pay"), ("999996", "hosp_part_amt")],
        _ => &[],
    };
    let told = codes.iter().filter(|(_, of)| info[*of].as_str().is_some_and(|amount| amount != "0.00"));
    told.map(|(code, of)| {
        json!({
            "fund_pay_type": code,
            "fund_pay_type_name": null,
            "inscp_scp_amt": info["inscp_scp_amt"],
            "crt_payb_lmt_amt": null,
            "fund_payamt": info[*of],
            "setl_proc_info": null,
        })
    })
    .collect()
}

/// 5203 has names of its own, and does not say what the institution bears.
fn asked(dialect: Dialect, info: &mut Value) {
    if dialect == Dialect::AsSettled {
        return;
    }
    (info["psn_pay"], info["cash_payamt"]) = (info["psn_part_amt"].clone(), info["psn_cash_pay"].clone());
    if dialect != Dialect::Purses {
        without(info, &["psn_part_amt", "psn_cash_pay", "hosp_part_amt"]);
    }
}

/// 2208 tells the record of the undoing.
fn undone(dialect: Dialect, output: &mut Value) {
    if matches!(dialect, Dialect::Text | Dialect::AsSettled) {
        return;
    }
    let info = &mut output["setlinfo"];
    turn(info, &AMOUNTS);
    match dialect {
        Dialect::National => {
            without(info, &["psn_no", "medfee_sumamt", "clr_way", "clr_type"]);
            info["hosp_part_amt"] = Value::Null;
        }
        Dialect::Nulls => ["psn_part_amt", "hosp_part_amt"].iter().for_each(|name| info[*name] = Value::Null),
        Dialect::Purses => {
            without(info, &["psn_no"]);
            info["psn_pay"] = info["psn_part_amt"].take();
            info["ownpay_hosp_part"] = info["hosp_part_amt"].take();
        }
        _ => {}
    }
    if let Some(lines) = output["setldetail"].as_array_mut() {
        lines.iter_mut().for_each(|line| turn(line, &OF_A_LINE));
    }
}

fn turn(fields: &mut Value, names: &[&str]) {
    for name in names {
        if let Some(amount) =
            fields[*name].as_str().filter(|amount| amount.bytes().any(|digit| matches!(digit, b'1'..=b'9')))
        {
            fields[*name] = json!(format!("-{amount}"));
        }
    }
}

fn without(fields: &mut Value, names: &[&str]) {
    if let Some(fields) = fields.as_object_mut() {
        names.iter().for_each(|name| drop(fields.remove(*name)));
    }
}
