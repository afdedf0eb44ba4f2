//! The national medical-insurance interface for designated institutions: the envelope and 1101,
//! with the specification's own names (its two spellings `admvs` and `admdvs` included).
//!
//! `CZ01` is no transaction of the national interface: it asks for the insurer's own code (医保码)
//! by a profile of ours, `docs/api/insurer.md`.

use std::fmt;

use kernel::{Date, DateTime, Fen, Moment};
use serde::{Deserialize, Serialize};

use crate::loose;

/// Version of the interface, `infver`.
pub const INFVER: &str = "V1.0";
/// Person's information.
pub const PERSON: &str = "1101";
/// The insurer's own code of a person for this minute; a profile of ours.
pub const CODE: &str = "CZ01";
/// `infcode` of an answer.
pub const OK: i64 = 0;
/// `infcode` of a refusal.
pub const FAILED: i64 = -1;

/// `mdtrt_cert_type`: how the person is known.
pub mod cert_type {
    /// 医保电子凭证
    pub const TOKEN: &str = "01";
    /// 居民身份证
    pub const ID_CARD: &str = "02";
    /// 社会保障卡
    pub const SOCIAL_CARD: &str = "03";
}

/// `psn_cert_type`: an identity card.
pub const PSN_CERT_ID_CARD: &str = "01";

/// `insutype`.
pub mod insutype {
    /// 职工基本医疗保险
    pub const EMPLOYEES: &str = "310";
    /// 城乡居民基本医疗保险
    pub const RESIDENTS: &str = "390";
}

/// `psn_insu_stas`. The words differ by region; these are the defaults of the configuration.
pub mod insu_state {
    /// 正常参保
    pub const ACTIVE: &str = "1";
    /// 暂停参保
    pub const PAUSED: &str = "2";
    /// 终止参保
    pub const ENDED: &str = "4";
}

/// `opter_type`: how a call came about.
pub mod opter_type {
    /// 经办人
    pub const CLERK: &str = "1";
    /// 自助终端
    pub const SELF_SERVICE: &str = "2";
    /// 移动终端
    pub const MOBILE: &str = "3";
}

/// A request; lengths as specified (`C` characters).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply<O> {
    /// N4: [`OK`] or [`FAILED`]; some regions write it as text.
    #[serde(deserialize_with = "loose::whole")]
    pub infcode: i64,
    /// C30: the insurer's number of the answer.
    #[serde(default)]
    pub inf_refmsgid: Option<String>,
    /// C17: when the request came.
    #[serde(default)]
    pub refmsg_time: Option<String>,
    /// C17: when it was answered.
    #[serde(default)]
    pub respond_time: Option<String>,
    /// C200: why it was refused.
    #[serde(default)]
    pub err_msg: Option<String>,
    /// What is answered; absent from a refusal.
    #[serde(default = "nothing")]
    pub output: Option<O>,
}

fn nothing<O>() -> Option<O> {
    None
}

/// `input` and `output` of most transactions: one object `data`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data<T> {
    /// The object.
    pub data: T,
}

/// 1101, asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonQuery {
    /// [`cert_type`].
    pub mdtrt_cert_type: String,
    /// The number of that certificate.
    pub mdtrt_cert_no: String,
    /// C32: 卡识别码, with a card only.
    pub card_sn: String,
    /// When care begins.
    pub begntime: String,
    /// Kind of `certno`.
    pub psn_cert_type: String,
    /// 证件号码.
    pub certno: String,
    /// The name.
    pub psn_name: String,
}

/// 1101, answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonInfo {
    /// Who it is.
    pub baseinfo: BaseInfo,
    /// Each insurance, ended ones too.
    #[serde(default)]
    pub insuinfo: Vec<InsuInfo>,
    /// Each special standing.
    #[serde(default)]
    pub idetinfo: Vec<IdetInfo>,
}

/// `baseinfo`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseInfo {
    /// C30: the insurer's number of the person.
    pub psn_no: String,
    /// Kind of `certno`.
    pub psn_cert_type: String,
    /// 证件号码.
    pub certno: String,
    /// The name.
    pub psn_name: String,
    /// 1 male, 2 female.
    #[serde(default)]
    pub gend: String,
    /// Nationality among the fifty-six.
    #[serde(default)]
    pub naty: String,
    /// `yyyy-MM-dd`.
    #[serde(default)]
    pub brdy: String,
    /// N4,1.
    #[serde(default, deserialize_with = "loose::text")]
    pub age: String,
}

