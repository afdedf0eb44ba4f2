//! The envelope: what a request must say of itself, and how answers begin.

use axum::body::Bytes;
use kernel::Moment;
use serde_json::{Value, json};

use super::{CANCEL, Call, REVERSE, VOID};
use crate::house::House;
use crate::partner::Reply;

/// Names, lengths, and whether a field must be filled.
const FIELDS: [(&str, usize, bool); 17] = [
    ("infno", 4, true),
    ("msgid", 30, true),
    ("mdtrtarea_admvs", 6, true),
    ("insuplc_admdvs", 6, false),
    ("recer_sys_code", 10, true),
    ("dev_no", 100, false),
    ("dev_safe_info", 2000, false),
    ("cainfo", 1024, false),
    ("signtype", 10, false),
    ("infver", 6, true),
    ("opter_type", 3, true),
    ("opter", 30, true),
    ("opter_name", 50, true),
    ("inf_time", 19, true),
    ("fixmedins_code", 12, true),
    ("fixmedins_name", 200, true),
    ("sign_no", 30, false),
];

/// No input is longer, characters.
const INPUT_MAX: usize = 40_000;

/// Transactions that undo may be sent again under their number for so many days, since the insurer
/// may have been silent as long; all others belong to the day or the day before.
const UNDO_DAYS: i64 = 31;

/// The call in a request whose envelope is right; `Err` says what is wrong, as the insurer does.
pub(super) fn open(body: &Bytes, operation: &str, institution: &str, now: Moment) -> Result<Call, String> {
    let mut envelope: Value = serde_json::from_slice(body).map_err(|_| "报文不是JSON".to_owned())?;
    let text = |name: &str| envelope[name].as_str().unwrap_or_default();
    for (name, most, must) in FIELDS {
        let length = text(name).chars().count();
        if must && length == 0 {
            return Err(format!("{name}不能为空"));
        }
        if length > most {
            return Err(format!("{name}长度超过{most}"));
        }
    }
    if envelope["input"].to_string().chars().count() > INPUT_MAX {
        return Err(format!("input长度超过{INPUT_MAX}"));
    }
    if text("infno") != operation || !super::ABOUT.operations.contains(&operation) {
        return Err(format!("交易编号{operation}不存在"));
    }
    if text("fixmedins_code") != institution {
        return Err("定点医药机构未登记".to_owned());
    }
    let msgid = text("msgid");
    let stamp: String = text("inf_time").chars().filter(char::is_ascii_digit).collect();
    let sequence = msgid.strip_prefix(institution).and_then(|rest| rest.strip_prefix(&stamp));
    let whole = sequence.is_some_and(|rest| rest.len() == 4 && rest.bytes().all(|byte| byte.is_ascii_digit()));
    if stamp.len() != 14 || !whole {
        return Err("msgid格式错误".to_owned());
    }
    // The day that the sender writes is the day of the books.
    let back = if [CANCEL, VOID, REVERSE].contains(&operation) { UNDO_DAYS } else { 1 };
    let day = |at: Moment| at.date().to_string().replace('-', "");
    let (first, last) = (day(now.minus_secs(back * 86_400)), day(now));
    if !stamp.get(..8).is_some_and(|day| (first.as_str()..=last.as_str()).contains(&day)) {
        return Err("inf_time与当前日期不符".to_owned());
    }
    Ok(Call {
        infno: operation.to_owned(),
        msgid: msgid.to_owned(),
        sign_no: text("sign_no").to_owned(),
        region: text("insuplc_admdvs").to_owned(),
        institution: institution.to_owned(),
        input: envelope["input"].take(),
    })
}

/// An answer with content.
pub(super) fn done(house: &House, output: Value) -> Reply {
    let (refmsgid, at) = numbers(house);
    Reply::ok(json!({
        "infcode": 0,
        "inf_refmsgid": refmsgid,
        "refmsg_time": at,
        "respond_time": at,
        "err_msg": "",
        "output": output,
    }))
}

/// A refusal.
pub(super) fn failed(house: &House, why: &str) -> Reply {
    let (refmsgid, at) = numbers(house);
    Reply::ok(json!({
        "infcode": -1,
        "inf_refmsgid": refmsgid,
        "refmsg_time": at,
        "respond_time": at,
        "err_msg": why.chars().take(200).collect::<String>(),
        "output": Value::Null,
    }))
}

/// Thirty characters that nothing else here is called: a visit, a settlement, a sign-in.
pub(super) fn number(house: &House) -> String {
    numbers(house).0
}

/// `inf_refmsgid` (region, time, serial) and the time with milliseconds.
fn numbers(house: &House) -> (String, String) {
    let now = house.now();
    let at = now.datetime();
    let (day, time) = (at.date(), at.time());
    let stamp = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        day.year(),
        day.month(),
        day.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    (format!("320400{stamp}{}", house.rng.digits(10)), format!("{stamp}{:03}", now.ms().rem_euclid(1000)))
}
