//! The envelope: the data that every request must have, and how answers begin.

use axum::body::Bytes;
use kernel::{DateTime, Moment};
use serde_json::{Value, json};

use super::{CANCEL, Call, House, REVERSE, VOID};
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
    if !msgid.strip_prefix(institution).is_some_and(is_numbered) {
        return Err("msgid格式错误".to_owned());
    }
    let Some(at) = clock(text("inf_time")) else { return Err("inf_time格式错误".to_owned()) };
    // The books use the day that the sender writes.
    let back = if [CANCEL, VOID, REVERSE].contains(&operation) { UNDO_DAYS } else { 1 };
    let (first, last) = (now.minus_secs(back * 86_400).date(), now.date());
    if !(first..=last).contains(&at.date()) {
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

/// What follows the institution in a `msgid`: `yyyyMMddHHmmss` and four digits. The time is the sender's own, and need
/// not be `inf_time`.
fn is_numbered(rest: &str) -> bool {
    let digits = rest.len() == 18 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from: usize, to: usize| rest.get(from..to).unwrap_or_default();
    let time = [part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14)];
    let [year, month, day, hour, minute, second] = time;
    digits && clock(&format!("{year}-{month}-{day} {hour}:{minute}:{second}")).is_some()
}

/// Reads `yyyy-MM-dd HH:mm:ss`.
fn clock(text: &str) -> Option<DateTime> {
    let shape = text.bytes().zip(b"0000-00-00 00:00:00").all(|(byte, like)| match like {
        b'0' => byte.is_ascii_digit(),
        like => byte == *like,
    });
    text.parse().ok().filter(|_| shape && text.len() == 19)
}

/// An answer with content.
pub(super) fn done(house: &House, output: Value) -> Reply {
    let (refmsgid, at) = numbers(house);
    Reply::ok(json!({
        "infcode": 0,
        "inf_refmsgid": refmsgid,
        "refmsg_time": at,
        "respond_time": at,
        "warn_msg": "",
        "err_msg": "",
        "cainfo": "",
        "signtype": "",
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
        "warn_msg": "",
        "cainfo": "",
        "signtype": "",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_time_of_their_own() {
        for (rest, wanted) in [
            ("202603020930000001", true),
            ("20260302093000000", false),
            ("202613020930000001", false),
            ("202603022530000001", false),
            ("20260302093000000x", false),
        ] {
            assert_eq!(is_numbered(rest), wanted, "{rest}");
        }
        assert!(clock("2026-03-02 09:30:00").is_some());
        assert!(clock("2026-03-02T09:30:00").is_none() && clock("2026-02-30 09:30:00").is_none());
    }
}
