//! The envelope of every transaction, and the number and the times that are written in it.

use kernel::{Date, DateTime, Moment};
use serde::{Deserialize, Serialize};

use crate::loose::{self, Node};

/// A request; lengths as specified (`C` characters).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request<I> {
    /// C4: the transaction.
    pub infno: String,
    /// C30: [`msgid`].
    pub msgid: String,
    /// C6: where care is given.
    pub mdtrtarea_admvs: String,
    /// C6: where the person is insured, once it is known.
    pub insuplc_admdvs: String,
    /// C10: the receiving system.
    pub recer_sys_code: String,
    /// C100: the device.
    pub dev_no: String,
    /// C2000: the device's security.
    pub dev_safe_info: String,
    /// C1024: a signature of the content, where the region asks for one.
    pub cainfo: String,
    /// C10: how `cainfo` was made.
    pub signtype: String,
    /// C6: [`INFVER`].
    pub infver: String,
    /// C3: [`opter_type`].
    pub opter_type: String,
    /// C30: who operates.
    pub opter: String,
    /// C50: that operator's name.
    pub opter_name: String,
    /// 19 characters: [`inf_time`].
    pub inf_time: String,
    /// C12: the institution.
    pub fixmedins_code: String,
    /// C20 (C200 elsewhere): the institution's name.
    pub fixmedins_name: String,
    /// C30: the number of the day's sign-in (9001).
    pub sign_no: String,
    /// What is asked.
    pub input: I,
}

/// An answer. Fields may be absent where something answers that is not the insurer.
#[derive(Debug, Clone, Deserialize)]
pub struct Reply {
    /// N4: [`OK`](super::OK) or [`FAILED`](super::FAILED); some regions write it as text.
    #[serde(deserialize_with = "loose::whole")]
    pub infcode: i64,
    /// C30: the insurer's number of the answer; `None` only where the field is missing. Some regions leave it empty
    /// even if something was done, and some leave it out when they refuse.
    #[serde(default, deserialize_with = "loose::present")]
    pub inf_refmsgid: Option<String>,
    /// C17: when the request came.
    #[serde(default, deserialize_with = "loose::text")]
    pub refmsg_time: String,
    /// C17: when it was answered.
    #[serde(default, deserialize_with = "loose::text")]
    pub respond_time: String,
    /// C200: why it was refused. If it was done, this is empty, null or a word like 成功.
    #[serde(default, deserialize_with = "loose::text")]
    pub err_msg: String,
    /// The same, as some gateways in front of the insurer write it.
    #[serde(default, deserialize_with = "loose::text")]
    pub message: String,
    /// Something that is told as well.
    #[serde(default, deserialize_with = "loose::text")]
    pub warn_msg: String,
    /// The answer itself; it is missing in a refusal and in answers to transactions that only act.
    #[serde(default)]
    pub output: Node,
}

/// `input` of most transactions: one object `data`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Data<T> {
    /// The object.
    pub data: T,
}

/// `msgid`: the institution's twelve characters, fourteen of time, four of a sequence.
pub fn msgid(fixmedins_code: &str, now: Moment, sequence: &str) -> String {
    format!("{fixmedins_code}{}{sequence}", compact(now.datetime()))
}

/// `yyyyMMddHHmmss`, civil time in China.
pub fn compact(at: DateTime) -> String {
    let (day, time) = (at.date(), at.time());
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        day.year(),
        day.month(),
        day.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// `yyyy-MM-dd HH:mm:ss`, civil time in China.
pub fn inf_time(now: Moment) -> String {
    let at = now.datetime();
    let time = at.time();
    format!("{} {:02}:{:02}:{:02}", day(at.date()), time.hour(), time.minute(), time.second())
}

/// `yyyy-MM-dd`.
pub fn day(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// A time as insurers write it, civil time in China: `yyyy-MM-dd HH:mm:ss`, with `T` for the blank, with
/// a fraction of a second, or as milliseconds since 1970. `None` when it is none of these.
pub fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Moment::from_ms);
    }
    let shape = text.bytes().zip(b"0000-00-00 00:00:00.").all(|(byte, like)| match like {
        b'0' => byte.is_ascii_digit(),
        b' ' => matches!(byte, b' ' | b'T'),
        like => byte == *like,
    });
    // Insurers are not known to write a zone or anything else after the fraction.
    let ends = text.get(19..)?.trim_start_matches('.').bytes().all(|byte| byte.is_ascii_digit());
    let at: DateTime = text.get(..19).filter(|_| shape && ends)?.parse().ok()?;
    Some(Moment::at(at.date(), at.time()))
}