/// `insuinfo`: one insurance.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsuInfo {
    /// N16,2: the personal account.
    #[serde(default, with = "loose::yuan")]
    pub balc: Fen,
    /// [`insutype`].
    #[serde(deserialize_with = "loose::text")]
    pub insutype: String,
    /// 人员类别.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_type: String,
    /// [`insu_state`].
    #[serde(deserialize_with = "loose::text")]
    pub psn_insu_stas: String,
    /// Since when.
    #[serde(default)]
    pub psn_insu_date: Option<String>,
    /// Until when.
    #[serde(default)]
    pub paus_insu_date: Option<String>,
    /// Civil servant: 0 or 1.
    #[serde(default, deserialize_with = "loose::text")]
    pub cvlserv_flag: String,
    /// C6: where.
    #[serde(deserialize_with = "loose::text")]
    pub insuplc_admdvs: String,
    /// The employer.
    #[serde(default)]
    pub emp_name: Option<String>,
}

/// `idetinfo`: one special standing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdetInfo {
    /// Which.
    pub psn_idet_type: String,
    /// Its level.
    #[serde(default)]
    pub psn_type_lv: Option<String>,
    /// Anything else.
    #[serde(default)]
    pub memo: Option<String>,
    /// Since when.
    #[serde(default)]
    pub begntime: Option<String>,
    /// Until when.
    #[serde(default)]
    pub endtime: Option<String>,
}

/// `CZ01`, asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeQuery {
    /// Whose code.
    pub psn_no: String,
    /// That person's 证件号码.
    pub certno: String,
}

/// `CZ01`, answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeInfo {
    /// Whose code it is.
    pub psn_no: String,
    /// The text of the code, at most 64 letters and digits.
    pub ec_code: String,
    /// Until when it is good, `yyyy-MM-dd HH:mm:ss`.
    pub expi_time: String,
}

macro_rules! hidden {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            /// The type, never the person.
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

hidden!(PersonQuery, PersonInfo, BaseInfo, InsuInfo, IdetInfo, CodeQuery, CodeInfo);

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

#[cfg(test)]
mod tests {
    use kernel::Time;

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
    fn amounts_and_codes_are_read_in_either_form_and_written_in_one() {
        let read = |json: &str| serde_json::from_str::<InsuInfo>(json);
        let row = read(r#"{"balc":"1234.50","insutype":310,"psn_insu_stas":"1","insuplc_admdvs":"320400"}"#).unwrap();
        assert_eq!((row.balc, row.insutype.as_str()), (Fen::new(123_450), "310"));
        assert!(serde_json::to_string(&row).unwrap().contains(r#""balc":"1234.50""#));
        let row = read(r#"{"balc":7,"insutype":"390","psn_insu_stas":1,"insuplc_admdvs":"320400"}"#).unwrap();
        assert_eq!(row.balc, Fen::new(700));
        let row = read(r#"{"balc":null,"insutype":"390","psn_insu_stas":1,"insuplc_admdvs":"320400"}"#).unwrap();
        assert_eq!(row.balc, Fen::ZERO);
        for bad in ["0.1", "\"1.234\"", "\"1,000.00\"", "true"] {
            let json = format!(r#"{{"balc":{bad},"insutype":"310","psn_insu_stas":"1","insuplc_admdvs":"320400"}}"#);
            assert!(read(&json).is_err(), "{bad}");
        }
    }

    #[test]
    fn refusals_are_read_whatever_they_leave_out() {
        let reply: Reply<PersonInfo> = serde_json::from_str(r#"{"infcode":"-1","err_msg":"未查询到"}"#).unwrap();
        assert_eq!((reply.infcode, reply.err_msg.as_deref()), (FAILED, Some("未查询到")));
        let reply: Reply<PersonInfo> = serde_json::from_str(r#"{"infcode":0,"output":null}"#).unwrap();
        assert!(reply.infcode == OK && reply.output.is_none());
    }

    #[test]
    fn a_person_is_never_printed() {
        let query = CodeQuery { psn_no: "hidden".into(), certno: "hidden".into() };
        assert!(!format!("{query:?}").contains("hidden"));
    }
}