/// The time that a [`msgid`] was made at, as [`inf_time`] writes it; `None` when it is none.
pub fn time_in(msgid: &str) -> Option<String> {
    let (institution, rest) = msgid.split_at_checked(12)?;
    let plain = institution.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain || rest.len() != 18 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| rest.get(from..to).unwrap_or_default();
    let (day, time) = ([part(0, 4), part(4, 6), part(6, 8)], [part(8, 10), part(10, 12), part(12, 14)]);
    Some(format!("{} {}", day.join("-"), time.join(":")))
}

#[cfg(test)]
mod tests {
    use kernel::Time;

    use super::super::{FAILED, OK};
    use super::*;

    #[test]
    fn a_msgid_is_the_institution_the_time_and_a_sequence() {
        let now = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 30, 5, 0));
        let id = msgid("H32040000001", now, "0042");
        assert_eq!(id, "H32040000001202603020930050042");
        assert_eq!(id.len(), 30);
        assert_eq!(inf_time(now), "2026-03-02 09:30:05");
    }

    #[test]
    fn a_msgid_says_when_it_was_made_or_is_none() {
        assert_eq!(time_in("H32040000001202603020930050042").as_deref(), Some("2026-03-02 09:30:05"));
        for text in [
            "",
            "H32040000001",
            "H3204000000120260302093005004",
            "H320400000012026030209300500420",
            "H32040000001202603020930050o42",
        ] {
            assert_eq!(time_in(text), None, "{text}");
        }
        assert_eq!(time_in("常州人社202603020930050042"), None);
    }

    #[test]
    fn times_are_read_as_insurers_write_them_or_not_at_all() {
        let wanted = Some(Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 30, 5, 0)));
        for text in ["2026-03-02 09:30:05", "2026-03-02T09:30:05", "2026-03-02 09:30:05.0", " 1772415005000 "] {
            assert_eq!(moment(text), wanted, "{text}");
        }
        for text in [
            "",
            "2026-03-02",
            "2026-02-30 09:30:05",
            "2026-03-02 25:30:05",
            "2026-03-02 09:30:05+08:00",
            "20260302093005",
            "二〇二六年",
            "2026-03-02 09:30:0五",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn answers_are_read_whatever_they_leave_out() {
        let reply: Reply = serde_json::from_str(r#"{"infcode":"-1","err_msg":"未查询到"}"#).unwrap();
        assert_eq!((reply.infcode, reply.err_msg.as_str(), reply.inf_refmsgid), (FAILED, "未查询到", None));
        let reply: Reply =
            serde_json::from_str(r#"{"infcode":0,"inf_refmsgid":null,"err_msg":null,"output":null}"#).unwrap();
        assert!(reply.infcode == OK && reply.output.is_nothing());
        assert_eq!((reply.inf_refmsgid.as_deref(), reply.err_msg.as_str()), (Some(""), ""));
        for body in ["{}", r#"{"infcode":null}"#, r#"{"infcode":"null"}"#, r#"{"code":0,"message":"success"}"#, "[]"] {
            assert!(serde_json::from_str::<Reply>(body).is_err(), "{body}");
        }
    }

    /// Every answer that a region was recorded to give (`fixtures/insurer`) has an envelope that can be read.
    #[test]
    fn recorded_envelopes_are_read() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/insurer");
        let list = |path: &std::path::Path| {
            std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
        };
        let mut read = 0;
        for file in list(&folder).iter().filter(|path| path.is_dir()).flat_map(|region| list(region)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let reply: Reply =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let refused = text.contains("\"infcode\":-1") || text.contains("\"infcode\": -1");
            assert_eq!(reply.infcode, if refused { FAILED } else { OK }, "{}", file.display());
            assert_eq!(reply.err_msg.chars().count() > 10, refused, "{}", file.display());
            assert!(refused || reply.inf_refmsgid.is_some(), "{}", file.display());
            read += 1;
        }
        assert!(read > 20, "{read}");
    }
}
